"""The marking schemes of one schedule, and the marks that were given under older versions of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotAllowed, Refusal, Stale, WrongState
from marksheet.apps.marking.queries.schemes import (
    ASSESSING,
    CHECKING,
    coordinates,
    older_marks,
    schedule_with_schemes,
    schemes_of,
)
from marksheet.apps.people.queries import Person, verbs_at
from marksheet.apps.results.actions.marks import Seen, confirm_marks
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.web.assess.views import about as about_assess
from marksheet.entrypoints.web.coordinator.views import about as about_coordinating
from marksheet.entrypoints.web.exams.scheme_form import step_words
from marksheet.rules.access import Verb

_STATUS: dict[type[Refusal], int] = {BadInput: 400, NotAllowed: 403}


@signed_in
@require_GET
def listing(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the scheme of every part that people mark, and how many marks were given under older versions."""
    person = person_of(request)
    schedule = schedule_with_schemes(person, ref)
    context = about(request, person, schedule)
    everybody = context["coordinates"] or not context["assesses"]
    rows = schemes_of(person, schedule, everybody=everybody)
    context |= {
        "rows": [(row, step_words(row.scheme.step_thousandths)) for row in rows],
        "older": sum(row.older for row in rows),
        "may_check": context["coordinates"] or context["assesses"],
    }
    return render(request, "schemes/list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def older(request: HttpRequest, ref: str, part: str) -> HttpResponse:
    """Show marks of one part given under older versions; confirm those that are still right."""
    person = person_of(request)
    schedule = schedule_with_schemes(person, ref, *CHECKING)
    error: Refusal | None = None
    if request.method == "POST":
        try:
            n = _confirm(person, schedule, part, request)
        except (BadInput, Stale, WrongState, NotAllowed) as refusal:
            error = refusal
        else:
            done(request, _words(n))
            return redirect(request.path)
    context = about(request, person, schedule)
    found = older_marks(
        person, schedule, part, everybody=context["coordinates"], after=request.GET.get("after", "")
    )
    context |= {
        "found": found,
        "step_words": step_words(found.step_thousandths),
        "error": error,
        "chosen": request.POST.getlist("selected"),
        "narrowed": bool(request.GET.get("after")),
        "writes": Verb.MARK_GIVE in verbs_at(person, schedule.node_id),
    }
    status = 200 if error is None else _STATUS.get(type(error), 409)
    return render(request, "schemes/older.html", context, status=status)


def _confirm(person: Person, schedule: Schedule, part: str, request: HttpRequest) -> int:
    """Confirm what was ticked: each box says the script and the version of the mark that it stood beside."""
    seen = []
    for one in request.POST.getlist("selected"):
        script, version, agreed, *_rest = [*one.split("-"), "", ""]
        seen.append(Seen(script, asking.whole(version, digits=9, otherwise=0), agreed == "agreed"))
    against = asking.whole(request.POST.get("against", ""), digits=9, otherwise=0)
    return confirm_marks(person, schedule.ref, part, seen, against=against, at=clock.read())


def _words(n: int) -> str:
    if not n:
        return _("Nothing was left to confirm: others had done so.")
    words = ngettext(
        "%(n)s mark is confirmed as still right.", "%(n)s marks are confirmed as still right.", n
    )
    return words % {"n": n}


def about(request: HttpRequest, person: Person, schedule: Schedule) -> dict[str, Any]:
    """Return what both pages show on top: as in the tab that the reader comes from."""
    held = verbs_at(person, schedule.node_id)
    context: dict[str, Any] = {
        "schedule": schedule,
        "tab": "schemes",
        "coordinates": coordinates(person, schedule),
        "assesses": bool(held & set(ASSESSING)),
        "may_edit": Verb.SCHEME_EDIT in held,
    }
    # In a workflow without a coordinator there is no such page to go back to.
    context["on_coordinator"] = context["coordinates"] and schedule.workflow == "coordinated"
    tab = "assess:list" if context["assesses"] and not context["on_coordinator"] else "coordinator:list"
    request.menu_path = reverse(tab)  # type: ignore[attr-defined]
    if context["on_coordinator"]:
        return about_coordinating(coordination_of(schedule)) | context
    return about_assess(person, schedule) | context if context["assesses"] else context
