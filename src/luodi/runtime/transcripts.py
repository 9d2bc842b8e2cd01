"""Who said what in a meeting: transcripts as "Name: text" lines, as SubRip or WebVTT subtitles, or as JSON."""

import json
import re
from collections.abc import Iterator
from typing import Any

from luodi.contracts import record

_CUE = re.compile(
    r"^(?:\d+[ \t]*\n)?[ \t]*(?P<from>(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})[ \t]*-->[^\n]*\n(?P<text>(?:[^\n]+\n?)*)",
    re.MULTILINE,
)
_VOICE = re.compile(r"<v(?:\.[\w.]+)?[ \t]+(?P<name>[^>\n]{1,60})>")
_TAG = re.compile(r"</?[a-z][^>\n]{0,60}>")
_NAMED = re.compile(
    r"^[ \t]*(?:[-*•][ \t]+)?"
    r"(?:[\[(]?(?P<time>(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)[\])]?[ \t]*[-–]?[ \t]*)?"
    r"(?:\*\*)?(?P<name>[^\W\d_][^:：\n*]{0,39}?)(?:\*\*)?"
    r"(?:[ \t]*[\[(（](?P<later>(?:\d{1,2}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?)[\])）])?[ \t]*[:：](?:\*\*)?(?!//)[ \t]*",
    re.MULTILINE,
)
_NO_NAME = re.compile(r"\b(?:https?|www)\b|[。！？；!?;]|，|, |\.\s", re.IGNORECASE)
_TEXTS, _NAMES = ("text", "content", "utterance", "sentence", "transcript"), ("speaker", "name", "speaker_name", "user")
_TIMES, _LISTS = ("start", "start_time", "time", "begin"), ("turns", "segments", "utterances", "transcript", "results")
MOST_SHARE = 0.6
"""Of the lines of a transcript, so many begin with a name."""
MAX_WORDS = 5  # of a name


@record
class Turn:
    """What somebody said before somebody else did: `transcript[start:end]`, where the format lets it stand whole."""

    speaker: str
    """Empty where the transcript does not say."""
    text: str
    start: int
    end: int
    time: str = ""
    """When it begins, as the transcript writes it."""


def turns(text: str) -> list[Turn]:
    """Return the turns of a transcript; lines, where it names nobody.

    >>> [(one.speaker, one.text, one.time) for one in turns("[00:05] Ana: Hello.\\nLi: Hi.\\nWhat now?")]
    [('Ana', 'Hello.', '00:05'), ('Li', 'Hi.\\nWhat now?', '')]
    """
    bare = text.lstrip("\ufeff \t\r\n")
    if bare[:1] in {"[", "{"} and (found := _of_json(text)):
        return found
    if "-->" in text and (cues := list(_of_cues(text))):
        return _merged(cues)
    return _of_lines(text)


def _of_json(text: str) -> list[Turn] | None:
    """Return turns of a list of objects, or of an object that holds one; `None` where it is neither."""
    try:
        value: Any = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        value = next((value[name] for name in _LISTS if isinstance(value.get(name), list)), None)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        return None
    made, at = list[Turn](), 0
    for one in value:
        said = _first(one, _TEXTS)
        if not said:
            continue
        place = text.find(said, at)  # where something in it had to be escaped, it does not stand whole
        start = at if place < 0 else place
        at = start + (len(said) if place >= 0 else 0)
        made.append(Turn(speaker=_first(one, _NAMES), text=said, start=start, end=at, time=_first(one, _TIMES)))
    return made or None


def _first(row: dict[str, Any], names: tuple[str, ...]) -> str:
    value = next((row[name] for name in names if row.get(name) is not None), "")
    return str(value).strip() if isinstance(value, (str, int, float)) else ""


def _of_cues(text: str) -> Iterator[Turn]:
    speaker = ""
    for cue in _CUE.finditer(text):
        start, end = cue.span("text")
        said = text[start:end]
        voice = _VOICE.search(said) or _name(said)
        if voice:
            speaker = voice["name"].strip()
        bare = _TAG.sub("", _VOICE.sub("", said)) if voice is None or voice.re is _VOICE else said[voice.end() :]
        bare = " ".join(bare.split())
        if bare:
            yield Turn(speaker=speaker, text=bare, start=start, end=end, time=cue["from"])


def _merged(cues: list[Turn]) -> list[Turn]:
    """Join subtitles of one speaker until one ends a sentence: they are cut by what fits on a screen."""
    made = list[Turn]()
    for one in cues:
        last = made[-1] if made else None
        if last and last.speaker == one.speaker and not last.text.endswith((".", "?", "!", "。", "？", "！")):
            wide = last.text[-1] > "\u2e80"
            text = last.text + ("" if wide else " ") + one.text
            made[-1] = Turn(speaker=last.speaker, text=text, start=last.start, end=one.end, time=last.time)
        else:
            made.append(one)
    return made


def _of_lines(text: str) -> list[Turn]:
    heads = [found for found in _NAMED.finditer(text) if _is_name(found["name"])]
    n_lines = sum(bool(line.strip()) for line in text.split("\n"))
    known = {found["name"].strip().lower() for found in heads}
    # a column of terms and their meanings has as many names as lines
    if not heads or (len(heads) < MOST_SHARE * n_lines and len(known) > len(heads) / 2):
        return [Turn(speaker="", text=text[a:b], start=a, end=b) for a, b in _lines(text, 0, len(text))]
    made = [Turn(speaker="", text=text[a:b], start=a, end=b) for a, b in _lines(text, 0, heads[0].start())]
    ends = [one.start() for one in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        start, stop = _bare(text, head.end(), end)
        if start < stop:
            time = head["time"] or head["later"] or ""
            made.append(Turn(speaker=head["name"].strip(), text=text[start:stop], start=start, end=stop, time=time))
    return made


def _name(text: str) -> re.Match[str] | None:
    found = _NAMED.match(text)
    return found if found and _is_name(found["name"]) else None


def _is_name(name: str) -> bool:
    """Say whether what stands before a colon may be who speaks."""
    return not _NO_NAME.search(name) and len(name.split()) <= MAX_WORDS


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for found in re.compile(r"[^\n]+").finditer(text, start, end):
        a, b = _bare(text, *found.span())
        if a < b:
            yield a, b


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
