"""Reports > Assessments: all sittings of an assessment together."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries import reports
from marksheet.outputs.reports.column import Column, Report
from marksheet.outputs.reports.tallies import TALLY


def rows(person: Person, asked: reports.Asked) -> Iterator[Any]:
    """Yield the assessments that fit, by title."""
    after = ""
    while True:
        page = reports.assessment_page(person, asked, after=after, size=200)
        yield from page.rows
        if not page.next:
            return
        after = page.next


REPORT = Report(
    "assessments",
    _("Assessments"),
    (
        Column("title", _("Assessment"), lambda row: row.assessment.title),
        Column("code", _("Code"), lambda row: row.assessment.code),
        Column("unit", _("Unit"), lambda row: row.assessment.unit.name),
        Column("sittings", _("Sittings"), lambda row: row.sittings, "number"),
        Column("last", _("Last sitting"), lambda row: row.last_opens_at, "moment"),
        Column("zone", _("Time zone"), lambda row: row.assessment.unit.timezone),
        *TALLY,
    ),
    rows,
)
