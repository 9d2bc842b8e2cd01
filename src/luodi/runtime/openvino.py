"""The one place that imports OpenVINO, so that it never calls home."""

import os
import sys
from pathlib import Path
from typing import Any, cast

os.environ.setdefault("NNCF_CI", "1")  # NNCF's telemetry is off where it believes to be tested
sys.modules.setdefault("openvino_telemetry", cast(Any, None))  # OpenVINO then takes its silent stub

import openvino as engine  # noqa: E402
from openvino import opset13 as ops  # noqa: E402

__all__ = ["core", "engine", "has_bf16", "look_up_first", "widen", "write"]

core: Any = engine.Core()


def has_bf16() -> bool:
    """Say whether this processor multiplies bfloat16 in hardware."""
    return bool("BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"))


def write(model: Any, path: Path) -> None:
    """Write a graph, the same bytes for the same graph: names that count the process's graphs become places in it."""
    model.set_friendly_name("model")
    for place, one in enumerate(model.get_ordered_ops()):
        one.set_friendly_name(f"{one.get_type_name()}_{place}")
    engine.save_model(model, path, compress_to_fp16=False)


def look_up_first(model: Any) -> None:
    """Let a graph widen the rows of a quantized table after it has looked them up, and not the whole table before.

    A table of 30,522 words in int8 is 12 MB, widened 47 MB, and each compiled model would hold one. Same numbers.
    """
    for gather in [one for one in model.get_ordered_ops() if one.get_type_name() == "Gather"]:
        scaled, ids, axis = (gather.input_value(n) for n in range(3))
        nodes = [scaled.get_node(), axis.get_node()]
        if [one.get_type_name() for one in nodes] != ["Multiply", "Constant"] or nodes[1].get_vector().any():
            continue
        wide, scale = (nodes[0].input_value(n) for n in range(2))
        if wide.get_node().get_type_name() != "Convert" or scale.get_node().get_type_name() != "Constant":
            continue
        table = wide.get_node().input_value(0)
        if table.get_node().get_type_name() != "Constant" or list(scale.get_shape()) != [table.get_shape()[0], 1]:
            continue
        rows = ops.convert(ops.gather(table, ids, axis), wide.get_element_type().to_string())
        found = ops.multiply(rows, ops.gather(scale, ids, axis))
        for one in gather.output(0).get_target_inputs():
            one.replace_source_output(found.output(0))


def widen(product: Any) -> None:
    """Give a product float weights where it has int8 ones, as a scale times a converted constant.

    Left as they are, OpenVINO 2026.4 multiplies them wrongly in bfloat16 with more than one stream.
    """
    scaled = product.input_value(1).get_node()
    inputs = [scaled.input_value(n).get_node() for n in range(2)] if scaled.get_type_name() == "Multiply" else []
    if [one.get_type_name() for one in inputs] != ["Convert", "Constant"]:
        return
    narrow = inputs[0].input_value(0).get_node()
    if narrow.get_type_name() == "Constant":
        wide = ops.constant(narrow.data.astype("float32") * inputs[1].data.astype("float32"))
        product.input(1).replace_source_output(wide.output(0))
