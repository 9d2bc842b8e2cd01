"""What frozen layers make of every text, computed once and kept on disk, so that each epoch starts above them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from luodi.log import progress
from luodi.store import read_json, write_json
from luodi.train import parallel
from luodi.train.batching import sorted_batches
from luodi.train.device import fast
from luodi.train.network import PREDICT_BATCH, Network, Text

FILE, ABOUT = "lower.npy", "lower.json"
MOST_BYTES = 4_000_000_000  # of a disk; where texts need more, frozen layers are computed in every step


class Lower:
    """Hidden states above the frozen layers, text by text: float16, (all tokens, width), on disk."""

    def __init__(self, net: Network, text: Text, ids: Sequence[Sequence[int]], *, work: Path) -> None:
        self.ends = np.cumsum([0] + [len(one) for one in ids])
        self.file = work / FILE
        about = {"tokens": int(self.ends[-1]), "layers": net.frozen}
        known = work / ABOUT
        if parallel.rank() == 0 and not (known.is_file() and read_json(known) == about):
            self._compute(net, text, ids)
            write_json(known, about)
        parallel.wait()
        self.states = np.lib.format.open_memmap(self.file, mode="r")

    @staticmethod
    def fits(net: Network, ids: Sequence[Sequence[int]]) -> bool:
        """Say whether there is something to keep, and whether it is small enough."""
        return bool(net.frozen) and 2 * net.head.in_features * sum(map(len, ids)) <= MOST_BYTES

    def batch(self, rows: Sequence[int]) -> tuple[torch.Tensor, torch.Tensor]:
        """Return states (batch, longest, width) and mask (batch, longest)."""
        lengths = self.ends[[n + 1 for n in rows]] - self.ends[list(rows)]
        mask = np.arange(lengths.max()) < lengths[:, None]
        padded = np.zeros((*mask.shape, self.states.shape[1]), np.float16)
        for place, n in enumerate(rows):
            padded[place, : lengths[place]] = self.states[self.ends[n] : self.ends[n + 1]]
        return torch.from_numpy(padded), torch.from_numpy(mask.astype(np.int64))

    @torch.no_grad()
    def _compute(self, net: Network, text: Text, ids: Sequence[Sequence[int]]) -> None:
        partial = self.file.with_name(f"{FILE}.partial")
        shape = (int(self.ends[-1]), net.head.in_features)
        made = np.lib.format.open_memmap(partial, mode="w+", dtype=np.float16, shape=shape)
        net.eval()
        batches = sorted_batches([len(one) for one in ids], batch_size=PREDICT_BATCH)
        for batch in progress(batches, total=len(batches), doing="frozen layers"):
            inputs, mask = text.batch([ids[i] for i in batch])
            with fast():
                states = net.lower(inputs, mask).to(torch.float16).numpy()
            for place, n in enumerate(batch):
                made[self.ends[n] : self.ends[n + 1]] = states[place, : len(ids[n])]
        made.flush()
        del made
        partial.replace(self.file)
