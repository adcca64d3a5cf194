"""How many qualification scripts must be near enough, and what becomes of who did not qualify."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.exams.queries.anonymity import called_to
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.qualifying import unqualified_for
from marksheet.apps.results.actions.marks import set_qualifying, settle_unqualified
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.coordinator.quality_forms import NeededForm, UnqualifiedForm


@signed_in
@require_POST
def needed(request: HttpRequest, ref: str) -> HttpResponse:
    """Set how many qualification scripts must be near enough."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    form = NeededForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Enter a number from 0 to %(most)s.") % {"most": 100})
    data = form.cleaned_data
    changed = set_qualifying(person, schedule.ref, data["needed"], against=data["against"], at=at)
    done(request, _("The settings are saved.") if changed else _("Nothing had changed."))
    return redirect("coordinator:quality", schedule.ref)


@signed_in
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, ref: str, case: str) -> HttpResponse:
    """Decide on a marker who did not qualify."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    found = unqualified_for(person, schedule, case)
    form = UnqualifiedForm(request.POST if request.method == "POST" else None)

    def settle(data: dict[str, Any]) -> None:
        settle_unqualified(person, schedule.ref, found.ref, data["decision"], reason=data["reason"], at=at)

    if carried_out(request, form, settle):
        done(request, _("Decided. The marker is told."))
        return redirect("coordinator:quality", schedule.ref)
    name = called_to(person, schedule, found.marker)
    context = {"schedule": schedule, "form": form, "case": found, "name": name}
    status = 400 if request.method == "POST" else 200
    return render(request, "coordinator/unqualified.html", context, status=status)
