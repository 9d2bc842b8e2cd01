"""Who may ask: one bearer token, given, or made once and kept in a file that only its owner reads."""

import hmac
import os
import re
import secrets
import stat
from pathlib import Path

from luodi.contracts import record
from luodi.errors import SetupError

VARIABLE = "LUODI_TOKEN"
MIN_CHARACTERS = 16
SHAPE = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750, section 2.1


@record
class Token:
    """What a client must show."""

    value: str
    given: bool
    """By the user, and so not to be printed."""

    def opens(self, header: str) -> bool:
        """Say whether an Authorization header carries this token. Takes as long for a near miss as for any other."""
        scheme, _, shown = header.partition(" ")
        same = hmac.compare_digest(shown.strip().encode("utf-8", "replace"), self.value.encode())
        return same and scheme.lower() == "bearer"


def chosen(given: str | None) -> Token | None:
    """Return the given token, or that of `LUODI_TOKEN`; `None` where nobody chose one."""
    for value, where in ((given, "the given token"), (os.environ.get(VARIABLE), VARIABLE)):
        if value is not None:
            return Token(value=_checked(value, where), given=True)
    return None


def kept(folder: Path) -> Token:
    """Return the token in `folder/token`, which is made if it is not there."""
    return Token(value=_made(folder / "token"), given=False)


def _made(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        fix = f"set {VARIABLE}, or run where you may write"
        raise SetupError(f"no token can be kept: {error.strerror}", where=str(path), fix=fix) from error
    with os.fdopen(handle, "w", encoding="ascii") as file:
        value = secrets.token_urlsafe(32)
        file.write(value + "\n")
    return value


def _read(path: Path) -> str:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        fix = f"remove it, and a new one is made; or set {VARIABLE}"
        raise SetupError(f"the token cannot be read: {error.strerror}", where=str(path), fix=fix) from error
    with os.fdopen(handle, encoding="ascii", errors="replace") as file:
        if os.fstat(handle).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SetupError("others may read the token", where=str(path), fix=f"chmod 600 {path}")
        return _checked(file.read(1000).strip(), str(path))


def _checked(value: str, where: str) -> str:
    if len(value) >= MIN_CHARACTERS and SHAPE.fullmatch(value):
        return value
    raise SetupError(
        f"a token has {MIN_CHARACTERS} or more letters, digits and ._~+/-",
        where=where,
        fix="make one: openssl rand -hex 32",
    )
