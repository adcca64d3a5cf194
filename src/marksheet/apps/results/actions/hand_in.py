"""Record that work on paper was handed in, so that it can be marked without a file; take back what was not."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Attempt, AttemptState, Enrolment, Schedule, ScheduleState, Standing
from marksheet.apps.exams.queries.anonymity import through
from marksheet.apps.exams.queries.work import BY_HAND, IMPORTED, attempts_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.exams.steps.schedules import lock_schedule
from marksheet.apps.exams.steps.work import hand_in_attempts, take_back_attempts
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking.models import Round
from marksheet.apps.marking.queries.marks import current_marks
from marksheet.apps.marking.steps import close_scripts, open_scripts
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers, verbs_at
from marksheet.apps.results.actions.standing import reason_given
from marksheet.apps.results.models import Result, Withdrawal
from marksheet.apps.results.steps.attendance import tell_markers_of_more
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb

RECORDING = frozenset({Verb.ATTENDANCE_RECORD, Verb.WORK_IMPORT})
SEEING = RECORDING | {Verb.SCHEDULE_COORDINATE, Verb.SCHEDULE_MANAGE, Verb.MARK_GIVE, Verb.REPORT_VIEW}


def record_hand_in(actor: Person, schedule_ref: str, enrolment_refs: Sequence[str], *, at: datetime) -> int:
    """Record that candidates handed in their work now, and open their scripts for marking; return how many.

    Who has handed in, or begun, before stays as they are.

    Raises:
        NotFound: schedule or candidate is not there, or hidden from the actor.
        NotAllowed: the actor neither records attendance nor brings in work there, or it is their own.
        BadInput: nobody was chosen.
        WrongState: not active, not open yet, or somebody is recorded as absent.
    """
    if not enrolment_refs:
        raise BadInput(_("Choose at least one candidate."))
    schedule = _schedule(actor, schedule_ref, at)
    with change(actor, Verb.ATTENDANCE_RECORD, at=at) as opened:
        rows = _rows(actor, schedule, enrolment_refs)
        _refuse_own(actor, rows)
        _refuse_away(rows)
        known = attempts_of(schedule.pk, [row.pk for row in rows])
        fresh = [row.pk for row in rows if row.pk not in known]
        if not fresh:
            return 0
        made = hand_in_attempts(opened, schedule, fresh, BY_HAND)
        open_scripts(opened, schedule, made.values())
        recompute(opened, schedule, fresh)
        note_activity(opened, schedule)
        if any(row.late for row in rows if row.pk in set(fresh)):
            tell_markers_of_more(opened, schedule, fresh)
        opened.lines(("attempt", attempt, {"handed_in": True}) for attempt in made.values())
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, did="hand_in_recorded", handed_in=len(fresh)
        )
        return len(fresh)


def take_back_hand_in(
    actor: Person,
    schedule_ref: str,
    enrolment_refs: Sequence[str],
    *,
    reason: str,
    marks: int = 0,
    at: datetime,
) -> int:
    """Take back what was recorded as handed in by mistake: those candidates have handed in nothing; return how many.

    Answers and marks that were recorded with it stay in the history of the result and count no more. Work can be
    recorded anew, and the candidate recorded as absent.

    Args:
        marks: how many marks the actor was told of and takes back with it.

    Raises:
        NotFound, NotAllowed: as for ``record_hand_in``.
        BadInput: nobody was chosen, or no reason.
        WrongState: one has handed in nothing, sat the exam here, or was published; nothing is changed.
        Stale: there are more marks or fewer than ``marks``.
    """
    if not enrolment_refs:
        raise BadInput(_("Choose at least one candidate."))
    reason = reason_given(reason)
    _schedule(actor, schedule_ref, at)
    with change(actor, Verb.ATTENDANCE_RECORD, at=at) as opened:
        schedule = lock_schedule(opened, actor, schedule_ref)
        rows = _rows(actor, schedule, enrolment_refs)
        _refuse_own(actor, rows)
        # Scripts before results: in this order whoever marks locks them.
        close_scripts(opened, [one.id for one in attempts_of(schedule.pk, [row.pk for row in rows]).values()])
        attempts = _to_take_back(rows)
        given = marks_given([attempt.pk for attempt in attempts])
        if sum(given.values()) != marks:
            raise Stale(_marks_changed(sum(given.values())))
        take_back_attempts(opened, attempts)
        recompute(opened, schedule, [row.pk for row in rows])
        note_activity(opened, schedule)
        opened.lines(
            ("attempt", attempt.pk, {"taken_back": True, "marks_taken_back": given[attempt.pk]})
            for attempt in attempts
        )
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            private={"reason": reason},
            did="hand_in_taken_back",
            taken_back=len(attempts),
            marks_taken_back=marks,
        )
        return len(attempts)


def marks_given(attempt_ids: Sequence[int]) -> Counter[int]:
    """Return how many marks hold in each of these attempts, in whatever round, whoever gave them."""
    return Counter(
        attempt
        for round_ in Round
        for (attempt, _part), mark in current_marks(attempt_ids, round_).items()
        if mark.given
    )


def marks_to_take_back(schedule: Schedule, enrolment_ids: Sequence[int]) -> int:
    """Return how many marks would count no more; the caller was let into the schedule."""
    return marks_given([row.id for row in attempts_of(schedule.pk, enrolment_ids).values()]).total()


def _marks_changed(n: int) -> str:
    words = ngettext(
        "Nothing was taken back: %(n)s mark is there already. Look at it, and confirm that it counts no more.",
        "Nothing was taken back: %(n)s marks are there already. Look at them, and confirm that they count no more.",
        n,
    )
    return words % {"n": n} if n else _("Nothing was taken back: the marks are gone. Confirm again.")


def _to_take_back(rows: Sequence[Enrolment]) -> list[Attempt]:
    keys = {row.pk: row.name for row in rows}
    attempts = Attempt.objects.select_for_update(no_key=True).filter(enrolment__in=keys, number=1)
    there = [
        one for one in attempts.order_by("pk") if one.state in (AttemptState.HANDED_IN, AttemptState.VOID)
    ]
    without = keys.keys() - {one.enrolment_id for one in there}
    _refuse_names(_("%(names)s: nothing is recorded as handed in."), [keys[key] for key in sorted(without)])
    sat = [keys[one.enrolment_id] for one in there if one.source not in (BY_HAND, IMPORTED)]
    _refuse_names(_("%(names)s: handed in by the candidate, not recorded by staff. Void it instead."), sat)
    results = Result.objects.select_for_update(no_key=True).filter(enrolment__in=keys).order_by("pk")
    withdrawn = set(
        Withdrawal.objects.filter(version__result__enrolment__in=keys).values_list(
            "version__result", flat=True
        )
    )
    published = [
        keys[row.enrolment_id] for row in results if row.in_force_id is not None or row.pk in withdrawn
    ]
    _refuse_names(_("%(names)s: published already, so it stays. Retract it and void it instead."), published)
    return there


def _refuse_names(words: str, names: Sequence[str]) -> None:
    if names:
        raise WrongState(
            _("Nothing was taken back. %(why)s") % {"why": words % {"names": ", ".join(names[:5])}}
        )


def _rows(actor: Person, schedule: Schedule, refs: Sequence[str]) -> list[Enrolment]:
    locked = Enrolment.objects.select_for_update(no_key=True).order_by("pk")
    rows = list(through(actor, locked.filter(schedule=schedule, ref__in=list(refs))))
    if {row.ref for row in rows} != set(refs):
        raise NotFound(_("There is no such candidate at this schedule."))
    return rows


def may_record_hand_in(person: Person, schedule: Schedule) -> bool:
    """Say whether ``person`` may record there what was handed in."""
    return bool(RECORDING & verbs_at(person, schedule.node_id))


def _schedule(actor: Person, ref: str, at: datetime) -> Schedule:
    schedule = Schedule.objects.filter(ref=ref).first()
    held = verbs_at(actor, schedule.node_id) if schedule else frozenset()
    if schedule is None or not held & SEEING:
        raise NotFound(_("There is no such schedule."))
    if not held & RECORDING:
        raise NotAllowed(
            _("You may see this schedule but not record who handed in."),
            helpers=helpers(Verb.ATTENDANCE_RECORD, schedule.node_id),
        )
    if schedule.state != ScheduleState.ACTIVE or schedule.opens_at > at:
        raise WrongState(_("This schedule has not begun, or is archived: nothing can be handed in now."))
    return schedule


def _refuse_own(actor: Person, rows: Sequence[Enrolment]) -> None:
    if any(row.person_id == actor.pk for row in rows):
        raise NotAllowed(_("You are a candidate here: somebody else records your work."))


def _refuse_away(rows: Sequence[Enrolment]) -> None:
    away = [row.name for row in rows if row.standing != Standing.EXPECTED]
    if away:
        raise WrongState(
            _("%(names)s: recorded as absent, excused or deferred. Change that first.")
            % {"names": ", ".join(away)}
        )
