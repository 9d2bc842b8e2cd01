"""The doctor: says what is so, asks the functions that decide, and has a remedy for whatever is to be mended."""

import json
import socket
import string

import pytest

from luodi.doctor import checks, machine, words
from luodi.doctor.checks import Finding

GOOD = {
    "torch": {"speeds": {"torch MKL fp32": 50.0, "torch int8": None}, "version": "2.13.0", "built_for": None,
              "gpus": [], "threads": 2, "device": "cpu", "path": "fp32"},
    "openvino": {"speeds": {"OpenVINO fp32": 60.0}, "version": "2026.4.1", "bf16": True},
}  # fmt: skip


def by_name(findings):
    return {one.about: one for one in findings}


@pytest.mark.slow
def test_on_a_machine_with_everything_there_is_nothing_to_mend_and_the_path_is_the_one_taken(luodi_process, folder):
    told = luodi_process("doctor", folder, "--json")

    found = json.loads(told.out)
    data = {one["about"]: one for one in found["findings"]}
    from luodi.runtime.openvino import has_bf16
    from luodi.train import device

    assert (told.code, found["ok"]) == (0, True), told
    assert data["training"]["value"].startswith(device.device().type)
    assert ("bfloat16" in data["training"]["value"]) == device.has_fast_bf16()
    assert ("bfloat16" in data["answering"]["value"]) == has_bf16()
    assert sum(one["about"] == "speed" and one["data"]["value"] > 0 for one in found["findings"]) >= 5
    assert data["scenario"]["state"] == "fine"


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_word_fits_its_holes_in_both_languages(language):
    at = words.LANGUAGES.index(language)
    for table in (words.NAMES, words.VALUES, words.FIXES, words.FOR, words.STATES):
        for both in table.values():
            holes = [{name for _, name, _, _ in string.Formatter().parse(one) if name} for one in both]
            assert holes[0] == holes[1]
            assert both[at]


def test_each_finding_can_be_said_and_whatever_is_to_be_mended_has_a_remedy(tmp_path):
    found = [*checks.hardware(), *checks.speeds(GOOD), *checks.packages(), *checks.pieces(),
             *checks.surroundings(tmp_path, port=0), *checks.of_scenario(tmp_path / "none.toml"),
             *checks.speeds({"error": "why"})]  # fmt: skip

    for one in found:
        for language in words.LANGUAGES:
            name, value, fix = one.said(language)
            assert name and value
            assert bool(fix) == bool(one.fix) and (fix or one.state != "fix")


def test_torch_for_a_gpu_that_is_not_there_is_noted():
    found = by_name(checks.speeds({"torch": GOOD["torch"] | {"built_for": "13.0"}}))

    assert found["gpu"].state == "note"
    assert "CPU build of torch" in found["gpu"].said("en")[2]


def test_threads_that_leave_cores_idle_are_noted(monkeypatch):
    monkeypatch.setattr(machine, "cores", lambda: (8, 8.0))

    found = by_name(checks.speeds(GOOD))

    assert found["threads"].said("en")[2].endswith("set them to 8")


def test_half_an_extra_is_to_be_mended_and_none_of_it_is_a_choice(monkeypatch):
    monkeypatch.setattr(checks, "PACKAGES", {"search": ("json", "no_such_module"), "rec": ("no_such_module_either",)})

    search, rec = [one for one in checks.packages() if one.about == "extra"]

    assert (search.state, rec.state) == ("fix", "note")
    assert rec.said("en")[2] == 'pip install "luodi[rec]"'


def test_a_port_that_is_taken_is_noted():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        port = one.getsockname()[1]
        assert not machine.is_free(port)
    assert machine.is_free(port)


def test_a_folder_that_nobody_may_write_is_to_be_mended(tmp_path):
    found = by_name(checks.surroundings(tmp_path / "none", port=0))

    assert found["home"].state == "fix"


def test_a_scenario_with_faults_is_to_be_mended_and_its_endpoints_need_their_key(folder, monkeypatch):
    file = folder / "scenario.toml"
    good = file.read_text(encoding="utf-8")
    line = 'remote = { url = "http://127.0.0.1:9/v1", model = "m", key_variable = "SOME_KEY" }'
    file.write_text(good.replace("[select]", f"[select]\n{line}"), encoding="utf-8")
    monkeypatch.setenv("LUODI_STATE", str(folder / "state"))

    without = by_name(checks.of_scenario(folder))
    monkeypatch.setenv("SOME_KEY", "k")
    with_key = by_name(checks.of_scenario(folder))
    file.write_text(good.replace("[select]", "[selct]"), encoding="utf-8")

    assert (without["remote"].state, with_key["remote"].state) == ("fix", "fine")
    assert without["remote"].said("en")[2] == "export SOME_KEY=… before the command"
    assert by_name(checks.of_scenario(folder))["scenario"].state == "fix"


def test_the_command_ends_with_1_where_something_is_to_be_mended(luodi, monkeypatch):
    ill = Finding(about="memory", state="fix", value="gb", fix="memory", holes={"total": 1.0, "free": 0.1})
    monkeypatch.setattr(checks, "all_of_them", lambda scenario, port: iter([ill]))

    english = luodi("doctor")
    monkeypatch.setenv("LUODI_LANG", "zh")
    chinese = luodi("doctor")

    assert english.code == chinese.code == 1
    assert "1 to mend" in english.out and "→ close other programs" in english.out
    assert "1 处需要修正" in chinese.out and "内存" in chinese.out
