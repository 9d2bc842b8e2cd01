"""Vectors of words from the starter encoder: what its input table and its last layer say of each, pressed together."""

import numpy as np
import torch
from transformers import AutoModel

from luodi.privacy import features_en
from luodi.train import starter

HALF = features_en.VECTOR // 2


def vectors() -> tuple[np.ndarray, np.ndarray]:
    """Return 32-bit keys, shape (rows,), and vectors, shape (rows, VECTOR); row 0 is for what is not known."""
    path = starter.find("starter").path
    words = (path / "vocab.txt").read_text(encoding="utf-8").splitlines()
    model = AutoModel.from_pretrained(path, use_safetensors=True).eval()
    table = model.get_input_embeddings().weight.detach()
    cls, sep = words.index("[CLS]"), words.index("[SEP]")
    last = []
    with torch.no_grad():
        for start in range(0, len(words), 512):
            ids = torch.arange(start, min(start + 512, len(words)))
            asked = torch.stack([torch.full_like(ids, cls), ids, torch.full_like(ids, sep)], dim=1)
            last.append(model(asked, torch.ones_like(asked)).last_hidden_state[:, 1])
    both = np.concatenate([_pressed(table.numpy()), _pressed(torch.cat(last).numpy())], axis=1)
    keys, out = (
        np.zeros(features_en.N_VECTORS, np.uint32),
        np.zeros((features_en.N_VECTORS, features_en.VECTOR), np.float32),
    )
    for row, word in enumerate(words, 1):
        if not word.startswith("["):
            keys[row], out[row] = features_en.key(word), both[row - 1]
    return keys, out


def _pressed(table: np.ndarray) -> np.ndarray:
    """Return the first principal components, scaled to a like spread, outliers cut at three."""
    centered = table - table.mean(axis=0)
    _, values, axes = np.linalg.svd(centered, full_matrices=False)
    spread = values[:HALF] / np.sqrt(len(table))
    return np.clip(centered @ axes[:HALF].T / np.sqrt(spread * spread.mean()), -3, 3) * 0.5
