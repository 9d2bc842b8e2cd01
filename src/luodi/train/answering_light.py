"""A small reader that needs no pretrained encoder: features of the match with the question, and dilated convolutions.

Source: Chen, Fisch, Weston and Bordes 2017, "Reading Wikipedia to Answer Open-Domain Questions", section 3.2, for the
aligned question and the pooled one; Yu et al. 2018, "QANet", for convolutions in the place of recurrence.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import torch
from safetensors.torch import load_model, save_model

from luodi.runtime import engine_light
from luodi.runtime.reading import Limits, Window
from luodi.runtime.reading_light import BUCKETS, N_FEATURES, LightScribe
from luodi.train.answering import SpanReader
from luodi.train.device import device

ABOUT, WEIGHTS = "reader-light.json", "reader-light.safetensors"
WIDTH, EMBEDDED = 96, 64
DILATIONS = (1, 2, 4, 8, 16, 1)


class ChannelDropout(torch.nn.Module):
    """Drops whole channels of a text: a hundredth of the random numbers, and neighbours cannot fill in for each other.

    Source: Tompson et al. 2015, "Efficient Object Localization Using Convolutional Networks", section 3.2.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if not self.training:
            return x
        kept = torch.nn.functional.dropout(torch.ones_like(x[:, :1]), self.p)
        return x * kept


class Block(torch.nn.Module):
    """x + dropout(gelu(conv(norm(x)))), a kernel of three tokens, each dilation seeing farther.

    Written as one product of three shifted copies, which is several times as fast here as a dilated convolution.
    """

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.norm = torch.nn.LayerNorm(width)
        self.dilation = dilation
        self.conv = torch.nn.Linear(3 * width, width)
        self.dropout = ChannelDropout(dropout)

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        d = self.dilation
        wide = torch.nn.functional.pad(self.norm(x) * mask, (0, 0, d, d))
        made = self.conv(torch.cat([wide[:, : -2 * d], wide[:, d:-d], wide[:, 2 * d :]], dim=2))
        out: torch.Tensor = x + self.dropout(torch.nn.functional.gelu(made)) * mask
        return out


class LightNet(torch.nn.Module):
    """Logits of each token of a window, shape (batch, time, 2): that the answer begins, and that it ends, there."""

    def __init__(self, dropout: float = 0.3) -> None:
        super().__init__()
        self.embedding = torch.nn.Embedding(BUCKETS, EMBEDDED, padding_idx=0)
        self.dropout = ChannelDropout(dropout)
        self.align = torch.nn.Linear(EMBEDDED, EMBEDDED)
        self.asked = torch.nn.Conv1d(EMBEDDED, EMBEDDED, 3, padding=1)
        self.weigh = torch.nn.Linear(EMBEDDED, 1)
        self.inlet = torch.nn.Linear(3 * EMBEDDED + N_FEATURES, WIDTH)
        self.blocks = torch.nn.ModuleList([Block(WIDTH, one, dropout / 2) for one in DILATIONS])
        self.norm = torch.nn.LayerNorm(WIDTH)
        self.head = torch.nn.Linear(WIDTH, 2)

    def forward(self, ids: torch.Tensor, features: torch.Tensor, question: torch.Tensor) -> torch.Tensor:
        mask = (ids > 0).to(features.dtype)[..., None]  # (batch, time, 1)
        held = (question > 0).to(features.dtype)  # (batch, asked)
        x, q = self.dropout(self.embedding(ids)), self.dropout(self.embedding(question))
        keys, queries = (torch.nn.functional.relu(self.align(one)) for one in (q, x))
        scores = queries @ keys.transpose(1, 2) + (held[:, None, :] - 1) * 1e4
        aligned = scores.softmax(dim=2) @ q  # (batch, time, embedded)
        read = torch.nn.functional.gelu(self.asked(q.transpose(1, 2)).transpose(1, 2))
        weights = (self.weigh(read).squeeze(2) + (held - 1) * 1e4).softmax(dim=1)
        pooled = (weights[..., None] * read).sum(dim=1, keepdim=True)  # (batch, 1, embedded)
        whole = pooled.expand(-1, x.shape[1], -1)
        made = self.inlet(torch.cat([x, aligned, whole, features], dim=2)) * mask
        for block in self.blocks:
            made = block(made, mask)
        return self.head(self.norm(made))  # type: ignore[no-any-return]


class LightReader(SpanReader):
    """The small network with what cuts texts for it."""

    def __init__(self, net: LightNet, scribe: LightScribe, *, nothing: float | None = None) -> None:
        self.net, self.scribe, self.base, self.nothing = net, scribe, "", nothing

    @classmethod
    def fresh(cls, limits: Limits, *, seed: int) -> Self:
        torch.manual_seed(seed)
        return cls(LightNet().to(device()), LightScribe(limits))

    def feed(self, windows: Sequence[Window]) -> tuple[torch.Tensor, ...]:
        return tuple(torch.from_numpy(one).to(device()) for one in engine_light.inputs_of(windows))

    def answer_lengths(self, texts: Sequence[str]) -> list[int]:
        return [self.scribe.n_tokens(one) for one in texts]

    def _about(self) -> dict[str, Any]:
        return {"nothing": self.nothing, "limits": asdict(self.scribe.limits)}

    def save(self, folder: Path) -> None:
        text = json.dumps(self._about(), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / ABOUT).write_text(text, encoding="utf-8")
        save_model(self.net, str(folder / WEIGHTS))

    def export(self, folder: Path) -> None:
        engine_light.write(folder, self._graph(), **self._about())

    def _graph(self) -> Any:
        from luodi.train.export import converted

        net = self.net.cpu().eval()
        windows = self.scribe.windows("who is it", "it is he. ")
        example = tuple(torch.from_numpy(one) for one in engine_light.inputs_of([*windows, *windows]))
        return converted(net, example, [[-1, -1], [-1, -1, N_FEATURES], [-1, -1]])

    @classmethod
    def load(cls, folder: Path) -> Self:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        net = LightNet()
        load_model(net, str(folder / WEIGHTS))
        return cls(net.to(device()).eval(), LightScribe(Limits(**about["limits"])), nothing=about["nothing"])
