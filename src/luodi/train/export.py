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


class Telling(torch.nn.Module):
    """A network that tells, beside its logits, what it makes of a text before its last layer."""

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        told: tuple[torch.Tensor, torch.Tensor] = self.network.told(ids, mask)
        return told


def export(folder: Path, network: torch.nn.Module, text: Any, kind: Kind, labels: Sequence[str]) -> None:
    """Write graph, tokenizer and labels; weights stay in float32."""
    write_graph(folder, network)
    _about(folder, "engine_network", text, kind, labels, precision="f32")


def converted(network: torch.nn.Module, example: tuple[torch.Tensor, ...], shapes: Sequence[Sequence[int]]) -> Any:
    """Return the graph of a network; -1 in a shape stands for whatever comes."""
    with torch.inference_mode(False), torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of branches on shapes that are the same for every batch
        inputs = [engine.PartialShape(list(one)) for one in shapes]
        return engine.convert_model(network, example_input=example, input=inputs)


def write_graph(folder: Path, network: torch.nn.Module) -> None:
    """Write a network that takes ids and mask, each of shape (batch, time)."""
    network = network.cpu().eval()
    example = torch.ones((2, 8), dtype=torch.int64)
    write(converted(network, (example, example), [[-1, -1]] * 2), folder / GRAPH)


def export_onnx(folder: Path, network: Telling, text: Any, kind: Kind, labels: Sequence[str]) -> None:
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
            output_names=list(engine_onnx.OUTPUTS),
            dynamic_axes={ids: shape, masked: shape, **{one: {0: "batch"} for one in engine_onnx.OUTPUTS}},
            opset_version=OPSET,
            dynamo=False,
        )
    _about(folder, "engine_onnx", text, kind, labels)


def _about(folder: Path, name: str, text: Any, kind: Kind, labels: Sequence[str], **more: Any) -> None:
    shutil.copyfile(text.file, folder / TOKENIZER)
    about = {"kind": kind, "labels": list(labels), "max_tokens": text.max_tokens, "pad": text.pad}
    write_about(folder, name, **about | more)
