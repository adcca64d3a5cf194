"""Who takes part: add one, add many, take out, record who was not there, windows of their own."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.exams.queries import schedules as queries
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.results.actions import enrolment as actions
from marksheet.apps.results.actions.hand_in import record_hand_in
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.schedules.forms import (
    CandidateForm,
    LateForm,
    OwnWindowForm,
    PasteForm,
    local_text,
)
from marksheet.entrypoints.web.schedules.views import page_of


@signed_in
@require_POST
def add_one(request: HttpRequest, ref: str) -> HttpResponse:
    """Add one candidate."""
    return _added(request, ref, CandidateForm(request.POST), "one")


@signed_in
@require_POST
def add_many(request: HttpRequest, ref: str) -> HttpResponse:
    """Add the candidates pasted, all or none."""
    return _added(request, ref, PasteForm(request.POST), "many")


def _added(request: HttpRequest, ref: str, form: CandidateForm | PasteForm, which: str) -> HttpResponse:
    person, at = person_of(request), clock.read()
    found = queries.schedule_for(person, ref)
    reason = request.POST.get("reason", "")[:500]
    made: list[actions.Enrolled] = []

    def enrol(typed: dict[str, Any]) -> None:
        made.append(actions.enrol_candidates(person, ref, form.candidates(), reason=reason, at=at))

    if carried_out(request, form, enrol):
        done(request, _said(made[0]))
        return _back(ref)
    context = page_of(request, person, found, at)
    context |= {which: form, "why": LateForm(initial={"reason": reason})}
    return render(request, "schedules/schedule.html", context)


def _back(ref: str) -> HttpResponse:
    """Return to the candidates; ``done`` has the page forget what was ticked."""
    return redirect(f"{reverse('schedules:schedule', args=[ref])}?done=1#candidates")


def _said(made: actions.Enrolled) -> str:
    said = ngettext("%(n)s candidate was added.", "%(n)s candidates were added.", made.added) % {
        "n": made.added
    }
    if made.there_already:
        here = ngettext("%(n)s was there already.", "%(n)s were there already.", made.there_already)
        said = f"{said} {here % {'n': made.there_already}}"
    return said


# What asks for more on a page of its own, which carries who was ticked in its address and nothing else of the form.
ASKING = {"take-back": "schedules:take-back", "window": "schedules:candidates-window"}


@signed_in
@require_POST
def change(request: HttpRequest, ref: str) -> HttpResponse:
    """Do to the ticked candidates what the pressed button says."""
    person, at = person_of(request), clock.read()
    refs = request.POST.getlist("selected")
    do = request.POST.get("do", "")
    if do in ASKING:
        address = reverse(ASKING[do], args=[queries.schedule_for(person, ref).ref])
        return redirect(f"{address}?{urlencode([('selected', one) for one in refs])}")
    if do == "remove":
        n = actions.remove_candidates(person, ref, refs, at=at)
        done(
            request, ngettext("%(n)s candidate was removed.", "%(n)s candidates were removed.", n) % {"n": n}
        )
    elif do == "no-window":
        reason = request.POST.get("reason", "")
        actions.give_own_window(person, ref, refs, None, reason=reason, at=at)
        done(request, _("The window of the schedule holds for them again."))
    elif do == "handed-in":
        n = record_hand_in(person, ref, refs, at=at)
        done(request, ngettext("%(n)s candidate handed in.", "%(n)s candidates handed in.", n) % {"n": n})
    elif do in queries.Standing.values:
        n = actions.record_attendance(person, ref, refs, do, reason=request.POST.get("reason", ""), at=at)
        done(
            request, ngettext("%(n)s candidate was changed.", "%(n)s candidates were changed.", n) % {"n": n}
        )
    else:
        raise BadInput(_("Choose what to do with the candidates you ticked."))
    return _back(ref)


@signed_in
@require_http_methods(["GET", "POST"])
def window(request: HttpRequest, ref: str) -> HttpResponse:
    """Give the ticked candidates a window of their own: a deferred sitting, extra time."""
    person, at = person_of(request), clock.read()
    found = queries.schedule_for(person, ref)
    values = request.POST if request.method == "POST" else request.GET
    refs = values.getlist("selected")
    if not refs:
        raise BadInput(_("Nobody was chosen: tick at least one candidate."))
    chosen = queries.enrolments_named(person, found, refs)
    own = next((one for one in chosen if one.closes_at), None)
    initial = {
        "opens": local_text(own.opens_at if own and own.opens_at else found.opens_at, found.timezone),
        "closes": local_text(own.closes_at if own and own.closes_at else found.closes_at, found.timezone),
    }
    form = OwnWindowForm(
        request.POST if "opens" in request.POST else None, initial=initial, zone=found.timezone
    )

    def give(typed: dict[str, Any]) -> None:
        actions.give_own_window(person, ref, refs, form.window, reason=typed["reason"], at=at)

    if form.is_bound and carried_out(request, form, give):
        done(request, _("The window was given. The schedule ends when the last one closes."))
        return _back(ref)
    return render(request, "schedules/window.html", {"form": form, "schedule": found, "chosen": chosen})
