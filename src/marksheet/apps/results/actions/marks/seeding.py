"""Seeds: a script gets its definitive marks and is given to markers as any other; how often, and who is stopped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import AttemptState, Schedule
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotFound, Stale, WrongState
from marksheet.apps.marking.actions.allocation import new_seed
from marksheet.apps.marking.models import MARKERS, Kind, Moderation, Script
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.seeding import Seed, seed_for, seeding_of, stops_at
from marksheet.apps.marking.steps import seeding as writing
from marksheet.apps.marking.steps.allocation import hold_allocation, tell_of_more
from marksheet.apps.marking.steps.dealing import becomes_seed, deal
from marksheet.apps.marking.steps.qualifying import store_needed
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks.cells import wrong_mark
from marksheet.apps.results.actions.marks.qualifying import look_again
from marksheet.apps.results.actions.marks.reasons import reason_of
from marksheet.apps.results.actions.marks.scene import active_for, locked, refuse_kept_apart
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb
from marksheet.rules.agreement import Measured
from marksheet.rules.seeding import Seeding, Stopping

Given = tuple[int | None, bool]
"""(thousandths of a mark or None, no response)."""
MOST_MARKS = 1_000_000
MOST_SCRIPTS = 100


@dataclass(frozen=True, slots=True)
class Settled:
    """What a seed is worth, in thousandths of a mark, and how far from it is near enough, or far.

    Args:
        given: part's ref -> the definitive mark; of every part that people mark.
        tolerance: exactly so far off is near enough; per item or per script as ``measured`` says.
        hard: further off stops a marker at once; None for never.
    """

    given: Mapping[str, Given]
    tolerance: int
    hard: int | None = None
    measured: Measured = Measured.SCRIPT


def set_seeding(
    actor: Person,
    schedule_ref: str,
    *,
    every: int | None,
    misses: int = 1,
    of_last: int = 1,
    against: int,
    at: datetime,
) -> bool:
    """Set how often markers get a seed, and how many misses stop them; None ends it. Return whether it changed.

    Args:
        every: one script in so many of each marker's, 2 to 100.
        against: the revision of the settings that was on the screen.

    Raises:
        NotFound: the schedule is hidden from the actor.
        BadInput: a number is out of range.
        WrongState: the schedule is archived, or seeds are ended while somebody is stopped by them.
        Stale: somebody else changed the settings meanwhile.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        hold_allocation(opened, schedule)
        plan = plan_of(schedule)
        if plan.revision != against:
            raise Stale(_("Somebody else changed these settings since you looked. Nothing was changed."))
        before = seeding_of(plan)
        wanted = None if every is None else _wanted(every, misses, of_last, before)
        if wanted == before:
            return False
        if wanted is None and stops_at(schedule):
            raise WrongState(
                _("A marker is stopped here by what seeds were given. Decide how it goes on, then end them.")
            )
        writing.store_seeding(opened, schedule, wanted)
        _deal(opened, schedule)
        recompute(opened, schedule)
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, did="seeding_set",
            every=every or 0, misses=misses, of_last=of_last,
        )  # fmt: skip
        note_activity(opened, schedule)
        return True


def _wanted(every: int, misses: int, of_last: int, before: Seeding | None) -> Seeding:
    if not 2 <= every <= MOST_SCRIPTS:
        raise BadInput(_("One script in 2 to %(most)s is a seed.") % {"most": MOST_SCRIPTS})
    if not 1 <= misses <= of_last <= MOST_SCRIPTS:
        raise BadInput(
            _("A marker is stopped by 1 or more misses of the last so many seeds: 2 of 5, for example.")
        )
    return Seeding(every, Stopping(misses, of_last), before.chance if before else new_seed())


def make_seed(
    actor: Person,
    schedule_ref: str,
    script_ref: str,
    settled: Settled,
    *,
    reason: str,
    kind: str = Kind.SEED,
    at: datetime,
) -> Seed:
    """Make a handed-in script a seed: its definitive marks are its candidate's, and markers get it as any other.

    Whoever has it and has not begun keeps it, as theirs; marks that were submitted stay in the history. A practice or
    qualification script (``kind``) is with each marker apart from the others, and they are told what it is.

    Raises:
        NotFound: schedule, script or part is not there, or hidden from the actor.
        BadInput: no reason, a mark is missing, out of range or between steps, or a tolerance makes no sense.
        NotAllowed: it is the actor's own work, or a conflict of interest keeps them from it.
        WrongState: it is a seed already, is being marked, is in moderation, or its result is published.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        words, given = _reason(reason), _checked(schedule, settled)
        if kind not in set(Kind):
            raise BadInput(_("Choose what the script is for."))
        hold_allocation(opened, schedule)
        script = locked(actor, schedule, {script_ref}).get(script_ref)
        if script is None or script.round not in MARKERS:
            raise NotFound(_("There is no such script."))
        refuse_kept_apart(actor, [script])
        _refuse(schedule, script)
        seed = Seed(
            schedule=schedule, attempt=script.attempt, person=actor, reason=words, kind=kind,
            tolerance_thousandths=settled.tolerance, hard_thousandths=settled.hard,
            measured=settled.measured.value, event_id=opened.event_id, at=opened.at,
        )  # fmt: skip
        writing.store_seed(opened, seed, actor, given)
        becomes_seed(opened, schedule, seed)
        if kind != Kind.SEED and plan_of(schedule).qualifying is None:
            store_needed(opened, schedule, 0)
        _deal(opened, schedule)
        _record(opened, schedule, seed, "seed_made" if kind == Kind.SEED else f"{kind}_made", words)
        return seed


def change_seed(
    actor: Person,
    schedule_ref: str,
    seed_ref: str,
    settled: Settled,
    *,
    reason: str,
    against: int,
    at: datetime,
) -> None:
    """Settle a seed otherwise: what markers gave it is judged by that from now on, and its candidate's marks follow.

    Raises:
        As ``make_seed``; Stale: somebody else changed it meanwhile.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        words, given = _reason(reason), _checked(schedule, settled)
        hold_allocation(opened, schedule)
        seed = _seed(actor, schedule, seed_ref, against)
        if Result.objects.filter(enrolment=seed.attempt.enrolment_id, in_force__isnull=False).exists():
            raise WrongState(_published())
        seed.tolerance_thousandths, seed.hard_thousandths = settled.tolerance, settled.hard
        seed.measured, seed.reason, seed.person, seed.at = settled.measured.value, words, actor, opened.at
        writing.store_seed(opened, seed, actor, given)
        _record(opened, schedule, seed, "seed_changed", words)


def retire_seed(
    actor: Person, schedule_ref: str, seed_ref: str, *, reason: str, against: int, at: datetime
) -> None:
    """Give a seed to nobody any more: who has not begun it loses it. Its definitive marks stay its candidate's.

    Raises:
        As ``change_seed``; WrongState: it is retired already.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        words = _reason(reason)
        hold_allocation(opened, schedule)
        seed = _seed(actor, schedule, seed_ref, against)
        if seed.retired_at is not None:
            raise WrongState(_("This seed is retired already."))
        seed.retired_at = opened.at
        writing.store_seed(opened, seed, actor, {})
        _deal(opened, schedule)
        _record(opened, schedule, seed, "seed_retired", words)


def _seed(actor: Person, schedule: Schedule, ref: str, against: int) -> Seed:
    seed = seed_for(actor, schedule.ref, ref)
    if seed is None:
        raise NotFound(_("There is no such seed."))
    if seed.revision != against:
        raise Stale(_("Somebody else changed this seed since you looked. Nothing was changed."))
    return seed


def _deal(opened: Change, schedule: Schedule) -> None:
    tell_of_more(opened, schedule, deal(opened, schedule), "more-to-mark")


def _record(opened: Change, schedule: Schedule, seed: Seed, did: str, reason: str) -> None:
    opened.lines([("attempt", seed.attempt_id, {did: True})])
    opened.record("attempt", seed.attempt_id, schedule_id=schedule.pk, did=did, private={"reason": reason})
    recompute(opened, schedule, [seed.attempt.enrolment_id])
    look_again(opened, schedule)
    note_activity(opened, schedule)


def _reason(text: str) -> str:
    return reason_of(text, _("Say why: the reason stays in the history."))


def _checked(schedule: Schedule, settled: Settled) -> dict[int, Given]:
    """Return part -> the definitive mark, of every part that people mark."""
    parts = {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts}
    if set(settled.given) - set(parts):
        raise NotFound(_("There is no such part in this paper."))
    lacking = [
        part.label for ref, part in parts.items() if settled.given.get(ref, (None, False)) == (None, False)
    ]
    if lacking:
        raise BadInput(_("Give the definitive mark of %(parts)s as well.") % {"parts": ", ".join(lacking)})
    if not 0 <= settled.tolerance <= MOST_MARKS:
        raise BadInput(_("A tolerance is a number of marks, 0 or more."))
    if settled.hard is not None and not settled.tolerance <= settled.hard <= MOST_MARKS:
        raise BadInput(_("What stops a marker at once is not less than the tolerance."))
    _check_range(parts, settled.given)
    return {parts[ref].id: given for ref, given in settled.given.items()}


def _check_range(parts: Mapping[str, PartRow], given: Mapping[str, Given]) -> None:
    allowed = steps_of(parts[ref].id for ref in given)
    for ref, (value, _blank) in given.items():
        if why := wrong_mark(parts[ref], value, allowed):
            raise BadInput(f"{parts[ref].label}: {why}")


def _refuse(schedule: Schedule, script: Script) -> None:
    if Seed.objects.filter(attempt=script.attempt_id).exists():
        raise WrongState(_("This script is a seed already."))
    scripts = Script.objects.filter(attempt=script.attempt_id, submitted_at=None, last_saved_at__isnull=False)
    if scripts.exists():
        raise WrongState(
            _("Somebody is marking this script. Choose one that nobody has begun, or that is submitted.")
        )
    if Moderation.objects.filter(attempt=script.attempt_id).exists():
        raise WrongState(_("This script is in moderation. Choose another one."))
    if script.attempt.state != AttemptState.HANDED_IN:
        raise WrongState(_("This work is not handed in."))
    if Result.objects.filter(enrolment=script.attempt.enrolment_id, in_force__isnull=False).exists():
        raise WrongState(_published())


def _published() -> str:
    return _("The result of this work is published. Retract it first, or choose another script.")
