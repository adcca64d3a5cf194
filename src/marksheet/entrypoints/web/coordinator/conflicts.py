"""Conflicts of interest: who is kept from whose work, declaring one more, ending one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marksheet.apps.ledger import clock
from marksheet.apps.marking.actions.conflicts import declare_conflict, end_conflict
from marksheet.apps.marking.queries.allocation import nobodys
from marksheet.apps.marking.queries.conflicts import conflict_here, conflicts_at, homes_of
from marksheet.apps.marking.queries.people import assessors_of, coordinated_for
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.coordinator.forms import DeclareConflict, Reason
from marksheet.entrypoints.web.coordinator.views import about


@signed_in
@require_http_methods(["GET", "POST"])
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    """Show who is kept from whose work here; declare one more."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    assessors = [one.person for one in assessors_of(schedule)]
    form = DeclareConflict(
        request.POST if request.method == "POST" else None, people=assessors, homes=list(homes_of(schedule))
    )

    def declare(data: dict[str, Any]) -> None:
        declare_conflict(
            person, schedule.ref, data["person"], number=data["number"], unit_ref=data["unit"],
            reason=data["reason"], at=at,
        )  # fmt: skip

    if carried_out(request, form, declare):
        done(request, _("The conflict of interest is declared. It holds at every schedule."))
        return redirect("coordinator:conflicts", schedule.ref)
    context = about(coordination_of(schedule)) | {
        "lines": conflicts_at(person, schedule),
        "assessors": assessors,
        "nobodys": nobodys(schedule),
        "form": form,
        "me": person,
        "tab": "conflicts",
    }
    return render(
        request, "coordinator/conflicts.html", context, status=400 if request.method == "POST" else 200
    )


@signed_in
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, ref: str, conflict: str) -> HttpResponse:
    """Ask for a reason, then end a conflict of interest."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    line = conflict_here(person, schedule, conflict)
    form = Reason(request.POST if request.method == "POST" else None)

    def finish(data: dict[str, Any]) -> None:
        end_conflict(person, schedule.ref, conflict, reason=data["reason"], at=at)

    if carried_out(request, form, finish):
        done(request, _("The conflict of interest is ended."))
        return redirect("coordinator:conflicts", schedule.ref)
    return render(
        request,
        "coordinator/conflict_end.html",
        {"schedule": schedule, "line": line, "form": form},
        status=400 if request.method == "POST" else 200,
    )
