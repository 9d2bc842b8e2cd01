"""What a reader mended or passed over without losing a row: counted, with the first lines as examples."""

from luodi.text import plural

MOST_EXAMPLES = 3


class Notes:
    """Counts by kind, in the order in which the kinds were first met."""

    def __init__(self, *said: str) -> None:
        self.said, self._found = list(said), dict[str, list[int]]()

    def add(self, kind: str, line: int) -> None:
        """Count one line of a kind: "is in cp1252 in a file of UTF-8"."""
        found = self._found.setdefault(kind, [0])
        found[0] += 1
        if len(found) <= MOST_EXAMPLES:
            found.append(line)

    def again(self) -> None:
        """Forget what was counted: the table is read anew."""
        self._found.clear()

    def lines(self) -> tuple[str, ...]:
        """Return one sentence per kind.

        >>> notes = Notes("the sheet 'Old' is hidden and was not read")
        >>> for n in range(5): notes.add("NUL removed", n)
        >>> notes.lines()
        ("the sheet 'Old' is hidden and was not read", 'NUL removed: 5 lines (0, 1, 2, …)')
        """
        more = {kind: ", …" if n > len(lines) else "" for kind, (n, *lines) in self._found.items()}
        counted = (
            f"{kind}: {plural(n, 'line')} ({', '.join(map(str, lines))}{more[kind]})"
            for kind, (n, *lines) in self._found.items()
        )
        return (*self.said, *counted)
