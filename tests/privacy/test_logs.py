"""A log that is masked before it is written."""

import io
import logging

import pytest

from luodi.privacy.logs import to_stream
from luodi.serve.server import masking_logs

SEEDED = ["13800138000", "li@example.com", "11010519491231002X", "hunter2", "s3cr3t", "47.100.23.8"]
TEXT = "电话 13800138000 li@example.com 11010519491231002X password=hunter2 redis://u:s3cr3t@h.cn/0 47.100.23.8"


class Thing:
    def __str__(self) -> str:
        return TEXT

    __repr__ = __str__


@pytest.fixture
def log():
    out = io.StringIO()
    handler = to_stream(out)
    logger = logging.getLogger("tests.masked")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger, out
    logger.removeHandler(handler)


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda log: log.error(TEXT), id="message"),
        pytest.param(lambda log: log.error("failed on %s after %d", TEXT, 3), id="argument"),
        pytest.param(lambda log: log.error("failed on %(text)s", {"text": TEXT}), id="named-argument"),
        pytest.param(lambda log: log.error("failed on %s %s", TEXT), id="arguments-that-do-not-fit"),
        pytest.param(lambda log: log.error("failed", extra={"text": TEXT}), id="field"),
        pytest.param(lambda log: log.error("failed", extra={"body": {"a": [TEXT, (TEXT,)], TEXT: 1}}), id="deep-field"),
        pytest.param(lambda log: log.error("failed", extra={"phone": 13800138000}), id="number"),
        pytest.param(lambda log: log.error(Thing()), id="object"),
        pytest.param(lambda log: log.error("failed", extra={"thing": Thing()}), id="object-in-a-field"),
        pytest.param(lambda log: log.error("failed", extra={"raw": TEXT.encode()}), id="bytes"),
        pytest.param(lambda log: log.error("failed", exc_info=ValueError(TEXT)), id="exception"),
        pytest.param(lambda log: log.error(TEXT * 500), id="long"),
    ],
)
def test_no_way_to_log_lets_personal_data_through(log, write):
    logger, out = log

    write(logger)

    written = out.getvalue()
    assert "ERROR tests.masked" in written
    assert [value for value in SEEDED if value in written] == []


def test_what_is_not_personal_is_written_as_it_is(log):
    logger, out = log

    logger.warning("step %s", "done", extra={"seconds": 1.25, "at": "batcher.py:147", "epoch": 3, "ok": None})

    assert out.getvalue().endswith("step done at='batcher.py:147' epoch=3 ok=None seconds=1.25\n")


def test_the_traceback_is_there_without_the_value(log):
    logger, out = log
    try:
        int(TEXT)
    except ValueError:
        logger.exception("failed")

    assert "Traceback" in out.getvalue() and "base 10: '电话 [PHONE] [EMAIL]" in out.getvalue()


def test_whoever_logs_while_the_service_runs_is_masked():
    out = io.StringIO()
    theirs = logging.StreamHandler(out)
    root = logging.getLogger()
    root.addHandler(theirs)

    with masking_logs():
        logging.getLogger("uvicorn.error").error("GET /?phone=13800138000")
    root.removeHandler(theirs)

    assert out.getvalue() == "GET /?phone=[PHONE]\n"
    assert theirs.filters == []
