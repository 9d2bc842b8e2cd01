"""A table that stands for an encoder: what its rows add up to is fitted to the vectors that the encoder makes."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from luodi.runtime.encoders import Embedder, Light
from luodi.runtime.engine_tokens import TABLE, TOKENIZER, plain_tokenizer

RARE = 1e-3  # Arora, Liang and Ma 2017, section 3: frequent tokens count less
RIDGE = 1.0
AT_ONCE = 2_048


def light(encoder: Embedder, texts: Sequence[str], *, work: Path) -> Light:
    """Return the table, in `work/light`. Each token goes through the encoder once, by itself; a linear map from the
    weighted means of these to the encoder's vectors of `texts` is fitted by ridge regression, and folded in."""
    folder = work / "light"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    source = encoder.session.folder / TOKENIZER
    tokenizer = plain_tokenizer(source)
    first, last = (int(tokenizer.token_to_id(one) or 0) for one in ("[CLS]", "[SEP]"))
    n = tokenizer.get_vocab_size()
    alone = [encoder.session.run([[first, token, last] for token in range(at, min(n, at + AT_ONCE))])
             for at in range(0, n, AT_ONCE)]  # fmt: skip
    tokens = np.concatenate(alone)
    ids = [one.ids for one in tokenizer.encode_batch(list(texts), add_special_tokens=False)]
    counts = np.bincount(np.concatenate([np.array(one, dtype=np.int64) for one in ids]), minlength=n)
    share = counts / max(1, counts.sum())
    rows = (RARE / (RARE + share))[:, None] * (tokens - tokens.mean(axis=0))
    means = np.stack([rows[one].mean(axis=0) if one else np.zeros(rows.shape[1]) for one in ids])
    means /= np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
    fitted = np.linalg.solve(means.T @ means + RIDGE * np.eye(means.shape[1]), means.T @ encoder(texts))
    save_file({"table": (rows @ fitted).astype(np.float16)}, folder / TABLE)
    shutil.copyfile(source, folder / TOKENIZER)
    return Light(folder)
