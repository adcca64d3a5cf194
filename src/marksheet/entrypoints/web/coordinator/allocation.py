"""The allocation of a schedule: how each marker stands, sharing scripts out, giving some by hand, reminding."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.actions import allocation as actions
from marksheet.apps.marking.queries.allocation import (
    Method,
    allocation_of,
    markers_at,
    settles_anew,
    standing_of,
)
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.submissions import scripts_named
from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.coordinator.forms import GiveScripts, ShareOut
from marksheet.entrypoints.web.coordinator.views import about
from marksheet.entrypoints.web.coordinator.words import METHODS


@signed_in
@require_GET
def overview(request: HttpRequest, ref: str) -> HttpResponse:
    """Show with whom the scripts are, and how to share them out."""
    person = person_of(request)
    schedule = coordinated_for(person, ref)
    form = ShareOut(markers=markers_at(schedule), two=plan_of(schedule).markers == 2)
    return _overview(request, person, schedule, form)


def _overview(
    request: HttpRequest, person: Person, schedule: Schedule, form: ShareOut, status: int = 200
) -> HttpResponse:
    allocation = allocation_of(schedule)
    standing = standing_of(schedule, at=clock.read())
    by_hand = allocation is not None and allocation.method == Method.BY_HAND
    context = about(coordination_of(schedule)) | {
        "allocation": allocation,
        "method": METHODS[allocation.method] if allocation else "",
        "standing": standing,
        # Two markers were chosen, and nobody has anything yet.
        "unshared": by_hand and not any(line.total for line in standing.lines),
        "two": form.two,
        "form": form,
        "me": person,
        "tab": "allocation",
    }
    return render(request, "coordinator/allocation.html", context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def share_out(request: HttpRequest, ref: str) -> HttpResponse:
    """Say who would get how many; then do exactly that, or say what changed."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    markers = markers_at(schedule)
    form = ShareOut(request.POST or request.GET, markers=markers, two=plan_of(schedule).markers == 2)
    against = request.POST.get("against", "")

    def allocate(_data: dict[str, Any]) -> None:
        actions.allocate(person, schedule.ref, form.wanted(), seed=form.seed(), against=against, at=at)

    if carried_out(request, form, allocate):
        done(request, _("The scripts are shared out."))
        return redirect("coordinator:allocation", schedule.ref)
    refused = request.method == "POST"
    try:
        found = (
            actions.preview_allocation(person, schedule.ref, form.wanted(), form.seed())
            if form.has_choice()
            else None
        )
    except BadInput as bad:
        form.add_error(None, bad.message)
        found = None
    if found is None:
        return _overview(request, person, schedule, form, status=400)
    lines = [(one, found.gets(one.pk), found.left.get(one.pk, 0)) for one in markers]
    context = {
        "schedule": schedule,
        "form": form,
        "found": found,
        "lines": lines,
        "method": METHODS[form.wanted().method],
        "two": form.two,
        "sent": form.as_sent(),
        "first": not found.given and not found.nobody and settles_anew(schedule, form.wanted()),
    }
    return render(request, "coordinator/share_out.html", context, status=409 if refused else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def pile(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then put every script back on the pile."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    if request.method == "POST":
        actions.back_to_the_pile(person, schedule.ref, at=at)
        done(request, _("The scripts lie on a pile: every marker may take from it."))
        return redirect("coordinator:allocation", schedule.ref)
    return render(request, "coordinator/pile.html", {"schedule": schedule})


@signed_in
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask to whom, then give the ticked scripts to that marker."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    chosen = (request.POST or request.GET).getlist("selected")
    named = scripts_named(person, schedule, chosen, everybodys=True)
    still_open = [one for one in named if one.submitted_at is None]
    form = GiveScripts(request.POST if request.method == "POST" else None, markers=markers_at(schedule))

    def hand_over(data: dict[str, Any]) -> None:
        refs = [one.ref for one in still_open]
        actions.give_scripts(person, schedule.ref, refs, data["marker"], at=at)

    if still_open and carried_out(request, form, hand_over):
        n = len(still_open)
        words = ngettext("%(n)s script changed hands.", "%(n)s scripts changed hands.", n)
        done(request, words % {"n": n})
        return redirect("coordinator:scripts", schedule.ref)
    context = {
        "schedule": schedule,
        "form": form,
        "open": still_open,
        "left": [one.name for one in named if one.submitted_at is not None],
        "pile": allocation_of(schedule) is None,
    }
    return render(request, "coordinator/give.html", context, status=400 if request.method == "POST" else 200)


@signed_in
@require_POST
def remind(request: HttpRequest, ref: str) -> HttpResponse:
    """Remind the ticked markers of what they have left."""
    person = person_of(request)
    n = actions.remind(person, ref, request.POST.getlist("person"), at=clock.read())
    done(request, ngettext("%(n)s marker was reminded.", "%(n)s markers were reminded.", n) % {"n": n})
    return redirect("coordinator:allocation", ref)
