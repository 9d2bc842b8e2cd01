"""From a torch network to a graph that runs without torch."""

import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from luodi.contracts import Kind
from luodi.runtime import engine_onnx
from luodi.runtime.engine_network import GRAPH
from luodi.runtime.engine_tokens import TOKENIZER
from luodi.runtime.openvino import engine, write
from luodi.runtime.session import write_about

OPSET = 17  # the first with layer normalization as one operation


def export(folder: Path, network: torch.nn.Module, text: Any, kind: Kind, labels: Sequence[str]) -> None:
    """Write graph, tokenizer and labels; weights stay in float32."""
    network = network.cpu().eval()
    example = torch.ones((2, 8), dtype=torch.int64)
    with torch.inference_mode(False), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of branches on shapes that are the same for every batch
        graph = engine.convert_model(
            network, example_input=(example, example), input=[engine.PartialShape([-1, -1])] * 2
        )
    write(graph, folder / GRAPH)
    _about(folder, "engine_network", text, kind, labels, precision="f32")


def export_onnx(folder: Path, network: torch.nn.Module, text: Any, kind: Kind, labels: Sequence[str]) -> None:
    """Write the same for ONNX Runtime.

    By tracing, which takes a sixth of the time that `dynamo=True` takes and asks for no further package.
    """
    network = network.cpu().eval()
    example, mask = torch.ones((2, 8), dtype=torch.int64), torch.ones((2, 8), dtype=torch.int64)
    mask[0, 5:] = 0
    ids, masked = engine_onnx.INPUTS
    shape = {0: "batch", 1: "time"}
    with torch.inference_mode(False), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (example, mask),
            str(folder / engine_onnx.GRAPH),
            input_names=[ids, masked],
            output_names=[engine_onnx.OUTPUT],
            dynamic_axes={ids: shape, masked: shape, engine_onnx.OUTPUT: {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
    _about(folder, "engine_onnx", text, kind, labels)


def _about(folder: Path, name: str, text: Any, kind: Kind, labels: Sequence[str], **more: Any) -> None:
    shutil.copyfile(text.file, folder / TOKENIZER)
    about = {"kind": kind, "labels": list(labels), "max_tokens": text.max_tokens, "pad": text.pad}
    write_about(folder, name, **about | more)
