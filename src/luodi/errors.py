"""What a user can meet: what is wrong, where it is, and how to put it right."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_NAMED = 12  # a folder or a table may hold thousands of names


class LuodiError(Exception):
    """A mistake that the user can mend. The command line prints its three parts and exits with 2."""

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.fix = what, where, fix

    def __str__(self) -> str:
        """Return the three parts, one to a line.

        >>> print(DataError("no rows", where="a.csv", fix="add some"))
        no rows
          where: a.csv
          fix:   add some
        """
        parts = [self.what]
        if self.where:
            parts.append(f"  where: {self.where}")
        if self.fix:
            parts.append(f"  fix:   {self.fix}")
        return "\n".join(parts)


class DataError(LuodiError):
    """Something is wrong with the user's data, or with a request."""


class ScenarioError(LuodiError):
    """Something is wrong with the scenario file."""


class SetupError(LuodiError):
    """Something is missing or broken around us: a package, a folder, a port, a model file."""


class Faults(LuodiError):
    """Several mistakes, reported at once."""

    def __init__(self, faults: Iterable[LuodiError]) -> None:
        self.faults = tuple(faults)
        assert self.faults, "a fault report without faults"
        super().__init__("\n".join(str(fault) for fault in self.faults))
        self.where = self.faults[0].where


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Suggest the closest of the known names, or list them all.

    >>> did_you_mean("bdy", ["body", "label"])
    "did you mean 'body'?"
    >>> did_you_mean("zzz", ["body", "label"])
    "use one of 'body', 'label'"
    """
    known = list(known)
    close = get_close_matches(name[:100], known, n=1)  # a name of 5,000 letters would take a second
    if close:
        return f"did you mean {close[0]!r}?"
    if not known:
        return "there is none to choose from"
    rest = f" … ({len(known) - MOST_NAMED:,} more)" if len(known) > MOST_NAMED else ""
    return "use one of " + ", ".join(repr(one) for one in known[:MOST_NAMED]) + rest
