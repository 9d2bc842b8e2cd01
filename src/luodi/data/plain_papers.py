"""Documents that are text already: plain text, Markdown, HTML."""

import re
from html.parser import HTMLParser

from luodi.data.chunks import Paper
from luodi.data.markup import BREAKS

_FENCE = re.compile(r"^\s{0,3}(```+|~~~+)")
_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{3,})[ \t]*$")
_LINK = re.compile(r"!?\[([^\]\n]{0,500})\]\([^()\s]{0,2000}(?:[ \t]+\"[^\"\n]{0,500}\")?\)")
_EMPHASIS = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=\S)([^*_\n]{1,500}?)(?<=\S)\1(?![\w*_])")
_CODE = re.compile(r"`([^`\n]{1,500})`")
_FRONT = re.compile(r"\A---[ \t]*\n(.{0,10000}?)\n---[ \t]*\n", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
SKIPPED = frozenset({"script", "style", "noscript", "template", "nav", "svg", "head"})
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


def of_text(text: str) -> Paper:
    """Return plain text as it is; its first line is the title where it is short and stands alone."""
    text = _unified(text)
    first, _, rest = text.strip().partition("\n")
    alone = len(first) <= 100 and (not rest.strip() or rest.startswith("\n"))
    return Paper(text=text, title=first.strip() if alone else "")


def of_markdown(text: str) -> Paper:
    """Return Markdown without its marks, and its headings. What stands in a fence stays as it is."""
    text = _unified(text)
    title = ""
    front = _FRONT.match(text)
    if front:
        named = _TITLE.search(front[1])
        title, text = named[1] if named else "", text[front.end() :]
    lines: list[str] = []
    headings: list[tuple[int, int, str]] = []
    at, fence = 0, ""
    for line in text.split("\n"):
        marks = _FENCE.match(line)
        shown = line
        if fence or marks:
            if marks:
                fence = "" if fence and marks[1].startswith(fence) else fence or marks[1]
                shown = ""
        elif found := _ATX.match(line):
            shown = _inline(found[2])
            headings.append((at, len(found[1]), shown))
        elif (under := _UNDERLINE.match(line)) and lines and lines[-1].strip() and not _is_item(lines[-1]):
            headings.append((at - len(lines[-1]) - 1, 1 if under[1][0] == "=" else 2, lines[-1].strip()))
            shown = ""
        else:
            shown = _inline(line)
        lines.append(shown)
        at += len(shown) + 1
    headings = [(place, level, words) for place, level, words in headings if words.strip()]
    title = title or (headings[0][2] if headings and headings[0][1] == 1 else "")
    return Paper(text="\n".join(lines), title=title, headings=tuple(headings))


def of_html(text: str) -> Paper:
    """Return what a page shows, and its headings; scripts, styles and navigation are left out."""
    reader = _Page()
    reader.feed(_unified(text))
    reader.close()
    return reader.paper()


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").replace("\0", "")


def _is_item(line: str) -> bool:
    return line.lstrip().startswith(("- ", "* ", "+ ", "|"))


def _inline(line: str) -> str:
    line = _LINK.sub(r"\1", line)
    return _CODE.sub(r"\1", _EMPHASIS.sub(r"\2", line))


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.at = 0
        self.headings: list[tuple[int, int, str]] = []
        self.title = ""
        self._skipped: list[str] = []
        self._heading: tuple[int, int, int] | None = None
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "title":
            self._in_title = True
        elif self._skipped or tag in SKIPPED:
            if tag not in VOID:
                self._skipped.append(tag)
        else:
            self._break(tag)
            if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
                self._heading = (self.at, int(tag[1]), len(self.parts))

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False
        elif self._skipped:
            if tag in self._skipped:
                del self._skipped[self._skipped.index(tag) :]
        else:
            if self._heading and tag == f"h{self._heading[1]}":
                place, level, part = self._heading
                words = " ".join("".join(self.parts[part:]).split())
                self.headings += [(place, level, words)] if words else []
                self._heading = None
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._skipped:
            self._add(re.sub(r"\s+", " ", data))

    def paper(self) -> Paper:
        first = next((words for _, level, words in self.headings if level == 1), "")
        return Paper(
            text="".join(self.parts), title=" ".join(self.title.split()) or first, headings=tuple(self.headings)
        )

    def _break(self, tag: str) -> None:
        if BREAKS.get(tag) == "\n" and self.parts:
            cell = tag in {"td", "th", "br", "li", "tr", "option", "button", "label", "input"}
            wanted = "\n" if cell else "\n\n"
            tail = "".join(self.parts[-3:])
            if not tail.endswith(wanted):
                self._add("\n" if tail.endswith("\n") else wanted)

    def _add(self, text: str) -> None:
        if text.startswith(" ") and (not self.parts or self.parts[-1].endswith(("\n", " "))):
            text = text.lstrip(" ")
        if text:
            self.parts.append(text)
            self.at += len(text)
