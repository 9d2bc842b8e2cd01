"""The door: whatever comes from outside becomes a record, or a list of what is wrong with it."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi import schema
from luodi.contracts import record
from luodi.errors import DataError, Faults, LuodiError


@record
class Address:
    street: str
    number: int = 1


@record
class Letter:
    text: str
    """What it says."""
    to: Address | None = None
    copies: float = 1.0
    tags: str | tuple[str, ...] = ()


def faults(value: object) -> dict[str, tuple[str, str]]:
    return {".".join(map(str, path)): (what, fix) for path, what, fix in schema.faults(Letter, value)[1]}


def test_json_becomes_a_record():
    letter = schema.parse(Letter, '{"text": "hi", "to": {"street": "Elm"}, "tags": ["a", "b"]}')

    assert letter == Letter(text="hi", to=Address(street="Elm"), tags=("a", "b"))


def test_every_fault_is_found_at_once():
    with pytest.raises(Faults) as caught:
        schema.parse(Letter, '{"txt": "hi", "copies": "many"}')

    assert sorted(one.where for one in caught.value.faults) == ["copies", "text", "txt"]


@pytest.mark.parametrize(
    ("value", "where", "what", "fix"),
    [
        pytest.param({"text": "a", "too": 1}, "too", "'too' is not known", "did you mean 'to'?", id="unknown"),
        pytest.param({}, "text", "'text' is missing", "add text", id="missing"),
        pytest.param({"text": 1}, "text", "text: input should be a valid string", "change text", id="wrong type"),
        pytest.param({"text": "a", "copies": float("nan")}, "copies", "finite", "change copies", id="no number"),
        pytest.param({"text": "a", "tags": 3}, "tags", "string or a list, not 3", "change tags", id="of no type"),
        pytest.param({"text": "a", "tags": ["b", 3]}, "tags.1", "a valid string", "change tags.1", id="in a list"),
        pytest.param({"text": "a", "to": {}}, "to.street", "missing", "add to.street", id="missing inside"),
        pytest.param(
            {"text": "a", "to": {"street": "b", "numbr": 1}}, "to.numbr", "not known", "'number'", id="unknown inside"
        ),
        pytest.param([], "", "the body: ", "send one JSON object", id="no object"),
    ],
)
def test_a_fault_says_where_what_and_how(value, where, what, fix):
    found = faults(value)

    assert list(found) == [where]
    assert what in found[where][0]
    assert fix in found[where][1]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="nothing"),
        pytest.param('{"text": ', id="cut off"),
        pytest.param(b"\xff\xfe\xfa", id="no text"),
        pytest.param('{"text": "a", "copies": NaN}', id="no number of JSON's"),
        pytest.param("[" * 100_000, id="brackets in brackets"),
        pytest.param("1" * 10_000, id="a number without end"),
    ],
)
def test_what_is_not_json_is_refused(body):
    with pytest.raises(DataError, match="not JSON") as caught:
        schema.parse(Letter, body)

    assert (caught.value.where, caught.value.fix) == ("body", "send one JSON object")


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "to", "x", ""]), inner),
    max_leaves=8,
)


@given(ANY)
def test_no_json_value_gets_past_the_door_or_breaks_it(value):
    with suppress(LuodiError):
        made = schema.parse(Letter, json.dumps(value))
        assert isinstance(made, Letter)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_door(body):
    with suppress(LuodiError):  # bytes of a valid letter may come up as well
        assert isinstance(schema.parse(Letter, body), Letter)


def test_the_description_of_a_field_is_the_text_below_it():
    properties = schema.json_schema(Letter)["properties"]

    assert properties["text"]["description"] == "What it says."
