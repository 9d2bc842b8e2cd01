"""A contract is worth what its suite checks: tasks that break it, each in one way, are found out."""

from types import SimpleNamespace

import pytest

from luodi.contracts import Reject
from luodi.errors import ScenarioError
from luodi.tasks import text_classification as task
from luodi.tasks.text_classification import Request, Row
from luodi.testing import check_task

ROWS = [Row(text="where is my refund", label="billing"), Row(text="I cannot log in", label="login")]


def a_task_with(**changed):
    """Return text classification with something else in the place of one of its parts."""
    parts = {name: getattr(task, name) for name in dir(task) if not name.startswith("_")}
    return SimpleNamespace(**parts | changed)


def shrinking(request, options):
    return Request(text=request.text[:-1]) if request.text.strip() else Reject(reason="empty text")


@pytest.mark.parametrize(
    ("changed", "breach"),
    [
        pytest.param({"metrics": ()}, "names one metric or more", id="no metric"),
        pytest.param({"metrics": ("tagging.micro_f1",)}, "does not measure", id="a metric of another kind"),
        pytest.param({"models": ()}, "names one model or more", id="no model"),
        pytest.param({"clean": shrinking}, "does not leave a clean request alone", id="cleans what is clean"),
        pytest.param({"clean": lambda request, options: request}, "lets an empty request", id="takes anything"),
        pytest.param({"to_x": lambda request, options: object()}, "otherwise", id="another x every time"),
        pytest.param({"to_response": lambda *_: {"label": "billing"}}, "returned dict", id="another response"),
        pytest.param({"to_examples": lambda rows, options: iter(())}, "two or more are answerable", id="no examples"),
    ],
)
def test_a_breach_is_found_and_named(changed, breach):
    with pytest.raises(AssertionError, match=breach):
        check_task(a_task_with(**changed), ROWS)


@pytest.mark.parametrize(
    ("changed", "fix"),
    [({"metrics": ("clasification.accuracy",)}, "classification"), ({"models": ("majorty",)}, "majority")],
    ids=["metric", "model"],
)
def test_a_name_that_does_not_exist_is_told_with_the_one_that_was_meant(changed, fix):
    with pytest.raises(ScenarioError) as caught:
        check_task(a_task_with(**changed), ROWS)

    assert fix in caught.value.fix
