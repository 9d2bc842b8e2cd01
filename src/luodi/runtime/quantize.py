"""Smaller and faster forms of an exported network: int8 by calibration, in whole or in part, bfloat16 by a switch."""

import contextlib
import io
import logging
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from luodi.runtime.engine_blend import DEEP
from luodi.runtime.engine_network import GRAPH, GraphSession
from luodi.runtime.openvino import core, has_bf16, widen, write
from luodi.runtime.session import open_session, read_about, write_about

CALIBRATION_TEXTS = 300
NETWORKS = ("engine_network", "engine_reader")
PROBED_TEXTS = 64  # by which the sensitive stretches of a network are found
ATTENTION = {"ScaledDotProductAttention", "Softmax"}


def forms(folder: Path, wanted: str) -> list[str]:
    """Return the forms to try for an exported model, fastest first; a model that is no network has only its own."""
    if not is_network(folder):
        return []
    below = {"int8": ["int8", "bf16"], "bf16": ["bf16"], "none": []}[wanted]
    return [form for form in below if form != "bf16" or has_bf16()]


def is_network(folder: Path) -> bool:
    """Say whether an exported model is a network, or has one as a part."""
    return read_about(network_in(folder))["engine"] in NETWORKS


def network_in(folder: Path) -> Path:
    """Return the folder of the network in an exported model, which may be a part of it."""
    return folder / DEEP if read_about(folder)["engine"] == "engine_blend" else folder


def make(folder: Path, form: str, texts: Sequence[Any], out: Path) -> None:
    """Write the `form` of the exported network in `folder` to `out`. Calibration sees the first of `texts`.

    What int8 leaves in float is float32: in bfloat16 some texts alone get other logits, and it is no faster (logbook,
    2026-11-30).
    """
    shutil.copytree(folder, out, dirs_exist_ok=True)
    folder, out = network_in(folder), network_in(out)
    about = read_about(folder)
    if form == "int8":
        _int8(folder, texts[:CALIBRATION_TEXTS], out)
    name = about.pop("engine")
    write_about(out, name, **about | {"precision": "bf16" if form == "bf16" and has_bf16() else "f32"})


def sensitive(folder: Path, small: Path, texts: Sequence[str]) -> list[int]:
    """Return the stretches of an int8 network, that which does most harm first.

    `folder` holds the network before, `small` in int8. A stretch reaches from one attention to the next. Each in turn
    computes in float, and what remains of the distance to the float network's logits says what its int8 has done.
    """
    texts = texts[:PROBED_TEXTS]
    folder, small = network_in(folder), network_in(small)
    exact = GraphSession.load(folder).logits(texts)
    gaps = {}
    for stretch in sorted(set(_stretches(core.read_model(small / GRAPH)).values())):
        probe = small.with_name(f"{small.name}.probe")
        shutil.copytree(small, probe, dirs_exist_ok=True)
        _in_float(small, [stretch], probe)
        gaps[stretch] = float(np.abs(GraphSession.load(probe).logits(texts) - exact).mean())
        shutil.rmtree(probe)
    return sorted(gaps, key=lambda stretch: (gaps[stretch], stretch))


def relax(small: Path, stretches: Sequence[int], out: Path) -> None:
    """Write the int8 model in `small` to `out` with these stretches of its network computing in float."""
    shutil.copytree(small, out, dirs_exist_ok=True)
    _in_float(network_in(small), stretches, network_in(out))


def _in_float(small: Path, stretches: Sequence[int], out: Path) -> None:
    """Take out the rounding of activations, and widen the weights that they meet; what int8 made of those stays."""
    model = core.read_model(small / GRAPH)
    for rounding, stretch in _stretches(model).items():
        if stretch in stretches:
            for reader in rounding.output(0).get_target_inputs():
                if reader.get_node().get_type_name() == "MatMul":
                    widen(reader.get_node())
            rounding.output(0).replace(rounding.input_value(0))
    write(model, out / GRAPH)


def _stretches(model: Any) -> dict[Any, int]:
    """Return where activations are rounded to int8, each with the number of attentions before it."""
    found, n = {}, 0
    for one in model.get_ordered_ops():
        n += one.get_type_name() in ATTENTION
        if one.get_type_name() == "FakeQuantize":
            found[one] = n
    return found


def _int8(folder: Path, texts: Sequence[Any], out: Path) -> None:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        import nncf

        nncf.set_log_level(logging.ERROR)
        session: Any = open_session(folder)
        graph_of: GraphSession = getattr(session, "graph", session)
        inputs = [dict(enumerate(graph_of.texts.inputs([one]))) for one in session.ids(texts)]
        graph = nncf.quantize(
            core.read_model(folder / GRAPH),
            nncf.Dataset(inputs),
            model_type=nncf.ModelType.TRANSFORMER,
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(inputs),
        )
    write(graph, out / GRAPH)
