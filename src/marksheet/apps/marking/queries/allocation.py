"""Who would mark what: an allocation worked out before anything is written, and how each marker stands."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from django.db.models import Count, Max, Q

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.ledger.bulk import among
from marksheet.apps.marking.models import MARKERS, Allocation, Script
from marksheet.apps.marking.models import Method as Method
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.marking.queries.plan import rounds_of
from marksheet.apps.people.models import Conflict, Person, UnitPath
from marksheet.apps.people.queries import people_with
from marksheet.rules.access import Verb
from marksheet.rules.allocation import Marker, Work, allocate, marking_order, shuffled

A_DAY = timedelta(days=1)


class Which(StrEnum):
    """Which scripts are given out anew; those that are submitted never are."""

    NOBODYS = "nobodys"
    UNTOUCHED = "untouched"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How scripts are to be shared out.

    Args:
        shares: marker's key -> share of the work, 1 or more; alike but for "by workload".
        which: the scripts that are given out anew.
        shuffled: each marker has an order of their own; otherwise as the work was handed in.
    """

    method: str
    shares: Mapping[int, int] = field(default_factory=dict)
    which: str = Which.UNTOUCHED
    shuffled: bool = True


@dataclass(frozen=True, slots=True)
class ScriptRow:
    """An open script: its attempt, with whom it is, and whose work it is."""

    id: int
    attempt_id: int
    round: str
    marker_id: int | None
    begun: bool
    candidate_id: int
    home_id: int | None


@dataclass(frozen=True, slots=True)
class Planned:
    """What an allocation would do: script -> marker for those given out, script -> place in the marker's order.

    ``nobody`` are the scripts that no marker may have; ``left`` what stays with each marker beside it.
    """

    given: Mapping[int, int] = field(default_factory=dict)
    places: Mapping[int, int] = field(default_factory=dict)
    nobody: tuple[int, ...] = ()
    left: Mapping[int, int] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """What was shown is what is done: the same for the same outcome only."""
        told = json.dumps([sorted(self.given.items()), sorted(self.nobody), sorted(self.left.items())])
        return hashlib.sha256(told.encode()).hexdigest()[:32]

    def gets(self, marker: int) -> int:
        """How many of the scripts go to this marker."""
        return sum(1 for one in self.given.values() if one == marker)


def allocation_of(schedule: Schedule) -> Allocation | None:
    """Return how the scripts of a schedule are shared out; None where they lie on a pile."""
    return Allocation.objects.filter(schedule=schedule).exclude(method=Method.PILE).first()


def shares_now(schedule: Schedule, allocation: Allocation) -> dict[int, int]:
    """Return the shares of those who took part in the allocation and still mark here."""
    here = {one.pk for one in markers_at(schedule)}
    return {int(key): share for key, share in allocation.shares.items() if int(key) in here}


def settles_anew(schedule: Schedule, wanted: Wanted) -> bool:
    """Say whether ``wanted`` settles otherwise than now with whom the work will be that is still to come."""
    now = allocation_of(schedule)
    shares = {str(key): share for key, share in wanted.shares.items()}
    return now is None or (now.method, now.shares, now.shuffled) != (wanted.method, shares, wanted.shuffled)


def markers_at(schedule: Schedule) -> list[Person]:
    """Return who marks at a schedule, by name."""
    return list(people_with(Verb.MARK_GIVE, schedule.node_id))


def planned(schedule: Schedule, wanted: Wanted, seed: str) -> Planned:
    """Return what allocating would do now; a constant number of statements, and nothing is written.

    Args:
        seed: what chance follows from; the same seed and the same work make the same allocation.
    """
    here = {one.pk for one in markers_at(schedule)}
    rows = open_scripts_of(schedule)
    kept = barred_at(schedule, here)
    moving = [row for row in rows if not _stays(row, wanted, kept)]
    gone = {row.id for row in moving}
    left = Counter(row.marker_id for row in rows if row.id not in gone and row.marker_id is not None)
    by_hand = wanted.method == Method.BY_HAND
    shares = {key: share for key, share in wanted.shares.items() if key in here and not by_hand}
    return share_out(schedule, moving, shares, left, seed, wanted)


def open_scripts_of(schedule: Schedule, keys: Iterable[int] | None = None) -> list[ScriptRow]:
    """Return the scripts that are not submitted (of these keys, or all), in the order in which they came in."""
    rows = handed_in().filter(schedule=schedule, submitted_at=None).order_by("pk")
    if keys is not None:
        rows = rows.filter(pk__in=among(keys))
    fields = ("pk", "attempt_id", "round", "marker_id", "last_saved_at", "attempt__enrolment__person_id",
              "attempt__enrolment__home_id")  # fmt: skip
    return [
        ScriptRow(key, attempt, round_, marker, saved is not None, candidate, home)
        for key, attempt, round_, marker, saved, candidate, home in rows.values_list(*fields)
    ]


def _stays(row: ScriptRow, wanted: Wanted, kept: Mapping[int, frozenset[int]]) -> bool:
    """Say whether a script stays with whom it is; ``kept`` are the markers, with whose work is not for them."""
    marker = row.marker_id
    theirs = marker is not None and marker in kept and row.candidate_id not in kept[marker]
    if wanted.method == Method.BY_HAND:
        return row.marker_id is None or theirs
    if not theirs or wanted.which == Which.OPEN:
        return False
    return wanted.which == Which.NOBODYS or row.begun


def share_out(
    schedule: Schedule,
    rows: Sequence[ScriptRow],
    shares: Mapping[int, int],
    left: Mapping[int, int],
    seed: str,
    wanted: Wanted,
) -> Planned:
    """Return who gets which of these scripts, by the rules, and in which order.

    Args:
        shares: the markers who get some, with their shares.
        left: how many open scripts each has already.
    """
    barred = barred_at(schedule, shares)
    others = _others(schedule, {row.id for row in rows})
    load, given, nobody = dict(left), dict[int, int](), list[int]()
    # One round after the other: whoever is the first marker of a script is never its second.
    for round_ in MARKERS:
        works = {
            row.id: Work(row.id, row.candidate_id, frozenset(others.get(row.attempt_id, ())))
            for row in rows
            if row.round == round_
        }
        order = shuffled(works, seed) if wanted.method == Method.RANDOM else list(works)
        markers = [Marker(key, share, load.get(key, 0), barred[key]) for key, share in sorted(shares.items())]
        found = allocate([works[key] for key in order], markers)
        given |= found.given
        nobody += found.nobody
        for row in rows:
            if row.id in found.given:
                others.setdefault(row.attempt_id, set()).add(found.given[row.id])
        for marker, n in found.counts.items():
            load[marker] = load.get(marker, 0) + n
    return Planned(given, _places(given, seed, wanted.shuffled), tuple(nobody), dict(left))


def _others(schedule: Schedule, moving: set[int]) -> dict[int, set[int]]:
    """Return attempt -> who has it in hand in a round that stays as it is."""
    found: dict[int, set[int]] = {}
    if len(rounds_of(schedule)) == 1:
        return found
    rows = handed_in().filter(schedule=schedule, marker__isnull=False)
    for key, attempt, marker in rows.values_list("pk", "attempt_id", "marker_id"):
        if key not in moving and marker is not None:
            found.setdefault(attempt, set()).add(marker)
    return found


def barred_at(schedule: Schedule, markers: Iterable[int]) -> dict[int, frozenset[int]]:
    """Return marker -> the candidates here whose work is not for them; their own is not either."""
    found: dict[int, set[int]] = {key: {key} for key in markers}
    units: dict[int, list[int]] = defaultdict(list)
    for conflict in Conflict.objects.filter(person__in=list(found), ended_at=None):
        if conflict.candidate_id:
            found[conflict.person_id].add(conflict.candidate_id)
        elif conflict.unit_id:
            units[conflict.unit_id].append(conflict.person_id)
    if units:
        above: dict[int, list[int]] = defaultdict(list)
        for unit, home in UnitPath.objects.filter(ancestor__in=list(units)).values_list(
            "ancestor", "descendant"
        ):
            above[home] += units[unit]
        for candidate, home in Enrolment.objects.filter(schedule=schedule, home__in=list(above)).values_list(
            "person_id", "home_id"
        ):
            for marker in above[home]:
                found[marker].add(candidate)
    return {key: frozenset(candidates) for key, candidates in found.items()}


def _places(given: Mapping[int, int], seed: str, by_chance: bool) -> dict[int, int]:
    """Return each script's place, from 1, in the order of its marker."""
    of_marker: dict[int, list[int]] = defaultdict(list)
    for script, marker in given.items():
        of_marker[marker].append(script)
    return {
        script: place
        for marker, scripts in of_marker.items()
        for place, script in enumerate(
            marking_order(scripts, seed, marker) if by_chance else sorted(scripts), start=1
        )
    }


@dataclass(frozen=True, slots=True)
class MarkerLine:
    """How one marker stands at a schedule.

    Args:
        here: still marks here; what somebody left behind who does not, waits to be given to others.
        total: scripts that are theirs; ``begun`` with a mark, ``finished`` wholly marked, ``submitted``.
        pace: submitted within the last day.
    """

    person: Person
    here: bool = True
    share: int = 1
    total: int = 0
    begun: int = 0
    finished: int = 0
    submitted: int = 0
    pace: int = 0
    last_saved_at: datetime | None = None

    @property
    def left(self) -> int:
        """How many are not submitted."""
        return self.total - self.submitted

    @property
    def percent(self) -> int:
        """How much of theirs is submitted, in whole per cent, rounded down."""
        return 100 * self.submitted // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class Standing:
    """How the allocation of a schedule stands: each marker, and how many scripts are with nobody."""

    lines: tuple[MarkerLine, ...]
    nobodys: int
    total: int
    open: int
    begun: int


def standing_of(schedule: Schedule, *, at: datetime) -> Standing:
    """Return how each marker stands, by name; a constant number of statements."""
    here = {one.pk: one for one in markers_at(schedule)}
    allocation = allocation_of(schedule)
    shares = {int(key): share for key, share in (allocation.shares if allocation else {}).items()}
    counts: dict[int | None, Mapping[str, Any]] = {row["marker"]: row for row in _counted(schedule, at)}
    gone = Person.objects.in_bulk([key for key in counts if key is not None and key not in here])
    people = sorted((here | gone).values(), key=lambda one: (one.sort_name, one.pk))
    names = ("total", "begun", "finished", "submitted", "pace", "last_saved_at")
    lines = tuple(
        MarkerLine(one, one.pk in here, shares.get(one.pk, 1), *(counts[one.pk][name] for name in names))
        if one.pk in counts
        else MarkerLine(one, True, shares.get(one.pk, 1))
        for one in people
    )
    nobody: Mapping[str, Any] = counts.get(None, {"total": 0, "submitted": 0, "begun": 0})
    submitted = sum(line.submitted for line in lines) + nobody["submitted"]
    total = sum(line.total for line in lines) + nobody["total"]
    return Standing(
        lines=lines,
        nobodys=nobody["total"] - nobody["submitted"],
        total=total,
        open=total - submitted,
        begun=sum(line.begun + line.finished for line in lines) + nobody["begun"],
    )


def _counted(schedule: Schedule, at: datetime) -> Iterable[Mapping[str, Any]]:
    waiting = Q(submitted_at=None)
    rows = (
        handed_in()
        .filter(schedule=schedule)
        .order_by()
        .values("marker")
        .annotate(
            total=Count("id"),
            begun=Count("id", filter=waiting & Q(unmarked__gt=0, last_saved_at__isnull=False)),
            finished=Count("id", filter=waiting & Q(unmarked=0)),
            submitted=Count("id", filter=~waiting),
            pace=Count("id", filter=Q(submitted_at__gt=at - A_DAY)),
            last_saved_at=Max("last_saved_at"),
        )
    )
    return cast("Iterable[Mapping[str, Any]]", rows)


def nobodys(schedule: Schedule) -> int:
    """Return how many open scripts wait to be given to somebody; one that lacks both of two markers counts once."""
    rows = handed_in().filter(schedule=schedule, allocated=True, marker=None, submitted_at=None)
    return rows.order_by().values("attempt").distinct().count()


def scripts_with(schedule: Schedule, person: Person) -> int:
    """Return how many open scripts are this person's alone."""
    return Script.objects.filter(schedule=schedule, marker=person, allocated=True, submitted_at=None).count()
