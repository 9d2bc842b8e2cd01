"""A process that answers windows of rows: `luodi.batch.run` starts one for each core."""

import json
from pathlib import Path

from luodi import child
from luodi.batch.answerer import Answerer, Plan, Shape
from luodi.bundle import open_bundle
from luodi.errors import LuodiError


def main() -> None:
    """Answer frames until there are no more."""
    given, answers = child.frames()
    about = json.loads(child.receive(given)[0])
    tables = tuple(Shape(**one | {"columns": tuple(one["columns"])}) for one in about["tables"])
    plan = Plan(**about | {"tables": tables, "columns": tuple(about["columns"])})
    answerer = Answerer(plan, open_bundle(Path(plan.bundle), check=False))
    while True:
        try:
            (payload,) = child.receive(given)
        except EOFError:
            return
        try:
            counts, lines = answerer.answer(payload)
        except LuodiError as error:
            counts, lines = {"error": {"what": error.what, "where": error.where, "fix": error.fix}}, b""
        child.send(answers, json.dumps(counts).encode(), lines)


if __name__ == "__main__":
    main()
