"""Set how a schedule is marked: by one or two markers, and how two marks become one."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, Stale, WrongState
from marksheet.apps.marking.models import Plan
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.steps.allocation import hold_allocation
from marksheet.apps.marking.steps.plan import second_round_begun, store_plan
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks.scene import active_for, locked, refuse_published
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb
from marksheet.rules.agreement import Beyond, Measured, Within
from marksheet.rules.marks import shown


def set_plan(actor: Person, schedule_ref: str, wanted: Plan, *, against: int, at: datetime) -> bool:
    """Set how a schedule is marked; its working results follow in the same change. Return whether anything changed.

    Args:
        wanted: what is to hold; only its settings are read.
        against: the revision that was on the screen.

    Raises:
        NotFound: the schedule is hidden from the actor.
        BadInput: a word or number is none of those that are offered.
        WrongState: the schedule is archived, a result of it is published, or second marks are there.
        Stale: somebody else changed it meanwhile.
    """
    _demand_sense(wanted)
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        hold_allocation(opened, schedule)
        before = plan_of(schedule)
        if before.revision != against:
            raise Stale(_("Somebody else changed these settings since you looked. Nothing was changed."))
        if wanted.markers < before.markers and second_round_begun(schedule):
            raise WrongState(
                _("Second markers have given marks here, and those stay: it remains with two markers.")
            )
        # Scripts are locked before the plan, as whoever submits them does.
        locked(schedule)
        changed = store_plan(opened, schedule, wanted)
        if not changed:
            return False
        refuse_published(schedule)
        recompute(opened, schedule)
        note_activity(opened, schedule)
        told: dict[str, tuple[object, object]] = dict(changed)
        if (tolerance := changed.get("tolerance_thousandths")) is not None:
            del told["tolerance_thousandths"]
            told["tolerance"] = (shown(tolerance[0]), shown(tolerance[1]))
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, move="plan",
            was={name: was for name, (was, _now) in told.items()},
            now={name: now for name, (_was, now) in told.items()},
        )  # fmt: skip
        return True


def _demand_sense(wanted: Plan) -> None:
    offered = (
        (wanted.markers, (1, 2)),
        (wanted.within, tuple(Within)),
        (wanted.beyond, tuple(Beyond)),
        (wanted.measured, tuple(Measured)),
    )
    if any(value not in words for value, words in offered):
        raise BadInput(_("Choose one of what is offered."))
    if not 0 <= wanted.tolerance_thousandths <= 1_000_000:
        raise BadInput(_("The tolerance is a number of marks, 0 or more."))
