"""What is wrong with a file, said so that its owner can put it right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

SHOWN = 100
KEPT = 10_000
LONGEST_VALUE = 80


class BadFile(ValueError):
    """The file cannot be taken: what is wrong, where, why, and what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class CellError:
    """One cell that cannot be taken.

    Args:
        row: as a spreadsheet program numbers it; the heading is usually row 1.
        column: the heading, or "" for a whole row.
        value: what stands there, shortened to 80 characters.
        reason: why it is refused.
    """

    row: int
    column: str
    value: str
    reason: Text

    def __str__(self) -> str:
        where = f"row {self.row}, {self.column}" if self.column else f"row {self.row}"
        return f"{where}: “{self.value}”: {self.reason}" if self.value else f"{where}: {self.reason}"


class BadCells(BadFile):
    """Some cells cannot be taken: the first 100 by row, and how many there are in all."""

    def __init__(self, errors: Sequence[CellError], total: int) -> None:
        first = str(errors[0]) if errors else ""
        message = _("Nothing was read: %(total)s problems, the first at %(first)s", total=total, first=first)
        super().__init__(message)
        self.errors = tuple(errors)
        self.total = total


class Problems:
    """Collects what is wrong with cells, so that a person mends a file once and not cell by cell.

    Args:
        before: what was found when the table was read; of those cells nothing else is said.
    """

    def __init__(self, before: Sequence[CellError] = ()) -> None:
        self.total = len(before)
        self._kept: list[CellError] = list(before)
        self._known = {(one.row, one.column) for one in before}

    def add(self, row: int, column: str, value: str, reason: Text) -> None:
        """Count one problem and keep it if there is room."""
        if (row, column) in self._known:
            return
        self.total += 1
        if len(self._kept) < KEPT:
            short = value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"
            self._kept.append(CellError(row, column, short, reason))

    def kept(self) -> tuple[CellError, ...]:
        """Return the problems that were kept, in the order in which they were found."""
        return tuple(self._kept)

    def first(self) -> tuple[CellError, ...]:
        """Return the first 100 problems by row."""
        return tuple(sorted(self._kept, key=lambda error: error.row)[:SHOWN])

    def refuse_if_any(self) -> None:
        """Raise BadCells if there was a problem."""
        if self.total:
            raise BadCells(self.first(), self.total)


def listed(names: Iterable[str], most: int = 8) -> str:
    """Return ``names`` as one readable list that ends in "…" after ``most``."""
    every = list(names)
    return ", ".join(every[:most]) + (", …" if len(every) > most else "")
