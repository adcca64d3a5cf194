"""Set how a schedule is marked: by one or two markers, how two marks become one, who is named to whom."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import HANDS, anonymity_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.exams.steps.anonymity import lift_names, set_anonymity
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, Stale, WrongState
from marksheet.apps.marking.models import Plan
from marksheet.apps.marking.queries.plan import marking_begun, plan_of
from marksheet.apps.marking.steps.allocation import hold_allocation
from marksheet.apps.marking.steps.plan import DECIDING, second_round_begun, store_plan
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import people_with
from marksheet.apps.people.steps import tell
from marksheet.apps.results.actions.marks.scene import active_for, locked, refuse_published
from marksheet.apps.results.steps.counts import note_anonymity
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb
from marksheet.rules.agreement import Beyond, Measured, Within
from marksheet.rules.anonymity import Sharing, refusal
from marksheet.rules.marks import shown


def set_plan(
    actor: Person,
    schedule_ref: str,
    wanted: Plan,
    *,
    anonymous: tuple[bool, bool] | None = None,
    against: int,
    at: datetime,
) -> bool:
    """Set how a schedule is marked; its working results follow in the same change. Return whether anything changed.

    Args:
        wanted: what is to hold; only its settings are read.
        anonymous: whether candidates, and whether markers, are; None leaves that as it is.
        against: the revision that was on the screen.

    Raises:
        NotFound: the schedule is hidden from the actor.
        BadInput: a word or number is none of those that are offered.
        WrongState: the schedule is archived, a result of it is published, second marks are there, or somebody has
            marked with the names as they were shown.
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
        locked(actor, schedule)
        hidden = _hide(opened, schedule, anonymous)
        changed = store_plan(opened, schedule, wanted, anew=bool(hidden))
        if not changed and not hidden:
            return False
        if DECIDING & changed.keys():
            refuse_published(schedule)
            recompute(opened, schedule)
        note_activity(opened, schedule)
        told: dict[str, tuple[object, object]] = dict(changed) | dict(hidden)
        if (tolerance := changed.get("tolerance_thousandths")) is not None:
            del told["tolerance_thousandths"]
            told["tolerance"] = (shown(tolerance[0]), shown(tolerance[1]))
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, move="plan",
            was={name: was for name, (was, _now) in told.items()},
            now={name: now for name, (_was, now) in told.items()},
        )  # fmt: skip
        return True


def _hide(
    opened: Change, schedule: Schedule, anonymous: tuple[bool, bool] | None
) -> dict[str, tuple[bool, bool]]:
    if anonymous is None:
        return {}
    candidates, markers = anonymous
    why = refusal(anonymity_of(schedule), candidates, markers, begun=marking_begun(schedule))
    if why:
        raise WrongState(str(REFUSALS[why]))
    changed = set_anonymity(opened, schedule, candidates=candidates, markers=markers)
    if changed:
        note_anonymity(schedule)
    return changed


def lift_anonymity(actor: Person, schedule_ref: str, *, reason: str, at: datetime) -> None:
    """Show names at a schedule from now on, to everybody who works there; that cannot be undone.

    Whoever marks or moderates there is told.

    Raises:
        NotFound: the schedule is hidden from the actor.
        BadInput: no reason was given.
        WrongState: nothing is hidden there now, or it is archived.
    """
    if not reason.strip():
        raise BadInput(_("Say why: it stays in the history of the schedule."))
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        hold_allocation(opened, schedule)
        schedule.refresh_from_db()
        if not anonymity_of(schedule).holds:
            raise WrongState(_("Names are shown here already. Nothing was changed."))
        lift_names(opened, schedule)
        note_activity(opened, schedule)
        people = {one.pk: one for verb in HANDS for one in people_with(verb, schedule.node_id)}
        tell(
            opened, [one for one in people.values() if one.pk != actor.pk], "names-shown",
            path=f"/marking/assess/{schedule.ref}/", schedule=schedule.title, code=schedule.code,
        )  # fmt: skip
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, move="lift",
            candidates=schedule.anonymous_candidates, markers=schedule.anonymous_markers,
            private={"reason": reason.strip()},
        )  # fmt: skip


REFUSALS: dict[str, object] = {
    "lifted": gettext_lazy(
        "Names were shown here, and that cannot be undone. What is anonymous stays as it is."
    ),
    "begun_on": gettext_lazy(
        "Marks are given here already, by people who saw the names: it can become anonymous only before the first mark."
    ),
    "begun_off": gettext_lazy(
        "Marks are given here already: names are shown by lifting the anonymity, below, with a reason."
    ),
}


def _demand_sense(wanted: Plan) -> None:
    offered = (
        (wanted.markers, (1, 2)),
        (wanted.within, tuple(Within)),
        (wanted.beyond, tuple(Beyond)),
        (wanted.measured, tuple(Measured)),
        (wanted.sharing, tuple(Sharing)),
    )
    if any(value not in words for value, words in offered):
        raise BadInput(_("Choose one of what is offered."))
    if wanted.markers == 2 and wanted.second_keying:
        raise BadInput(
            _("With two markers each script is marked twice already: second keying is for one marker.")
        )
    if not 0 <= wanted.tolerance_thousandths <= 1_000_000:
        raise BadInput(_("The tolerance is a number of marks, 0 or more."))
