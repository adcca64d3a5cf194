"""A marker whose seeds are off is stopped at a schedule; a coordinator looks, and decides how it goes on."""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import called_to
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.marking.models import MARKERS, Script, SeedStop
from marksheet.apps.marking.queries.allocation import markers_at
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.qualifying import held_by_seed
from marksheet.apps.marking.queries.seeding import (
    finished_by,
    seeding_of,
    stops_at,
    to_mark_again,
)
from marksheet.apps.marking.steps import moderation as deciding
from marksheet.apps.marking.steps import seeding as writing
from marksheet.apps.marking.steps.allocation import (
    drop_share,
    flow,
    hold_allocation,
    take_back,
    take_from,
    tell_of_more,
)
from marksheet.apps.marking.steps.dealing import deal
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import people_with
from marksheet.apps.people.steps import tell
from marksheet.apps.results.actions.marks.qualifying import Stopped as Stopped
from marksheet.apps.results.actions.marks.qualifying import refuse_unqualified
from marksheet.apps.results.actions.marks.reasons import reason_of
from marksheet.apps.results.actions.marks.scene import active_for
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb
from marksheet.rules.seeding import standing


class Decision(StrEnum):
    """How it goes on with a marker who is stopped.

    GO_ON: all marks stand. AGAIN: he marks again what he marked since his last good seed. OTHERS: others do. OUT: they
    do, and get all that he has left; nothing more comes to him.
    """

    GO_ON = "go-on"
    AGAIN = "again"
    OTHERS = "others"
    OUT = "out"


def refuse_stopped(actor: Person, schedule: Schedule, scripts: Iterable[Script]) -> None:
    """Refuse who is stopped at a schedule, or has to qualify first.

    Raises:
        Stopped: a coordinator has to look first, or the marker has to qualify.
    """
    plan, stopped = held_by_seed(actor, schedule)
    if plan is None:
        return
    refuse_unqualified(actor, schedule, scripts, plan)
    if stopped and any(not one.is_trial for one in scripts):
        raise Stopped(
            _(
                "Your marking here is paused until a coordinator has looked at it. They were told, and you will be."
                " What you typed is kept."
            )
        )


def watch(opened: Change, actor: Person, schedule: Schedule, *, in_hand: Collection[int] = ()) -> bool:
    """Stop the actor, if what they gave seeds says so; return whether they are stopped now.

    A seed that is finished is looked at once another script is marked, or anything is submitted: until then a slip of
    the finger can be mended.

    Args:
        in_hand: keys of the scripts that are being marked right now.
    """
    seeding = seeding_of(plan_of(schedule))
    if seeding is None:
        return False
    finished = finished_by(schedule, {actor.pk}).get(actor.pk, [])
    done = [one.done for one in finished if not (one.script.is_seed and one.script.pk in in_hand)]
    if not standing(done, seeding.stopping).stopped:
        return False
    writing.stop_marker(opened, schedule, actor)
    opened.lines([("schedule", schedule.pk, {"stopped": actor.pk})])
    recompute(opened, schedule)
    note_activity(opened, schedule)
    path = f"/marking/coordinator/{schedule.ref}/quality/"
    for one in people_with(Verb.SCHEDULE_COORDINATE, schedule.node_id):
        by = called_to(one, schedule, actor)
        tell(opened, [one], "marker-stopped", path=path, title=schedule.title, by=by)
    return True


def settle_stop(
    actor: Person, schedule_ref: str, stop_ref: str, decision: str, *, reason: str, at: datetime
) -> int:
    """Decide how it goes on with a marker who is stopped; return how many scripts are marked again.

    Marks that are taken back stay in the history. What is submitted stays as it is.

    Raises:
        NotFound: the schedule is hidden from the actor, or there is no such stop.
        BadInput: no decision, or no reason.
        NotAllowed: the actor is the one who is stopped.
        WrongState: somebody has decided already, or the schedule is archived.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = active_for(actor, schedule_ref)
        words = _words(decision, reason)
        hold_allocation(opened, schedule)
        stop = _stop(schedule, stop_ref)
        if stop.marker_id == actor.pk:
            raise NotAllowed(_("It is your own marking that is paused: another coordinator decides."))
        scripts = _locked(schedule, stop.marker_id) if decision != Decision.GO_ON else []
        n = _again(opened, schedule, scripts)
        writing.settle_stop(opened, stop, actor, decision, words)
        _pass_on(opened, schedule, stop.marker, decision, scripts)
        opened.record(
            "schedule", schedule.pk, schedule_id=schedule.pk, did="stop_settled", decision=decision,
            people=[stop.marker_id], reopened=n, private={"reason": words},
        )  # fmt: skip
        recompute(opened, schedule)
        note_activity(opened, schedule)
        kind = "marking-goes-on" if decision != Decision.OUT else "marking-ended"
        tell(
            opened, [stop.marker], kind, path=f"/marking/assess/{schedule.ref}/", title=schedule.title,
            by=called_to(stop.marker, schedule, actor), note=words,
        )  # fmt: skip
        return n


def _words(decision: str, reason: str) -> str:
    if decision not in set(Decision):
        raise BadInput(_("Choose how it goes on."))
    return reason_of(reason, _("Say why: the marker reads it, and it stays in the history."))


def _stop(schedule: Schedule, ref: str) -> SeedStop:
    stop = SeedStop.objects.filter(schedule=schedule, ref=ref).select_related("marker").first()
    if stop is None:
        raise NotFound(_("There is no such stop."))
    if stop.settled_at is not None:
        raise WrongState(_("Somebody has decided on this meanwhile. Nothing was changed."))
    return stop


def _locked(schedule: Schedule, marker: int) -> list[Script]:
    keys = [one.pk for one in to_mark_again(schedule, marker)]
    return list(Script.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))


def _again(opened: Change, schedule: Schedule, scripts: list[Script]) -> int:
    """Take the marks of these scripts back: they are as if nobody had begun them."""
    for round_ in MARKERS:
        deciding.take_back(opened, [one.attempt_id for one in scripts if one.round == round_], round_)
    human = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    writing.unmark(opened, scripts, len(human))
    return len(scripts)


def _pass_on(
    opened: Change, schedule: Schedule, marker: Person, decision: str, scripts: list[Script]
) -> None:
    """Give to others what they mark now; where nobody may have it, it is with nobody."""
    if decision == Decision.OUT:
        drop_share(opened, schedule, marker.pk)
        places = take_back(opened, schedule, marker.pk)
    elif decision == Decision.OTHERS:
        places = take_from(opened, marker.pk, [one for one in scripts if one.allocated])
    else:
        tell_of_more(opened, schedule, deal(opened, schedule), "more-to-mark")
        return
    stopped = {one.marker_id for one in stops_at(schedule)}
    others = {one.pk for one in markers_at(schedule)} - stopped - {marker.pk}
    counts = flow(opened, schedule, places, markers=others) if others else {}
    tell_of_more(opened, schedule, counts, "more-to-mark")
