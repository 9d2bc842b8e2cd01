"""A tokenizer that translates back: pieces of words of both languages, and the text again out of pieces.

Words keep their case, the space before a word is part of its first piece (Kudo and Richardson 2018, "SentencePiece"),
each digit, mark and Chinese character is a piece of its own. As in `tokenizing`, the trainer is handed every single
character, so that it has no tie to break by the order of a hash map.
"""

import json
from collections import Counter
from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

END, UNKNOWN, PAD = "</s>", "<unk>", "<pad>"
SPACE = "\u2581"
MOST_CHARACTERS = 5_000
MIN_TIMES = 2
UNSPACED = "\u2e80"
"""From this character on most scripts do not space words."""
SINGLE = r"[\x{2e80}-\x{9fff}\x{ac00}-\x{d7af}\x{f900}-\x{faff}\x{ff00}-\x{ffef}\x{20000}-\x{3ffff}]"
"""Characters of scripts that do not space words, and their marks."""


def learn(texts: Sequence[str], *, size: int, marks: Sequence[str] = ()) -> Tokenizer:
    """Return a tokenizer of at most `size` pieces, the same for the same texts; [END] is 0, [PAD] the last.

    `marks` are pieces of their own, wherever they stand.
    """
    normalizer = normalizers.NFC()
    single = pre_tokenizers.Split(Regex(SINGLE), "isolated")
    spaced = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme="first", split=True)
    before = pre_tokenizers.Sequence(
        [spaced, single, pre_tokenizers.Punctuation("isolated"), pre_tokenizers.Digits(individual_digits=True)]
    )
    counts = Counter(character for text in texts for character in normalizer.normalize_str(text))
    often = [one for one in sorted(counts, key=lambda one: (-counts[one], one)) if counts[one] >= MIN_TIMES]
    room = min(MOST_CHARACTERS, size - 4 - len(marks))
    alphabet = [SPACE, *sorted(one for one in often[:room] if not one.isspace() and one != SPACE)]
    handed = [END, UNKNOWN, *marks, *alphabet]
    rough = Tokenizer(models.BPE(unk_token=UNKNOWN))
    rough.normalizer, rough.pre_tokenizer = normalizer, before
    trainer = trainers.BpeTrainer(
        vocab_size=size + 2 * len(counts), special_tokens=handed, min_frequency=MIN_TIMES, show_progress=False
    )
    rough.train_from_iterator(texts, trainer)
    learned = json.loads(rough.to_str())["model"]
    vocabulary = {one: n for n, one in enumerate(handed)}
    merges: list[tuple[str, str]] = []
    for left, right in learned["merges"]:
        if len(vocabulary) >= size - 1:
            break
        if left in vocabulary and right in vocabulary:
            vocabulary.setdefault(left + right, len(vocabulary))
            merges.append((left, right))
    vocabulary[PAD] = len(vocabulary)  # last, as CTranslate2 wants it
    made = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token=UNKNOWN))
    made.normalizer, made.pre_tokenizer = normalizer, before
    made.decoder = decoders.Metaspace(replacement=SPACE, prepend_scheme="first", split=True)
    made.add_special_tokens([END, *marks, PAD])
    return made
