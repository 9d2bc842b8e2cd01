"""Costs are read from what was measured, under the names that targets use."""

import pytest

from luodi import registry
from luodi.metrics import cost


@pytest.mark.parametrize("name", cost.METRICS)
def test_a_cost_is_the_number_that_was_measured(name):
    measured = {one: n for n, one in enumerate(cost.METRICS)}

    assert registry.metric(f"cost.{name}")(measured) == measured[name]
