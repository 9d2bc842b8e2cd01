"""A translator that others trained, to learn on from: a folder of `transformers`' Marian, as those of OPUS-MT.

Its pieces get ten more, the marks for what is carried over; what these mean is learned from the pairs.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import MarianConfig, MarianMTModel
from transformers.utils import logging as transformers_logging

from luodi.errors import SetupError
from luodi.runtime import keeping
from luodi.train import segmenting, spm
from luodi.train.pieces import BorrowedPieces

NEEDED = ("config.json", "model.safetensors", "source.spm", "target.spm", "vocab.json")
POSITIONS = 512
"""Places of a text that are known at least; they are waves, and not learned."""
ACTIVATIONS = ("swish", "relu")
FIXED: dict[str, Any] = {
    "model_type": "marian", "share_encoder_decoder_embeddings": True, "tie_word_embeddings": True,
    "add_final_layer_norm": False, "normalize_before": False, "normalize_embedding": False,
}  # fmt: skip
"""What our pass computes, and the models of OPUS-MT are; what a config leaves out is so."""
WRITTEN = {"zh": ("zh", "cmn_Hans", "zho_Hans")}
"""Other names of a language in the marks of models that write several."""
CONVERT = "python -c \"from transformers import MarianMTModel as M; M.from_pretrained('DIR').save_pretrained('DIR')\""


def find(name: str) -> Path:
    """Return the folder of a base: one on this machine, or from the hub where LUODI_NETWORK=1 allows it.

    Raises `SetupError` where there is none, or where something is missing in it.
    """
    path = Path(name)
    if not path.is_dir():
        if os.environ.get("LUODI_NETWORK") != "1":
            fix = "name a folder, or leave it out to learn from nothing; LUODI_NETWORK=1 allows a download from the hub"
            raise SetupError(f"there is no translator {name!r} on this machine", where="[select] base", fix=fix)
        from huggingface_hub import snapshot_download

        path = Path(snapshot_download(name, allow_patterns=["*.json", "*.safetensors", "*.spm"]))
    for file in NEEDED:
        if not (path / file).is_file():
            pickled = file == "model.safetensors" and (path / "pytorch_model.bin").is_file()
            fix = f"pickled weights are never read; {CONVERT}" if pickled else f"it needs {', '.join(NEEDED)}"
            raise SetupError(f"the translator {path.name!r} has no {file}", where=str(path), fix=fix)
    return path


def pieces(path: Path, *, language: str) -> BorrowedPieces:
    """Return the pieces of a base and the marks; of a model of several languages, the mark of the one to write."""
    try:
        vocabulary = json.loads((path / "vocab.json").read_text(encoding="utf-8"))
        words = sorted(vocabulary, key=vocabulary.__getitem__)
        whole = [vocabulary[one] for one in words] == list(range(len(words)))
    except (ValueError, AttributeError, TypeError):
        words, whole = [], False
    fits = whole and words[:1] == [segmenting.END] and words[-1:] == [segmenting.PAD] and segmenting.UNKNOWN in words
    if not fits:
        raise SetupError("its list of pieces is not one of Marian's: </s> first, <pad> last, and <unk>",
                         where=str(path / "vocab.json"), fix="take another base")  # fmt: skip
    source, target = (spm.tokenizer(path / f"{one}.spm", marks=keeping.MARKS) for one in ("source", "target"))
    made = [*words[:-1], *keeping.MARKS]
    return BorrowedPieces(source, target, made, prefix=_prefix(words, language, path))


def network(path: Path, *, seed: int) -> Any:
    """Return the network of a base, with a place for each mark before the padding."""
    _check(path)
    transformers_logging.disable_progress_bar()
    try:
        theirs = MarianMTModel.from_pretrained(path, use_safetensors=True, local_files_only=True).eval()
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        what = f"its weights cannot be read: {str(error).splitlines()[0]}"
        raise SetupError(what, where=str(path), fix="copy the folder again") from None
    known, more = theirs.config.vocab_size - 1, len(keeping.MARKS)
    total = known + more + 1
    told = theirs.config.to_dict() | {
        "vocab_size": total, "decoder_vocab_size": total, "pad_token_id": total - 1,
        "decoder_start_token_id": total - 1, "forced_eos_token_id": None,
        "max_position_embeddings": max(POSITIONS, theirs.config.max_position_embeddings),
    }  # fmt: skip
    made = MarianMTModel(MarianConfig(**told))
    table = theirs.model.shared.weight.detach()
    torch.manual_seed(seed)
    # as large as other pieces, or the first steps would be spent on their length
    marks = torch.randn(more, table.shape[1]) * table[:known].std()
    weights = theirs.state_dict()
    with torch.no_grad():
        for name, one in made.state_dict().items():
            if one.shape == weights[name].shape:
                one.copy_(weights[name])
        made.model.shared.weight.copy_(torch.cat([table[:known], marks, torch.zeros(1, table.shape[1])]))
        bias = theirs.final_logits_bias
        made.final_logits_bias.copy_(torch.cat([bias[:, :known], torch.zeros(1, more + 1)], dim=1))
    return made


def _check(path: Path) -> None:
    """Raise `SetupError` where the network is another one than our pass computes."""
    try:
        told = json.loads((path / "config.json").read_text(encoding="utf-8"))
        wrong = [f"{name} is {told.get(name)!r}" for name, one in FIXED.items() if told.get(name, one) != one]
        wrong += [] if "model_type" in told else ["model_type is missing"]
        if told.get("activation_function") not in ACTIVATIONS:
            wrong.append(f"activation_function is {told.get('activation_function')!r}")
        if told.get("encoder_attention_heads") != told.get("decoder_attention_heads"):
            wrong.append("encoder and decoder have other numbers of heads")
    except (ValueError, AttributeError):
        wrong = ["it is no JSON object"]
    if wrong:
        raise SetupError(f"this is no translator that can be learned on: {wrong[0]}", where=str(path / "config.json"),
                         fix='take a Marian model, as those of OPUS-MT, or leave [select] base out')  # fmt: skip


def _prefix(words: Sequence[str], language: str, path: Path) -> str:
    """Return the mark of the language to write; nothing where a model writes one alone."""
    known = [one for one in words if one.startswith(">>") and one.endswith("<<")]
    if not known:
        return ""
    found = next((one for name in WRITTEN.get(language, (language,)) if (one := f">>{name}<<") in known), None)
    if found is None:
        names = ", ".join(one.strip("<>") for one in known[:8])
        raise SetupError(f"this model writes several languages, and {language or 'none of them'!r} is not among them",
                         where=str(path), fix=f'write [options] target = "…", one of {names}')  # fmt: skip
    return found
