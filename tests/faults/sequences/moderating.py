"""What moderators do: accept, change, doubt, send back, decide on samples, settle flags; and which rounds there are."""

from fractions import Fraction
from functools import partial

from marksheet.apps.marking.models import Flag, Moderation, Script
from marksheet.apps.results.actions import marks as verbs
from marksheet.rules.moderation import Kind, Round, Trigger
from tests.faults.sequences.world import Act, Play, parts_of, revision_of

CASES = (Trigger(Kind.EVERY), Trigger(Kind.NEAR_BOUNDARY, Fraction(1)), Trigger(Kind.FLAGGED))
SAMPLES = (Trigger(Kind.RANDOM_SHARE, Fraction(50)), Trigger(Kind.FIRST, Fraction(1)))


def set_rounds(play: Play) -> Act:
    """Set the rounds of moderation: none, or up to two with a trigger or two."""
    schedule, chance = play.where(), play.chance
    offered = [*CASES, *SAMPLES, Trigger(Kind.DIFFERENCE, Fraction(1))]
    wanted = [Round(tuple(play.some(offered, 2))) for _n in range(chance.randint(0, 2))]
    do = partial(
        verbs.set_moderation, play.world.ada, schedule.ref, wanted,
        seed=f"seed {chance.randint(1, 99)}", against=revision_of(play, schedule), at=play.later(),
    )  # fmt: skip
    said = [[str(one.kind) for one in round_.triggers] for round_ in wanted]
    return Act(f"ada sets the rounds of moderation of {schedule.code}: {said}", do)


def _case(play: Play) -> Moderation | None:
    rows = Moderation.objects.filter(schedule__in=play.schedules).select_related(
        "schedule", "attempt__enrolment"
    )
    found = list(rows.order_by("pk"))
    waiting = [one for one in found if one.ripe and not one.decision]
    return play.one(found if play.often(0.1) else waiting)


def _said(row: Moderation) -> str:
    return f"{row.attempt.enrolment.name} ({row.round})"


def accept(play: Play) -> Act | None:
    """Have marks stand."""
    row, who = _case(play), play.chance.choice(play.moderators)
    if row is None:
        return None
    do = partial(verbs.accept, who, row.schedule.ref, [row.ref], at=play.later())
    return Act(f"{who.username} accepts {_said(row)}", do)


def change_marks(play: Play) -> Act | None:
    """Give other marks."""
    row, who = _case(play), play.chance.choice(play.moderators)
    if row is None:
        return None
    parts = parts_of(row.schedule)
    chosen = parts if play.often(0.5) else play.some(parts)
    given = {
        one.ref: (play.chance.randint(0, one.maximum_thousandths // 1000 + 1) * 1000, False) for one in chosen
    }
    against = row.revision if play.often(0.95) else row.revision + 1
    do = partial(
        verbs.change_marks, who, row.ref, given, note=play.reason(), against=against, at=play.later()
    )
    return Act(f"{who.username} changes {_said(row)} to {[value for value, _ in given.values()]}", do)


def doubt(play: Play) -> Act | None:
    """Doubt a script of a sample."""
    row, who = _case(play), play.chance.choice(play.moderators)
    if row is None:
        return None
    do = partial(verbs.doubt, who, row.ref, note=play.reason(), against=row.revision, at=play.later())
    return Act(f"{who.username} doubts {_said(row)}", do)


def send_back(play: Play) -> Act | None:
    """Send a script back to its markers, or to one of them."""
    row, who = _case(play), play.chance.choice(play.moderators)
    if row is None:
        return None
    scripts = Script.objects.filter(attempt=row.attempt_id, marker__isnull=False).select_related("marker")
    markers = [one.marker.ref for one in scripts.order_by("pk") if one.marker]
    to = play.some(markers, 1) if play.often(0.5) else []
    do = partial(
        verbs.send_back, who, row.ref, to=to, note=play.reason(), against=row.revision, at=play.later()
    )
    return Act(f"{who.username} sends {_said(row)} back to {len(to) or 'all'} of its markers", do)


def decide_sample(play: Play) -> Act | None:
    """Confirm what a marker gave, or have it marked again."""
    schedule, chance = play.where(), play.chance
    if not Moderation.objects.filter(schedule=schedule, sample=True).exists() and play.often(0.95):
        return None
    who, marker = chance.choice(play.moderators), chance.choice(play.markers)
    round_ = chance.choice(["moderation-1", "moderation-2"])
    if play.often(0.6):
        do = partial(verbs.confirm_sample, who, schedule.ref, round_, marker.ref, at=play.later())
        return Act(f"{who.username} confirms the sample of {marker.username} ({round_})", do)
    parts = [one.ref for one in play.some(parts_of(schedule))]
    again = partial(
        verbs.mark_again, who, schedule.ref, round_, marker.ref,
        parts=parts, reason=play.reason(), at=play.later(),
    )  # fmt: skip
    return Act(f"{who.username} has {marker.username} mark {len(parts)} parts again ({round_})", again)


def settle_flag(play: Play) -> Act | None:
    """Settle a flag."""
    rows = Flag.objects.filter(settled_at=None, attempt__schedule__in=play.schedules)
    flag = play.one(list(rows.select_related("attempt__schedule").order_by("pk")))
    if flag is None:
        return None
    script = Script.objects.filter(attempt=flag.attempt_id, round=flag.round).first()
    if script is None:
        return None
    who = play.chance.choice([play.world.max, play.world.ada, play.world.eva])
    do = partial(
        verbs.settle_flag, who, flag.attempt.schedule.ref, script.ref, play.reason(), at=play.later()
    )
    return Act(f"{who.username} settles the flag of attempt {flag.attempt_id} ({flag.round})", do)
