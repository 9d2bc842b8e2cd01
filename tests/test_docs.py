"""Every page is executed: what it shows to type is typed, what it shows to see is seen, and what it links to is there.

In shown output `…` stands for anything, and a number for one like it: exactly where it counts, freely where a clock or
a scale said it.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
README, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"
PAGES = [README, CHINESE, *sorted((ROOT / "docs").rglob("*.md"))]
MORE = [ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "changes" / "README.md"]
EXAMPLES = sorted(ROOT.glob("examples/*/README.md"))

RUN, SHOWN = {"console", "python"}, {"toml", "nginx", "ini", "http", "text"}
FILE = re.compile(r"# ([\w./-]+\.\w+)\n")
QUICK = '\n[select]\nmodels = ["majority", "tfidf-logreg"]\n'
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
SECONDS = 120


class Block(NamedTuple):
    """A fenced block of a page."""

    line: int
    language: str
    text: str


class Command(NamedTuple):
    """What a console block says to type, and what it shows."""

    typed: str
    shown: list[str]


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)
    return [Block(text.count("\n", 0, one.start()) + 2, one[1], one[2]) for one in found]


def commands(block: Block) -> list[Command]:
    found: list[Command] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        else:
            assert found, f"line {block.line}: output without a command"
            found[-1].shown.append(line)
    return found


def relative(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


class Visit:
    """One reader of one page: a folder of its own with the examples in it, and at most one service."""

    def __init__(self, folder: Path, page: Path) -> None:
        self.folder, self.page, self.service = folder, page, None
        self.names = {"__name__": page.stem}
        self.typed = 0
        kept = shutil.ignore_patterns(".luodi", "luodi.lock", "__pycache__")
        shutil.copytree(ROOT / "examples", folder / "examples", ignore=kept)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("LUODI_")}
        self.environment |= {"COLUMNS": "100"}  # as in the pages
        self.environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        if any(block.text.startswith("# src/") for block in blocks(page)):  # a page that adds to it gets its own source
            shutil.copytree(ROOT / "src", folder / "src", ignore=kept)
            self.environment["PYTHONPATH"] = str(folder / "src")
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            other.bind(("127.0.0.1", 0))
            self.port, self.admin_port = one.getsockname()[1], other.getsockname()[1]

    def do(self, block: Block) -> str:
        """Do what a block says; return how it was dealt with."""
        where = f"{relative(self.page)}:{block.line}"
        if block.language in SHOWN | {"python"} and (named := FILE.match(block.text)):
            path = self.folder / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            return "written"
        if block.language == "python":
            exec(compile(self.ported(block.text), where, "exec"), self.names)
            return "executed"
        if block.language == "console":
            for command in commands(block):
                self.type(command, where)
            return "typed"
        if block.language == "toml":
            tomllib.loads(block.text)
        return "shown"

    def type(self, command: Command, where: str) -> None:
        self.typed += 1
        expected = {2} if "error:" in "".join(command.shown) else {0}
        if command.typed.startswith("make "):  # minutes, and not in a copy: a dry run shows that the target is there
            typed = f"make --dry-run -C {ROOT} {command.typed.removeprefix('make ')}"
        elif command.typed.startswith("pip install "):  # minutes, and the network: the extras have to exist
            self.check_extras(command.typed)
            return
        elif command.typed.startswith("luodi serve ") and expected == {0}:  # it goes on until the page ends
            self.serve(command, where)
            return
        elif found := re.fullmatch(r"luodi run (\S+)", command.typed):  # verdicts are the page's business
            typed, expected = command.typed, {0, 1}
            self.quicken(self.folder / found[1] / "scenario.toml")
        else:
            typed = self.ported(command.typed)
        done = subprocess.run(
            ["bash", "-c", typed],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        told = done.stdout + done.stderr
        assert done.returncode in expected, f"{where}: {typed}\n{told}"
        if command.shown:
            compare(command.shown, told.replace(str(self.folder), "…").rstrip().splitlines(), f"{where}: {typed}")

    def quicken(self, scenario: Path) -> None:
        """Let only the quick models take part where the page leaves it open: with the encoder it takes minutes."""
        text = scenario.read_text(encoding="utf-8")
        if "[select]" not in text:
            scenario.write_text(text + QUICK, encoding="utf-8")

    def serve(self, command: Command, where: str) -> None:
        assert self.service is None, f"{where}: a second service"
        log = self.folder / "service.log"
        with log.open("w") as out:
            self.service = subprocess.Popen(
                [*command.typed.split(), "--port", str(self.port), "--admin-port", str(self.admin_port)],
                cwd=self.folder, env=self.environment, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        deadline = time.monotonic() + SECONDS
        while len(log.read_text().splitlines()) < max(1, len(command.shown)) and self.service.poll() is None:
            assert time.monotonic() < deadline, f"{where}: the service takes too long"
            time.sleep(0.05)
        compare([*command.shown, "…"], log.read_text().splitlines(), f"{where}: {command.typed}")

    def check_extras(self, typed: str) -> None:
        known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
        extras = re.search(r"\[([\w,]+)\]", typed)
        assert extras, f"{typed} names no extra"
        assert set(extras[1].split(",")) <= set(known), typed

    def ported(self, text: str) -> str:
        return text.replace(":8700", f":{self.port}").replace(":8701", f":{self.admin_port}")

    def leave(self) -> None:
        if self.service is not None:
            self.service.send_signal(signal.SIGTERM)
            assert self.service.wait(timeout=30) == 0


def compare(shown: list[str], told: list[str], where: str) -> None:
    """See that the told lines are the shown ones, but for what `…` leaves open."""
    at, anything = 0, False
    for line in shown:
        if line.strip() == "…":
            anything = True
            continue
        fits = (n for n in range(at, len(told) if anything else min(at + 1, len(told))) if is_like(line, told[n]))
        found = next(fits, None)
        assert found is not None, f"{where}\nshown: {line}\ntold:\n" + "\n".join(told[at : at + 20])
        at, anything = found + 1, False
    assert anything or at == len(told), f"{where}\nmore was told than is shown: {told[at:]}"


def is_like(shown: str, told: str) -> bool:
    """Say whether a line is the shown one: the same words, and numbers that are near."""
    shown, told = " ".join(shown.split()), " ".join(told.split())
    pattern = "".join(
        ".*" if part == "…" else r"(\d[\d,]*(?:\.\d+)?(?:e-\d+)?)" if NUMBER.fullmatch(part) else re.escape(part)
        for part in re.split(rf"(…|{NUMBER.pattern})", shown)
    )
    found = re.fullmatch(pattern, told)
    if found is None:
        return False
    return all(
        is_near(one, other, unit=shown[one.end() :].strip()[:3])
        for one, other in zip(NUMBER.finditer(shown), found.groups(), strict=True)
    )


def is_near(shown: re.Match[str], told: str, *, unit: str) -> bool:
    before = shown.string[: shown.start()]
    if before.endswith(("127.0.0.1:", "$")) or re.match(r"(ms|MB|s|min)\b", unit):
        return True  # a port, a price, a clock, a scale
    a, b = float(shown[0].replace(",", "")), float(told.replace(",", ""))
    return abs(a - b) <= max(0.05, 0.05 * abs(a))


@pytest.fixture
def visit(tmp_path, monkeypatch, request) -> Iterator[Visit]:
    made = Visit(tmp_path, request.param)
    monkeypatch.chdir(tmp_path)
    yield made
    made.leave()


# Their commands take half a minute and more together; the slow suite types them.
LONG = {"labels", "question-answering", "search", "releases", "deploying", "monitoring", "client", "batch", "inspect"}
PLAYED = [page for page in PAGES if page != CHINESE and any(one.language in RUN for one in blocks(page))]
RUNNING = [pytest.param(one, marks=[pytest.mark.slow] if one.stem in LONG else []) for one in PLAYED]


@pytest.mark.parametrize("visit", RUNNING, ids=relative, indirect=True)
def test_a_page_runs_from_top_to_bottom(visit):
    found = blocks(visit.page)

    dealt = [visit.do(block) for block in found]

    assert all(how != "shown" for block, how in zip(found, dealt, strict=True) if block.language in RUN)
    assert visit.typed == sum(len(commands(block)) for block in found if block.language == "console")


@pytest.mark.parametrize("page", [*PAGES, *MORE, *EXAMPLES], ids=relative)
def test_no_block_is_of_a_kind_that_nobody_runs(page):
    text = page.read_text(encoding="utf-8")

    assert {block.language for block in blocks(page)} <= RUN | SHOWN
    assert text.count("```") == 2 * len(blocks(page)), "a fence is not closed, or is indented"


def test_the_chinese_readme_says_to_type_what_the_english_one_does():
    """So running the English one runs both."""
    ours, theirs = ([(one.language, one.text) for one in blocks(page)] for page in (README, CHINESE))

    assert ours == theirs


def test_both_readmes_have_the_same_headings_and_the_same_figures():
    ours, theirs = (re.sub(r"^```.*?^```$", "", one.read_text("utf-8"), flags=re.M | re.S) for one in (README, CHINESE))

    levels = [[len(one) for one in re.findall(r"^(#+) ", text, re.M)] for text in (ours, theirs)]
    figures = [sorted(set(re.findall(r"\d+(?:[.,]\d+)*", text))) for text in (ours, theirs)]

    assert levels[0] == levels[1]
    assert figures[0] == figures[1]


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}


@pytest.mark.parametrize("page", [*PAGES, *MORE, *EXAMPLES], ids=relative)
def test_what_a_page_links_to_is_there(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    for target in re.findall(r"\]\((?!https:)([^)\s]+)\)", text):
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.is_file(), f"{relative(page)} links to {target}"
        assert not anchor or anchor in anchors(path), f"{relative(page)} links to {target}"


def test_every_page_can_be_reached_from_the_readme():
    reached, waiting = set[Path](), {README}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        links = re.findall(r"\]\((?!https:)([^)\s#]+\.md)[^)]*\)", page.read_text(encoding="utf-8"))
        waiting |= {(page.parent / link).resolve() for link in links} - reached

    lost = [relative(page) for page in [*PAGES, *MORE, *EXAMPLES] if page.resolve() not in reached]

    assert not lost


def test_the_messages_of_the_step_pages_are_those_of_the_source():
    source = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "src").rglob("*.py")))
    source = re.sub(r'"\s*\n\s*f?"', "", source)  # a message over two lines is one message
    for page in sorted((ROOT / "docs" / "steps").glob("*.md")):
        table = page.read_text(encoding="utf-8").partition("## When it stops")[2]
        messages = re.findall(r"^\| `([^`]+)` \|", table, re.M)
        assert messages, f"{relative(page)} lists no message"
        for part in (part for message in messages for part in re.split("…", message) if len(part) > 3):
            assert part.strip(" '():") in source, f"{relative(page)}: {part!r}"
