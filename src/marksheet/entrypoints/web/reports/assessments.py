"""Reports > Assessments: one exam over all its sittings."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from marksheet.apps.ledger import clock
from marksheet.apps.results.queries import reports
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.moments import zones_told
from marksheet.entrypoints.web.reports.asked import (
    asked,
    chips,
    export_address,
    filters_of,
    kept_fields,
    query_of,
)


@signed_in
@require_GET
def assessments(request: HttpRequest) -> HttpResponse:
    """List the assessments of which something is published."""
    person = person_of(request)
    wanted = asked(request.GET)
    page = reports.assessment_page(person, wanted, after=request.GET.get("after", ""))
    choices = reports.choices_for(person)
    return render(
        request,
        "reports/assessments.html",
        {
            "rows": page.rows,
            **zones_told(row.assessment.unit.timezone for row in page.rows),
            "following": page.next,
            "asked": wanted,
            "choices": choices,
            "chips": chips(request.GET, wanted, choices),
            "narrowed": bool(filters_of(request.GET)),
            "filters": query_of(request.GET),
            "exports": export_address(),
            "kept": kept_fields(request.GET, "unit"),
        },
    )


@signed_in
@require_GET
def assessment(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one assessment: all its sittings, the newest first."""
    person = person_of(request)
    found = reports.assessment_for_reports(person, ref)
    wanted = replace(asked(request.GET, sort="-opens", at=clock.read()), assessments=(ref,))
    page = reports.schedule_page(person, wanted, after=request.GET.get("after", ""))
    told = zones_told(row.schedule.timezone for row in page.rows)
    context = {"line": found, "rows": page.rows, "following": page.next, **told}
    return render(request, "reports/assessment.html", context)
