"""Schedules: the list, one page each, planning and activating."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from marksheet.apps.exams.actions.schedules import create_schedule
from marksheet.apps.exams.queries import schedules as queries
from marksheet.apps.exams.queries.answers import answers_to_enter, takes_answers
from marksheet.apps.exams.queries.assessments import (
    assessments_seen_by,
    live_versions_seen_by,
    versions_offered,
)
from marksheet.apps.exams.queries.schedules import Phase, Schedule, ScheduleState
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import Person, demand, holds_somewhere, units_where, verbs_at
from marksheet.apps.results.actions.hand_in import may_record_hand_in
from marksheet.apps.results.actions.schedules import Edit, edit_schedule
from marksheet.apps.results.actions.schedules import activate as activate_schedule
from marksheet.apps.results.queries.coordination import progress_of
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.entrypoints.shared.addresses import address
from marksheet.entrypoints.web.schedules.forms import (
    STANDINGS,
    CandidateForm,
    LateForm,
    PasteForm,
    PlanForm,
)
from marksheet.entrypoints.web.schedules.paging import Place, paged
from marksheet.entrypoints.web.schedules.wording import PHASES, SHOWS, WORKFLOWS, next_steps
from marksheet.rules.access import Verb
from marksheet.rules.publication import Workflow, offered

PAGE = 50
CANDIDATES = 100


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """List the schedules that the reader sees, newest window first."""
    person, at = person_of(request), clock.read()
    text = request.GET.get("q", "").strip()[:200]
    wanted = asking.word(request.GET, "phase", list(Phase))
    rows = queries.searched(queries.schedules_seen_by(person), text)
    if wanted:
        rows = queries.in_phase(rows, Phase(wanted), at)
    else:
        rows = rows.exclude(state=ScheduleState.ARCHIVED)
    number = asking.page_number(request.GET)
    page = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    counts = queries.candidate_counts(page[:PAGE])
    context = {
        "rows": [
            {"schedule": row, "phase": queries.phase(row, at), "candidates": counts.get(row.pk, 0)}
            for row in page[:PAGE]
        ],
        "total": rows.count(),
        "number": number,
        "more": len(page) > PAGE,
        "q": text,
        "phases": PHASES,
        "filtered": bool(text or wanted),
        "may_plan": holds_somewhere(person, Verb.SCHEDULE_MANAGE),
    }
    return render(request, "schedules/list.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Plan a sitting."""
    person, at = person_of(request), clock.read()
    units = list(units_where(person, Verb.SCHEDULE_MANAGE))
    versions = list(live_versions_seen_by(person))
    wanted = next((v for v in versions if v.ref == request.GET.get("version")), None)
    initial: dict[str, Any] = {"timezone": units[0].timezone if units else ""}
    if wanted:
        home = next((unit for unit in units if unit.pk == wanted.assessment.unit_id), None)
        initial |= {
            "version": wanted.ref,
            "title": wanted.assessment.title,
            "unit": home.ref if home else None,
        }
    form = PlanForm(
        posted(request),
        initial=initial,
        units=[(unit.ref, unit.name) for unit in units],
        versions=[(v.ref, _named(v)) for v in versions],
    )
    made: list[Schedule] = []

    def create(typed: dict[str, Any]) -> None:
        made.append(create_schedule(person, typed["unit"], typed["version"], form.plan(), at=at))

    if units and versions and carried_out(request, form, create):
        done(request, _("%(title)s was planned. Add its candidates.") % {"title": made[0].title})
        return redirect("schedules:schedule", made[0].ref)
    context = {"form": form, "units": units, "versions": versions}
    return render(request, "schedules/new.html", context)


def _named(version: Any) -> str:
    return _("%(title)s (%(code)s), version %(n)s") % {
        "title": version.assessment.title,
        "code": version.assessment.code,
        "n": version.number,
    }


@signed_in
@require_GET
def schedule(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one schedule: its facts, what is next, who takes part."""
    person, at = person_of(request), clock.read()
    found = queries.schedule_for(person, ref)
    return render(request, "schedules/schedule.html", page_of(request, person, found, at))


def page_of(request: HttpRequest, person: Person, found: Schedule, at: datetime) -> dict[str, Any]:
    """Return everything that the page of one schedule shows; forms that failed replace the empty ones."""
    held = verbs_at(person, found.node_id)
    manages = Verb.SCHEDULE_MANAGE in held and found.state != ScheduleState.ARCHIVED
    text = request.GET.get("q", "").strip()[:200]
    rows = queries.searched_candidates(person, found, queries.enrolled_in(person, found), text)
    place: Place = paged(rows, request, size=CANDIDATES)
    counts = queries.arrived_counts(found)
    stands = queries.phase(found, at)
    return {
        "schedule": found,
        "phase": stands,
        "is_draft": stands == Phase.DRAFT,
        "workflow": WORKFLOWS[found.workflow],
        "shows": SHOWS[found.show_results],
        "counts": counts,
        "facts": _numbers(counts),
        "place": place,
        "q": text,
        "manages": manages,
        "records": Verb.ATTENDANCE_RECORD in held and found.state != ScheduleState.ARCHIVED,
        "imports": Verb.WORK_IMPORT in held,
        "coordinates": Verb.SCHEDULE_COORDINATE in held,
        "invites": Verb.PERSON_INVITE in held,
        "may_archive": manages and stands in (Phase.DRAFT, Phase.ENDED),
        "may_restore": Verb.SCHEDULE_MANAGE in held and stands == Phase.ARCHIVED,
        "late": found.state == ScheduleState.ACTIVE and found.closes_at <= at,
        "next_steps": next_steps(found, stands, counts, held, progress_of(found)),
        "standings": STANDINGS,
        "one": CandidateForm(),
        "many": PasteForm(),
        "why": LateForm(),
        "alone": found.workflow != Workflow.COORDINATED,
        "by_hand": not found.wholly_machine,
        "sees_exam": assessments_seen_by(person).filter(pk=found.version.assessment_id).exists(),
        "files": address("imports:start", found.ref) + "?kind=candidates",
        "links": _links(person, found, held),
        "answers_lacking": answers_to_enter(person, found),
        "hands_in": found.state == ScheduleState.ACTIVE
        and found.opens_at <= at
        and may_record_hand_in(person, found),
    }


def _links(person: Person, found: Schedule, held: frozenset[str]) -> list[tuple[str, str]]:
    """Return what other tabs have on this schedule, for those who may open it."""
    files = {Verb.WORK_IMPORT, Verb.SCHEDULE_MANAGE}
    wanted = [
        ("imports:start", files, _("Bring in a file")),
        ("imports:reconciliation", {Verb.WORK_IMPORT}, _("Reconciliation: expected and arrived")),
    ]
    if found.workflow == Workflow.COORDINATED:
        wanted.append(("coordinator:schedule", {Verb.SCHEDULE_COORDINATE}, _("Marking: people and progress")))
    elif found.state == ScheduleState.ACTIVE:
        wanted.append(("schedules:hand-over", {Verb.SCHEDULE_MANAGE}, _("Hand over to somebody else")))
    # Marking is set up from activation on.
    if found.activated_at is None:
        wanted = [one for one in wanted if one[0] != "coordinator:schedule"]
    if Verb.WORK_IMPORT in held and takes_answers(person, found):
        wanted.insert(1, ("schedules:answers", {Verb.WORK_IMPORT}, _("Answers of scripts on paper")))
    shown = [(address(name, found.ref), text) for name, verbs, text in wanted if not verbs.isdisjoint(held)]
    return [(url, text) for url, text in shown if url]


def _numbers(counts: dict[str, int]) -> list[tuple[int, str]]:
    shown = [(counts["enrolled"], _("candidates")), (counts["handed_in"], _("handed in"))]
    if counts["in_progress"]:
        shown.append((counts["in_progress"], _("in progress")))
    if counts["void"]:
        shown.append((counts["void"], _("void")))
    if counts["away"]:
        shown.append((counts["away"], _("absent, excused, deferred")))
    if counts["late"]:
        shown.append((counts["late"], _("added late")))
    return shown


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Change a plan."""
    person, at = person_of(request), clock.read()
    found = queries.schedule_for(person, ref)
    draft = found.state == ScheduleState.DRAFT
    versions = list(versions_offered(person, found.unit)) if draft else []
    if draft and found.version_id not in {version.pk for version in versions}:
        versions.append(found.version)
    form = PlanForm(
        posted(request),
        initial=PlanForm.shown(found),
        versions=[(v.ref, _named(v)) for v in versions],
        shows=_shows(found) if draft else (),
        active=not draft,
    )

    def save(typed: dict[str, Any]) -> None:
        change = Edit(
            plan=form.plan(),
            version_ref=typed.get("version", ""),
            reason=typed.get("reason", ""),
            revision=typed["revision"],
        )
        edit_schedule(person, ref, change, at=at)

    if carried_out(request, form, save):
        done(request, _("The schedule was changed."))
        return redirect("schedules:schedule", ref)
    return render(request, "schedules/edit.html", {"form": form, "schedule": found, "is_draft": draft})


def _shows(found: Schedule) -> list[tuple[str, Any]]:
    if not found.version.scheduler_may_override:
        return []
    return [(one.value, SHOWS[one]) for one in offered(found.wholly_machine)]


@signed_in
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest, ref: str) -> HttpResponse:
    """Make a planned schedule active; without candidates only after a question."""
    person, at = person_of(request), clock.read()
    found = queries.schedule_for(person, ref)
    demand(person, Verb.SCHEDULE_MANAGE, found.node_id, _("You may see this schedule but not change it."))
    enrolled = queries.arrived_counts(found)["enrolled"]
    if request.method == "GET" or not (enrolled or request.POST.get("anyway")):
        context = {"schedule": found, "phase": queries.phase(found, at), "enrolled": enrolled}
        return render(request, "schedules/activate.html", context)
    activate_schedule(person, ref, at=at)
    done(request, _("The schedule is active. Its exam, keys and options are fixed now."))
    return redirect("schedules:schedule", ref)
