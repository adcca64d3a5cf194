"""Record that work on paper was handed in, so that it can be marked without a file."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Enrolment, Schedule, ScheduleState, Standing
from marksheet.apps.exams.queries.answers import BY_HAND
from marksheet.apps.exams.queries.work import attempts_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.exams.steps.work import hand_in_attempts
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.marking.steps import open_scripts
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers, verbs_at
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
        rows = list(
            Enrolment.objects.select_for_update(no_key=True).filter(
                schedule=schedule, ref__in=list(enrolment_refs)
            )
        )
        if {row.ref for row in rows} != set(enrolment_refs):
            raise NotFound(_("There is no such candidate at this schedule."))
        _refuse(actor, rows)
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


def _refuse(actor: Person, rows: Sequence[Enrolment]) -> None:
    if any(row.person_id == actor.pk for row in rows):
        raise NotAllowed(_("You are a candidate here: somebody else records your work."))
    away = [row.name for row in rows if row.standing != Standing.EXPECTED]
    if away:
        raise WrongState(
            _("%(names)s: recorded as absent, excused or deferred. Change that first.")
            % {"names": ", ".join(away)}
        )
