"""The public sets that names are learned from and measured on. No text of them is kept anywhere but in ../shared/data."""

import csv
import gzip
import json
import random
import re
from collections import Counter
from functools import cache
from pathlib import Path

from bench.names_material import english, people

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"
Mark = tuple[str, int, int]
Marked = tuple[str, list[Mark]]

PRESIDIO = {"PERSON": "person", "ORGANIZATION": "organization", "LOCATION": "location", "ADDRESS": "address"}
SLOTS = {
    "person": "PER", "name": "PER", "name_male": "PER", "name_female": "PER", "first_name": "FIRST", "first_name_male": "FIRST", "first_name_female": "FIRST",
    "first_name_nonbinary": "FIRST", "last_name": "LAST", "last_name_male": "LAST", "last_name_female": "LAST", "organization": "ORG", "company": "ORG",
    "address": "ADDR", "street_name": "STREET", "secondary_address": "UNIT", "city": "CITY", "country": "COUNTRY", "state_abbr": "STATE", "zipcode": "ZIP",
    "postcode": "ZIP", "building_number": "NUMBER", "prefix": "TITLE", "prefix_male": "TITLE", "prefix_female": "TITLE", "job": "JOB", "phone_number": "phone",
    "email": "email", "day_of_week": "day", "date_time": "date", "date_of_birth": "date", "year": "year", "age": "n",
}  # fmt: skip
HONORIFIC = {one.strip(".").lower() for one in people.TITLES}


def people_daily() -> list[Marked]:
    """Return the sentences of the newspaper with the people, places and organizations in them."""
    kinds = {"PER": "person", "LOC": "location", "ORG": "organization"}
    out = []
    with gzip.open(DATA / "zh_ner_peopledaily" / "train.txt.gz", "rt", encoding="utf-8") as file:
        lines = file.read()
    for block in lines.split("\n\n"):
        text, marks = "", []
        for line in filter(None, block.split("\n")):
            character, tag = line[0], line.split()[-1]
            if tag[0] == "B":
                marks.append((kinds[tag[2:]], len(text), len(text) + 1))
            elif tag[0] == "I" and marks and marks[-1][2] == len(text):
                marks[-1] = (marks[-1][0], marks[-1][1], len(text) + 1)
            text += character
        if text:
            out.append((text, marks))
    return out


def presidio() -> tuple[list[tuple[str, Marked]], list[tuple[str, Marked]]]:
    """Return (template, sentence) to learn from and to measure on; no template stands in both."""
    large, small = _sets()
    templates = sorted({_template(row) for row in large})
    held = set(random.Random("presidio").sample(templates, k=len(templates) // 4))
    learn = [(row["masked"], _presidio(row)) for row in large if _template(row) not in held]
    dev = [(row["masked"], _presidio(row)) for row in large if _template(row) in held]
    return learn, dev + [
        (row["masked"], _presidio(row)) for row in small if _template(row) not in set(templates) - held
    ]


def presidio_small() -> list[Marked]:
    """Return the sentences of the smaller set, which nothing is ever learned from."""
    return [_presidio(row) for row in _sets()[1]]


def of_large(rows: list[tuple[str, Marked]]) -> list[tuple[str, Marked]]:
    """Return the rows that are of the larger set alone."""
    small = {row["full_text"] for row in _sets()[1]}
    masked = {row["masked"] for row in _sets()[0]}
    return [row for row in rows if row[0] in masked and row[1][0] not in small]


@cache
def _sets() -> tuple[list[dict], list[dict]]:
    folder = DATA / "pii_presidio_research"
    with gzip.open(folder / "generated_large.json.gz", "rt", encoding="utf-8") as file:
        large = json.load(file)
    return large, json.loads((folder / "generated_small.json").read_text(encoding="utf-8"))


def _template(row: dict) -> str:
    return " ".join(row["masked"].lower().split())


def _presidio(row: dict) -> Marked:
    text, marks = row["full_text"], []
    for span in sorted(row["spans"], key=lambda one: one["start_position"]):
        kind, start, end = PRESIDIO.get(span["entity_type"]), span["start_position"], span["end_position"]
        title = english.people.TITLE.match(text, start, end) if kind == "person" else None
        start = title.end() if title else start  # a title is no part of a name
        if kind and start < end and text[start:end].strip(". ").lower() not in HONORIFIC:
            marks.append((kind, start, end))
    return text, english.merged(text, marks)


def refilled(masked: str, rng: random.Random) -> Marked:
    """Return a template of the set with names of ours in it."""

    def ours(slot: re.Match[str]) -> str:
        name = SLOTS.get(slot[1], "num")
        return english.places.number(rng) if name == "NUMBER" else "{" + name + "}"

    template = re.sub(r"\{{1,2}(\w+)\}{1,2}", ours, masked)
    text, marks = english.filled(template, rng)
    return english.cased(text, english.merged(text, marks), rng)


PLACEHOLDERS = (
    (
        "PER",
        re.compile(
            r"\b(?:he|she|him|someone|my (?:friend|brother|sister|father|mother|boss|son|wife)|the (?:man|woman|boy|girl))\b",
            re.IGNORECASE,
        ),
    ),
    (
        "ORG",
        re.compile(
            r"\b(?:the|my|our|your|this) (?:company|bank|school|firm|team|store|shop|industry|university)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "CITY",
        re.compile(
            r"(?<=\b(?:in|to) )(?:the|this|your|my|our) (?:city|country|town|village|world|area|house|room|kitchen)\b",
            re.IGNORECASE,
        ),
    ),
    ("COUNTRY", re.compile(r"(?<=\bfrom )(?:here|there|abroad|home)\b")),
)


def speaks_of_someone(text: str) -> bool:
    return any(pattern.search(text) for _, pattern in PLACEHOLDERS)


def named(text: str, rng: random.Random) -> Marked:
    """Return a real sentence with names of ours where it speaks of a person, a company or a place without a name."""
    template = text
    for slot, pattern in PLACEHOLDERS:
        if slot == "PER":
            slot = rng.choice(["PER", "PER", "FIRST", "LAST"])
        template = pattern.sub(
            lambda match, slot=slot: "{" + slot + "}" if rng.random() < 0.8 else match.group(), template
        )
    filled, marks = english.filled(template, rng)
    return english.cased(filled, english.merged(filled, marks), rng)


def ordinary() -> list[str]:
    """Return real English sentences in which every word with a capital is an ordinary word, so that no name is in them."""
    texts = []
    with (DATA / "banking77" / "train.csv").open(encoding="utf-8", newline="") as file:
        texts += [row[0] for row in csv.reader(file)]
    with gzip.open(DATA / "tatoeba_cmn_eng" / "train_dedup_vs_laser.tsv.gz", "rt", encoding="utf-8") as file:
        texts += [line.split("\t")[0] for line in file]
    with gzip.open(DATA / "qmsum" / "train.jsonl.gz", "rt", encoding="utf-8") as file:
        for line in file:
            for turn in json.loads(line)["meeting_transcripts"]:
                texts += [one for one in re.split(r"(?<=[.?!]) ", turn["content"]) if 20 < len(one) < 250]
    small, large = Counter(), Counter()
    for text in texts:
        for match in re.finditer(r"[A-Za-z]+", text):
            word = match.group()
            if word.islower():
                small[word] += 1
            elif match.start() > 1 and text[match.start() - 2] not in ".?!":
                large[word.lower()] += 1
    names = {one.lower() for names in people.FLAT_GIVEN.values() for one in names}

    def usual(word: str) -> bool:
        return word == "I" or (
            small[word.lower()] >= 20 and large[word.lower()] < 0.2 * small[word.lower()] and word.lower() not in names
        )

    keep = []
    for text in dict.fromkeys(one for one in texts if "{" not in one):
        words = re.findall(r"[A-Za-z]+", text)
        if all(usual(word) for word in words if word[0].isupper()) and not any(
            word in {"tom", "mary", "london", "america", "china", "japan"} for word in words
        ):
            keep.append(text.strip())
    return keep
