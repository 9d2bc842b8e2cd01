"""The one place that imports OpenVINO, so that it never calls home."""

import os
import sys
from typing import Any

os.environ.setdefault("NNCF_CI", "1")  # NNCF's telemetry is off where it believes to be tested
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type] -- OpenVINO then takes its silent stub

import openvino  # noqa: E402

core: Any = openvino.Core()


def has_bf16() -> bool:
    """Say whether this processor multiplies bfloat16 in hardware."""
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
