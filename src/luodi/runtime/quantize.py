"""Smaller and faster forms of an exported network: int8 by calibration, bfloat16 by a switch."""

import contextlib
import io
import logging
import shutil
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi.runtime.engine_blend import DEEP
from luodi.runtime.engine_network import GRAPH, GraphSession
from luodi.runtime.openvino import core, has_bf16, write
from luodi.runtime.session import open_session, read_about, write_about

CALIBRATION_TEXTS = 300
NETWORKS = ("engine_network", "engine_reader")


def forms(folder: Path, wanted: str) -> list[str]:
    """Return the forms to try for an exported model, fastest first; a model that is no network has only its own."""
    if read_about(network_in(folder))["engine"] not in NETWORKS:
        return []
    below = {"int8": ["int8", "bf16"], "bf16": ["bf16"], "none": []}[wanted]
    return [form for form in below if form != "bf16" or has_bf16()]


def network_in(folder: Path) -> Path:
    """Return the folder of the network in an exported model, which may be a part of it."""
    return folder / DEEP if read_about(folder)["engine"] == "engine_blend" else folder


def make(folder: Path, form: str, texts: Sequence[Any], out: Path) -> None:
    """Write the `form` of the exported network in `folder` to `out`. Calibration sees the first of `texts`."""
    shutil.copytree(folder, out, dirs_exist_ok=True)
    folder, out = network_in(folder), network_in(out)
    about = read_about(folder)
    if form == "int8":
        _int8(folder, texts[:CALIBRATION_TEXTS], out)
    name = about.pop("engine")
    write_about(out, name, **about | {"precision": "bf16" if has_bf16() else "f32"})


def _int8(folder: Path, texts: Sequence[Any], out: Path) -> None:
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        import nncf

        nncf.set_log_level(logging.ERROR)
        session: Any = open_session(folder)
        graph_of: GraphSession = getattr(session, "graph", session)
        inputs = [dict(enumerate(graph_of._inputs([one]))) for one in session.ids(texts)]
        graph = nncf.quantize(
            core.read_model(folder / GRAPH),
            nncf.Dataset(inputs),
            model_type=nncf.ModelType.TRANSFORMER,
            preset=nncf.QuantizationPreset.MIXED,
            subset_size=len(inputs),
        )
    write(graph, out / GRAPH)
