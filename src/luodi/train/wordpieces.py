"""A WordPiece tokenizer with fewer words: those of the scenario's texts, the most common ones, and all letters."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from luodi.errors import SetupError
from luodi.runtime.engine_tokens import plain_tokenizer

LETTERS = 0x250  # code points of the Latin alphabets and their signs, of which any word can be put together


def prune(file: Path, texts: Sequence[str], *, most: int, out: Path) -> list[int]:
    """Write to `out` the tokenizer in `file` with at most so many words, the special ones and the letters always kept.

    Returns the old number of each new word. What is left out falls into smaller pieces. Raises `SetupError` where the
    tokenizer is no WordPiece.
    """
    about = json.loads(file.read_text(encoding="utf-8"))
    if about["model"]["type"] != "WordPiece":
        raise SetupError(
            f"a vocabulary of the kind {about['model']['type']} cannot be made smaller",
            where=str(file),
            fix='use base = "starter", or leave "distilled" out of [select] models',
        )
    vocabulary: dict[str, int] = about["model"]["vocab"]
    special = {one["content"] for one in about["added_tokens"]} | {about["model"]["unk_token"], "[PAD]"}
    special |= _framing(about["post_processor"])
    prefix = about["model"]["continuing_subword_prefix"]
    tokenizer = plain_tokenizer(file)
    used = Counter(i for one in tokenizer.encode_batch(list(texts), add_special_tokens=False) for i in one.ids)
    kept = {number for word, number in vocabulary.items() if word in special or _is_letter(word, prefix)}
    # after those that the texts use come the lowest numbers, which stand for the most common words
    for number in [*(number for number, _ in used.most_common()), *sorted(vocabulary.values())]:
        if len(kept) >= most:
            break
        kept.add(number)
    words = {number: word for word, number in vocabulary.items()}
    old = sorted(kept)
    renumbered = {words[number]: n for n, number in enumerate(old)}
    about["model"]["vocab"] = renumbered
    about["padding"] = about["truncation"] = None
    for one in about["added_tokens"]:
        one["id"] = renumbered[one["content"]]
    _renumber(about["post_processor"], renumbered)
    out.write_text(json.dumps(about, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return old


def _is_letter(word: str, prefix: str) -> bool:
    letter = word.removeprefix(prefix)
    return len(letter) == 1 and ord(letter) < LETTERS


def _framing(after: dict[str, Any]) -> set[str]:
    """Return the words that frame a text, in either notation of a template."""
    named = {after[name][0] for name in ("sep", "cls") if name in after}
    return named.union(*(one["tokens"] for one in after.get("special_tokens", {}).values()))


def _renumber(after: dict[str, Any], renumbered: dict[str, int]) -> None:
    """Let the template use the new numbers."""
    for name in ("sep", "cls"):
        if name in after:
            after[name] = [after[name][0], renumbered[after[name][0]]]
    for one in after.get("special_tokens", {}).values():
        one["ids"] = [renumbered[word] for word in one["tokens"]]
