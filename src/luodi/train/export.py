"""From a torch network to a graph that runs without torch."""

import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from luodi.contracts import Kind
from luodi.runtime.engine_network import GRAPH
from luodi.runtime.engine_tokens import TOKENIZER
from luodi.runtime.openvino import engine, write
from luodi.runtime.session import write_about


def export(folder: Path, network: torch.nn.Module, text: Any, kind: Kind, labels: Sequence[str]) -> None:
    """Write graph, tokenizer and labels; weights stay in float32."""
    write_graph(folder, network)
    shutil.copyfile(text.file, folder / TOKENIZER)
    about = {"kind": kind, "labels": list(labels), "max_tokens": text.max_tokens, "pad": text.pad, "precision": "f32"}
    write_about(folder, "engine_network", **about)


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
    graph = converted(network, (example, example), [[-1, -1]] * 2)
    write(graph, folder / GRAPH)
