"""The schedules that the reader marks, the submissions of one of them, and submitting."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from marksheet.apps.exams.queries.anonymity import reads_codes_at
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.marking.queries.assess import (
    Counts,
    assess_list,
    assessed_for,
    counts_of,
    marks_at,
    schedules_to_mark,
)
from marksheet.apps.marking.queries.flags import flagged_among, leads_at
from marksheet.apps.marking.queries.keying import KeyingCounts, keying_counts, keying_differences, to_key
from marksheet.apps.marking.queries.moderation import has_moderation
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.progress import progress_by_item
from marksheet.apps.marking.queries.qualifying import held_back
from marksheet.apps.marking.queries.samples import things_to_moderate
from marksheet.apps.marking.queries.submissions import (
    FILTERS,
    ScriptStatus,
    Submission,
    kept_from,
    not_handed_in,
    scripts_named,
    submissions_of,
    unsubmitted,
)
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.hand_in import may_record_hand_in
from marksheet.apps.results.actions.marks import give_no_response, submit_scripts
from marksheet.apps.results.actions.marks.qualifying import what_remains
from marksheet.apps.results.queries.differences import (
    differences_counted,
    differing_at,
    scripts_with_differences,
)
from marksheet.apps.results.queries.moderated import samples_to_decide_at
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.web.assess.words import STATUS
from marksheet.rules.publication import Workflow

NAMED = 50
MOST_FIELDS = 5_000


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the schedules where the reader marks or moderates."""
    person = person_of(request)
    status = asking.word(request.GET, "status", STATUS)
    search = request.GET.get("q", "").strip()
    deciding, differing = samples_to_decide_at(person), differing_at(person)
    rows, following = assess_list(
        person,
        deciding=deciding,
        differing=differing,
        search=search,
        status=status,
        after=request.GET.get("after", ""),
    )
    counted = differences_counted(person, [row.schedule for row in rows])
    context = {
        "rows": [(row, *STATUS[row.status], counted.get(row.schedule.pk, 0)) for row in rows],
        "following": following,
        "search": search,
        "status": status,
        "statuses": [(code, word) for code, (word, _tone) in STATUS.items()],
        "narrowed": bool(search or status or request.GET.get("after")),
        "waiting": schedules_to_mark(person, deciding=deciding, differing=differing),
    }
    return render(request, "assess/list.html", context)


@signed_in
@require_GET
def submissions(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the submissions of one schedule by candidate."""
    person = person_of(request)
    schedule = assessed_for(person, ref)
    status = asking.word(request.GET, "status", FILTERS)
    search = request.GET.get("q", "").strip()
    rows, following = submissions_of(
        person,
        schedule,
        search=search,
        status=status,
        after=request.GET.get("after", ""),
    )
    flagged, (first, stopped) = flagged_among(person, schedule), held_back(person, schedule)
    absent = not_handed_in(person, schedule, most=NAMED)
    context = about(person, schedule) | {
        "rows": rows,
        "following": following,
        "search": search,
        "status": status,
        "not_handed_in": absent,
        "flagged": flagged,
        "flagged_label": ngettext("Flagged (%(n)s)", "Flagged (%(n)s)", flagged) % {"n": flagged},
        "first": first,
        "remains": what_remains(first) if first is not None and first.shut else "",
        "leads": leads_at(person, schedule),
        "stopped": stopped,
        "hand_in_page": _hand_in_page(schedule) if absent and may_record_hand_in(person, schedule) else "",
        "narrowed": bool(search or status or request.GET.get("after")),
        "tab": "submissions",
    }
    return render(request, "assess/submissions.html", context)


def _hand_in_page(schedule: Schedule) -> str:
    """Return where hand-ins are recorded: by the coordinator, or among the candidates where there is none."""
    if schedule.workflow == Workflow.COORDINATED:
        return reverse("coordinator:hand-in", args=[schedule.ref])
    return reverse("schedules:schedule", args=[schedule.ref]) + "#candidates"


@signed_in
@require_GET
def items(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the submissions of one schedule by question: how many are marked, and what is left."""
    person = person_of(request)
    schedule = assessed_for(person, ref)
    show = "open" if request.GET.get("show") == "open" else ""
    rows = [one for one in progress_by_item(person, schedule) if not show or one.unmarked]
    context = about(person, schedule) | {"rows": rows, "show": show, "tab": "submissions"}
    return render(request, "assess/items.html", context)


def about(person: Person, schedule: Schedule) -> dict[str, Any]:
    """Return what the pages of one schedule show on top."""
    counts = counts_of(person, [schedule.pk]).get(schedule.pk, Counts())
    plan = plan_of(schedule)
    two, twice = plan.markers == 2, plan.second_keying
    keyed = keying_counts(to_key(person, schedule), schedule) if twice else KeyingCounts()
    return {
        "schedule": schedule,
        "counts": counts,
        "marks": marks_at(person, schedule),
        "apart": kept_from(person, schedule),
        "two": two,
        "twice": twice,
        "keyed": keyed,
        "to_key": keyed.untyped,
        "to_settle": len(keying_differences(person, schedule)) if twice else 0,
        "codes": reads_codes_at(person, schedule),
        "to_moderate": things_to_moderate(person, schedule),
        "moderates": has_moderation(person, schedule),
        "differing": scripts_with_differences(person, schedule).count() if two else 0,
    }


def paused(request: HttpRequest, person: Person, schedule: Schedule) -> HttpResponse | None:
    """Return the page for who is stopped at a schedule, in place of any on which one marks; None for all others."""
    first, stopped = held_back(person, schedule)
    if first is not None and first.shut:
        context = about(person, schedule) | {"remains": what_remains(first)}
        return render(request, "assess/before_shut.html", context, status=409)
    if not stopped:
        return None
    return render(request, "assess/paused.html", about(person, schedule), status=409)


@signed_in
@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what would be submitted and what is unfinished; then submit."""
    person, at = person_of(request), clock.read()
    schedule = assessed_for(person, ref)
    values = request.POST or request.GET
    everything = values.get("all") == "1" or values.get("all_matching") == "1"
    chosen = values.getlist("selected")
    if request.method == "POST":
        answer = submit_scripts(person, schedule.ref, None if everything else chosen, at=at)
        words = ngettext("%(n)s script was submitted.", "%(n)s scripts were submitted.", answer.submitted) % {
            "n": answer.submitted
        }
        if answer.paused:
            words = _(
                "Nothing was submitted: your marking here is paused until a coordinator has looked at it."
            )
        if answer.unfinished:
            words += " " + _("Unfinished and still yours: %(names)s.") % {"names": listed(answer.unfinished)}
        done(request, words)
        return redirect("assess:submissions", schedule.ref)
    named = unsubmitted(person, schedule) if everything else scripts_named(person, schedule, chosen)
    context = about(person, schedule) | sorted_out(named)
    # What was confirmed is what is submitted; only a very long list is sent as one word.
    context["everything"] = everything and len(context["finished"]) > MOST_FIELDS
    return render(request, "assess/submit.html", context)


def sorted_out(named: list[Submission]) -> dict[str, Any]:
    """Return the finished, the unfinished, and how many are neither."""
    finished = [one for one in named if one.status == ScriptStatus.FINISHED]
    open_ = (ScriptStatus.UNTOUCHED, ScriptStatus.BEGUN)
    unfinished = [one for one in named if one.status in open_]
    return {
        "finished": finished,
        "unfinished": unfinished[:NAMED],
        "unfinished_count": len(unfinished),
        "more": max(0, len(unfinished) - NAMED),
        "left": len(named) - len(finished) - len(unfinished),
    }


def listed(names: tuple[str, ...]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - 10
    first = ", ".join(names[:10])
    return _("%(first)s and %(more)s more") % {"first": first, "more": more} if more > 0 else first


@signed_in
@require_http_methods(["GET", "POST"])
def no_response(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask, then say of every part still unmarked in the chosen scripts that nothing was answered."""
    person, at = person_of(request), clock.read()
    schedule = assessed_for(person, ref)
    chosen = (request.POST or request.GET).getlist("selected")
    if request.method == "POST":
        n = give_no_response(person, schedule.ref, chosen, at=at)
        words = ngettext("%(n)s part has no response now.", "%(n)s parts have no response now.", n)
        done(request, words % {"n": n})
        return redirect("assess:submissions", schedule.ref)
    named = sorted_out(scripts_named(person, schedule, chosen))
    parts = sum(one.unmarked for one in named["unfinished"])
    return render(request, "assess/no_response.html", about(person, schedule) | named | {"parts": parts})
