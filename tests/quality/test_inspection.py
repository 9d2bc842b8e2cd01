import json
import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luodi.contracts import Reject
from luodi.quality import advice
from luodi.quality.inspection import Inspector, repeats
from luodi.quality.sentences import SENTENCES

SUBJECTS = ["parcel", "refund", "invoice", "login", "printer", "kettle", "voucher", "courier"]


def rows(n=600, seed=3):
    """Return rows of a table that nothing is wrong with."""
    rng = random.Random(seed)
    return [
        {
            "id": f"T{i:05}",
            "body": f"My {rng.choice(SUBJECTS)} of week {i} is late, and {rng.choice(SUBJECTS)} {i % 97} did not help",
            "queue": ["orders", "billing", "repairs"][i % 3],
            "day": f"2026-{i % 9 + 1:02}-{i % 28 + 1:02}",
        }
        for i in range(n)
    ]


def inspect(given, *, text="body", label="queue", quick=True, most=20_000, **more):
    inspector = Inspector(["id", "body", "queue", "day"], text=text, label=label, most=most, **more)
    for line, row in enumerate(given, start=2):
        inspector.add(line, row)
    return inspector.finish(about={"name": "t.csv"}, quick=quick)


def codes(found, severity=None):
    return [one["code"] for one in found["advice"] if severity in {None, one["severity"]}]


def changed(given, indexes, **values):
    return [row | values if n in indexes else row for n, row in enumerate(given)]


def test_a_good_table_has_nothing_to_mend_or_look_at():
    found = inspect(rows())

    assert codes(found, "fix") == codes(found, "look") == []
    assert "nothing" in codes(found)
    assert found["roles"] == {"text": "body", "label": "queue", "time": "day", "separator": None}


@pytest.mark.parametrize(
    ("code", "severity", "given"),
    [
        ("malformed", "fix", [*rows(), *[Reject(reason="3 cells where 4 are expected")] * 30]),
        ("malformed", "look", [*rows(), Reject(reason="3 cells where 4 are expected")]),
        ("too_few_rows", "fix", rows(20)),
        ("few_rows", "look", rows(200)),
        ("text_missing", "look", changed(rows(), range(9), body="  ")),
        ("text_missing", "fix", changed(rows(), range(300), body=None)),
        ("label_missing", "look", changed(rows(), range(9), queue="N/A")),
        ("one_label", "fix", changed(rows(), range(600), queue="orders")),
        ("too_many_labels", "fix", [row | {"queue": f"case {n}"} for n, row in enumerate(rows())]),
        ("spellings", "fix", changed(rows(), range(0, 60, 3), queue="Orders ")),
        ("typos", "look", changed(rows(), [0, 3, 6], queue="ordres")),
        ("lost_labels", "fix", changed(rows(), [4], queue="something else")),
        ("rare_labels", "look", changed(rows(), range(12), queue="something else")),
        ("numeric", "look", [row | {"queue": str(n % 3)} for n, row in enumerate(rows())]),
        ("imbalance", "look", changed(rows(), range(540), queue="orders")),
        ("repeated", "look", [*rows(), *rows()[:50]]),
        ("contradictory", "fix", [*rows(), *changed(rows()[:50], range(50), queue="other")]),
        ("cut", "look", changed(rows(), range(60), body="word " * 600)),
        ("languages", "look", changed(rows(), range(100), body="我的订单还没有到，请帮我查一下")),
        ("mojibake", "look", changed(rows(), range(9), body="das cafÃ© ist schÃ¶n und groÃŸ")),
        ("markup", "look", changed(rows(), range(60), body="I&#39;m <b>not</b> happy")),
        ("direction", "look", changed(rows(), [5], body="abc\u202egpj.exe")),
        ("boilerplate", "look", [r | {"body": r["body"] + "\nSent from the shop, 12 Mill Lane"} for r in rows()]),
        ("personal", "look", changed(rows(), range(60), body="write to me at anna.bell@example.com")),
        ("ambiguous_dates", "look", [r | {"day": f"0{n % 9 + 1}/0{n % 8 + 1}/2026"} for n, r in enumerate(rows())]),
        ("constant", "fine", [r | {"shop": "Leeds"} for r in rows()]),
        ("identifiers", "fine", rows()),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_what_is_wrong_is_found(code, severity, given):
    found = inspect(given)

    (one,) = [one for one in found["advice"] if one["code"] == code]
    assert one["severity"] == severity
    assert one["what"]
    assert one["fix"]


def test_a_table_without_a_label_or_a_text_is_inspected_too():
    assert "no_label" in codes(inspect(rows(), label=None), "look")
    assert "text" not in inspect(rows(), text=None)
    assert "text" not in inspect(rows(), text="day")


def test_a_table_without_rows_is_inspected_too():
    found = inspect([])

    assert found["rows"]["n"] == 0
    json.dumps(found)


def test_near_duplicates_are_found_in_a_full_inspection():
    twins = [row | {"body": row["body"].replace("did not", "could not")} for row in rows()[:60]]

    found = inspect([*rows(), *twins], quick=False)

    assert found["near"]["near"] >= 40
    assert found["near"]["examples"][0]["similarity"] >= 0.6
    assert "near" in codes(found)


def test_personal_data_is_counted_and_never_shown():
    found = inspect(
        changed(rows(), range(200), body="call 138 0013 8000 &amp; ask", queue="me@example.com"), quick=False
    )

    said = json.dumps(found, ensure_ascii=False)
    assert found["personal"]["kinds"][0]["kind"] == "phone"
    assert "0013" not in said
    assert "me@example.com" not in said


def test_the_sample_is_fair_bounded_and_the_same_every_time():
    first, second = (inspect(rows(3_000), most=500) for _ in range(2))

    assert first == second
    assert first["rows"]["sampled"] == 500
    assert first["rows"]["n"] == 3_000
    assert first["columns"][1]["distinct"] == 3_000


def test_columns_that_only_some_rows_have_count_as_missing_elsewhere():
    found = inspect([*rows(10), rows(1)[0] | {"extra": "x"}, *rows(9)])

    extra = found["columns"][-1]
    assert (extra["name"], extra["n"], extra["n_missing"]) == ("extra", 20, 19)


def test_several_labels_in_a_cell_are_counted_one_by_one():
    found = inspect([row | {"queue": "a|b" if n % 2 else "b"} for n, row in enumerate(rows(100))], separator="|")

    assert found["labels"]["labels"] == [["b", 100], ["a", 50]]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=40))
def test_repeats_are_counted_as_a_person_would(pairs):
    found = repeats(array("Q", [a for a, _ in pairs]), array("Q", [10 * a + b for a, b in pairs]))

    assert found["repeated"] == len(pairs) - len({a for a, _ in pairs})
    assert found["contradictory"] == sum(len({b for c, b in pairs if c == a}) > 1 for a in {a for a, _ in pairs})


@pytest.mark.parametrize("code", SENTENCES)
def test_every_sentence_has_the_same_holes_in_both_languages(code):
    class Any(dict):
        def __missing__(self, key):
            self[key] = key
            return key

    what_en, fix_en, what_zh, fix_zh = SENTENCES[code]
    english, chinese = Any(), Any()

    for sentence, seen in ((what_en, english), (what_zh, chinese)):
        assert sentence.format_map(seen)

    assert english.keys() == chinese.keys()
    assert fix_en
    assert fix_zh


def test_advice_is_ranked_by_what_is_urgent_then_by_how_much_it_touches():
    found = inspect([*changed(rows(), range(9), body=" "), *rows()[100:250], *[Reject(reason="x")] * 50])

    severities = [advice.SEVERITIES.index(one["severity"]) for one in found["advice"]]
    looks = [one["weight"] for one in found["advice"] if one["severity"] == "look"]
    assert severities == sorted(severities)
    assert looks == sorted(looks, reverse=True)
