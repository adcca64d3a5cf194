"""Take back a hand-in that was recorded for the wrong person."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries import schedules as queries
from marksheet.apps.exams.queries.work import handed_in_at
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.results.actions.hand_in import marks_to_take_back, take_back_hand_in
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.schedules.forms import ReasonForm


class TakeBackForm(ReasonForm):
    """Why, and that the marks which are there already count no more."""

    marks = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(
        required=False,
        label=gettext_lazy("I have looked at them: these marks count no more."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the tick where there are marks."""
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("marks") and not typed.get("confirmed"):
            self.add_error("confirmed", _("Marks are there already: confirm that they count no more."))
        return typed


@signed_in
@require_http_methods(["GET", "POST"])
def take_back(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what is taken back, ask why, then take it back."""
    person, at = person_of(request), clock.read()
    schedule = queries.schedule_for(person, ref)
    asked = request.POST if request.method == "POST" else request.GET
    refs = asked.getlist("selected")
    if not refs:
        raise BadInput(_("Nobody was chosen: tick at least one candidate."))
    queries.enrolments_named(person, schedule, refs)
    chosen, _following = handed_in_at(person, schedule, refs=refs)
    if not chosen:
        raise BadInput(_("Nothing is recorded as handed in for whom you ticked."))
    form = TakeBackForm(request.POST if request.method == "POST" else None)

    def carry_out(typed: dict[str, Any]) -> None:
        take_back_hand_in(person, ref, refs, reason=typed["reason"], marks=typed["marks"] or 0, at=at)

    if carried_out(request, form, carry_out):
        n = len(chosen)
        words = ngettext(
            "The hand-in of %(n)s candidate was taken back.",
            "The hand-ins of %(n)s candidates were taken back.",
            n,
        )
        done(request, words % {"n": n})
        return redirect(_back(ref, asked.get("from", "")))
    context = {
        "schedule": schedule,
        "chosen": chosen,
        "selected": refs,
        "left": len(set(refs)) - len(chosen),
        "marks": marks_to_take_back(schedule, [one.enrolment_id for one in chosen]),
        "form": form,
        "source": asked.get("from", ""),
        "back": _back(ref, asked.get("from", "")),
    }
    return render(
        request, "schedules/take_back.html", context, status=400 if request.method == "POST" else 200
    )


def _back(ref: str, source: str) -> str:
    if source == "coordinator":
        return reverse("coordinator:hand-in", args=[ref])
    return f"{reverse('schedules:schedule', args=[ref])}?done=1#candidates"
