"""Coordinator: how far the marking of each schedule is; no result is in it."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries import reports
from marksheet.apps.results.queries.coordination import Status, coordination_list
from marksheet.outputs.reports.column import Column, Report

STATUS = {
    Status.STOPPED: _("Marker stopped"),
    Status.SET_UP: _("To set up"),
    Status.WAITING: _("Waiting for work"),
    Status.MARKING: _("Marking"),
    Status.MODERATION: _("Moderation"),
    Status.READY: _("Ready to publish"),
    Status.PUBLISHED: _("Published"),
}


def rows(person: Person, asked: reports.Asked) -> Iterator[Any]:
    """Yield the schedules that fit, newest window first."""
    after = ""
    while True:
        page, after = coordination_list(person, search=asked.text, status=asked.status, after=after, size=200)
        yield from page
        if not after:
            return


REPORT = Report(
    "coordination",
    _("Coordinator"),
    (
        Column("title", _("Schedule"), lambda row: row.schedule.title),
        Column("code", _("Code"), lambda row: row.schedule.code),
        Column("unit", _("Unit"), lambda row: row.schedule.unit.name),
        Column("opens", _("Opens"), lambda row: row.schedule.opens_at, "moment"),
        Column("closes", _("Closes"), lambda row: row.schedule.closes_at, "moment"),
        Column("zone", _("Time zone"), lambda row: row.schedule.timezone),
        Column("candidates", _("Candidates"), lambda row: row.candidates, "number"),
        Column("by_hand", _("Items by hand"), lambda row: row.by_hand, "number"),
        Column("status", _("Status"), lambda row: STATUS[Status(row.status)]),
        Column("arrived", _("Handed in"), lambda row: row.arrived, "number"),
        Column("submitted", _("Submitted"), lambda row: row.submitted, "number"),
        Column("void", _("Void"), lambda row: row.void, "number"),
        Column("activity", _("Last activity"), lambda row: row.schedule.last_activity_at, "moment"),
    ),
    rows,
)
# A column of the page -> the columns of the file: what stands in one cell there has a cell each here.
SHOWN = {
    "schedule": ("title", "code", "unit"),
    "code": ("code",),
    "unit": ("unit",),
    "window": ("opens", "closes", "zone"),
    "candidates": ("candidates",),
    "by_hand": ("by_hand",),
    "status": ("status",),
    "progress": ("arrived", "submitted", "void"),
    "activity": ("activity", "zone"),
}


def chosen(columns: tuple[str, ...]) -> tuple[Column, ...]:
    """Return the columns of the file for those of the page that somebody chose, in the order of the file."""
    wanted = {key for name in columns or SHOWN for key in SHOWN.get(name, ())}
    return tuple(column for column in REPORT.columns if column.key in wanted)
