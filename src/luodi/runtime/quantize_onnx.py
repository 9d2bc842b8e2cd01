"""An exported network for ONNX Runtime in int8: calibrated, a scale for each channel of the weights."""

import contextlib
import importlib.util
import io
import logging
import shutil
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from luodi.runtime.engine_blend import DEEP
from luodi.runtime.engine_onnx import GRAPH, INPUTS
from luodi.runtime.quantize import CALIBRATION_TEXTS
from luodi.runtime.session import read_about
from luodi.runtime.texts import Texts


def is_there() -> bool:
    """Say whether what makes and what runs such a network is installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("onnx", "onnxruntime"))


def make(folder: Path, texts: Sequence[str], out: Path) -> None:
    """Write the exported model in `folder` to `out`, its network in int8. Calibration sees the first of `texts`.

    Activations get their scales here and not from the batch at hand, so that a text is answered alike in any company.
    """
    shutil.copytree(folder, out, dirs_exist_ok=True)
    if read_about(folder)["engine"] == "engine_blend":
        folder, out = folder / DEEP, out / DEEP
    reader = Texts(read_about(folder), folder)
    inputs = (
        dict(zip(INPUTS, reader.inputs([one]), strict=True)) for one in reader.encode(texts[:CALIBRATION_TEXTS])[0]
    )
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)  # it advises steps that bring nothing here, through the root logger
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            _quantize(folder / GRAPH, inputs, out / GRAPH)
    finally:
        logging.disable(before)


def _quantize(graph: Path, inputs: Iterator[dict[str, Any]], out: Path) -> None:
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def get_next(self) -> dict[str, Any] | None:
            return next(inputs, None)

    quantize_static(
        graph,
        out,
        Reader(),
        quant_format=QuantFormat.QDQ,
        per_channel=True,
        weight_type=QuantType.QInt8,
        activation_type=QuantType.QUInt8,
        op_types_to_quantize=["MatMul", "Gather"],
        extra_options={"MatMulConstBOnly": True},  # attention itself stays in float, as in NNCF's transformers
    )
