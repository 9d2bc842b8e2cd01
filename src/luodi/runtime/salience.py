"""What tells an important sentence from the others of its document, as numbers: words, place, form, and the query.

Sources: word frequency, Nenkova and Vanderwende 2005, "The Impact of Frequency on Summarization"; centroid, Radev et
al. 2004, "Centroid-based Summarization of Multiple Documents"; PageRank over sentences, see `centrality`; place and cue
words, Edmundson 1969, "New Methods in Automatic Extracting".
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from luodi.runtime.centrality import BLOCK, cosines, counts, overlaps, page_rank
from luodi.runtime.outline import Outline
from luodi.runtime.terms import HAN, STOP, terms

Floats = NDArray[np.float32]
LEXRANK = 0.1  # Erkan and Radev 2004, section 3.2: sentences as alike as this are linked
REACHES = (2, 8, 30)  # sentences to both sides over which what is asked for is looked for
_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:['’-][^\W_{HAN}]+)*")
_PRONOUN = re.compile(
    r"^\W*(?:he|she|it|they|this|that|these|those|his|her|their|its|i|we|you)\b|^\W*[他她它这那我你]", re.IGNORECASE
)
_LINKED = re.compile(
    r"^\W*(?:but|and|however|so|also|still|yet|then|meanwhile|moreover|or|because)\b|^\W*(?:但|而|然后|所以|另外|不过|因此)",
    re.I,
)
_CUES = tuple(
    re.compile(one, re.IGNORECASE)
    for one in (
        (
            r"\b(?:in (?:this|our) (?:paper|article|work|report)|we (?:present|propose|show|describe|introduce|find)"
            r"|our (?:results|approach|method)|in summary|in conclusion|overall|results? (?:show|suggest)|conclude"
            r"|key (?:finding|point)s?)\b|本文|本报告|总之|综上|结果表明|总体|主要"
        ),
        r"\b(?:decid|agree|approv|propos|suggest|recommend|plan|will|should|need|must)\w*\b|决定|同意|通过|建议|计划|需要|必须",
        r"\b(?:said|says|told|according to|announced|reported|added)\b|表示|称|指出|宣布|据",
        r"\b(?:yeah|okay|ok|um|uh|mm|hmm|right|hello|hi|thanks|thank you|bye|sorry)\b|嗯|啊|呃|大家好|谢谢|对对|那个",
    )
)
_HEADS = (
    r"summary|abstract|highlight|摘要|概要|要点",
    r"introduction|overview|background|引言|概述|背景|前言",
    r"conclusion|outlook|discussion|结论|总结|展望|讨论",
    r"reference|appendix|acknowledg|annex|参考|附录|致谢",
)
_WHOLE = re.compile(r"\b(?:whole|entire|overall)\b|整个|全部|总体", re.IGNORECASE)
_MARK = re.compile(r"[^\w\s]")
_IS_HAN = re.compile(rf"[{HAN}]")


class Read:
    """The sentences of a document as terms, and what is computed from them once, whatever is asked about it."""

    def __init__(self, outline: Outline, vectors: Floats | None = None) -> None:
        texts = [one.text for one in outline.sentences]
        self.outline = outline
        self.vectors = vectors
        """Unit vectors of the sentences, shape (n, width), where there is an encoder."""
        self.terms = [terms(text) for text in texts]
        self.words = [[word.lower() for word in _WORD.findall(text)] for text in texts]
        self._seen: tuple[int, Floats] | None = None

    def seen(self, rarity: "Rarity") -> Floats:
        """Return the features that do not depend on what is asked, shape (n, len(SEEN))."""
        if self._seen is None or self._seen[0] != id(rarity.counts):
            columns = _place(self.outline) | _frequency(self, rarity) | _graph(self, rarity) | _form(self)
            columns |= _speakers(self) | _meaning(self)
            self._seen = id(rarity.counts), _stacked(columns, SEEN)
        return self._seen[1]


class Rarity(NamedTuple):
    """In how many of the documents that were learned from a term stands, by its hash."""

    n_documents: int
    counts: NDArray[np.int32]

    def of(self, term: str) -> float:
        """Return the inverse document frequency."""
        return math.log((1 + self.n_documents) / (1 + int(self.counts[bucket(term, len(self.counts))])))


@lru_cache(maxsize=200_000)
def bucket(term: str, size: int) -> int:
    """Return a term's place in a table: the same on every machine."""
    n = 2166136261
    for one in term.encode("utf-8", "surrogatepass"):
        n = ((n ^ one) * 16777619) & 0xFFFFFFFF  # FNV-1a
    return n % size


SEEN = (
    "place", "log_place", "first", "from_end", "in_paragraph", "opens_paragraph", "in_section", "opens_section",
    "section_place", "log_n", "log_words", "longer", "log_terms", "tf_sum", "tf_mean", "tf_top", "raw_sum", "raw_mean",
    "rarity_sum", "rarity_mean", "centroid", "titled", "heading", "headed", "textrank", "lexrank", "wordrank", "degree",
    "before", "behind", "digits", "capitals", "quoted", "asks", "pronoun", "linked", "cue_0", "cue_1", "cue_2", "cue_3",
    "marks", "han", "speaker_share", "turn_length", "meaning_centroid", "meaning_rank", "meaning_title", "rank_tf_sum",
    "rank_raw_sum", "rank_centroid", "rank_textrank", "rank_wordrank", "rank_rarity_sum", "rank_log_words",
)  # fmt: skip
ASKED = (
    "speaker_asked", "asked", "asked_rare", "asked_2", "asked_8", "asked_30", "has_query", "asks_whole",
    "meaning_asked", "meaning_asked_2", "meaning_asked_8", "meaning_asked_30", "rank_asked_rare", "rank_asked_8",
    "rank_meaning_asked", "rank_meaning_asked_8",
)  # fmt: skip
NAMES = (*SEEN, *ASKED)


def features(read: Read, rarity: Rarity, query: str = "", query_vector: Floats | None = None) -> Floats:
    """Return what is seen of each sentence, shape (n, len(NAMES)), in the order of `NAMES`."""
    columns = _asked(read, rarity, query) | _meaning_asked(read, query_vector)
    return np.concatenate([read.seen(rarity), _stacked(columns, ASKED)], axis=1)


def _stacked(columns: dict[str, NDArray[np.floating]], names: Sequence[str]) -> Floats:
    for name in names:
        if name.startswith("rank_"):
            columns[name] = ranks(columns[name.removeprefix("rank_")])
    return np.stack([np.asarray(columns[name], dtype=np.float32) for name in names], axis=1)


def _place(outline: Outline) -> dict[str, NDArray[np.floating]]:
    lines = outline.sentences
    n = len(lines)
    at = np.arange(n, dtype=np.float64)
    made: dict[str, NDArray[np.floating]] = {
        "place": at / max(1, n - 1), "log_place": np.log1p(at), "first": (at == 0).astype(float),
        "from_end": np.log1p(n - 1 - at), "log_n": np.full(n, math.log1p(n)),
    }  # fmt: skip
    for name, key in (("paragraph", [one.paragraph for one in lines]), ("section", [one.section for one in lines])):
        groups = np.unique(key, return_inverse=True)[1] if n else np.zeros(0, dtype=np.int64)
        starts = np.zeros(n)
        sizes = np.bincount(groups, minlength=1)
        for i in range(n):
            starts[i] = i if i == 0 or key[i] != key[i - 1] else starts[i - 1]
        made[f"in_{name}"] = (at - starts) / np.maximum(1, sizes[groups] - 1) if n else at
        made[f"opens_{name}"] = (at == starts).astype(float)
        if name == "section":
            made["section_place"] = groups / max(1, int(groups.max(initial=0)))
    return made


def _frequency(read: Read, rarity: Rarity) -> dict[str, NDArray[np.floating]]:
    often = Counter(term for each in read.terms for term in each)
    raw = Counter(word for each in read.words for word in each)
    total, raw_total = max(1, often.total()), max(1, raw.total())
    top = {term for term, _ in often.most_common(10)}
    n_words = np.array([len(each) for each in read.words], dtype=float)
    n_terms = np.array([len(each) for each in read.terms], dtype=float)
    tf = np.array([sum(often[term] for term in each) / total for each in read.terms])
    rare = np.array([sum(rarity.of(term) for term in each) for each in read.terms])
    raw_sum = np.array([sum(raw[word] for word in each) / raw_total for each in read.words])
    title = frozenset(terms(read.outline.title))
    heads = [frozenset(terms(one)) for one in read.outline.headings]
    kinds = [_kind(one) for one in read.outline.headings]
    return {
        "log_words": np.log1p(n_words), "longer": n_words / max(1.0, float(n_words.mean()) if len(n_words) else 1.0),
        "log_terms": np.log1p(n_terms), "tf_sum": tf, "tf_mean": tf / np.maximum(1, n_terms),
        "tf_top": np.array([len(top & set(each)) for each in read.terms], dtype=float),
        "raw_sum": raw_sum, "raw_mean": raw_sum / np.maximum(1, n_words),
        "rarity_sum": np.log1p(np.maximum(0, rare)), "rarity_mean": rare / np.maximum(1, n_terms),
        "titled": np.array([_share(each, title) for each in read.terms]),
        "heading": np.array(
            [_share(each, heads[line.section]) for each, line in zip(read.terms, read.outline.sentences, strict=True)]
        ),
        "headed": np.array([kinds[line.section] for line in read.outline.sentences], dtype=float),
    }  # fmt: skip


@lru_cache(maxsize=10_000)
def _kind(heading: str) -> float:
    """Say what kind of section a heading is of: 1 sums up, 2 begins, 3 ends, 4 is beside the matter, 0 any other."""
    for n, words in enumerate(_HEADS, start=1):
        if re.search(words, heading.lower()):
            return float(n)
    return 0.0


def _share(each: Sequence[str], wanted: frozenset[str]) -> float:
    return len(wanted & set(each)) / len(wanted) if wanted else 0.0


def _graph(read: Read, rarity: Rarity) -> dict[str, NDArray[np.floating]]:
    """Compare sentences with each other, and with all of them together; block by block."""
    n = len(read.terms)
    total = Counter(term for each in read.terms for term in each)
    norm = math.sqrt(sum((count * rarity.of(term)) ** 2 for term, count in total.items())) or 1.0
    names = ("centroid", "textrank", "lexrank", "wordrank", "degree", "before", "behind")
    made: dict[str, NDArray[np.floating]] = {name: np.zeros(n) for name in names}
    for start in range(0, n, BLOCK):
        part = slice(start, start + BLOCK)
        rows, known = counts(read.terms[part])
        made["textrank"][part] = page_rank(overlaps(rows))
        idf = np.array([rarity.of(term) for term in known], dtype=np.float32)
        rows *= idf
        alike = cosines(rows)
        lengths = np.maximum(np.linalg.norm(rows, axis=1), 1e-9)
        made["centroid"][part] = rows @ (np.array([total[term] for term in known]) * idf) / lengths / norm
        made["before"][part] = np.concatenate([[0.0], np.diagonal(alike, 1)])
        made["behind"][part] = np.concatenate([np.diagonal(alike, 1), [0.0]])
        made["degree"][part] = alike.mean(axis=1)
        made["lexrank"][part] = page_rank((alike > LEXRANK).astype(np.float32))
        plain = [[word for word in each if word.isalpha() and word not in STOP] for each in read.words[part]]
        made["wordrank"][part] = page_rank(cosines(counts(plain)[0]))
    return made


def _form(read: Read) -> dict[str, NDArray[np.floating]]:
    texts = [one.text for one in read.outline.sentences]
    n_characters = np.maximum(1, np.array([len(text) for text in texts], dtype=float))

    def each(measure: object) -> NDArray[np.floating]:
        return np.array([float(measure(text)) for text in texts])  # type: ignore[operator]

    made = {
        "digits": each(lambda text: len(re.findall(r"\d+", text))),
        "capitals": each(lambda text: len(re.findall(r"(?<!^)\b[A-Z]", text))),
        "quoted": each(lambda text: any(one in text for one in '"“”「」')),
        "asks": each(lambda text: text.rstrip()[-1:] in "?？吗"),
        "pronoun": each(lambda text: bool(_PRONOUN.match(text))),
        "linked": each(lambda text: bool(_LINKED.match(text))),
        "marks": each(lambda text: len(_MARK.findall(text))) / n_characters,
        "han": each(lambda text: bool(_IS_HAN.search(text))),
    }
    for n, cue in enumerate(_CUES):
        made[f"cue_{n}"] = each(lambda text, cue=cue: len(cue.findall(text)))
    return made


def _speakers(read: Read) -> dict[str, NDArray[np.floating]]:
    lines = read.outline.sentences
    said = Counter[str]()
    turn = Counter[int]()
    for line, words in zip(lines, read.words, strict=True):
        said[line.speaker] += len(words)
        turn[line.turn] += len(words)
    return {
        "speaker_share": np.array([said[one.speaker] / max(1, said.total()) if one.speaker else 0.0 for one in lines]),
        "turn_length": np.array([math.log1p(turn[one.turn]) if one.turn >= 0 else 0.0 for one in lines]),
    }


def _parts(name: str) -> list[str]:
    """Return by what a speaker may be called in a question: the whole name, or a word of it."""
    low = name.lower()
    return [low, *(one for one in low.split() if len(one) > 3)] if low else []


def _asked(read: Read, rarity: Rarity, query: str) -> dict[str, NDArray[np.floating]]:
    n, low = len(read.terms), query.lower()
    wanted = {term: max(0.0, rarity.of(term)) + 0.1 for term in terms(query)}
    total = sum(wanted.values()) or 1.0
    rare = np.array([sum(wanted.get(term, 0.0) for term in set(each)) / total for each in read.terms])
    named = {one.speaker: float(any(part in low for part in _parts(one.speaker))) for one in read.outline.sentences}
    made: dict[str, NDArray[np.floating]] = {
        "asked": np.array([_share(each, frozenset(wanted)) for each in read.terms]),
        "asked_rare": rare,
        "has_query": np.full(n, float(bool(wanted))),
        "asks_whole": np.full(n, float(bool(_WHOLE.search(query)))),
        "speaker_asked": np.array([named[one.speaker] for one in read.outline.sentences]),
    }
    return made | {f"asked_{reach}": _around(rare, reach) for reach in REACHES}


def _around(values: NDArray[np.floating], reach: int) -> NDArray[np.floating]:
    """Return the mean over so many sentences to both sides."""
    n = len(values)
    running = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(n)
    high, low = np.minimum(n, at + reach + 1), np.maximum(0, at - reach)
    return np.asarray((running[high] - running[low]) / (high - low)) if n else values


def _meaning(read: Read) -> dict[str, NDArray[np.floating]]:
    n = len(read.terms)
    if read.vectors is None or not n:
        return {name: np.zeros(n) for name in ("meaning_centroid", "meaning_rank", "meaning_title")}
    middle = read.vectors.mean(axis=0)
    centroid = read.vectors @ (middle / max(1e-9, float(np.linalg.norm(middle))))
    return {
        "meaning_centroid": centroid,
        "meaning_rank": ranks(centroid),
        "meaning_title": read.vectors @ read.vectors[0],
    }


def _meaning_asked(read: Read, query: Floats | None) -> dict[str, NDArray[np.floating]]:
    n = len(read.terms)
    alike = np.zeros(n) if read.vectors is None or query is None else read.vectors @ query
    return {"meaning_asked": alike} | {f"meaning_asked_{reach}": _around(alike, reach) for reach in REACHES}


def ranks(values: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return the share of a document's sentences that are worth less, 0 to 1; ties share their place."""
    order = np.sort(values)
    return (np.searchsorted(order, values, side="left") + np.searchsorted(order, values, side="right")) / max(
        1, 2 * len(values)
    )
