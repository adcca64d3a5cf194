"""Hand a schedule that nobody coordinates over to somebody else."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.schedules import Phase, phase, roles_alone, schedule_for
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import demand
from marksheet.apps.results.actions.handing_over import hand_over as carry_out
from marksheet.apps.results.queries.alone import could_take_over, run_by
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.rules.access import Verb

WHY_NOT = {
    "already_here": gettext_lazy("runs this schedule already"),
    "candidate": gettext_lazy("is a candidate of this schedule: nobody handles their own work"),
    "inactive": gettext_lazy("deactivated"),
    "not_staff": gettext_lazy("not staff"),
}


class HandOverForm(forms.Form):
    """Who takes the schedule over."""

    person = forms.CharField(
        max_length=64, error_messages={"required": gettext_lazy("Choose who takes it over.")}
    )


@signed_in
@require_http_methods(["GET", "POST"])
def hand_over(request: HttpRequest, ref: str) -> HttpResponse:
    """Search for somebody of the staff, and hand the schedule over."""
    person, at = person_of(request), clock.read()
    found = schedule_for(person, ref)
    demand(person, Verb.SCHEDULE_MANAGE, found.node_id, _("You may see this schedule but not change it."))
    form = HandOverForm(posted(request))

    def save(typed: dict[str, Any]) -> None:
        carry_out(person, ref, typed["person"], at=at)

    if carried_out(request, form, save):
        done(request, _("The schedule was handed over."))
        return redirect("schedules:schedule", ref)
    search = (request.POST or request.GET).get("q", "").strip()[:200]
    stands = phase(found, at)
    context = {
        "form": form,
        "schedule": found,
        "phase": stands,
        "possible": bool(roles_alone(found)) and stands not in (Phase.DRAFT, Phase.ARCHIVED),
        "search": search,
        "chosen": request.POST.get("person", ""),
        "picks": [(one, WHY_NOT.get(one.missing, "")) for one in could_take_over(person, found, search)],
        "holders": run_by(found),
        "me": person,
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "schedules/hand_over.html", context, status=status)
