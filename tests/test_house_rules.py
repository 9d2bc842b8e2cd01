"""What we agreed on and a machine can check."""

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from luodi import registry

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))
MAX_MODULE, MAX_FUNCTION, MAX_TEST_FILE = 400, 60, 300
PICKLING = {"pickle", "cPickle", "dill", "joblib", "cloudpickle", "shelve", "marshal"}
EXAM = "test.jsonl"
MACHINES = re.compile(  # pieces, so that this file does not match itself
    r"/wo"
    r"rk/\w|/ro"
    r"ot/|/ho"
    r"me/\w|/Us"
    r"ers/\w|index-u"
    r"rl|find-li"
    r"nks|://[^\s/]*(artifac"
    r"tory|nex"
    r"us)"
)


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def each(paths):
    return pytest.mark.parametrize("path", paths, ids=name_of)


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(tree):
    """Yield the name of everything that is called, as it is written."""
    return (ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call))


def imports(tree):
    """Yield the first part of the name of everything that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (one.name.split(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def tracked():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("this is no git checkout, so there is nothing tracked")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


@each(SOURCES)
def test_a_module_and_its_functions_fit_their_size(path):
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]

    too_long = {one.name for one in functions if one.end_lineno - one.lineno >= MAX_FUNCTION}

    assert len(text.splitlines()) <= MAX_MODULE
    assert not too_long


@each(TESTS)
def test_a_test_file_fits_its_size(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_TEST_FILE


@each(SOURCES)
def test_nothing_is_unpickled_or_evaluated_and_only_the_command_line_prints(path):
    tree = tree_of(path)

    called = set(calls(tree))

    assert not called & {"eval", "exec", "compile", "__import__", "torch.load", "torch.save", "numpy.load", "np.load"}
    assert not PICKLING & set(imports(tree))
    assert "print" not in called
    assert path.parent.name == "commands" or path.name in {"cli.py", "terminal.py"} or "click.echo" not in called


def test_only_the_step_that_writes_the_exam_and_the_one_that_sits_it_know_where_it_is():
    mention = {path.name for path in SOURCES if EXAM in path.read_text(encoding="utf-8")}

    assert mention == {"s2_prepare.py", "s6_evaluate.py"}


@pytest.mark.parametrize("task", registry.names("tasks"))
def test_a_task_has_a_test_and_an_example(task):
    scenarios = [tomllib.loads(path.read_text(encoding="utf-8")) for path in ROOT.glob("examples/*/scenario.toml")]

    assert (ROOT / f"tests/tasks/test_{task.replace('-', '_')}.py").is_file()
    assert task in {one["task"] for one in scenarios}


@pytest.mark.parametrize("name", registry.names("models"))
def test_a_model_is_open_to_some_task_of_its_kind_and_says_under_which_license_it_is(name):
    model = registry.model(name)
    tasks = [registry.task(one) for one in registry.names("tasks")]

    assert {task.kind for task in tasks if name in task.models} == set(model.kinds)
    assert model.license


@pytest.mark.parametrize("name", registry.names("tasks"))
def test_what_a_task_names_exists_and_is_of_its_kind(name):
    task = registry.task(name)

    assert all(callable(registry.metric(metric)) for metric in task.metrics)
    assert all(task.kind in registry.model(model).kinds for model in task.models)


def test_nothing_that_is_tracked_names_a_machine_or_a_registry_of_ours():
    found = {}
    for path in tracked():
        try:
            match = MACHINES.search(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        if match:
            found[name_of(path)] = match.group()

    assert not found
