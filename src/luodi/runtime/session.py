"""Open the folder of an exported model: `session.json` names the engine, a file of this folder."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from luodi.contracts import Scores, Session
from luodi.errors import SetupError

FILE = "session.json"
ENGINES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("engine_*.py")))


def open_session(folder: Path) -> Session[str, Scores]:
    """Return a session that answers. Raises `SetupError` where the folder is none of ours."""
    try:
        about = json.loads((folder / FILE).read_text(encoding="utf-8"))
        engine = about["engine"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetupError("this folder holds no exported model", where=str(folder), fix="luodi run makes one") from error
    if engine not in ENGINES:  # a name from a file never becomes an import unless it is one of ours
        raise SetupError(f"no engine is called {engine!r}", where=str(folder / FILE), fix="update luodi")
    return import_module(f"luodi.runtime.{engine}").ENGINE.load(folder)  # type: ignore[no-any-return]


def write_about(folder: Path, engine: str, **about: Any) -> None:
    """Write `session.json`."""
    text = json.dumps({"engine": engine, **about}, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / FILE).write_text(text, encoding="utf-8")


def read_about(folder: Path) -> dict[str, Any]:
    """Read `session.json`."""
    return json.loads((folder / FILE).read_text(encoding="utf-8"))  # type: ignore[no-any-return]
