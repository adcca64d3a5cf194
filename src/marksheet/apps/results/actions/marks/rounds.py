"""Set the rounds of moderation of a schedule: what sends scripts to moderators, and whether they read notes."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, Stale
from marksheet.apps.marking.actions.allocation import new_seed
from marksheet.apps.marking.models import Plan
from marksheet.apps.marking.queries.allocation import markers_at
from marksheet.apps.marking.queries.moderation import rounds_in_force
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.steps.allocation import hold_allocation
from marksheet.apps.marking.steps.moderation import store_rounds
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks.scene import active_for, refuse_published
from marksheet.apps.results.queries.preview_moderation import Preview, previewed
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb
from marksheet.rules.moderation import MOST_ROUNDS, Kind, Round, Trigger, rounds_to_json

# Markers flag no scripts yet; what is beyond the tolerance comes from how two marks become one.
OFFERED = frozenset(Kind) - {Kind.BEYOND_TOLERANCE}
MOST_MARKS = 1_000


def preview_moderation(actor: Person, schedule_ref: str, wanted: Sequence[Round], seed: str) -> Preview:
    """Return what these rounds would send to moderation now; nothing is written.

    Args:
        seed: what chance follows from where the schedule has none yet; what is seen with it is what is done with it.

    Raises:
        NotFound: the schedule is hidden from the actor.
        BadInput: as ``set_moderation``.
    """
    schedule = coordinated_for(actor, schedule_ref)
    plan = plan_of(schedule)
    _demand_sense(schedule, plan, wanted)
    return previewed(schedule, _with(plan, wanted, seed))


def set_moderation(
    actor: Person, schedule_ref: str, wanted: Sequence[Round], *, seed: str = "", against: int, at: datetime
) -> bool:
    """Set the rounds of moderation; scripts that are done go there in the same change. Return whether it changed.

    Every decision that was made stays; what nobody has decided on is asked anew.

    Args:
        wanted: none to three rounds.
        seed: as in ``preview_moderation``.
        against: the revision of the settings that was on the screen.

    Raises:
        NotFound: the schedule is hidden from the actor.
        BadInput: a trigger is not offered here, an amount makes no sense, or there are more than three rounds.
        WrongState: the schedule is archived, or a result of it is published.
        Stale: somebody else changed the settings meanwhile.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        hold_allocation(opened, schedule)
        before = plan_of(schedule)
        if before.revision != against:
            raise Stale(_("Somebody else changed these settings since you looked. Nothing was changed."))
        _demand_sense(schedule, before, wanted)
        stored = rounds_to_json(wanted)
        if stored == before.rounds:
            return False
        refuse_published(schedule)
        store_rounds(opened, schedule, stored, before.seed or seed or new_seed())
        recompute(opened, schedule)
        note_activity(opened, schedule)
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, move="moderation",
            was={"rounds": before.rounds}, now={"rounds": stored},
            people=sorted({one.marker for one in _triggers(wanted) if one.marker}),
        )  # fmt: skip
        return True


def _with(plan: Plan, wanted: Sequence[Round], seed: str) -> Plan:
    """Return the plan with other rounds, not stored."""
    return Plan(
        pk=plan.pk, schedule=plan.schedule, markers=plan.markers, within=plan.within, beyond=plan.beyond,
        tolerance_thousandths=plan.tolerance_thousandths, measured=plan.measured, revision=plan.revision,
        rounds=rounds_to_json(wanted), seed=plan.seed or seed,
    )  # fmt: skip


def _triggers(rounds: Sequence[Round]) -> list[Trigger]:
    return [one for round_ in rounds for one in round_.triggers]


def _demand_sense(schedule: Schedule, plan: Plan, wanted: Sequence[Round]) -> None:
    if len(wanted) > MOST_ROUNDS:
        raise BadInput(_("There are three rounds of moderation at most."))
    triggers = _triggers(wanted)
    here = {one.pk for one in markers_at(schedule)}
    known = {
        one.marker
        for round_ in rounds_in_force(plan)
        for one in round_.triggers
        if one.kind is Kind.OF_MARKER
    }
    for one in triggers:
        if one.kind not in OFFERED:
            raise BadInput(_("Choose one of what is offered."))
        if one.kind is Kind.DIFFERENCE and plan.markers < 2:
            raise BadInput(
                _("Two markers cannot differ where one marks each script. Choose two on Settings.")
            )
        if one.kind is Kind.OF_MARKER and one.marker not in here | known:
            raise BadInput(_("Somebody whom you chose does not mark here any more. Look at the list again."))
        if one.kind in (Kind.RANDOM_SHARE, Kind.FIRST) and one.amount <= 0:
            raise BadInput(_("A sample of nothing is none: leave it empty, or say how much."))
        if one.amount > MOST_MARKS or one.amount * 1000 % 1:
            raise BadInput(_("An amount is a number from 0 to %(most)s.") % {"most": MOST_MARKS})
