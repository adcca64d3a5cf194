"""Practice and qualification: a marker gets the scripts, is held back until qualified; a lead marker decides."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import called_to
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking.models import Kind, Plan, Script
from marksheet.apps.marking.queries.allocation import markers_at
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.qualifying import (
    LET,
    Before,
    Unqualified,
    before_of,
    marked_at,
    trial_round,
)
from marksheet.apps.marking.steps import moderation as deciding
from marksheet.apps.marking.steps import qualifying as writing
from marksheet.apps.marking.steps.allocation import hold_allocation
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import people_with
from marksheet.apps.people.steps import tell
from marksheet.apps.results.actions.marks.reasons import reason_of
from marksheet.apps.results.actions.marks.scene import active_for, marking_at
from marksheet.rules.access import Verb
from marksheet.rules.qualifying import State

MOST = 100
AGAIN = "again"


class Stopped(WrongState):
    """The marker may not mark at this schedule now: nothing is saved, what was typed is kept."""


def what_remains(before: Before) -> str:
    """Say what a marker has to do before the marking."""
    stands = before.standing
    if stands.state == State.NOT_QUALIFIED:
        return _("You have not qualified: the lead marker looks, and you will be told how it goes on.")
    words = []
    if stands.practice_left:
        n = stands.practice_left
        words.append(
            ngettext("Mark %(n)s practice script first.", "Mark %(n)s practice scripts first.", n) % {"n": n}
        )
    n = stands.qualification_left
    words.append(
        ngettext("Mark %(n)s qualification script first.", "Mark %(n)s qualification scripts first.", n)
        % {"n": n}
    )
    return " ".join(words)


def refuse_unqualified(actor: Person, schedule: Schedule, scripts: Iterable[Script], plan: Plan) -> None:
    """Refuse who has to qualify first, unless they mark the scripts to qualify by.

    It costs one statement where they have begun to mark, and none where nobody has to qualify.

    Raises:
        Stopped: what remains to be done.
    """
    if plan.qualifying is None:
        return
    rows = list(scripts)
    keys = {one.attempt_id for one in rows if one.is_trial}
    if not keys and marked_at(schedule, actor.pk):
        return
    before = before_of(actor, schedule, plan)
    if before is None:
        return
    if before.shut and any(not one.is_trial for one in rows):
        raise Stopped(what_remains(before))
    if before.standing.practice_left and any(
        one.seed.attempt_id in keys and not one.practice for one in before.trials
    ):
        raise Stopped(_("Submit the practice scripts first."))


def begin_trials(actor: Person, schedule_ref: str, *, at: datetime) -> int:
    """Give the actor their practice scripts, or, once those are submitted, their qualification scripts.

    Return how many came to them.

    Raises:
        NotFound, NotAllowed, WrongState: as ``save_marks``; WrongState: there is nothing to get.
    """
    schedule = marking_at(actor, schedule_ref, Verb.MARK_GIVE)
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        hold_allocation(opened, schedule)
        before = before_of(actor, schedule)
        if before is None or not before.waiting:
            raise WrongState(_("There is nothing to get here: mark and submit what you have."))
        wanted = [(place, one.seed) for place, one in enumerate(before.trials) if one in before.waiting]
        writing.open_trials(opened, schedule, actor, wanted)
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk, did="trials_begun", n=len(wanted))
        note_activity(opened, schedule)
        return len(wanted)


def watch_qualifying(opened: Change, actor: Person, schedule: Schedule, done: Iterable[Script]) -> None:
    """Tell the lead markers, once, where what was submitted shows that the actor does not qualify."""
    if not any(one.is_trial for one in done):
        return
    _look(opened, schedule, actor)


def look_again(opened: Change, schedule: Schedule) -> None:
    """Have lead markers decide on whoever does not qualify any more by what was settled otherwise just now."""
    plan = plan_of(schedule)
    if plan.qualifying is not None:
        for marker in markers_at(schedule):
            _look(opened, schedule, marker, plan)


def _look(opened: Change, schedule: Schedule, marker: Person, plan: Plan | None = None) -> None:
    before = before_of(marker, schedule, plan)
    if before is None or not before.binds or before.standing.state != State.NOT_QUALIFIED:
        return
    if not writing.raise_unqualified(opened, schedule, marker):
        return
    path = f"/marking/coordinator/{schedule.ref}/quality/"
    for one in people_with(Verb.SCHEDULE_COORDINATE, schedule.node_id):
        by = called_to(one, schedule, marker)
        tell(opened, [one], "marker-unqualified", path=path, title=schedule.title, by=by)


def set_qualifying(actor: Person, schedule_ref: str, needed: int, *, against: int, at: datetime) -> bool:
    """Set how many qualification scripts must be near enough, 0 for all; return whether it changed.

    Raises:
        NotFound: the schedule is hidden from the actor.
        BadInput: the number is out of range.
        WrongState: the schedule is archived, or has no such scripts.
        Stale: somebody else changed the settings meanwhile.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        hold_allocation(opened, schedule)
        plan = plan_of(schedule)
        if plan.revision != against:
            raise Stale(_("Somebody else changed these settings since you looked. Nothing was changed."))
        if not 0 <= needed <= MOST:
            raise BadInput(_("Enter a number from 0 to %(most)s.") % {"most": MOST})
        if plan.qualifying is None:
            raise WrongState(_("Make a qualification script first."))
        if plan.qualifying == needed:
            return False
        writing.store_needed(opened, schedule, needed)
        look_again(opened, schedule)
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk, did="qualifying_set", n=needed)
        note_activity(opened, schedule)
        return True


def settle_unqualified(
    actor: Person, schedule_ref: str, ref: str, decision: str, *, reason: str, at: datetime
) -> None:
    """Decide on a marker who did not qualify: they mark anyway, or try again; old marks stay in the history.

    Raises:
        NotFound: the schedule is hidden from the actor, or there is no such case.
        BadInput: no decision, or no reason.
        NotAllowed: it is about the actor.
        WrongState: somebody has decided already, or the schedule is archived.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        if decision not in (LET, AGAIN):
            raise BadInput(_("Choose how it goes on."))
        words = reason_of(reason, _("Say why: the marker reads it."))
        hold_allocation(opened, schedule)
        case = Unqualified.objects.filter(schedule=schedule, ref=ref).select_related("marker").first()
        if case is None:
            raise NotFound(_("There is no such case."))
        if case.marker_id == actor.pk:
            raise NotAllowed(_("It is about you: another coordinator decides."))
        if case.settled_at is not None:
            raise WrongState(_("Somebody has decided on this meanwhile. Nothing was changed."))
        if decision == AGAIN:
            _again(opened, schedule, case.marker)
        writing.settle_unqualified(opened, case, actor, decision, words)
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, did="unqualified_settled", decision=decision,
            people=[case.marker_id], private={"reason": words},
        )  # fmt: skip
        note_activity(opened, schedule)
        kind = "qualified-anyway" if decision == LET else "qualify-again"
        tell(
            opened, [case.marker], kind, path=f"/marking/assess/{schedule.ref}/before/", title=schedule.title,
            by=called_to(case.marker, schedule, actor), note=words,
        )  # fmt: skip


def _again(opened: Change, schedule: Schedule, marker: Person) -> None:
    before = before_of(marker, schedule)
    trials = before.trials if before is not None else ()
    scripts = [one.script for one in trials if one.script is not None and one.seed.kind == Kind.QUALIFICATION]
    deciding.take_back(opened, [one.attempt_id for one in scripts], trial_round(marker.pk))
    human = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    writing.open_again(opened, scripts, len(human))
