"""What coordinators do: settings, people, allocation, conflicts, seeds and stops, and who is late, absent or void."""

from datetime import timedelta
from functools import partial

from marksheet.apps.marking.actions import allocation, conflicts, people
from marksheet.apps.marking.models import Method, Plan, Seed, SeedStop
from marksheet.apps.marking.queries.allocation import Wanted, Which, markers_at
from marksheet.apps.marking.queries.people import Kind, Rights
from marksheet.apps.people.models import Conflict, Membership
from marksheet.apps.results.actions import enrolment, hand_in, standing
from marksheet.apps.results.actions import marks as verbs
from marksheet.rules.agreement import Beyond, Measured, Within
from tests.faults.sequences.world import (
    MEIS_NUMBER,
    Act,
    Play,
    enrolled,
    named,
    parts_of,
    results_of,
    revision_of,
    scripts_of,
)


def change_settings(play: Play) -> Act:
    """Set by how many markers, what two marks come to, second keying, and who is named to whom."""
    schedule, chance = play.where(), play.chance
    wanted = Plan(
        schedule=schedule, markers=chance.choice((1, 2)), tolerance_thousandths=chance.choice((0, 1000, 2000)),
        within=chance.choice(list(Within)).value, beyond=chance.choice(list(Beyond)).value,
        measured=chance.choice(list(Measured)).value, second_keying=chance.random() < 0.2,
    )  # fmt: skip
    anonymous = (chance.random() < 0.3, chance.random() < 0.3) if play.often(0.3) else None
    do = partial(
        verbs.set_plan, play.world.ada, schedule.ref, wanted,
        anonymous=anonymous, against=revision_of(play, schedule), at=play.later(),
    )  # fmt: skip
    said = f"{wanted.markers} markers, {wanted.within} within {wanted.tolerance_thousandths}, beyond {wanted.beyond}"
    return Act(f"ada sets {schedule.code}: {said}, keying {wanted.second_keying}, anonymous {anonymous}", do)


def set_seeding(play: Play) -> Act:
    """Have seeds given, or not any more."""
    schedule = play.where()
    every = play.chance.choice((2, 3, None, 1))
    do = partial(
        verbs.set_seeding, play.world.ada, schedule.ref,
        every=every, against=revision_of(play, schedule), at=play.later(),
    )  # fmt: skip
    return Act(f"ada has one script in {every} be a seed at {schedule.code}", do)


def make_seed(play: Play) -> Act | None:
    """Make a script a seed."""
    schedule = play.where()
    script = play.one(scripts_of(schedule, round="marker-1"))
    if script is None:
        return None
    given = {one.ref: (one.maximum_thousandths // 2000 * 1000, False) for one in parts_of(schedule)}
    settled = verbs.Settled(given, 1000, 3000)
    do = partial(
        verbs.make_seed,
        play.world.ada,
        schedule.ref,
        script.ref,
        settled,
        reason=play.reason(),
        at=play.later(),
    )
    return Act(f"ada makes {named(script)} a seed", do)


def retire_seed(play: Play) -> Act | None:
    """Give a seed to nobody any more."""
    seed = play.one(list(Seed.objects.select_related("schedule").order_by("pk")))
    if seed is None:
        return None
    do = partial(
        verbs.retire_seed, play.world.ada, seed.schedule.ref, seed.ref,
        reason=play.reason(), against=seed.revision, at=play.later(),
    )  # fmt: skip
    return Act(f"ada retires the seed of attempt {seed.attempt_id}", do)


def settle_stop(play: Play) -> Act | None:
    """Decide how it goes on with who is stopped."""
    stop = play.one(list(SeedStop.objects.select_related("schedule", "marker").order_by("pk")))
    if stop is None:
        return None
    decision = play.chance.choice(list(verbs.Decision)).value
    do = partial(
        verbs.settle_stop, play.world.ada, stop.schedule.ref, stop.ref, decision,
        reason=play.reason(), at=play.later(),
    )  # fmt: skip
    return Act(f"ada decides on {stop.marker.username}, who is stopped: {decision}", do)


def allocate(play: Play) -> Act:
    """Share out the scripts."""
    schedule, chance = play.where(), play.chance
    method = chance.choice([Method.ONE, Method.EVENLY, Method.RANDOM, Method.WORKLOAD, Method.BY_HAND])
    chosen = play.some(play.markers) if method != Method.ONE else [chance.choice(play.markers)]
    shares = {one.pk: chance.randint(1, 3) if method == Method.WORKLOAD else 1 for one in chosen}
    wanted = Wanted(method, shares, chance.choice(list(Which)), play.often(0.5))
    seed, at, ada = f"seed {chance.randint(1, 99)}", play.later(), play.world.ada

    def do() -> None:
        found = allocation.preview_allocation(ada, schedule.ref, wanted, seed)
        allocation.allocate(ada, schedule.ref, wanted, seed=seed, against=found.fingerprint, at=at)

    names = ", ".join(one.username for one in chosen)
    return Act(f"ada allocates {wanted.which} {method} to {names} at {schedule.code}", do)


def back_to_the_pile(play: Play) -> Act:
    """End the allocation."""
    schedule = play.where()
    do = partial(allocation.back_to_the_pile, play.world.ada, schedule.ref, at=play.later())
    return Act(f"ada puts {schedule.code} on the pile", do)


def give_scripts(play: Play) -> Act | None:
    """Give scripts to a marker by hand."""
    schedule = play.where()
    open_ = scripts_of(schedule, round__startswith="marker", submitted_at=None)
    chosen = play.some(open_ if play.often(0.9) else scripts_of(schedule))
    marker = play.chance.choice(play.markers)
    if not chosen:
        return None
    refs = [one.ref for one in chosen]
    do = partial(allocation.give_scripts, play.world.ada, schedule.ref, refs, marker.ref, at=play.later())
    return Act(f"ada gives {marker.username} {', '.join(map(named, chosen))}", do)


def declare_conflict(play: Play) -> Act | None:
    """Keep somebody from a candidate."""
    schedule = play.where()
    who = play.chance.choice([*play.markers, *play.moderators, play.world.pia])
    number = play.chance.choice(enrolled(schedule)).number
    script = play.one(scripts_of(schedule, submitted_at=None, marker__isnull=False))
    if script is not None and script.marker is not None and play.often(0.7):
        who, number = script.marker, script.attempt.enrolment.number
    do = partial(
        conflicts.declare_conflict, play.world.ada, schedule.ref, who.ref,
        number=number, reason=play.reason(), at=play.later(),
    )  # fmt: skip
    return Act(f"ada declares a conflict of {who.username} with {number}", do)


def end_conflict(play: Play) -> Act | None:
    """End a conflict of interest."""
    schedule = play.where()
    found = play.one(list(Conflict.objects.filter(ended_at=None).select_related("person").order_by("pk")))
    if found is None:
        return None
    do = partial(
        conflicts.end_conflict, play.world.ada, schedule.ref, found.ref, reason=play.reason(), at=play.later()
    )
    return Act(f"ada ends a conflict of {found.person.username}", do)


def remove_marker(play: Play) -> Act:
    """Take a marker off; others, nobody or one marker goes on."""
    schedule = play.where()
    who = play.chance.choice(play.markers)
    heir = play.chance.choice(play.markers)
    called, to = play.chance.choice(
        [("others", people.OTHERS), ("nobody", people.NOBODY), (heir.username, heir.ref)]
    )
    do = partial(people.remove_assessor, play.world.ada, schedule.ref, who.ref, to=to, at=play.later())
    return Act(f"ada takes {who.username} off at {schedule.code}, for {called}", do)


def add_marker(play: Play) -> Act | None:
    """Add a marker, once more perhaps."""
    schedule = play.where()
    here = {one.pk for one in markers_at(schedule)}
    gone = [one for one in play.markers if one.pk not in here]
    if not gone and play.often(0.9):
        return None
    who = play.chance.choice(gone or [*play.markers, play.world.ada])
    rights = Rights(Kind.MARKER if play.often() else Kind.MARKER_AND_MODERATOR)
    do = partial(people.add_assessors, play.world.ada, schedule.ref, [who.ref], rights, at=play.later())
    return Act(f"ada adds {who.username} as {rights.kind} at {schedule.code}", do)


def add_late(play: Play) -> Act:
    """Add somebody after the window: a new candidate, one of the other schedule, or Mei, who marks."""
    schedule = play.where()
    number = play.chance.choice(["2001", "2002", "1002", MEIS_NUMBER])
    at = play.later()
    known = Membership.objects.filter(number=number).select_related("person").first()
    name = known.person.name if known else f"Late {number}"
    window = enrolment.Window(at - timedelta(hours=1), at + timedelta(hours=1)) if play.often(0.5) else None
    do = partial(
        enrolment.enrol_candidates, play.world.ada, schedule.ref, [enrolment.Candidate(number, name)],
        window=window, reason=play.reason(), at=at,
    )  # fmt: skip
    return Act(f"ada adds {name} late at {schedule.code}", do)


def record_hand_in(play: Play) -> Act | None:
    """Record that candidates have handed in."""
    schedule = play.where()
    chosen = play.some(enrolled(schedule)[-3:], 2)
    refs = [one.ref for one in chosen]
    do = partial(hand_in.record_hand_in, play.world.ada, schedule.ref, refs, at=play.later())
    return Act(f"ada records that {', '.join(one.name for one in chosen)} handed in at {schedule.code}", do)


def take_back_hand_in(play: Play) -> Act:
    """Take back what was recorded as handed in."""
    schedule = play.where()
    one = play.chance.choice(enrolled(schedule))
    marks = hand_in.marks_to_take_back(schedule, [one.pk]) if play.often() else 1
    do = partial(
        hand_in.take_back_hand_in, play.world.ada, schedule.ref, [one.ref],
        reason=play.reason(), marks=marks, at=play.later(),
    )  # fmt: skip
    return Act(f"ada takes back that {one.name} handed in at {schedule.code}, with {marks} marks", do)


def record_attendance(play: Play) -> Act:
    """Record who was absent, or is expected after all."""
    schedule = play.where()
    word = play.chance.choice(["absent", "excused", "deferred", "expected"])
    one = play.chance.choice(enrolled(schedule)[-3:])
    do = partial(
        enrolment.record_attendance, play.world.ada, schedule.ref, [one.ref], word,
        reason=play.reason(), at=play.later(),
    )  # fmt: skip
    return Act(f"ada records that {one.name} is {word} at {schedule.code}", do)


def void(play: Play) -> Act | None:
    """Make work void, or let it count again."""
    row = play.one(
        results_of(play, attempts_count__gt=0, in_force=None) if play.often(0.9) else results_of(play)
    )
    if row is None:
        return None
    verb = play.chance.choice([standing.void_attempts, standing.unvoid_attempts])
    do = partial(verb, play.world.ada, [row.ref], reason=play.reason(), at=play.later())
    return Act(f"ada: {verb.__name__} of {row.name} at {row.code}", do)
