"""Decisions and actions: sentences that are, and sentences that only sound alike."""

import pytest

from luodi.runtime import minutes, outline


def lines(text):
    return outline.read(text, "meeting").sentences


@pytest.mark.parametrize(
    "text",
    [
        "We decided to open in May.", "The board has approved the budget.", "Let's go with the second option.",
        "Everyone agreed on Lisbon.", "Decision: we buy two vans.", "So that's settled, we start on Monday.",
        "We'll go with the cheaper one.",
        "会议决定下月上线。", "大家一致同意延期。", "那就用第二个方案。",
        "预算通过了。", "就这么定了。",
    ],
)  # fmt: skip
def test_what_was_decided_is_found(text):
    assert len(minutes.decisions(lines(f"Ana: {text}"))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "We haven't decided yet.", "Should we go with the second option?", "Did we agree on that?",
        "I wonder whether we approved it.", "It is cold in here.",
        "我们还没决定。", "要不要延期？", "这是决定性的一步。",
        "如果大家同意延期的话再说。",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_decision_is_none(text):
    assert minutes.decisions(lines(f"Ana: {text}")) == []


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("I'll send the budget by Friday.", "Ana", "Friday"),
        ("Ben will draft the contract before 12 June.", "Ben", "12 June"),
        ("Ben, can you call the supplier tomorrow?", "Ben", "tomorrow"),
        ("Could you check the numbers, Ben?", "Ben", ""),
        ("Action: Ben to book the room.", "Ben", ""),
        ("We need to update the site by the end of the month.", "", "the end of the month"),
        ("Let me follow up with them next week.", "Ana", "next week"),
    ],
)
def test_what_is_to_be_done_is_found_with_who_and_when(text, owner, due):
    found = minutes.actions(lines(f"Ana: {text}\nBen: Fine."))

    assert [(one.owner, one.due) for one in found] == [(owner, due)]


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("我来整理会议纪要。", "李雷", ""),
        ("我负责联系供应商，周五前完成。", "李雷", "周五前"),
        ("请韩梅梅下周三前提交预算。", "韩梅梅", "下周三前"),
        ("韩梅梅负责测试，6月10日之前给结果。", "韩梅梅", "6月10日之前"),
        ("待办：韩梅梅在月底前更新网站。", "韩梅梅", "月底前"),
    ],
)
def test_what_is_to_be_done_is_found_in_chinese(text, owner, due):
    found = minutes.actions(lines(f"李雷：{text}\n韩梅梅：好的。"))

    assert [(one.owner, one.due) for one in found] == [(owner, due)]


@pytest.mark.parametrize(
    "text",
    [
        "I'll just say it again.",
        "Will Ben come?",
        "It will rain on Friday.",
        "They sent it yesterday.",
        "我觉得还不错。",
        "我们都知道。",
    ],
)
def test_what_nobody_has_to_do_is_no_action(text):
    assert minutes.actions(lines(f"Ana: {text}\nBen: Yes.")) == []
