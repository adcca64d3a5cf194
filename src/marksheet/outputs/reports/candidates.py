"""Reports > Candidates: every published result, from the version in force."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries import reports
from marksheet.outputs.reports.column import Column, Report

MILLION = 1_000_000


def rows(person: Person, asked: reports.Asked) -> Iterator[Any]:
    """Yield the published results that fit, page by page, so that memory stays flat."""
    after = ""
    while True:
        page = reports.page(person, asked, after=after, size=500)
        yield from page.rows
        if not page.next:
            return
        after = page.next


def _in_force(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row.in_force, name)


def _millionths(name: str) -> Callable[[Any], Any]:
    def value(row: Any) -> Fraction | None:
        found = getattr(row.in_force, name)
        return None if found is None else Fraction(found, MILLION)

    return value


REPORT = Report(
    "candidates",
    _("Published results"),
    (
        Column("name", _("Candidate"), lambda row: row.name, sort="name"),
        Column("number", _("Number"), lambda row: row.number, sort="number"),
        Column("schedule", _("Schedule"), lambda row: row.title),
        Column("code", _("Code"), lambda row: row.code, sort="code"),
        Column("unit", _("Unit"), lambda row: row.unit.name),
        Column("attempt", _("Attempt"), _in_force("attempt_number"), "number"),
        Column("handed_in", _("Handed in"), _in_force("handed_in_at"), "moment"),
        Column("score", _("Score"), _millionths("score_micro"), "number", "score"),
        Column("maximum", _("Maximum"), _millionths("maximum_micro"), "number"),
        Column("percent", _("%"), _millionths("percent_micro"), "percent", "percent"),
        Column("grade", _("Grade"), _in_force("grade")),
        Column("outcome", _("Outcome"), _in_force("outcome")),
        Column("version", _("Version"), _in_force("number"), "number"),
        Column("published", _("Published"), lambda row: row.published_at, "moment", "published"),
        Column("shown", _("Shown to the candidate"), lambda row: row.shown_to_candidate, "yes"),
    ),
    rows,
)
