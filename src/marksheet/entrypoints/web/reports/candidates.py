"""Reports > Candidates: every published result as soon as it is published."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from marksheet.apps.people.queries import Person
from marksheet.apps.release.queries.receipts import receipts_of
from marksheet.apps.results.queries import reports
from marksheet.apps.results.queries.sight import schedules_published_by
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.moments import zones_told
from marksheet.entrypoints.web.reports.asked import (
    asked,
    chips,
    export_address,
    filters_of,
    kept_fields,
    selection_key,
)

# A selection in the browser belongs to a list and its filters.
KEY = "reports"


@signed_in
@require_GET
def first(request: HttpRequest) -> HttpResponse:
    """Lead to the first tab."""
    return redirect("reports:candidates")


@signed_in
@require_GET
def candidates(request: HttpRequest) -> HttpResponse:
    """List the published results that the reader sees."""
    person = person_of(request)
    wanted = asked(request.GET)
    page = reports.page(person, wanted, after=request.GET.get("after", ""))
    choices = reports.choices_for(person)
    n, exact = reports.total(person, wanted)
    mine = _mine(person, page.rows)
    return render(
        request,
        "reports/candidates.html",
        {
            "rows": with_receipts(page.rows, mine),
            **zones_told(row.schedule.timezone for row in page.rows),
            "may_act": bool(mine),
            "following": page.next,
            "asked": wanted,
            "choices": choices,
            "chips": chips(request.GET, wanted, choices),
            "narrowed": bool(filters_of(request.GET)),
            "count": n,
            "exact": exact,
            "key": selection_key(KEY, filters_of(request.GET)),
            "done_key": request.session.pop("selection-done", ""),
            "kept": kept_fields(request.GET, "schedule", "assessment", "unit", "outcome", "shown", "sort"),
            "exports": export_address(),
            "filters": filters_of(request.GET),
        },
    )


def with_receipts(rows: list[Any], mine: set[int]) -> list[tuple[Any, bool, str]]:
    """Return each published row with whether the reader publishes there, and the ref of its receipt."""
    found = receipts_of(row.in_force.publication_id for row in rows)
    return [(row, row.schedule_id in mine, found.get(row.in_force.publication_id, "")) for row in rows]


def _mine(person: Person, rows: list[Any]) -> set[int]:
    """The schedules on this page whose results the reader may show, hide and retract."""
    some = {row.schedule_id for row in rows}
    return set(schedules_published_by(person).filter(pk__in=some).values_list("pk", flat=True))
