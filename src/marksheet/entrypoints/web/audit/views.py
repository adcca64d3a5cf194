"""Finished schedules, and the page of one: its results, its numbers, its history."""

from dataclasses import replace
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from marksheet.apps.ledger import clock
from marksheet.apps.results.queries import finished, reports
from marksheet.apps.results.queries.sight import schedules_published_by
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.moments import zones_told
from marksheet.entrypoints.web.audit.asked import asked
from marksheet.entrypoints.web.reports.asked import export_address, selection_key
from marksheet.entrypoints.web.reports.candidates import with_receipts


@signed_in
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """List the finished schedules that the reader sees."""
    person, at = person_of(request), clock.read()
    wanted = asked(request.GET, sort=request.GET.get("sort") or "-opens")
    page = finished.finished_page(person, wanted, at=at, after=request.GET.get("after", ""))
    return render(
        request,
        "audit/list.html",
        {
            "rows": page.rows,
            **zones_told(row.schedule.timezone for row in page.rows),
            "following": page.next,
            "asked": wanted,
            "narrowed": bool(wanted.text),
            "exports": export_address(),
        },
    )


@signed_in
@require_GET
def schedule(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a finished schedule: every result with its history; show, hide and retract from here."""
    person, at = person_of(request), clock.read()
    found = finished.finished_schedule_for(person, ref, at)
    wanted = replace(asked(request.GET, sort=request.GET.get("sort") or "name"), schedules=(ref,))
    page = reports.page(person, wanted, after=request.GET.get("after", ""))
    filters = urlencode({"schedule": ref, "q": wanted.text, "shown": wanted.shown})
    may_act = schedules_published_by(person).filter(pk=found.pk).exists()
    return render(
        request,
        "audit/schedule.html",
        {
            "schedule": found,
            "tally": reports.tallies_of(person, [found.pk]).get(found.pk, reports.Tally()),
            "rows": with_receipts(page.rows, {found.pk} if may_act else set()),
            **zones_told([found.timezone]),
            "may_act": may_act,
            "following": page.next,
            "asked": wanted,
            "narrowed": bool(wanted.text or wanted.shown or wanted.outcomes),
            "key": selection_key("audit", filters),
            "done_key": request.session.pop("selection-done", ""),
            "exports": export_address(),
            "filters": filters,
        },
    )
