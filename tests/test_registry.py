"""Names to modules: found without importing them, and refused with the closest one."""

import os
import sys

import pytest

from luodi import registry
from luodi.errors import ScenarioError, SetupError


def test_a_file_in_the_folder_is_all_it_takes_to_be_known():
    assert {"sentiment", "text-classification", "topic-tagging"} <= registry.names("tasks").keys()
    assert registry.names("models")["tfidf-logreg"] == "luodi.models.tfidf_logreg"


def test_names_lead_to_what_they_name():
    assert registry.task("sentiment").kind == "classify"
    assert registry.model("majority").license == "Apache-2.0"
    assert registry.metric("classification.accuracy")(["a", "b"], ["a", "a"]) == 0.5


@pytest.mark.parametrize(
    ("find", "name", "what", "fix"),
    [
        pytest.param(registry.task, "sentimnt", "no task 'sentimnt'", "did you mean 'sentiment'?", id="task"),
        pytest.param(registry.model, "majorty", "no model 'majorty'", "did you mean 'majority'?", id="model"),
        pytest.param(registry.metric, "clasification.accuracy", "no metric", "'classification'", id="family"),
        pytest.param(registry.metric, "cost.p95_sm", "no metric 'cost.p95_sm'", "'cost.p95_ms'", id="metric"),
        pytest.param(registry.metric, "classification", "no metric", "'classification.", id="a family alone"),
        pytest.param(registry.metric, "", "no metric ''", "use one of", id="nothing"),
    ],
)
def test_an_unknown_name_is_refused_with_the_closest(find, name, what, fix):
    with pytest.raises(ScenarioError, match=what) as caught:
        find(name)

    assert fix in caught.value.fix


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    monkeypatch.delitem(sys.modules, "luodi.models.tfidf_logreg", raising=False)
    monkeypatch.delitem(sys.modules, "luodi.train.linear", raising=False)

    with pytest.raises(SetupError, match="'sklearn', which is not installed") as caught:
        registry.model("tfidf-logreg")

    assert caught.value.fix == 'pip install "luodi[train]"'


@pytest.fixture
def plugin(tmp_path):
    """Another package with a task, and the environment in which it is installed."""
    info = tmp_path / "site" / "more-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: more\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[luodi.tasks]\nhorns = more\n")
    module = info.parent / "more.py"
    module.write_text('"""Say how many horns."""\nfrom luodi.tasks.text_classification import *\n')
    return module, os.environ | {"PYTHONPATH": str(info.parent)}


def test_a_task_of_another_package_is_known_by_its_entry_point(plugin, luodi_process):
    _, environment = plugin

    told = luodi_process("describe", "horns", env=environment)

    assert told.out.startswith("horns: Say how many horns.")


def test_changed_code_of_a_task_of_another_package_is_noticed(plugin, folder, luodi_process):
    module, environment = plugin
    text = (folder / "scenario.toml").read_text().replace("text-classification", "horns")
    (folder / "scenario.toml").write_text(text)
    told = [luodi_process("run", folder, "--until", "prepare", env=environment) for _ in range(2)]
    module.write_text(module.read_text() + "# changed\n")

    told.append(luodi_process("run", folder, "--until", "prepare", env=environment))

    assert [one.out.splitlines()[1].split()[1] for one in told] == ["run", "cached", "run"]
