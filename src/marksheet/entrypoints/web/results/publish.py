"""Publish results: freeze what was ticked, then go on to the dialog."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.release.actions.publishing import freeze_selection
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.results.chosen import chosen


@signed_in
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Freeze the selection as it is now, and open the dialog on it."""
    selection = chosen(request)
    frozen = freeze_selection(
        person_of(request), refs=selection.refs, criteria=selection.criteria, at=clock.read()
    )
    request.session["selection"] = request.POST.get("list", "")[:40]
    return redirect("publications:publish", frozen.ref)
