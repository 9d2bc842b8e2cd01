"""A tokenizer learned from the user's own texts: pieces of words, and characters where words are not spaced.

The trainers of `tokenizers` break ties by the order of a hash map, so that no two runs agree. Handed every single
character beforehand, they have nothing left to decide by it (docs/decisions/0027-a-small-encoder-of-ones-own.md).
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

PAD, UNKNOWN, FIRST, LAST, MASK = SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
VOCABULARY = 8_000
MOST_CHARACTERS = 6_000  # Chinese news has some 5,000; rarer ones teach nothing
MIN_TIMES = 2
PREFIX = "##"
CJK = "\u3400", "\u9fff"


def learn(texts: Sequence[str], *, pieces: str = "wordpiece", size: int = VOCABULARY) -> Tokenizer:
    """Return a tokenizer of at most `size` tokens, the same for the same texts; [PAD] is 0.

    A Chinese character is always a token of its own. `wordpiece` takes the longest piece that fits, `bpe` repeats the
    merges that it was learned by; the pieces are the same.
    Source: Sennrich et al. 2016, "Neural Machine Translation of Rare Words with Subword Units"; Devlin et al. 2019.
    """
    normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.BertNormalizer(lowercase=True)])
    pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    counts = Counter(character for text in texts for character in normalizer.normalize_str(text))
    often = [one for one in sorted(counts, key=lambda one: (-counts[one], one)) if counts[one] >= MIN_TIMES]
    alphabet = sorted(one for one in often[: min(MOST_CHARACTERS, size - len(SPECIAL))] if not one.isspace())
    inner = [PREFIX + one for one in alphabet if not CJK[0] <= one <= CJK[1]]
    rough = Tokenizer(models.BPE(unk_token=UNKNOWN, continuing_subword_prefix=PREFIX))
    rough.normalizer, rough.pre_tokenizer = normalizer, pre_tokenizer
    handed = [*SPECIAL, *alphabet, *inner]
    trainer = trainers.BpeTrainer(
        vocab_size=size + 2 * len(counts),  # with room for what is left out afterwards
        special_tokens=handed,
        min_frequency=MIN_TIMES,
        continuing_subword_prefix=PREFIX,
        show_progress=False,
    )
    rough.train_from_iterator(texts, trainer)
    made = Tokenizer(_model(json.loads(rough.to_str())["model"], handed, pieces, size))
    made.normalizer, made.pre_tokenizer = normalizer, pre_tokenizer
    ends = [(one, made.token_to_id(one)) for one in (FIRST, LAST)]
    made.post_processor = processors.TemplateProcessing(single=f"{FIRST} $A {LAST}", special_tokens=ends)
    made.add_special_tokens(list(SPECIAL))
    return made


def write(tokenizer: Tokenizer, file: Path) -> Path:
    """Save it where `tokenizers` and the session find it."""
    tokenizer.save(str(file), pretty=False)
    return file


def _model(learned: dict[str, Any], handed: Sequence[str], pieces: str, size: int) -> Any:
    """Return a model of the tokens handed to the trainer and of the first merges whose parts are known."""
    vocabulary = {one: n for n, one in enumerate(handed)}
    merges: list[tuple[str, str]] = []
    for left, right in learned["merges"]:
        whole = left + right.removeprefix(PREFIX)
        if len(vocabulary) >= size:
            break
        if left in vocabulary and right in vocabulary:
            vocabulary.setdefault(whole, len(vocabulary))
            merges.append((left, right))
    assert pieces in {"wordpiece", "bpe"}
    if pieces == "bpe":
        return models.BPE(vocab=vocabulary, merges=merges, unk_token=UNKNOWN, continuing_subword_prefix=PREFIX)
    return models.WordPiece(vocab=vocabulary, unk_token=UNKNOWN)
