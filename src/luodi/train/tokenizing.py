"""A tokenizer learned from the user's own texts: pieces of words, and characters where words are not spaced."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

Pieces = Literal["wordpiece", "bpe", "unigram"]
PAD, UNKNOWN, FIRST, LAST, MASK = SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
VOCABULARY = 8_000
MOST_CHARACTERS = 6_000  # Chinese news has some 5,000; rarer ones teach nothing
MIN_TIMES = 2
PREFIX = "##"


def learn(texts: Iterable[str], *, pieces: Pieces = "wordpiece", size: int = VOCABULARY) -> Tokenizer:
    """Return a tokenizer with [PAD] as 0, trained on `texts`; a Chinese character is always a token of its own.

    Source: Schuster and Nakajima 2012 (WordPiece); Sennrich et al. 2016 (BPE); Kudo 2018 (Unigram).
    """
    common: dict[str, Any] = {"vocab_size": size, "special_tokens": list(SPECIAL), "show_progress": False}
    made: Any
    trainer: Any
    if pieces == "unigram":
        made, trainer = models.Unigram(), trainers.UnigramTrainer(unk_token=UNKNOWN, **common)
    else:
        common |= {
            "min_frequency": MIN_TIMES,
            "limit_alphabet": min(MOST_CHARACTERS, size - len(SPECIAL)),
            "continuing_subword_prefix": PREFIX,
        }
        if pieces == "bpe":
            made = models.BPE(unk_token=UNKNOWN, continuing_subword_prefix=PREFIX)
            trainer = trainers.BpeTrainer(**common)
        else:
            made = models.WordPiece(unk_token=UNKNOWN, max_input_chars_per_word=100)  # type: ignore[call-arg]
            trainer = trainers.WordPieceTrainer(**common)
    tokenizer = Tokenizer(made)
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.BertNormalizer(lowercase=True)])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(texts, trainer)
    ends = [(one, tokenizer.token_to_id(one)) for one in (FIRST, LAST)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{FIRST} $A {LAST}", special_tokens=ends)
    return tokenizer


def write(tokenizer: Tokenizer, file: Path) -> Path:
    """Save it where `tokenizers` and the session find it."""
    tokenizer.save(str(file), pretty=False)
    return file
