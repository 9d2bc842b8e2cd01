"""How long a candidate will learn and how much memory that takes, from the number of rows, their lengths and labels.

Constants were measured on one core of a shared machine (docs/logbook.md, 2026-11-24); those of the networks are speeds
of two quiet cores (docs/logbook.md, 2026-11-23). The linear ones fit the three runs they were taken from within a
third, those of memory two of 2026-12-01. Nothing else was checked, and those of the networks leave out loading and the
n-grams at the encoder's side.
"""

from luodi.contracts import record

CHINESE_FACTOR = 2.4  # as many more n-grams a character
LINEAR = {  # microseconds a character: at least, and for each label; bytes a character; of more, a part is taken
    "tfidf-logreg": (1.2, 0.12, 60, 30_000_000),
    "nb-svm": (3.5, 0.27, 120, 20_000_000),
}
NETWORKS = {  # tokens a second, and how often each row is gone through
    "encoder": (3_700.0, 3),
    "encoder-frozen": (26_000.0, 1),  # 665 texts a second, of 40 tokens by a guess
}
LATIN_CHARACTERS_PER_TOKEN = 4.5
MAX_TOKENS = 256
BASE_MB = 200.0


@record
class Cost:
    """What learning will take."""

    seconds: float
    memory_mb: float | None
    """Peak of the process; None where it was not measured."""


def forecast(model: str, n_rows: int, mean_characters: float, n_labels: int, *, chinese: bool = False) -> Cost | None:
    """Forecast one fit; None for a model nothing is known of.

    >>> forecast("tfidf-logreg", 10_000, 200, 4)
    Cost(seconds=3.4, memory_mb=320.0)
    >>> forecast("tfidf-logreg", 10_000, 200, 4, chinese=True).seconds
    8.1
    """
    characters = n_rows * mean_characters
    if model in LINEAR:
        least, per_label, size, most = LINEAR[model]
        characters = min(characters * (CHINESE_FACTOR if chinese else 1), most)
        seconds = characters * (least + per_label * n_labels) / 1e6
        return Cost(seconds=round(seconds, 1), memory_mb=float(round(BASE_MB + characters * size / 1e6)))
    if model in NETWORKS:
        speed, rounds = NETWORKS[model]
        tokens = n_rows * min(MAX_TOKENS, mean_characters / (1 if chinese else LATIN_CHARACTERS_PER_TOKEN) + 2)
        return Cost(seconds=round(rounds * tokens / speed, 1), memory_mb=None)
    return None
