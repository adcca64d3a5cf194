"""What an export is: a name, columns for the exams it is about, and one row for each result, in order."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import Person
from marksheet.apps.release.queries.exports.rows import Exam, Taken
from marksheet.apps.release.queries.exports.selection import Selection
from marksheet.outputs.exports.writers import Column, Row

MILLION = Decimal(1_000_000)
# What the status column says of a working result; a published one says "Published".
STATUS: Mapping[str, str | Promise] = {
    "expected": _("Nothing handed in"),
    "not-submitted": _("Not submitted"),
    "not-ready": _("Not ready"),
    "moderation": _("In moderation"),
    "ready": _("Ready"),
    "withheld": _("Withheld"),
    "correction": _("Correction ready"),
    "published": _("Published"),
    "absent": _("Absent, excused or deferred"),
}
ATTENDANCE: Mapping[str, str | Promise] = {
    "absent": _("Absent"),
    "excused": _("Excused"),
    "deferred": _("Deferred"),
}
OUTCOMES: Mapping[str, str | Promise] = {
    "passed": _("Passed"),
    "failed": _("Failed"),
    "void": _("Void"),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What one file is made of.

    Args:
        keys: the results (or schedules, or assessments), in the order of the file.
        exams: schedule key -> what its rows share; of results alone.
        columns: those the asker chose to see on the page; empty: all.
    """

    person: Person
    selection: Selection
    keys: "array[int]"
    exams: Mapping[int, Exam]
    columns: tuple[str, ...] = ()

    @property
    def papers(self) -> dict[int, Exam]:
        """Return version key -> one exam that uses it: versions have questions of their own."""
        found: dict[int, Exam] = {}
        for exam in self.exams.values():
            found.setdefault(exam.version_id, exam)
        return found

    def prefix(self, exam: Exam) -> str:
        """Return what stands before the questions of an exam where the file holds several; else nothing."""
        papers = self.papers.values()
        if len(papers) < 2:
            return ""
        if sum(one.assessment_code == exam.assessment_code for one in papers) > 1:
            return f"{exam.assessment_code} v{exam.version_number} · "
        return f"{exam.assessment_code} · "


class Made(NamedTuple):
    """One row of a file with the result it is about, so that nothing can go missing on the way."""

    id: int
    ref: str
    cells: Row


@dataclass(frozen=True, slots=True)
class Export:
    """A format of export.

    Args:
        sentence: what the file holds, for the dialog.
        as_shown: the rows stand in the order of the page.
        in_numbers: it can hold lists of schedules and assessments, too.
        preliminary: it holds the marks so far of a schedule, and nothing else.
    """

    key: str
    title: str | Promise
    sentence: str | Promise
    columns: Callable[[Scope], list[Column]]
    rows: Callable[[Scope], Iterator[Made]]
    as_shown: bool = False
    in_numbers: bool = False
    preliminary: bool = False

    def fits(self, selection: Selection) -> bool:
        """Return whether it can hold the rows of this list."""
        if self.preliminary or selection.preliminary:
            return self.preliminary and selection.preliminary
        return self.in_numbers or not selection.in_numbers


def number(shown: str) -> Decimal | None:
    """Return a shown value as a number; None where nothing is shown."""
    return Decimal(shown) if shown else None


def millionths(value: int | None) -> Decimal | None:
    """Return a stored projection in its unit."""
    return None if value is None else Decimal(value) / MILLION


def local(at: datetime | None, zone: str) -> datetime | None:
    """Return a moment as the clock of ``zone`` shows it, without the zone: that has a column of its own."""
    return None if at is None else at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)


def status(row: Taken, *, published: bool) -> str:
    """Return where a result stands, in a word."""
    return str(STATUS["published" if published else row.bucket])
