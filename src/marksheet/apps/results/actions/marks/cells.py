"""A cell of the mark sheet: what is to be saved there, what stands there, and why it was refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from marksheet.apps.exams.queries.paper import PartRow
from marksheet.apps.ledger.errors import BadInput, Stale
from marksheet.rules.marks import BadMark, check_mark, shown
from marksheet.rules.schemes import FINEST

CellName = tuple[str, str]
"""(the script's ref, the part's ref)."""


@dataclass(frozen=True, slots=True)
class CellSave:
    """One cell to save: thousandths of a mark, or no response, or neither to take a mark back.

    Args:
        against: the version that was on the screen when it was typed; 0 where nothing stood.
    """

    script_ref: str
    part_ref: str
    value: int | None
    no_response: bool
    against: int

    @property
    def typed(self) -> str:
        """What was meant, in words to keep."""
        if self.no_response:
            return "nr"
        return "" if self.value is None else shown(self.value)


@dataclass(frozen=True, slots=True)
class SavedMark:
    """What stands in a cell now."""

    version: int
    value: int | None
    no_response: bool


@dataclass(frozen=True, slots=True)
class Theirs:
    """What stands where a save came too late: the mark, its version, and who gave it."""

    version: int
    value: int | None
    no_response: bool
    by: str


def wrong_mark(part: PartRow, value: int | None, allowed: Mapping[int, int]) -> str:
    """Return why this cannot be a mark of the part, out of range or between two steps; "" where it can.

    Args:
        value: thousandths; no number is never wrong.
        allowed: part -> the step of its scheme.
    """
    if value is None:
        return ""
    step, lowest = allowed.get(part.id, FINEST), part.lowest_thousandths
    try:
        check_mark(value, part.maximum_thousandths, step, lowest_thousandths=lowest)
    except BadMark as bad:
        return str(bad)
    return ""


class StaleMarks(Stale):
    """Saves against old versions; nothing was written, what was typed is kept as drafts."""

    def __init__(self, cells: dict[CellName, Theirs]) -> None:
        self.cells = cells
        who = ", ".join(sorted({theirs.by for theirs in cells.values()}))
        super().__init__(
            _("%(who)s gave another mark here. Nothing was overwritten, and what you typed is kept.")
            % {"who": who}
        )

    @property
    def theirs(self) -> Theirs:
        """The first of them; the only one where one mark was saved."""
        return next(iter(self.cells.values()))


class BadCells(BadInput):
    """Cells that cannot be saved, each with its reason; nothing was written."""

    def __init__(self, cells: dict[CellName, str]) -> None:
        self.cells = cells
        super().__init__(
            _("Nothing was saved: %(count)s cells need another look.") % {"count": len(cells)},
            details=list(cells.values()),
        )
