"""An exported network for ONNX Runtime in int8: a scale for each channel of the weights, and one for each batch."""

import contextlib
import importlib.util
import io
import logging
import shutil
import warnings
from pathlib import Path

from luodi.runtime.engine_blend import DEEP
from luodi.runtime.engine_onnx import GRAPH
from luodi.runtime.session import read_about


def is_there() -> bool:
    """Say whether what makes and what runs such a network is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("onnx", "onnxruntime"))


def make(folder: Path, out: Path) -> None:
    """Write the exported model in `folder` to `out`, its network in int8.

    Activations get their scale from the batch at hand. Scales that were calibrated on texts (static quantization)
    were tried: slower here, and five times as many other answers (docs/logbook.md, 2026-11-30).
    """
    shutil.copytree(folder, out, dirs_exist_ok=True)
    if read_about(folder)["engine"] == "engine_blend":
        folder, out = folder / DEEP, out / DEEP
    root = logging.getLogger()
    root.addFilter(_is_grave)  # it advises steps that bring nothing here, through the root logger itself
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            from onnxruntime.quantization import QuantType, quantize_dynamic

            operations = ["MatMul", "Gather"]
            quantize_dynamic(
                folder / GRAPH,
                out / GRAPH,
                per_channel=True,
                weight_type=QuantType.QInt8,
                op_types_to_quantize=operations,
            )
    finally:
        root.removeFilter(_is_grave)


def _is_grave(said: logging.LogRecord) -> bool:
    return said.levelno > logging.WARNING
