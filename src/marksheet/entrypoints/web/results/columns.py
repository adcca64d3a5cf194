"""The columns of the Results tab: which there are, and which of them a person chose to see."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KEY = "results"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``sort`` names what it sorts by; a fixed one is always there."""

    key: str
    label: str | Promise
    sort: str = ""
    align: str = ""
    fixed: bool = False
    shown: bool = True


COLUMNS = (
    Column("candidate", _("Candidate"), "name", fixed=True),
    Column("number", _("Number"), "number", shown=False),
    Column("schedule", _("Schedule"), "schedule"),
    Column("code", _("Code"), "code", shown=False),
    Column("unit", _("Unit"), shown=False),
    Column("attempt", _("Attempt"), "attempt", align="number"),
    Column("handed_in", _("Handed in"), "handed_in", shown=False),
    Column("score", _("Score"), "score", align="number"),
    Column("percent", _("%"), "percent", align="number"),
    Column("grade", _("Grade"), "grade", align="number"),
    Column("outcome", _("Outcome"), "outcome"),
    Column("state", _("State"), "state", fixed=True),
    Column("flags", _("Flags"), shown=False),
    Column("publisher", _("Publisher")),
)
DEFAULT = tuple(column.key for column in COLUMNS if column.shown)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose for the tab: columns, order, view."""

    columns: tuple[str, ...] = DEFAULT
    sort: str = "name"
    by: str = "candidate"

    @property
    def shown(self) -> tuple[Column, ...]:
        """The chosen columns, in the order of the table."""
        return tuple(column for column in COLUMNS if column.fixed or column.key in self.columns)

    def to_json(self) -> dict[str, object]:
        """Return the choice as it is remembered."""
        return {"columns": list(self.columns), "sort": self.sort, "by": self.by}


def choice_from(stored: object) -> Choice:
    """Read what was remembered; anything that is not ours falls back to how the tab comes."""
    if not isinstance(stored, Mapping):
        return Choice()
    known = {column.key for column in COLUMNS}
    columns = stored.get("columns", DEFAULT)
    chosen = tuple(key for key in columns if key in known) if isinstance(columns, list | tuple) else DEFAULT
    sort, by = stored.get("sort"), stored.get("by")
    return Choice(
        chosen,
        sort if isinstance(sort, str) else "name",
        by if by in ("candidate", "schedule") else "candidate",
    )
