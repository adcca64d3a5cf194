"""What markers do: give marks, take them back, submit, flag, agree on one, type a second time."""

from functools import partial

from marksheet.apps.exams.models import AttemptState, Schedule
from marksheet.apps.marking.models import Keying, Mark, Plan, Script
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions import marks as verbs
from marksheet.apps.results.queries.differences import scripts_differing
from tests.faults.sequences.world import Act, Play, named, parts_of, scripts_of


def _hand(play: Play, schedule: Schedule) -> tuple[Person, Script] | None:
    """A script that is open, and whose it is; now and then another one, or somebody else."""
    scripts = scripts_of(schedule)
    open_ = [
        one for one in scripts if one.submitted_at is None and one.attempt.state == AttemptState.HANDED_IN
    ]
    script = play.one(scripts if play.often(0.07) else open_)
    if script is None:
        return None
    marker = script.marker if script.marker and play.often(0.93) else play.chance.choice(play.markers)
    return marker, script


def _value(play: Play, most: int) -> tuple[int | None, bool]:
    """A mark, no response, nothing, or a number that cannot be."""
    chance = play.chance.random()
    if chance < 0.08:
        return None, True
    if chance < 0.11:
        return None, False
    if chance < 0.14:
        return most + 1000, False
    return play.chance.randint(0, most // 500) * 500, False


def _cells(play: Play, script: Script, schedule: Schedule) -> list[verbs.CellSave]:
    parts = parts_of(schedule)
    chosen = parts if play.often(0.7) else play.some(parts)
    cells = []
    for part in chosen:
        rows = Mark.objects.filter(attempt=script.attempt_id, part=part.id, round=script.round)
        held = rows.order_by("-version").values_list("version", flat=True).first() or 0
        against = held if play.often(0.95) else max(held - 1, 0)
        value, blank = _value(play, part.maximum_thousandths)
        cells.append(verbs.CellSave(script.ref, part.ref, value, blank, against))
    return cells


def give_marks(play: Play) -> Act | None:
    """Give marks to some parts of a script."""
    schedule = play.where()
    hand = _hand(play, schedule)
    if hand is None:
        return None
    marker, script = hand
    cells = _cells(play, script, schedule)
    given = ", ".join(f"{one.typed or 'nothing'} against {one.against}" for one in cells)
    return Act(
        f"{marker.username} gives {named(script)}: {given}",
        partial(verbs.save_marks, marker, schedule.ref, cells, at=play.later()),
    )


def mark_and_submit(play: Play) -> Act | None:
    """Give every part of a script a mark that can be, and submit it: two changes."""
    schedule = play.where()
    hand = _hand(play, schedule)
    if hand is None:
        return None
    marker, script = hand
    cells = []
    for part in parts_of(schedule):
        held = Mark.objects.filter(attempt=script.attempt_id, part=part.id, round=script.round)
        value = play.chance.randint(0, part.maximum_thousandths // 1000) * 1000
        cells.append(verbs.CellSave(script.ref, part.ref, value, False, held.count()))
    at = play.later()

    def do() -> None:
        verbs.save_marks(marker, schedule.ref, cells, at=at)
        verbs.submit_scripts(marker, schedule.ref, [script.ref], at=at)

    given = ", ".join(one.typed for one in cells)
    return Act(f"{marker.username} marks {named(script)} and submits: {given}", do, at_once=False)


def give_no_response(play: Play) -> Act | None:
    """Say of all that is unmarked that nothing was answered."""
    schedule = play.where()
    hand = _hand(play, schedule)
    if hand is None:
        return None
    marker, script = hand
    return Act(
        f"{marker.username} says nothing was answered by {named(script)}",
        partial(verbs.give_no_response, marker, schedule.ref, [script.ref], at=play.later()),
    )


def submit(play: Play) -> Act | None:
    """Submit one script, or all that are finished."""
    schedule = play.where()
    hand = _hand(play, schedule)
    if hand is None:
        return None
    marker, script = hand
    refs = None if play.often(0.5) else [script.ref]
    what = "all" if refs is None else named(script)
    return Act(
        f"{marker.username} submits {what} at {schedule.code}",
        partial(verbs.submit_scripts, marker, schedule.ref, refs, at=play.later()),
    )


def reopen(play: Play) -> Act | None:
    """Open a script again."""
    schedule = play.where()
    script = play.one(scripts_of(schedule, submitted_at__isnull=False))
    if script is None:
        return None
    who = play.one([play.world.ada, play.world.max, play.world.mo])
    assert who
    do = partial(verbs.reopen_scripts, who, schedule.ref, [script.ref], reason=play.reason(), at=play.later())
    return Act(f"{who.username} reopens {named(script)}", do)


def flag(play: Play) -> Act | None:
    """Flag a script to the lead marker."""
    schedule = play.where()
    hand = _hand(play, schedule)
    if hand is None:
        return None
    marker, script = hand
    do = partial(verbs.flag_script, marker, schedule.ref, script.ref, play.reason(), at=play.later())
    return Act(f"{marker.username} flags {named(script)}", do)


def agree(play: Play) -> Act | None:
    """Propose the mark of a part on which two differ; mostly what the other one proposed."""
    schedule = play.where()
    rows = Script.objects.filter(schedule=schedule, submitted_at__isnull=False, marker__isnull=False)
    waiting = scripts_differing(rows).select_related("attempt__enrolment", "marker").order_by("pk")
    found = scripts_of(schedule, marker__isnull=False) if play.often(0.05) else list(waiting)
    script = play.one(found)
    if script is None or script.marker is None:
        return None
    part = play.chance.choice(parts_of(schedule))
    last = (
        Mark.objects.filter(attempt=script.attempt_id, part=part.id, round="agreed").order_by("-pk").first()
    )
    value, blank = _value(play, part.maximum_thousandths)
    if last is not None and play.often():
        value, blank = last.value_thousandths, last.no_response
    do = partial(
        verbs.propose_mark, script.marker, script.ref, part.ref,
        value=value, no_response=blank, note=play.reason(), at=play.later(),
    )  # fmt: skip
    return Act(f"{script.marker.username} proposes {value} for part {part.label} of {named(script)}", do)


def _keyed(attempt: int, part: int) -> int:
    rows = Keying.objects.filter(attempt=attempt, part=part).order_by("-version")
    return rows.values_list("version", flat=True).first() or 0


def key(play: Play) -> Act | None:
    """Type the marks of a script a second time; mostly the same."""
    schedule = play.where()
    script = play.one(scripts_of(schedule, round="marker-1", unmarked=0))
    marker = play.chance.choice(play.markers)
    twice = Plan.objects.filter(schedule=schedule, second_keying=True).exists()
    if script is None or not (twice or play.often(0.05)):
        return None
    cells = []
    for part in parts_of(schedule):
        first = Mark.objects.filter(attempt=script.attempt_id, part=part.id, round="marker-1")
        held = first.order_by("-version").first()
        if held is None:
            return None
        value, blank = held.value_thousandths, held.no_response
        if not play.often(0.85):
            value, blank = _value(play, part.maximum_thousandths)
        cells.append(verbs.CellSave(script.ref, part.ref, value, blank, _keyed(script.attempt_id, part.id)))
    do = partial(verbs.key_marks, marker, schedule.ref, cells, at=play.later())
    return Act(f"{marker.username} types {named(script)} a second time: {[one.typed for one in cells]}", do)


def settle_keying(play: Play) -> Act | None:
    """Settle a part that was keyed differently."""
    schedule = play.where()
    keyed = play.one(list(Keying.objects.filter(attempt__schedule=schedule).order_by("pk")))
    if keyed is None:
        return None
    script = Script.objects.get(attempt=keyed.attempt_id, round="marker-1")
    part = next(one for one in parts_of(schedule) if one.id == keyed.part_id)
    marks = Mark.objects.filter(attempt=keyed.attempt_id, part=part.id, round="marker-1")
    who = play.one([*play.markers, play.world.ada, play.world.max])
    assert who
    value, blank = _value(play, part.maximum_thousandths)
    against = (marks.count(), _keyed(keyed.attempt_id, part.id))
    do = partial(
        verbs.settle_keying, who, script.ref, part.ref,
        value=value, no_response=blank, note=play.reason(), against=against, at=play.later(),
    )  # fmt: skip
    return Act(f"{who.username} settles part {part.label} of {named(script)} at {value}", do)
