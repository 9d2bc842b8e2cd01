"""Nothing personal in a log: records are masked before any handler writes them."""

import logging
import sys
from typing import Any, TextIO

from luodi.privacy.mask import Personal

OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
MOST_CHARACTERS = 20_000  # of one field: a log is no place for a document
NOT_TEXT = (int, float, bool, type(None))


class Masked(logging.Filter):
    """Masks message, arguments, extra fields and traceback of every record that passes; lets all of them pass.

    Belongs on a handler, where it sees the records of every logger; on a logger it sees only that one's own.
    """

    def __init__(self, personal: Personal | None = None) -> None:
        super().__init__()
        self.personal = personal or Personal(mode="mask")

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place."""
        record.msg, record.args = self.masked(_message(record)), None
        for name in vars(record).keys() - OWN:
            setattr(record, name, self.masked(getattr(record, name)))
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text, record.exc_info = self.masked(record.exc_text), None
        if record.stack_info:
            record.stack_info = self.masked(record.stack_info)
        return True

    def masked(self, value: Any) -> Any:
        """Return a value without personal data: lists and mappings in depth, what is no plain value as its text."""
        if isinstance(value, str):
            return self.personal.apply(value[:MOST_CHARACTERS])[0]
        if isinstance(value, dict):
            return {self.masked(key): self.masked(one) for key, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.masked(one) for one in value]
        if isinstance(value, NOT_TEXT):
            masked = self.masked(str(value))
            return value if masked == str(value) else masked
        return self.masked(str(value))


def to_stream(stream: TextIO | None = None) -> logging.Handler:
    """Return a handler that writes warnings and worse to a stream (standard error), masked, with their extra fields."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Fields("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(Masked())
    return handler


class _Fields(logging.Formatter):
    """The usual line, then the extra fields."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's own name
        fields = [f"{name}={value!r}" for name, value in sorted(vars(record).items()) if name not in OWN]
        return " ".join([super().formatMessage(record), *fields])


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # arguments that do not fit: logging would print both, unmasked, on its own
        return f"{record.msg} {record.args}"
