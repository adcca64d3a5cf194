"""How a schedule is marked: one marker or two, how two marks become one, who is named to whom; names are shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.anonymity import anonymity_of
from marksheet.apps.ledger import clock
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.plan import marking_begun, plan_of
from marksheet.apps.results.actions.marks import lift_anonymity, set_plan
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.coordinator.forms import PlanForm, Reason
from marksheet.entrypoints.web.coordinator.views import about


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how the schedule is marked; change it."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    anonymity = anonymity_of(schedule)
    form = PlanForm(
        request.POST if request.method == "POST" else None, plan=plan_of(schedule), anonymity=anonymity
    )
    changed: list[bool] = []

    def change(data: dict[str, Any]) -> None:
        changed.append(
            set_plan(
                person,
                schedule.ref,
                form.wanted(),
                anonymous=form.anonymous(),
                against=data["against"],
                at=at,
            )
        )

    if carried_out(request, form, change):
        done(request, _("The settings are saved.") if changed[0] else _("Nothing had changed."))
        return redirect("coordinator:settings", schedule.ref)
    context = about(coordination_of(schedule)) | {
        "form": form,
        "tab": "settings",
        "anonymity": anonymity,
        "begun": anonymity.holds and marking_begun(schedule),
    }
    return render(
        request, "coordinator/settings.html", context, status=400 if request.method == "POST" else 200
    )


@signed_in
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for a reason, then show names to everybody who works at the schedule."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    form = Reason(request.POST if request.method == "POST" else None)
    form.fields["reason"].help_text = _("It stays in the history of the schedule.")

    def carry_out(data: dict[str, Any]) -> None:
        lift_anonymity(person, schedule.ref, reason=data["reason"], at=at)

    if carried_out(request, form, carry_out):
        done(request, _("Names are shown from now on. Whoever marks or moderates here was told."))
        return redirect("coordinator:settings", schedule.ref)
    context = {"schedule": schedule, "form": form, "anonymity": anonymity_of(schedule)}
    return render(request, "coordinator/lift.html", context, status=400 if request.method == "POST" else 200)
