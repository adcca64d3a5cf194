"""Submit finished scripts, and open submitted ones again with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import Script
from marksheet.apps.marking.queries.seeding import Seed
from marksheet.apps.marking.steps.moderation import reopened as back_to_moderation
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries.apart import apart_from
from marksheet.apps.results.actions.marks.qualifying import watch_qualifying
from marksheet.apps.results.actions.marks.scene import (
    by_round,
    is_anothers,
    locked,
    marking_at,
    record,
    refuse_kept_apart,
)
from marksheet.apps.results.actions.marks.stopping import refuse_stopped, watch
from marksheet.apps.results.models import Result
from marksheet.rules.access import Verb


@dataclass(frozen=True, slots=True)
class Submission:
    """What a submission did: how many scripts, and whose are unfinished and stayed behind.

    ``apart`` counts the scripts that the actor never has in hand; ``paused`` says that nothing was submitted, for
    the actor is stopped.
    """

    submitted: int
    unfinished: tuple[str, ...] = ()
    apart: int = 0
    paused: bool = False


def submit_scripts(
    actor: Person, schedule_ref: str, script_refs: Sequence[str] | None = None, *, at: datetime
) -> Submission:
    """Submit finished scripts: marking ends there, and the results go on to Results.

    Args:
        script_refs: which; None for all that are finished.

    Unfinished scripts stay behind and are named; scripts submitted before stay as they are; nobody submits
    their own, nor what a conflict of interest keeps them from, nor what is allocated to somebody else. If what the
    actor gave seeds is off, nothing is submitted, and they are stopped.

    Raises:
        NotFound, NotAllowed, WrongState: as ``save_marks``.
    """
    schedule = marking_at(actor, schedule_ref, Verb.MARK_GIVE)
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        scripts = locked(actor, schedule, None if script_refs is None else set(script_refs))
        if script_refs is not None and set(script_refs) - set(scripts):
            raise NotFound(_("There is no such script."))
        waiting = [row for row in scripts.values() if row.submitted_at is None]
        apart = apart_from(actor)
        theirs = [row for row in waiting if not is_anothers(actor, row)]
        if script_refs is not None and len(theirs) < len(waiting):
            raise NotAllowed(_("Some of these scripts are allocated to somebody else, who submits them."))
        if theirs:
            refuse_stopped(actor, schedule, theirs)
        others = [row for row in theirs if not apart.keeps_from(*_candidate(row))]
        done = [row for row in others if not row.unmarked]
        unfinished = tuple(row.attempt.enrolment.name for row in others if row.unmarked)
        if any(not row.is_trial for row in done) and watch(opened, actor, schedule):
            opened.record("schedule", schedule.pk, schedule_id=schedule.pk, did="marker_stopped")
            return Submission(0, unfinished, len(theirs) - len(others), paused=True)
        if done:
            for round_, some in by_round(done).items():
                steps.submit_scripts(opened, schedule, [row.attempt_id for row in some], round_)
            opened.lines(("attempt", row.attempt_id, {"submitted": True, "round": row.round}) for row in done)
            record(opened, schedule, done, submitted=len(done))
            watch_qualifying(opened, actor, schedule, done)
        return Submission(len(done), unfinished, len(theirs) - len(others))


def _candidate(script: Script) -> tuple[int, int | None]:
    return script.attempt.enrolment.person_id, script.attempt.enrolment.home_id


def reopen_scripts(
    actor: Person, schedule_ref: str, script_refs: Sequence[str], *, reason: str, at: datetime
) -> int:
    """Open submitted scripts for marking again; return how many.

    A published result stays published; marking it again makes a correction ready.

    Raises:
        BadInput: no reason.
        NotFound, NotAllowed, WrongState: as ``save_marks``; a submitted script of one's own.
    """
    schedule = marking_at(actor, schedule_ref, Verb.RESULT_REOPEN)
    with change(actor, Verb.RESULT_REOPEN, at=at) as opened:
        scripts = {
            ref: one for ref, one in locked(actor, schedule, set(script_refs)).items() if not one.is_beside
        }
        if set(script_refs) - set(scripts):
            raise NotFound(_("There is no such script."))
        return _reopen(opened, actor, schedule, list(scripts.values()), reason)


def reopen_results(actor: Person, result_refs: Sequence[str], *, reason: str, at: datetime) -> int:
    """Open the submitted scripts behind these results for marking again; return how many.

    Raises:
        As ``reopen_scripts``; WrongState: results without work that people mark.
    """
    wanted = set(result_refs)
    rows = Result.objects.filter(ref__in=wanted).values_list("schedule__ref", "enrolment_id")
    by_schedule: dict[str, list[int]] = {}
    for ref, enrolment in rows:
        by_schedule.setdefault(ref, []).append(enrolment)
    if len(rows) < len(wanted):
        raise NotFound(_("There is no such result."))
    schedules = [marking_at(actor, ref, Verb.RESULT_REOPEN) for ref in sorted(by_schedule)]
    with change(actor, Verb.RESULT_REOPEN, at=at) as opened:
        count = 0
        for schedule in schedules:
            scripts = _of_enrolments(locked(actor, schedule), by_schedule[schedule.ref])
            count += _reopen(opened, actor, schedule, scripts, reason)
        return count


def _of_enrolments(scripts: dict[str, Script], enrolments: Iterable[int]) -> list[Script]:
    wanted = set(enrolments)
    found = [row for row in scripts.values() if row.attempt.enrolment_id in wanted and not row.is_beside]
    if {row.attempt.enrolment_id for row in found} != wanted:
        raise WrongState(
            _("Some of these results have no work marked by people: there is nothing to reopen.")
        )
    return found


def _reopen(opened: Change, actor: Person, schedule: Schedule, scripts: Sequence[Script], reason: str) -> int:
    if not reason.strip():
        raise BadInput(_("Say why the work is opened again: the reason stays in its history."))
    refuse_kept_apart(actor, scripts)
    if Seed.objects.filter(attempt__in=[row.attempt_id for row in scripts]).exists():
        raise WrongState(
            _("A script among these is a seed, whose marks are settled. Change its definitive marks instead.")
        )
    closed = [row for row in scripts if row.submitted_at is not None]
    if not closed:
        raise WrongState(_("These scripts are open for marking already."))
    for round_, some in by_round(closed).items():
        steps.reopen_scripts(opened, schedule, [row.attempt_id for row in some], round_)
    back_to_moderation(opened, schedule, [row.attempt_id for row in closed])
    steps.leave_kept_apart(opened, closed)
    opened.lines(("attempt", row.attempt_id, {"reopened": True, "round": row.round}) for row in closed)
    record(opened, schedule, closed, reason=reason.strip(), reopened=len(closed))
    return len(closed)
