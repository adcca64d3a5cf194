"""What was handed in and how far its marking is; recording work on paper, opening scripts again."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from marksheet.apps.exams.queries.answers import answers_to_enter
from marksheet.apps.exams.queries.work import handed_in_at
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import Refusal
from marksheet.apps.marking.queries.allocation import nobodys
from marksheet.apps.marking.queries.assess import Counts, counts_of
from marksheet.apps.marking.queries.flags import flagged_scripts
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.submissions import (
    FILTERS,
    Submission,
    not_handed_in,
    scripts_named,
    submissions_of,
)
from marksheet.apps.results.actions.hand_in import may_record_hand_in, record_hand_in
from marksheet.apps.results.actions.marks import reopen_scripts
from marksheet.apps.results.queries.coordination import coordination_of
from marksheet.apps.results.queries.differences import scripts_differing
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.coordinator.forms import Reason
from marksheet.entrypoints.web.coordinator.views import about

# Submitted by both markers, who are not agreed.
DIFFERING = "differing"


@signed_in
@require_http_methods(["GET", "POST"])
def hand_in(request: HttpRequest, ref: str) -> HttpResponse:
    """Record that candidates handed in work on paper, so that it can be marked."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    chosen, error = request.POST.getlist("selected"), None
    if request.method == "POST":
        try:
            n = record_hand_in(person, schedule.ref, chosen, at=at)
        except Refusal as refusal:
            error = refusal
        else:
            words = ngettext("%(n)s candidate handed in.", "%(n)s candidates handed in.", n) % {"n": n}
            done(request, words)
            return redirect("coordinator:schedule", schedule.ref)
    search, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    arrived, following = handed_in_at(person, schedule, search=search, after=after)
    context = about(coordination_of(schedule)) | {
        "people": not_handed_in(person, schedule),
        "chosen": chosen,
        "error": error,
        "may": may_record_hand_in(person, schedule),
        "search": search,
        "arrived": arrived,
        "following": following,
        "narrowed": bool(search or after),
        "tab": "work",
    }
    return render(request, "coordinator/hand_in.html", context, status=400 if error else 200)


@signed_in
@require_GET
def scripts(request: HttpRequest, ref: str) -> HttpResponse:
    """Show every script with its progress."""
    person = person_of(request)
    schedule = coordinated_for(person, ref)
    status = asking.word(request.GET, "status", (*FILTERS, DIFFERING))
    search = request.GET.get("q", "").strip()
    rows, following = submissions_of(
        person,
        schedule,
        search=search,
        status="" if status == DIFFERING else status,
        after=request.GET.get("after", ""),
        everybodys=True,
        narrowed=scripts_differing if status == DIFFERING else None,
    )
    context = about(coordination_of(schedule)) | {
        "rows": rows,
        "following": following,
        "search": search,
        "status": status,
        "counts": counts_of(person, [schedule.pk], everybodys=True).get(schedule.pk, Counts()),
        "narrowed": bool(search or status or request.GET.get("after")),
        "nobodys": nobodys(schedule),
        "two": plan_of(schedule).markers == 2,
        "flagged": flagged_scripts(person, schedule).count(),
        "lacking": answers_to_enter(person, schedule),
        "tab": "work",
    }
    return render(request, "coordinator/scripts.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def reopen(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for a reason, then open submitted scripts for marking again."""
    person, at = person_of(request), clock.read()
    schedule = coordinated_for(person, ref)
    chosen = (request.POST or request.GET).getlist("selected")
    named = scripts_named(person, schedule, chosen, everybodys=True)
    closed = [one for one in named if one.submitted_at is not None]
    form = Reason(request.POST if request.method == "POST" else None)

    def open_again(data: dict[str, Any]) -> None:
        refs = [one.ref for one in closed]
        reopen_scripts(person, schedule.ref, refs, reason=data["reason"], at=at)

    if closed and carried_out(request, form, open_again):
        n = len(closed)
        words = ngettext("%(n)s script is open again.", "%(n)s scripts are open again.", n)
        done(request, words % {"n": n})
        return redirect("coordinator:scripts", schedule.ref)
    return render(
        request,
        "coordinator/reopen.html",
        {"schedule": schedule, "closed": closed, "left": _left(named, closed), "form": form},
        status=400 if request.method == "POST" else 200,
    )


def _left(named: list[Submission], closed: list[Submission]) -> str:
    """Return who stays as they are: open already."""
    names = [one.name for one in named if one not in closed]
    return (
        _("Not opened, since they are open already: %(names)s.") % {"names": ", ".join(names)}
        if names
        else ""
    )
