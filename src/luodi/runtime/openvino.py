"""The one place that imports OpenVINO, so that it never calls home."""

import os
import sys
from typing import Any, cast

os.environ.setdefault("NNCF_CI", "1")  # NNCF's telemetry is off where it believes to be tested
sys.modules.setdefault("openvino_telemetry", cast(Any, None))  # OpenVINO then takes its silent stub
# A kernel is kept for every shape that it met, 1,024 of them, though making one anew takes no more than a millisecond.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16")

import openvino as engine  # noqa: E402

__all__ = ["core", "engine", "has_bf16"]

core: Any = engine.Core()


def has_bf16() -> bool:
    """Say whether this processor multiplies bfloat16 in hardware."""
    return bool("BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))
