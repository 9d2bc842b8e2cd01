"""Does an output say what its source says? True sentences pass, wrong ones are found with their places."""

import pytest

from luodi.runtime.faithful import Source

ENGLISH = """Harbor Tools sold 1,240 drills in May

Sales at Harbor Tools rose 12% to $4.3m in May 2026, from $3.8m a year earlier. Chief executive Ana Petrova said the new
drill did well in Norway. The firm did not say when the plant in Lisbon will open. Analysts at Delta Research had
expected $4.1m."""
CHINESE = """公司五月营收同比增长百分之十二，达到三百二十万元。总经理王建国表示，新产品在上海市场表现良好。
公司没有公布新工厂的开工日期。分析师李晓东此前预计营收为三百万元。"""


def kinds(source, output):
    return [(one.kind, one.text) for one in Source(source).check(output)]


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("Analysts at Delta Research had expected $4.1m.", id="a sentence as it is"),
        pytest.param("Harbor Tools rose 12 per cent to $4.3 million in May.", id="written otherwise"),
        pytest.param("Drills did well for Harbor Tools, whose sales were about $4.3m.", id="in other words"),
        pytest.param("Harbor Tools sold 1,240 drills in May. Analysts had expected $4.1m.", id="a headline, and less"),
        pytest.param("The firm did not say when the plant will open.", id="a piece is left out"),
        pytest.param("Ana Petrova said the new drill did well in Norway.", id="the beginning is left out"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_the_source_says_passes(output):
    assert kinds(ENGLISH, output) == []


@pytest.mark.parametrize(
    ("output", "wrong"),
    [
        pytest.param("Sales at Harbor Tools rose 15% to $4.3m in May 2026.", ("number", "15%"), id="another number"),
        pytest.param("Sales at Harbor Tools rose 12% to $4.1m in May 2026.", ("number", "$4.1m"), id="from elsewhere"),
        pytest.param("Sales at Harbor Tools rose 12% to $4.3m in June 2026.", ("date", "June 2026"), id="a date"),
        pytest.param(
            "Chief executive Ana Lopez said the new drill did well in Norway.", ("name", "Lopez"), id="a name"
        ),
        pytest.param("Shares fell 30% after Petrova resigned.", ("number", "30%"), id="made up"),
    ],
)
def test_what_the_source_does_not_say_is_found(output, wrong):
    assert kinds(ENGLISH, output) == [wrong]


@pytest.mark.parametrize(
    "output",
    [
        pytest.param("The firm did say when the plant in Lisbon will open.", id="left out"),
        pytest.param("Analysts at Delta Research had not expected $4.1m.", id="put in"),
    ],
)
def test_a_not_more_or_less_is_found(output):
    assert kinds(ENGLISH, output) == [("negation", output)]


@pytest.mark.parametrize(
    ("output", "wrong"),
    [
        pytest.param("公司五月营收同比增长12%，达到320万元。", [], id="the same in digits"),
        pytest.param("公司五月营收同比增长百分之十五，达到三百二十万元。", ["number"], id="another number"),
        pytest.param("总经理陈志强表示，新产品在上海市场表现良好。", ["name"], id="another name"),
        pytest.param("总经理王建国表示，新产品在北京市场表现良好。", ["name"], id="another place"),
        pytest.param("公司公布新工厂的开工日期。", ["negation"], id="without not"),
    ],
)
def test_chinese_is_held_against_its_source_too(output, wrong):
    assert [kind for kind, _ in kinds(CHINESE, output)] == wrong


def test_places_are_those_of_the_output():
    output = "Analysts at Delta Research had expected $4.1m. Sales at Harbor Tools rose 15% to $4.3m in May 2026."

    found = Source(ENGLISH).check(output)

    assert [output[one.start : one.end] for one in found] == ["15%"]
