"""Share out the scripts of a schedule among its markers, by a rule or by hand; marks given always stay."""

import secrets
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Schedule, ScheduleState
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking.models import MARKERS, Allocation, Method, Script
from marksheet.apps.marking.queries.allocation import (
    Planned,
    Wanted,
    Which,
    allocation_of,
    markers_at,
    open_scripts_of,
    planned,
    share_out,
)
from marksheet.apps.marking.queries.hands import handed_in, with_seeds
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.steps.allocation import hold_allocation, put_in_hands, tell_of_more
from marksheet.apps.marking.steps.dealing import deal
from marksheet.apps.people.models import Person
from marksheet.apps.people.steps import tell
from marksheet.rules.access import Verb

MOST_SHARE = 100


def new_seed() -> str:
    """Return a seed that nobody could have guessed; what is seen with it is what is done with it."""
    return secrets.token_hex(8)


def preview_allocation(actor: Person, schedule_ref: str, wanted: Wanted, seed: str) -> Planned:
    """Return what ``allocate`` would do now; nothing is written.

    Raises:
        NotFound, BadInput: as ``allocate``.
    """
    schedule = coordinated_for(actor, schedule_ref)
    _demand_sense(schedule, wanted)
    return planned(schedule, wanted, seed)


def allocate(
    actor: Person, schedule_ref: str, wanted: Wanted, *, seed: str, against: str, at: datetime
) -> Planned:
    """Share out the open scripts as previewed; from now on late ones flow to the markers with the fewest left.

    Args:
        seed: what chance follows from; stored, so that the allocation can be made again.
        against: the fingerprint of the preview that was agreed to.

    Raises:
        NotFound: the schedule is hidden from the actor.
        BadInput: nobody takes part, somebody does not mark here, a share is out of 1 to 100, or the method is not one.
        WrongState: the schedule is archived.
        Stale: the outcome would be another than the preview's; nothing is changed.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = _active(actor, schedule_ref)
        _demand_sense(schedule, wanted)
        hold_allocation(opened, schedule)
        _lock_open(schedule)
        found = planned(schedule, wanted, seed)
        if found.fingerprint != against:
            raise Stale(
                _("Work or markers changed since you looked. Nothing was allocated: look at it anew.")
            )
        _store(opened, schedule, wanted, seed)
        # Everything is allocated from now on, submitted scripts and what nobody may have as well.
        handed_in().filter(schedule=schedule, allocated=False).update(allocated=True)
        counts = put_in_hands(opened, schedule, open_scripts_of(schedule), found)
        tell_of_more(opened, schedule, counts, "scripts-allocated")
        _record(
            opened, schedule, "allocate", people=sorted(wanted.shares), method=str(wanted.method), seed=seed,
            given=len(found.given), nobody=len(found.nobody),
        )  # fmt: skip
        return found


def back_to_the_pile(actor: Person, schedule_ref: str, *, at: datetime) -> None:
    """End the allocation: every script lies on the pile again, and each marker may take from it.

    Raises:
        NotFound: the schedule is hidden from the actor.
        WrongState: it is archived, not allocated, or marked by two.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = _active(actor, schedule_ref)
        hold_allocation(opened, schedule)
        if allocation_of(schedule) is None:
            raise WrongState(_("These scripts lie on a pile already."))
        if plan_of(schedule).markers > 1:
            raise WrongState(_("With two markers every script is somebody's: on a pile one could be both."))
        _store(opened, schedule, Wanted(Method.PILE), "")
        mine = Script.objects.filter(schedule=schedule, round__in=MARKERS)
        mine.update(allocated=False, place=0)
        # On a pile a script is with who first marked it; nobody has those that are untouched.
        mine.filter(submitted_at=None, last_saved_at=None).update(marker=None)
        deal(opened, schedule)
        _record(opened, schedule, "pile")


def give_scripts(
    actor: Person, schedule_ref: str, script_refs: Sequence[str], person_ref: str, *, at: datetime
) -> int:
    """Give open scripts to one marker by hand; every mark given stays. Return how many changed hands.

    Where scripts lay on a pile, this begins an allocation by hand: all others are with nobody then, or with who has
    begun them.

    Raises:
        NotFound: schedule, script or person is not there for the actor.
        BadInput: no script was chosen.
        NotAllowed: a conflict of interest, or it is their own work; nothing is changed.
        WrongState: the schedule is archived, a script was submitted, or the person does not mark here.
    """
    if not script_refs:
        raise BadInput(_("Tick at least one script."))
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = _active(actor, schedule_ref)
        marker = next((one for one in markers_at(schedule) if one.ref == person_ref), None)
        if marker is None:
            raise WrongState(_("This person does not mark here. Add them as a marker first."))
        hold_allocation(opened, schedule)
        _lock_open(schedule)
        scripts = _scripts_of(schedule, script_refs)
        rows = open_scripts_of(schedule, scripts)
        if len(rows) < len(scripts):
            n = len(scripts) - len(rows)
            words = ngettext(
                "%(n)s of these scripts is submitted: reopen it first, or leave it.",
                "%(n)s of these scripts are submitted: reopen them first, or leave them.",
                n,
            )
            raise WrongState(words % {"n": n})
        allocation = allocation_of(schedule)
        if allocation is None:
            allocation = _store(opened, schedule, Wanted(Method.BY_HAND), new_seed())
            handed_in().filter(schedule=schedule).update(allocated=True)
        moving = [row for row in rows if row.marker_id != marker.pk]
        wanted = Wanted(allocation.method, shuffled=allocation.shuffled)
        seed = f"{allocation.seed}:{opened.event_id}"
        found = share_out(schedule, moving, {marker.pk: 1}, {}, seed, wanted)
        if found.nobody:
            raise NotAllowed(
                _(
                    "%(name)s may not have %(n)s of these in hand: their own work, a conflict of interest, or they"
                    " are its other marker."
                )
                % {"name": marker.name, "n": len(found.nobody)}
            )
        if moving:
            counts = put_in_hands(opened, schedule, moving, found)
            tell_of_more(opened, schedule, counts, "scripts-allocated")
            _record(opened, schedule, "give", people=[marker.pk], given=len(moving))
        return len(moving)


def remind(actor: Person, schedule_ref: str, person_refs: Sequence[str], *, at: datetime) -> int:
    """Remind markers in their inbox of how many scripts they have left; return how many were reminded.

    Who has nothing left is left in peace.

    Raises:
        NotFound: the schedule is hidden from the actor, or somebody does not mark there.
        BadInput: nobody was chosen.
        WrongState: it is archived, or nobody of them has anything left.
    """
    if not person_refs:
        raise BadInput(_("Tick at least one marker."))
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = _active(actor, schedule_ref)
        people = {one.ref: one for one in markers_at(schedule)}
        if set(person_refs) - set(people):
            raise NotFound(_("One of these people does not mark here any more."))
        rows = with_seeds().filter(schedule=schedule, submitted_at=None).values_list("marker_id", flat=True)
        left = Counter(rows)
        behind = [people[ref] for ref in dict.fromkeys(person_refs) if left[people[ref].pk]]
        if not behind:
            raise WrongState(_("Nobody of them has a script left to mark."))
        path = f"/marking/assess/{schedule.ref}/mark/"
        for person in behind:
            tell(
                opened, [person], "marking-reminder", path=path, count=left[person.pk], title=schedule.title,
                by=actor.name,
            )  # fmt: skip
        _record(opened, schedule, "remind", people=[person.pk for person in behind])
        return len(behind)


def _active(actor: Person, schedule_ref: str) -> Schedule:
    schedule = coordinated_for(actor, schedule_ref)
    if schedule.state != ScheduleState.ACTIVE:
        raise WrongState(_("This schedule is archived: its scripts stay where they are."))
    return schedule


def _demand_sense(schedule: Schedule, wanted: Wanted) -> None:
    if wanted.method not in set(Method) - {Method.PILE} or wanted.which not in set(Which):
        raise BadInput(_("Choose how the scripts are shared out."))
    if wanted.method == Method.BY_HAND:
        return
    if not wanted.shares:
        raise BadInput(_("Tick at least one marker."))
    if wanted.method == Method.ONE and len(wanted.shares) > 1:
        raise BadInput(_("All to one: tick one marker only."))
    if wanted.method == Method.ONE and plan_of(schedule).markers > 1:
        raise BadInput(_("Each script here has two markers: one person cannot have all. Choose another way."))
    if set(wanted.shares) - {one.pk for one in markers_at(schedule)}:
        raise BadInput(_("Somebody whom you ticked does not mark here any more. Look at the list again."))
    if any(not 1 <= share <= MOST_SHARE for share in wanted.shares.values()):
        raise BadInput(_("A share is a whole number from 1 to %(most)s.") % {"most": MOST_SHARE})


def _lock_open(schedule: Schedule) -> None:
    rows = Script.objects.select_for_update(no_key=True).filter(schedule=schedule, submitted_at=None)
    list(rows.order_by("pk").values_list("pk", flat=True))


def _scripts_of(schedule: Schedule, script_refs: Sequence[str]) -> list[int]:
    wanted = set(script_refs)
    found = list(handed_in().filter(schedule=schedule, ref__in=wanted).values_list("pk", flat=True))
    if len(found) < len(wanted):
        raise NotFound(_("There is no such script."))
    return found


def _store(opened: Change, schedule: Schedule, wanted: Wanted, seed: str) -> Allocation:
    stored, _made = Allocation.objects.update_or_create(
        schedule=schedule,
        defaults={
            "method": wanted.method,
            "shuffled": wanted.shuffled,
            "shares": {str(key): share for key, share in wanted.shares.items()},
            "seed": seed,
            "event_id": opened.event_id,
            "at": opened.at,
        },
    )
    return stored


def _record(opened: Change, schedule: Schedule, move: str, **facts: Any) -> None:
    opened.record("schedule", schedule.pk, schedule_id=schedule.pk, move=move, **facts)
    note_activity(opened, schedule)
