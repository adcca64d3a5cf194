"""Scripts are put into their markers' hands, come back from who leaves, and late ones flow to the fewest left."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Max, QuerySet

from marksheet.apps.exams.models import Schedule, ScheduleState
from marksheet.apps.ledger.bulk import among, update_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import MARKERS, Method, Script
from marksheet.apps.marking.queries.allocation import (
    Planned,
    ScriptRow,
    Wanted,
    allocation_of,
    open_scripts_of,
    share_out,
    shares_now,
)
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.marking.steps.dealing import deal
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.people.models import Person, Unit
from marksheet.apps.people.queries import people_with
from marksheet.apps.people.queries.apart import apart_from
from marksheet.apps.people.steps import tell
from marksheet.rules.access import Verb

Place = tuple[int, str]
"""(attempt key, round): one script."""


def hold_allocation(opened: Change, schedule: Schedule) -> None:
    """Let nobody else allocate, or open scripts, at this schedule until the change ends.

    Locks the schedule's node, before scripts and results; nothing else locks it.
    """
    list(Unit.objects.select_for_update(no_key=True).filter(pk=schedule.node_id).values_list("pk", flat=True))


def flow(
    opened: Change, schedule: Schedule, scripts: Iterable[Place], *, markers: Iterable[int] | None = None
) -> dict[int, int]:
    """Give these open scripts to the markers with the fewest left; return marker -> how many.

    As the allocation of the schedule has it: on a pile nothing happens, by hand they stay with nobody.
    The caller holds the allocation.

    Args:
        markers: who may get some; None for everybody who took part in the allocation and still marks here.
    """
    allocation = allocation_of(schedule)
    if allocation is None:
        return {}
    coming = set(scripts)
    there = Script.objects.filter(schedule=schedule, attempt__in=among(attempt for attempt, _round in coming))
    keys = [key for key, *place in there.values_list("pk", "attempt_id", "round") if tuple(place) in coming]
    rows = open_scripts_of(schedule, keys)
    if not rows:
        return {}
    shares = shares_now(schedule, allocation)
    if markers is not None:
        shares = {key: shares.get(key, 1) for key in markers}
    if allocation.method == Method.BY_HAND and markers is None:
        shares = {}
    left = left_with(schedule, shares, apart_from={row.id for row in rows})
    wanted = Wanted(allocation.method, shares, shuffled=allocation.shuffled)
    # Each flow has chance of its own, which still follows from what is stored: the seed and the first script.
    found = share_out(schedule, rows, shares, left, f"{allocation.seed}:{rows[0].id}", wanted)
    return put_in_hands(opened, schedule, rows, found)


def left_with(schedule: Schedule, markers: Iterable[int], *, apart_from: set[int]) -> dict[int, int]:
    """Return how many open scripts each marker has, those of ``apart_from`` not counted."""
    rows = handed_in().filter(schedule=schedule, marker__in=list(markers), submitted_at=None)
    return Counter(marker for key, marker in rows.values_list("pk", "marker_id") if key not in apart_from)


def put_in_hands(
    opened: Change, schedule: Schedule, rows: Sequence[ScriptRow], found: Planned
) -> dict[int, int]:
    """Write who has which script now, behind those that each had before; a constant number of statements.

    Every mark given stays. Each script whose marker changed gets a line in the log; return marker -> how many they
    got that they did not have. Where seeds are given, they get theirs among them.
    """
    last = dict(
        Script.objects.filter(schedule=schedule, marker__in=set(found.given.values()))
        .exclude(pk__in=among(row.id for row in rows))
        .values_list("marker")
        .annotate(last=Max("place"))
        .order_by()
    )
    by_key = {row.id: row for row in rows}
    wanted = {**found.given, **dict.fromkeys(found.nobody)}
    update_rows(
        Script,
        ("marker_id", "allocated", "place"),
        (
            (key, marker, True, found.places.get(key, 0) + last.get(marker, 0) if marker else 0)
            for key, marker in wanted.items()
        ),
    )
    note_hands_on(opened, ((by_key[key].attempt_id, marker) for key, marker in found.given.items()))
    changed = [(by_key[key], marker) for key, marker in wanted.items() if marker != by_key[key].marker_id]
    opened.lines(
        ("attempt", row.attempt_id, {"allocated": marker, "before": row.marker_id, "round": row.round})
        for row, marker in changed
    )
    return Counter(marker for _row, marker in changed if marker is not None) + deal(opened, schedule)


def take_back(opened: Change, schedule: Schedule, person_id: int) -> list[Place]:
    """Take the open scripts out of somebody's hands; return which. Every mark given stays.

    On a pile nothing is anybody's, and nothing happens. The caller holds the allocation.
    """
    rows = _open_with(person_id).filter(schedule=schedule).order_by("pk")
    found = list(rows.values_list("pk", "attempt_id", "round"))
    _with_nobody(opened, person_id, found)
    return [(attempt, round_) for _key, attempt, round_ in found]


def drop_share(opened: Change, schedule: Schedule, person_id: int) -> None:
    """Have nothing more come to a marker by the allocation; what they have stays."""
    found = allocation_of(schedule)
    if found is not None and found.shares.pop(str(person_id), None) is not None:
        found.save(update_fields=["shares"])


def take_from(opened: Change, person_id: int, scripts: Sequence[Script]) -> list[Place]:
    """Take these open scripts, locked by the caller, out of somebody's hands; return which. Marks stay."""
    _with_nobody(opened, person_id, [(one.pk, one.attempt_id, one.round) for one in scripts])
    return [(one.attempt_id, one.round) for one in scripts]


def take_back_kept_apart(opened: Change, person: Person) -> dict[int, int]:
    """Take open scripts that somebody may not have in hand any more from them, wherever they are allocated.

    They are with nobody then; every mark given stays. Holds the allocation of each schedule concerned. Return
    schedule's key -> how many.
    """
    apart = apart_from(person).fits("attempt__enrolment")
    rows = _open_with(person.pk).filter(apart, schedule__state=ScheduleState.ACTIVE)
    nodes = rows.order_by().values_list("schedule__node_id", flat=True).distinct()
    held = Unit.objects.select_for_update(no_key=True).filter(pk__in=list(nodes)).order_by("pk")
    list(held.values_list("pk", flat=True))
    found = list(rows.order_by("pk").values_list("pk", "attempt_id", "round", "schedule_id"))
    _with_nobody(opened, person.pk, [(key, attempt, round_) for key, attempt, round_, _schedule in found])
    return Counter(schedule for *_place, schedule in found)


def leave_kept_apart(opened: Change, scripts: Iterable[Script]) -> None:
    """Let scripts that are opened again, locked by the caller, be with nobody where their marker may not have them."""
    of_marker: dict[int, list[Script]] = defaultdict(list)
    for script in scripts:
        if script.allocated and script.marker_id is not None:
            of_marker[script.marker_id].append(script)
    for marker in Person.objects.filter(pk__in=list(of_marker)).order_by("pk"):
        apart = apart_from(marker)
        barred = [
            (script.pk, script.attempt_id, script.round)
            for script in of_marker[marker.pk]
            for candidate in [script.attempt.enrolment]
            if apart.keeps_from(candidate.person_id, candidate.home_id)
        ]
        _with_nobody(opened, marker.pk, barred)


def _open_with(person_id: int) -> QuerySet[Script]:
    mine = Script.objects.filter(marker=person_id, allocated=True, submitted_at=None)
    return mine.filter(round__in=MARKERS)


def _with_nobody(opened: Change, person_id: int, found: Sequence[tuple[int, int, str]]) -> None:
    """Write that these scripts (key, attempt, round) are with nobody, with a line in the log for each."""
    if not found:
        return
    Script.objects.filter(pk__in=among(key for key, *_place in found)).update(marker=None, place=0)
    opened.lines(
        ("attempt", attempt, {"allocated": None, "before": person_id, "round": round_})
        for _key, attempt, round_ in found
    )


def tell_of_more(opened: Change, schedule: Schedule, counts: Mapping[int, int], kind: str) -> None:
    """Tell each marker how many scripts came into their hands; ``kind`` names the words."""
    path = f"/marking/assess/{schedule.ref}/mark/"
    for person in people_with(Verb.MARK_GIVE, schedule.node_id).filter(pk__in=list(counts)):
        if person.pk != opened.actor.id:
            tell(opened, [person], kind, path=path, count=counts[person.pk], title=schedule.title)
