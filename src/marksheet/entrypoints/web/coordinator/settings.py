"""How a schedule is marked: one marker or two, and how two marks become one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marksheet.apps.ledger import clock
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.results.actions.marks import set_plan
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.coordinator.forms import PlanForm
from marksheet.entrypoints.web.coordinator.views import about


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how the schedule is marked; change it."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    form = PlanForm(request.POST if request.method == "POST" else None, plan=plan_of(schedule))
    changed: list[bool] = []

    def change(data: dict[str, Any]) -> None:
        changed.append(set_plan(person, schedule.ref, form.wanted(), against=data["against"], at=at))

    if carried_out(request, form, change):
        done(request, _("The settings are saved.") if changed[0] else _("Nothing had changed."))
        return redirect("coordinator:settings", schedule.ref)
    context = about(coordination_of(schedule)) | {"form": form, "tab": "settings"}
    return render(
        request, "coordinator/settings.html", context, status=400 if request.method == "POST" else 200
    )
