"""Seeds are dealt among a marker's scripts: one in so many, where chance puts it, looking like any other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.bulk import among, insert_rows, update_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.apps.marking.models import HandsOn, Kind, Script
from marksheet.apps.marking.queries.allocation import allocation_of, barred_at, markers_at
from marksheet.apps.marking.queries.hands import with_seeds
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.seeding import Seed, seed_round, seeding_of, seeds_at
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.people.queries import people_with
from marksheet.rules.access import Verb
from marksheet.rules.allocation import shuffled
from marksheet.rules.quality import seed_places
from marksheet.rules.seeding import Seeding

FIELDS = (
    "ref", "attempt_id", "schedule_id", "round", "marker_id", "allocated", "place", "unmarked", "submitted_at",
    "reopened_at", "last_saved_at",
)  # fmt: skip


@dataclass(slots=True)
class _Dealt:
    """What is to be written: places of scripts there are, new ones (seed, marker, place), ones that are withdrawn."""

    places: list[tuple[int, int]] = field(default_factory=list)
    new: list[tuple[Seed, int, int]] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


def deal(opened: Change, schedule: Schedule) -> Counter[int]:
    """Have every marker's seeds stand among the scripts still to come; return marker -> how many came to them.

    Nobody gets a seed that they had in hand, or that is not for them; whoever coordinates the schedule, and so sees
    which they are, gets none. On a pile, and where scripts come as they were handed in, nobody does. What a marker has
    begun stays where it is. The caller holds the allocation. One statement where no seeds are given.
    """
    seeding = seeding_of(plan_of(schedule))
    if seeding is None:
        return Counter()
    of_marker: dict[int, list[Script]] = defaultdict(list)
    for one in with_seeds().filter(schedule=schedule, marker__isnull=False).order_by("marker", "place", "pk"):
        of_marker[one.marker_id or 0].append(one)
    seeds = list(seeds_at(schedule).select_related("attempt__enrolment"))
    markers = _who_gets_seeds(schedule, of_marker)
    free = _free(schedule, seeds, markers)
    dealt = _Dealt()
    for marker, scripts in sorted(of_marker.items()):
        _deal(dealt, seeding, marker, scripts, seeds if marker in markers else [], free[marker])
    _write(opened, schedule, dealt)
    return Counter(marker for _seed, marker, _place in dealt.new)


def _who_gets_seeds(schedule: Schedule, of_marker: Iterable[int]) -> set[int]:
    allocation = allocation_of(schedule)
    if allocation is None or not allocation.shuffled:
        return set()
    leading = people_with(Verb.SCHEDULE_COORDINATE, schedule.node_id).values_list("pk", flat=True)
    return ({one.pk for one in markers_at(schedule)} - set(leading)) & set(of_marker)


def _free(schedule: Schedule, seeds: Sequence[Seed], markers: Iterable[int]) -> dict[int, set[int]]:
    """Return marker -> the attempts of seeds that they may get and never had."""
    barred = barred_at(schedule, markers)
    had = set(
        HandsOn.objects.filter(attempt__in=among(one.attempt_id for one in seeds)).values_list(
            "person_id", "attempt_id"
        )
    )
    found: dict[int, set[int]] = defaultdict(set)
    for marker, candidates in barred.items():
        found[marker] = {
            one.attempt_id
            for one in seeds
            if one.retired_at is None
            and one.attempt.enrolment.person_id not in candidates
            and (marker, one.attempt_id) not in had
        }
    return found


def _deal(
    dealt: _Dealt,
    seeding: Seeding,
    marker: int,
    scripts: Sequence[Script],
    seeds: Sequence[Seed],
    free: set[int],
) -> None:
    """Work out one marker's order: seeds among the scripts not begun, each before one that is none."""
    begun = sum(one.last_saved_at is not None or one.submitted_at is not None for one in scripts)
    live = {one.attempt_id: one for one in seeds if one.retired_at is None}
    untouched = [one for one in scripts if one.is_seed and _is_untouched(one)]
    waiting: list[Script | Seed] = [one for one in untouched if one.attempt_id in live]
    by_key = {one.pk: one for one in live.values() if one.attempt_id in free}
    waiting += [by_key[key] for key in shuffled(by_key, f"{seeding.chance}:{marker}")]
    standing = [one for one in scripts if one not in untouched]
    plain = [one for one in standing if _is_untouched(one)]
    drawn = seed_places(len(plain), seeding.every, f"{seeding.chance}:{marker}:{begun}")
    before = {plain[place].pk for place in drawn}
    order: list[Script | Seed] = []
    due = 0
    for script in standing:
        due += script.pk in before
        if due and waiting and _is_untouched(script) and not (order and _stands_for_seed(order[-1])):
            order.append(waiting.pop(0))
            due -= 1
        order.append(script)
    for place, one in enumerate(order, start=1):
        if isinstance(one, Seed):
            dealt.new.append((one, marker, place))
        elif one.place != place:
            dealt.places.append((one.pk, place))
    kept = {one.pk for one in order if isinstance(one, Script)}
    dealt.gone += [one.pk for one in untouched if one.pk not in kept]


def _is_untouched(script: Script) -> bool:
    return script.last_saved_at is None and script.submitted_at is None


def _stands_for_seed(one: Script | Seed) -> bool:
    return isinstance(one, Seed) or one.is_seed


def _write(opened: Change, schedule: Schedule, dealt: _Dealt) -> None:
    if dealt.gone:
        Script.objects.filter(pk__in=among(dealt.gone)).delete()
    if dealt.places:
        update_rows(Script, ("place",), dealt.places)
    if not dealt.new:
        return
    human = len(paper_of(schedule.version_id, schedule.key_version_id).human_parts)
    insert_rows(
        Script,
        FIELDS,
        (
            (
                new_ref(), seed.attempt_id, schedule.pk, seed_round(marker), marker, True, place, human, None, None,
                None,
            )
            for seed, marker, place in dealt.new
        ),
    )  # fmt: skip
    note_hands_on(opened, ((seed.attempt_id, marker) for seed, marker, _place in dealt.new))
    opened.lines(("attempt", seed.attempt_id, {"seed_with": marker}) for seed, marker, _place in dealt.new)


def becomes_seed(opened: Change, schedule: Schedule, seed: Seed) -> None:
    """Take an attempt's open scripts out of the markers' rounds; each who has one keeps it as theirs of a seed."""
    rows = list(
        Script.objects.select_for_update(no_key=True).filter(attempt=seed.attempt_id, submitted_at=None)
    )
    markers = _who_gets_seeds(schedule, {one.marker_id for one in rows if one.marker_id})
    for script in rows:
        if seed.kind == Kind.SEED and script.allocated and script.marker_id in markers:
            Script.objects.filter(pk=script.pk).update(round=seed_round(script.marker_id))
        else:
            Script.objects.filter(pk=script.pk).delete()
