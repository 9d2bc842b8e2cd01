"""Training state as safetensors, written whole or not at all. No pickle, no generator state."""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

FILE = "checkpoint.safetensors"


def write(work: Path, tensors: dict[str, torch.Tensor], about: dict[str, Any]) -> None:
    """Replace the checkpoint in `work`: readers see the old one or the new one."""
    partial = work / f"{FILE}.partial"
    ready = {name: one.detach().cpu().contiguous() for name, one in tensors.items()}
    save_file(ready, partial, metadata={"about": json.dumps(about)})
    partial.replace(work / FILE)


def read(work: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]] | None:
    """Return tensors and state of the last checkpoint, or `None`."""
    try:
        with safe_open(work / FILE, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            return tensors, json.loads(file.metadata()["about"])
    except (FileNotFoundError, SafetensorError):
        return None
