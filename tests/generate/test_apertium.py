"""Apertium as a candidate: asked without a shell, refused with a reason where it or the pair is not installed."""

import os
import stat

import pytest

from luodi.contracts import Recipe
from luodi.errors import SetupError
from luodi.models.apertium import ApertiumModel
from luodi.runtime import engine_apertium
from luodi.runtime.engine_apertium import Apertium
from luodi.runtime.session import open_session
from luodi.testing_generate import check_writer

PAIRS = [
    ({"text": f"The house costs {n} euros.", "source": "en", "language": "es"}, frozenset({f"La casa cuesta {n}."}))
    for n in range(4)
]
HERE = "eng-spa" in (engine_apertium.directions() or [])
installed = pytest.mark.skipif(not HERE, reason="no pair here: apt-get install apertium apertium-eng-spa")


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Return a function that puts a program called apertium first on the path."""

    def write(script):
        (tmp_path / "bin").mkdir(exist_ok=True)
        file = tmp_path / "bin" / "apertium"
        file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    return write


@installed
def test_it_keeps_the_contract_of_a_writer(tmp_path):
    check_writer("apertium", PAIRS, tmp_path)


@installed
def test_texts_are_translated_with_marks_and_layout_and_are_as_sure_as_their_words_are_known(tmp_path):
    model = ApertiumModel()
    facts = model.fit(PAIRS, PAIRS, recipe=Recipe(), work=tmp_path)

    text = '# The house\n\n- It costs 12.5 euros, {name}.\n- 2 * 3 $(touch x) `ls`; "quoted" ^a$ [b] \\ c\n'
    known, strange = model.predict([{"text": text, "language": "es"}, {"text": "Frobnicate the house"}])

    assert facts == {"direction": "eng-spa"}
    assert known["text"].startswith("# La casa\n\n- ") and "12.5 euros, {name}" in known["text"]
    assert "2 * 3" in known["text"] and "`ls`" in known["text"]
    assert strange == {"text": "Frobnicate la casa", "score": pytest.approx(2 / 3)}
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("x", "said"),
    [
        pytest.param({"text": "a", "source": "en", "language": "zh"}, "no pair en-zh", id="no such pair"),
        pytest.param({"text": "a", "language": "es"}, "source and target do not say", id="no language"),
    ],
)
def test_a_pair_that_is_not_there_is_refused_with_its_name(program, x, said, tmp_path):
    program('echo "  eng-spa"')

    assert said in ApertiumModel().refuses([x], recipe=Recipe())
    with pytest.raises(SetupError, match=said):
        ApertiumModel().fit([(x, frozenset({"b"}))], [], recipe=Recipe(), work=tmp_path)


def test_a_machine_without_it_refuses_in_the_contest_and_at_the_door(monkeypatch, tmp_path):
    Apertium("eng-spa", "es").save(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert ApertiumModel().refuses([x for x, _ in PAIRS], recipe=Recipe()) == "apertium is not installed"
    with pytest.raises(SetupError, match="apertium is not installed") as caught:
        open_session(tmp_path)
    assert "apt-get install apertium" in caught.value.fix


@pytest.mark.parametrize(
    ("script", "said"),
    [
        pytest.param("exit 3", "failed: status 3", id="a status"),
        pytest.param("echo 'no mode' >&2; exit 1", "failed: no mode", id="an error"),
        pytest.param("sleep 60 | cat", "gave no answer within", id="a hang of what it has started"),
    ],
)
def test_a_program_that_fails_or_hangs_is_told(program, script, said, monkeypatch):
    program(script)
    monkeypatch.setattr(engine_apertium, "SECONDS", 0.3)

    with pytest.raises(SetupError, match=said):
        Apertium("eng-spa", "es").predict([{"text": "Hello"}])


def test_a_program_that_joins_lines_is_asked_one_by_one(program):
    program('tr "\\n" " "')

    drafts = Apertium("eng-spa", "es").predict([{"text": "One"}, {"text": "Two"}])

    assert [one["text"] for one in drafts] == ["One", "Two"]
