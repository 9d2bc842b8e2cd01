"""Questions about passages in the format of SQuAD: articles with paragraphs with questions, one row a question.

Source: Rajpurkar et al. 2016, "SQuAD", and 2018, "Know What You Don't Know" for `is_impossible`.
"""

import json
from collections.abc import Iterator
from typing import Any

from luodi.contracts import Reject
from luodi.data.files import Content
from luodi.errors import DataError

COLUMNS = ("id", "title", "question", "context", "answers", "starts")
MAX_BYTES = 1 << 30
BEGINS = ('"data"', '"version"', '"paragraphs"')
Rows = list[tuple[int, dict[str, Any] | Reject]]


def looks_like(head: str) -> bool:
    """Say whether a JSON file begins as one of SQuAD does.

    >>> looks_like('{"version": "1.1", "data": ['), looks_like('{"text": "a"}')
    (True, False)
    """
    start = head.lstrip("\ufeff \t\r\n")
    return start.startswith("{") and start[1:].lstrip().startswith(BEGINS) and '"data"' in head


def batches(content: Content) -> Iterator[Rows]:
    """Yield the questions of each article, numbered from 1 through the file."""
    n = 0
    for place, article in enumerate(_articles(content), start=1):
        rows: Rows = []
        for question in _questions(article, place):
            n += 1
            rows.append((n, question))
        yield rows


def _articles(content: Content) -> list[Any]:
    data = bytearray()
    for chunk in content.chunks():
        data += chunk
        if len(data) > MAX_BYTES:
            raise DataError("a file of questions larger than 1 GB", where=content.where, fix="cut it into several")
    try:
        articles = json.loads(data.decode("utf-8-sig"))["data"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        what = f"this is no file in the format of SQuAD: {str(error)[:120]}"
        raise DataError(what, where=content.where, fix='write {"data": [{"title": …, "paragraphs": […]}]}') from None
    if not isinstance(articles, list):
        raise DataError('"data" is no list of articles', where=content.where, fix='write {"data": [{…}, …]}')
    return articles


def _questions(article: Any, place: int) -> Iterator[dict[str, Any] | Reject]:
    if not isinstance(article, dict) or not isinstance(article.get("paragraphs"), list):
        yield Reject(reason="an article without paragraphs")
        return
    title = str(article.get("title") or article.get("id") or "")
    for number, paragraph in enumerate(article["paragraphs"], start=1):
        if not isinstance(paragraph, dict) or not isinstance(paragraph.get("context"), str):
            yield Reject(reason="a paragraph without a context")
            continue
        asked = paragraph.get("qas")
        for question in asked if isinstance(asked, list) else ():
            made = _question(question, paragraph["context"])
            if isinstance(made, dict):
                # an article without a name is a passage of its own
                made["title"] = title or str(paragraph.get("id") or f"article {place}, paragraph {number}")
            yield made


def _question(question: Any, context: str) -> dict[str, Any] | Reject:
    if not isinstance(question, dict) or not isinstance(question.get("question"), str):
        return Reject(reason="a question without its text")
    given = question.get("answers")
    answers = [] if question.get("is_impossible") else given if isinstance(given, list) else []
    if not answers and not question.get("is_impossible") and given != []:
        return Reject(reason="a question without answers; where there is none, write []")
    if not all(isinstance(one, dict) and isinstance(one.get("text"), str) for one in answers):
        return Reject(reason="an answer without its text")
    starts = [one.get("answer_start") for one in answers]
    return {
        "id": str(question.get("id") or ""),
        "question": question["question"],
        "context": context,
        "answers": [one["text"] for one in answers],
        "starts": [-1 if one is None or isinstance(one, bool) else one for one in starts],
    }
