"""One published result, read-only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from marksheet.apps.release.queries.detail import detail_of
from marksheet.entrypoints.shared.access import person_of, signed_in


@signed_in
@require_GET
def result(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one published result: what was asked, answered and right, its score, who may see it."""
    return render(
        request,
        "reports/result.html",
        {"detail": detail_of(person_of(request), ref), "back": reverse("reports:candidates")},
    )
