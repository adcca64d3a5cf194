"""Look before publishing: the page of one candidate, and the message."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from marksheet.apps.ledger import clock
from marksheet.apps.release.actions.seeing import see_as_candidate
from marksheet.apps.release.queries.notices import recipient_of_result
from marksheet.apps.release.queries.preview import somebody_of
from marksheet.entrypoints.shared.access import person_of
from marksheet.entrypoints.web.my.views import context_of
from marksheet.entrypoints.web.publications.place import under_results
from marksheet.outputs.notices.result_available import written


@under_results
@require_GET
def as_candidate(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the page that a candidate of the selection would see; that it was looked at is logged."""
    seen = see_as_candidate(person_of(request), ref, result=request.GET.get("result", ""), at=clock.read())
    context = context_of(seen.line) | {"seen": seen, "ref": ref}
    return render(request, "publications/as_candidate.html", context)


@under_results
@require_GET
def message(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the message that goes to candidates, as the first of the selection would get it."""
    row = somebody_of(person_of(request), ref)
    found = recipient_of_result(row.person_id, row.ref)
    words = written(found, settings.SITE_URL.rstrip("/")) if found else None
    return render(request, "publications/message.html", {"ref": ref, "message": words, "row": row})
