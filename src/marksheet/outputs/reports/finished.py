"""Audit: the finished schedules, with what is published of each, mean and pass rate."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries import reports
from marksheet.apps.results.queries.finished import finished_page
from marksheet.outputs.reports.column import Column, Report
from marksheet.outputs.reports.tallies import TALLY


def rows(person: Person, asked: reports.Asked) -> Iterator[Any]:
    """Yield the finished schedules that fit, in the order of the page.

    Raises:
        ValueError: ``asked`` does not say the moment.
    """
    if asked.at is None:
        raise ValueError("Whether a schedule is finished depends on the moment.")
    after = ""
    while True:
        page = finished_page(person, asked, at=asked.at, after=after, size=200)
        yield from page.rows
        if not page.next:
            return
        after = page.next


REPORT = Report(
    "finished",
    _("Finished schedules"),
    (
        Column("title", _("Schedule"), lambda row: row.schedule.title),
        Column("code", _("Code"), lambda row: row.schedule.code),
        Column("unit", _("Unit"), lambda row: row.schedule.unit.name),
        Column("opens", _("Opens"), lambda row: row.schedule.opens_at, "moment"),
        Column("closes", _("Closes"), lambda row: row.schedule.closes_at, "moment"),
        Column("ended", _("Ended"), lambda row: row.schedule.ends_at, "moment"),
        Column("zone", _("Time zone"), lambda row: row.schedule.timezone),
        *TALLY,
        Column("last", _("Last published"), lambda row: row.tally.last_published_at, "moment"),
    ),
    rows,
)
