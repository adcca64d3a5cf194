"""The items of a schedule: how hard each was, and how well it agrees with the rest of the paper."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.cohorts import cohort_of
from marksheet.apps.results.queries.reports import Asked, schedule_for_reports
from marksheet.outputs.reports.column import Column, Report


def rows(person: Person, asked: Asked) -> Iterator[Any]:
    """Yield the items of the schedules that are named, as far as ``person`` may read of them."""
    for ref in asked.schedules:
        yield from cohort_of(person, schedule_for_reports(person, ref)).items


REPORT = Report(
    "items",
    _("Items"),
    (
        Column("label", _("Item"), lambda row: row.label),
        Column("title", _("Title"), lambda row: row.title),
        Column("maximum", _("Maximum"), lambda row: row.maximum, "number"),
        Column(
            "n", _("n"), lambda row: row.statistics.n, "number",
            rule=_("published results with a score for every item"),
        ),
        Column("mean", _("Mean score"), lambda row: row.mean, "number", rule=_("sum of scores / n")),
        Column(
            "facility", _("Facility"), lambda row: row.statistics.facility, "number", rule=_("mean score / maximum")
        ),
        Column(
            "item_rest", _("Item-rest correlation"), lambda row: row.statistics.item_rest, "number",
            rule=_("Pearson's r of the item with the sum of all others"),
        ),
    ),
    rows,
)  # fmt: skip
