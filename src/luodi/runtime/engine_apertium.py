"""Rules that other people wrote: Debian's Apertium, a program beside this one, asked sentence by sentence.

Source: Forcada et al. 2011, "Apertium: a free/open-source platform for rule-based machine translation".
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from luodi.contracts import Draft, Material
from luodi.errors import SetupError
from luodi.runtime.keeping import MARK
from luodi.runtime.session import read_about, write_about
from luodi.runtime.translated import drafts

PROGRAM = "apertium"
SECONDS, SECONDS_EACH = 30.0, 0.2
"""So long it may take to begin, and so long for each sentence."""
AT_ONCE = 500
LEAST = 0.05
UNKNOWN = re.compile(r"\*(?=[^\W\d_])")
"""What the program writes before a word that it does not know."""
WORD = re.compile(r"[^\W\d_]+")
INSTALL = "apt-get install apertium, and the package of the pair, as apertium-eng-spa"
LONG = {
    "af": "afr", "an": "arg", "ar": "ara", "be": "bel", "bg": "bul", "br": "bre", "ca": "cat", "cy": "cym", "da": "dan",
    "de": "deu", "en": "eng", "eo": "epo", "es": "spa", "eu": "eus", "fr": "fra", "gl": "glg", "hi": "hin", "id": "ind",
    "is": "isl", "it": "ita", "kk": "kaz", "mk": "mkd", "ms": "msa", "mt": "mlt", "nb": "nob", "nl": "nld", "nn": "nno",
    "oc": "oci", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sc": "srd", "sl": "slv", "sv": "swe", "tr": "tur",
    "tt": "tat", "uk": "ukr", "ur": "urd",
}  # fmt: skip
"""Names of languages by ISO 639-1 and 639-3; pairs are named by either."""


def directions() -> list[str] | None:
    """Return the directions that are installed, as in "eng-spa"; `None` where the program is not."""
    try:
        listed = _run(["-l"], "", seconds=SECONDS)
    except SetupError:
        return None
    return [line.strip() for line in listed.splitlines() if line.strip()]


def direction(source: str, target: str, known: Sequence[str]) -> str | None:
    """Return the installed direction between two languages; `None` where there is none.

    >>> direction("en", "es", ["spa-eng", "eng-spa_MX", "eng-spa"]), direction("en", "zh", ["eng-spa"])
    ('eng-spa', None)
    """
    wanted = _long(source), _long(target)
    found = [one for one in known if (_long(one.partition("-")[0]), _long(one.partition("-")[2])) == wanted]
    return min(found, key=len, default=None)


class Apertium:
    """One direction of the program that is installed on this machine."""

    def __init__(self, direction: str, language: str) -> None:
        self.direction, self.language = direction, language

    def predict(self, xs: Sequence[Material]) -> list[Draft]:
        return drafts(xs, self.translate, language=self.language)

    def translate(self, sentences: Sequence[str]) -> list[tuple[str, float]]:
        """Return the translation of each sentence, and the share of its words that are known."""
        made = list[tuple[str, float]]()
        for start in range(0, len(sentences), AT_ONCE):
            some = [_line(one) for one in sentences[start : start + AT_ONCE]]
            told = self._ask(some)
            made += [_read(one, text) for one, text in zip(some, told, strict=True)]
        return made

    def _ask(self, lines: Sequence[str]) -> list[str]:
        """Return a line for each; where the program makes more or fewer of them, one at a time."""
        text = "".join(f"{one}\n" for one in lines)
        out = _run(["-f", "line", self.direction], text, seconds=SECONDS + SECONDS_EACH * len(lines))
        told = out.removesuffix("\n").split("\n") if lines else []
        if len(told) == len(lines):
            return told
        return [" ".join(out.split("\n"))] if len(lines) == 1 else [self._ask([one])[0] for one in lines]

    def save(self, folder: Path) -> None:
        write_about(folder, "engine_apertium", direction=self.direction, language=self.language)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open it. Raises `SetupError` where this machine has not got the program or the direction."""
        about, known = read_about(folder), directions()
        if known is None or about["direction"] not in known:
            what = f"{PROGRAM} is not installed" if known is None else f"{PROGRAM} cannot do {about['direction']} here"
            raise SetupError(what, where=str(folder), fix=INSTALL)
        return cls(about["direction"], about["language"])


def _run(arguments: Sequence[str], text: str, *, seconds: float) -> str:
    """Return what the program writes. Raises `SetupError` where it is not there, fails, or takes too long."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise SetupError(f"{PROGRAM} is not installed", fix=INSTALL)
    try:
        process = subprocess.Popen(
            [program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=os.environ | {"LC_ALL": "C.UTF-8"}, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise SetupError(f"{PROGRAM} cannot be started: {error.strerror}", where=program, fix=INSTALL) from None
    with process:
        try:
            out, said = process.communicate(text.encode("utf-8", "replace"), timeout=seconds)
        except subprocess.TimeoutExpired:
            # it is a script around a pipe of programs, which would keep ours open
            os.killpg(process.pid, signal.SIGKILL)
            fix = "try it on a command line"
            raise SetupError(f"{PROGRAM} gave no answer within {seconds:.0f} s", fix=fix) from None
    if process.returncode:
        line = said.decode("utf-8", "replace").strip().partition("\n")[0]
        raise SetupError(f"{PROGRAM} failed: {line or f'status {process.returncode}'}", fix="try it on a command line")
    return out.decode("utf-8", "replace")


def _line(sentence: str) -> str:
    """Return a sentence as one line of text that the program takes: no other control character, no star of our own."""
    plain = "".join(one if one.isprintable() else " " for one in sentence)
    return plain.replace("*", "\u2217")


def _read(line: str, told: str) -> tuple[str, float]:
    """Return what was written, without the program's marks of what it does not know, and how much that is."""
    n_words, bare = len(WORD.findall(MARK.sub(" ", line))), told.replace("<*p", "<p")
    n_unknown = len(UNKNOWN.findall(bare))
    share = 1 - n_unknown / n_words if n_words else 1.0
    return UNKNOWN.sub("", bare).replace("\u2217", "*").strip(), max(LEAST, min(1.0, share))


def _long(language: str) -> str:
    name = language.replace("_", "-").partition("-")[0].lower()
    return LONG.get(name, name)


ENGINE = Apertium
