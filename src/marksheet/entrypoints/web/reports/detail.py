"""One published result, read-only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from marksheet.apps.release.queries.detail import detail_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.results.one import versions_with_receipts
from marksheet.entrypoints.web.results.words import adjustment_words


@signed_in
@require_GET
def result(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one published result: what was asked, answered and right, its score, who may see it."""
    detail = detail_of(person_of(request), ref)
    steps = [(adjustment_words(step.kind, step.amount, step.unit), step) for step in detail.adjustments]
    return render(
        request,
        "reports/result.html",
        {
            "detail": detail,
            "adjustments": steps,
            "versions": versions_with_receipts(detail.versions),
            "back": reverse("reports:candidates"),
        },
    )
