"""What a meeting decided, and who has to do what by when: found by cue words in English and Chinese.

What is found stands in the transcript, each with its turn. It is read by rules and not understood: a decision that is
taken back later is found as well, and one that nobody puts into words is not.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from luodi.contracts import record
from luodi.runtime.outline import Sentence

_DECIDED = re.compile(
    r"\b(?:we(?:['’]ve| have)?|it (?:was|is|has been)|(?:the )?(?:board|team|group|committee)(?: has| have)?"
    r"|everyone|all"
    r"|that(?:['’]s| is)) (?:\w+ ){0,2}?(?:decided|agreed|approved|settled|resolved|chosen|chose|adopted)\b"
    r"|\blet(?:['’]s| us) (?:go (?:with|for|ahead)|do (?:it|that) then|take|keep|drop|settle on|stick (?:with"
    r"|to)|say)\b"
    r"|\bwe(?:['’]ll| will| are going to) (?:go (?:with|for|ahead)|stick (?:with|to)|keep|drop|adopt|launch"
    r"|postpone|cancel)\b"
    r"|\b(?:decision|agreed|resolved|approved)(?: is)?\s*[:：]|\bthe decision is\b|\bmotion (?:is "
    r"|was )?(?:carried|passed)\b"
    r"|\b(?:so|then) (?:it|that)(?:['’]s| is) (?:decided|settled|agreed|a deal)\b",
    re.IGNORECASE,
)
_DECIDED_ZH = re.compile(
    r"决定(?!于|性|权|因素)|敲定|拍板|议定|一致(?:同意|通过)|(?:我们|大家|会议)(?:都)?同意"
    r"|(?:方案|预算|计划|提案|议案)(?:获得|已经?)?通过了?|就(?:这么|这样)定|定下来|那就(?:用|选|按|采用)"
    r"|结论是|决议[:：]"
)
_UNDECIDED = re.compile(
    r"\b(?:haven['’]t|hasn['’]t|not yet|didn['’]t|never|whether|(?:if|should|did|have|can) we|not (?:agreed"
    r"|decided|approved))\b"
    r"|[?？]\s*$|还没|没有决定|尚未|未决|是否|要不要|能不能|吗[？?。]?$|如果|不同意|待决定",
    re.IGNORECASE,
)
_VERBS = (
    "send|prepare|write|draft|update|check|review|call|contact|finish|complete|schedule|set up|book|talk to"
    "|share|fix|test|"
    "speak (?:to|with)|look into|follow up|organi[sz]e|arrange|order|ask|report|create|publish|deliver"
    "|circulate|collect|"
    "investigate|confirm|e-?mail|bring|present|post|submit|sign|buy|hire|train|translate|clean up|draw up"
    "|put together|"
    "get back|make sure|take care|handle|ship|deploy|run|document|negotiate|invite|inform|tell|find out"
    "|come back with|"
    "make a|provide|compile|measure|propose|design|build|plan|pay|file|move|change|remind|meet"
)
_ADVERBS = r"(?:(?:also|then|just|please|definitely|personally|still|try to|need to|have to|go and) )*"
_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)?"
_DAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_WHEN = (
    rf"(?:(?:(?:next|this|the following) )?{_DAY}(?: (?:morning|afternoon|evening|noon))?"
    rf"|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:st|nd|rd"
    rf"|th)?(?:,? \d{{4}})?"
    r"|\d{4}-\d{2}-\d{2}|tomorrow(?: (?:morning|afternoon|evening))?|today|tonight"
    rf"|next (?:week|month|quarter|meeting|sprint)|(?:the )?end of (?:(?:the|this|next) )?(?:day|week|month"
    rf"|quarter|year|{_MONTH}))"
)
_MINE = re.compile(
    rf"\b(?:I(?:['’]ll| will| can| am going to|['’]m going to| need to| should| have to)"
    rf"|[Ll]et me) {_ADVERBS}(?:{_VERBS})\b"
)
_THEIRS = re.compile(
    rf"(?<!\w)(?P<name>{_NAME})(?:['’]ll| will| is going to| should| needs to| has to| must"
    rf"| to) {_ADVERBS}(?:{_VERBS})\b"
)
# whatever is promised by a day is to be done
_PROMISED = re.compile(
    rf"(?<!\w)(?P<name>I|{_NAME})(?:['’]ll| will|, (?:can|could|would|will) you) {_ADVERBS}[a-z]+\b.*"
    rf" (?:by|before|no later than) {_WHEN}\b"
)
_ASKED = re.compile(
    rf"(?<!\w)(?P<name>{_NAME}), (?:(?:can|could|would|will) you|please|you(?:['’]ll| will)) {_ADVERBS}(?:{_VERBS})\b"
    rf"|\b(?:[Cc]an|[Cc]ould|[Ww]ould) you,? {_ADVERBS}(?:{_VERBS})\b[^?]*?,? (?P<name_2>{_NAME})\?"
)
_NOTED = re.compile(
    rf"\b(?:[Aa]ction(?: item)?|[Tt]o[- ]do|[Nn]ext step)s?\s*[:：-]\s*(?:(?P<name>{_NAME}) (?:to|will)\b)?"
)
_WE = re.compile(rf"\bwe (?:need to|have to|must|should|will|are going to) {_ADVERBS}(?:{_VERBS})\b", re.IGNORECASE)
_NO_OWNERS = frozenset(
    ("We", "You", "It", "This", "That", "They", "He", "She", "I", "There", "Who", "What", "Everyone")
)
_VERBS_ZH = (
    "发|写|准备|整理|提交|完成|联系|更新|检查|审核|跟进|安排|确认|汇总|起草|落实|对接|测试|修复|修改|组织"
    "|通知|预订|采购|上线|部署|汇报|调研"
    "|制定|签|招聘|培训|翻译|收集|沟通|协调|处理|交|打电话|约"
)
_DUE = re.compile(
    rf"\b(?:by|before|until|no later than|due(?: on)?) (?P<due>{_WHEN})\b|\b(?:on )?(?P<on>{_WHEN})\b", re.IGNORECASE
)
_WHEN_ZH = (
    r"(?:(?:本|这|下下?)?(?:周|星期|礼拜)[一二三四五六日天末](?:上午|下午|晚上|中午)?"
    r"|\d{1,2}月(?:\d{1,2}[日号]|底|初|中旬|末)"
    r"|[一二三四五六七八九十]{1,2}月(?:[一二三四五六七八九十]{1,3}[日号]|底|初|中旬|末)|\d{1,2}[日号]|(?:本"
    r"|这个?|下个?)(?:周|月|季度)(?:底|末|初|内)?"
    r"|月底|年底|周末|今天(?:下班)?|今晚|明天(?:上午|下午|晚上|中午)?|后天|下次(?:会议|例会))"
)
_DUE_ZH = re.compile(rf"{_WHEN_ZH}(?:之前|以前|前|内)?")
_ZH = re.compile(
    rf"(?P<mine>我(?:负责|这边|来|会|去)?(?:{_WHEN_ZH}(?:之前|以前|前|内)?)?(?:负责|来|会"
    rf"|去)?[^，。我]{{0,6}}?(?:{_VERBS_ZH}))|(?P<mine_2>我(?:来|负责)\S)"
    rf"|(?:请|由|麻烦|让)(?P<name>[\u4e00-\u9fff]{{2,3}}?)(?=来|去|负责|牵头|在|于|把|将|尽快|{_WHEN_ZH}|{_VERBS_ZH})"
    r"|(?P<name_2>[\u4e00-\u9fff]{2,3}?)[，,]?(?:你来|你负责|你去|负责|牵头)"
    r"|(?:行动项|待办|下一步)[:：](?P<name_3>[\u4e00-\u9fff]{2,3}?)(?=负责|来|去|在|于|将|把)"
)
_NO_NAME_ZH = re.compile(
    r"[我你他她它们的是个这那谁都也有没不要会]|大家|各位|公司|部门|专人|主要|全面|具体|共同|一起|自己|因为|可以"
)


@record
class Decision:
    """A sentence that says what was decided."""

    at: int
    """Which of the outline's sentences."""


@record
class Action:
    """Something that somebody has to do."""

    at: int
    owner: str = ""
    """Who has to do it, as the transcript calls them; empty where nobody is named."""
    due: str = ""
    """By when, in the words of the transcript."""


def decisions(lines: Sequence[Sentence]) -> list[Decision]:
    """Return what was decided, in order.

    >>> from luodi.runtime import outline
    >>> made = outline.read("Ana: We agreed to open in May. Did we?\\n李雷：那就用第二个方案。", "meeting")
    >>> [made.sentences[one.at].text for one in decisions(made.sentences)]
    ['We agreed to open in May.', '那就用第二个方案。']
    """
    found = [n for n, one in enumerate(lines) if _decides(one.text)]
    return [Decision(at=n) for n in found]


def actions(lines: Sequence[Sentence]) -> list[Action]:
    """Return what is to be done, in order.

    >>> from luodi.runtime import outline
    >>> made = outline.read("Ana: I'll send the budget by Friday.\\n李雷：请王芳下周三前提交报告。", "meeting")
    >>> [(one.owner, one.due) for one in actions(made.sentences)]
    [('Ana', 'Friday'), ('王芳', '下周三前')]
    """
    speakers = frozenset(one.speaker for one in lines if one.speaker)
    made = []
    for n, line in enumerate(lines):
        owner = _owner(line, speakers)
        if owner is not None:
            made.append(Action(at=n, owner=owner, due=_due(line.text)))
    return made


def _decides(text: str) -> bool:
    if _UNDECIDED.search(text):
        return False
    return bool(_DECIDED.search(text) or _DECIDED_ZH.search(text))


def _owner(line: Sentence, speakers: Iterable[str]) -> str | None:
    """Return who has to do what a sentence says, "" where nobody is named; `None` where nothing is to be done."""
    text = line.text
    if noted := _NOTED.search(text):
        return noted["name"] or next(_named(text, speakers), "")
    if asked := _ASKED.search(text):
        return asked["name"] or asked["name_2"]
    theirs = _THEIRS.search(text)
    if theirs and theirs["name"] not in _NO_OWNERS:
        return theirs["name"]
    promised = _PROMISED.search(text)
    if promised and promised["name"] not in _NO_OWNERS - {"I"}:
        return line.speaker if promised["name"] == "I" else promised["name"]
    asks = text.rstrip().endswith(("?", "？", "吗", "吗。"))
    if _MINE.search(text) and not asks:
        return line.speaker
    due = _due(text)
    chinese = None if asks else _of_chinese(line, speakers, due)
    if chinese is not None:
        return chinese
    return "" if due and _WE.search(text) and not asks else None


def _of_chinese(line: Sentence, speakers: Iterable[str], due: str) -> str | None:
    found = _ZH.search(line.text)
    if not found:
        return None
    if found["mine"] or found["mine_2"]:
        return line.speaker if due or re.match("我(?:负责|这边|来|会|去)", found["mine"] or "") else None
    name = found["name"] or found["name_2"] or found["name_3"]
    known = next(_named(line.text[found.start() :], speakers), "")
    if known:
        return known
    return name if not _NO_NAME_ZH.search(name) and (due or found["name_3"]) else None


def _named(text: str, speakers: Iterable[str]) -> Iterator[str]:
    """Yield the speakers whose names, or last or first names, stand in a text."""
    for one in sorted(speakers, key=lambda each: (-len(each), each)):
        if one in text or any(len(part) > 2 and part in text for part in one.split()):
            yield one


def _due(text: str) -> str:
    found = _DUE.search(text)
    if found:
        return found["due"] or found["on"]
    chinese = _DUE_ZH.search(text)
    return chinese[0] if chinese else ""
