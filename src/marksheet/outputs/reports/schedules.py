"""Reports > Schedules: what is published of each schedule, "x of y", with mean and pass rate."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries import reports
from marksheet.outputs.reports.column import Column, Report
from marksheet.outputs.reports.tallies import TALLY
from marksheet.rules.publication import Stage

STAGES = {
    Stage.PARTLY: _("Partly published"),
    Stage.SO_FAR: _("All so far"),
    Stage.COMPLETE: _("Complete"),
}


def rows(person: Person, asked: reports.Asked) -> Iterator[Any]:
    """Yield the schedules that fit, newest window first."""
    after = ""
    while True:
        page = reports.schedule_page(person, asked, after=after, size=200)
        yield from page.rows
        if not page.next:
            return
        after = page.next


REPORT = Report(
    "schedules",
    _("Schedules"),
    (
        Column("title", _("Schedule"), lambda row: row.schedule.title),
        Column("code", _("Code"), lambda row: row.schedule.code),
        Column("unit", _("Unit"), lambda row: row.schedule.unit.name),
        Column("assessment", _("Assessment"), lambda row: row.schedule.version.assessment.title),
        Column("opens", _("Opens"), lambda row: row.schedule.opens_at, "moment"),
        Column("zone", _("Time zone"), lambda row: row.schedule.timezone),
        *TALLY,
        Column("publication", _("Publication"), lambda row: STAGES[row.stage]),
    ),
    rows,
)
