"""How the schedules that somebody coordinates stand: to set up, being marked, ready to publish, published."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from marksheet.apps.exams.models import Part, Schedule
from marksheet.apps.exams.queries.schedules import newest_window_first, searched
from marksheet.apps.exams.queries.work import only_void
from marksheet.apps.marking.models import Round
from marksheet.apps.marking.queries.allocation import nobodys
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.marking.queries.keying import keying_counts
from marksheet.apps.marking.queries.moderation import counts_in_moderation, moderators_at, rounds_in_force
from marksheet.apps.marking.queries.people import Assessor, assessors_of, coordinated_by
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.samples import overseen_samples
from marksheet.apps.marking.queries.seeding import SeedStop, stops_at
from marksheet.apps.people.models import Person, UnitPath
from marksheet.apps.people.queries import grants_with
from marksheet.apps.results.models import Bucket, BucketCount
from marksheet.apps.results.queries.differences import awaited_markers, not_agreed
from marksheet.rules.access import Verb

LIST_PAGE = 25
MARKING = (Bucket.NOT_SUBMITTED, Bucket.NOT_READY)
TO_PUBLISH = (Bucket.READY, Bucket.CORRECTION, Bucket.WITHHELD)


class Status(StrEnum):
    """Where the marking of a schedule stands for who coordinates it."""

    STOPPED = "stopped"
    SET_UP = "set-up"
    WAITING = "waiting"
    MARKING = "marking"
    MODERATION = "moderation"
    READY = "ready"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class CoordinatorRow:
    """One schedule of the Coordinator tab.

    Args:
        candidates: all enrolled; ``arrived`` handed work in; ``submitted`` of those are marked and submitted.
        void: whose attempts are all void; counted apart, not among those.
        by_hand: items with a part that people mark.
        counts: results per bucket.
    """

    schedule: Schedule
    status: str
    candidates: int
    arrived: int
    submitted: int
    void: int
    by_hand: int
    counts: dict[str, int]

    @property
    def percent(self) -> int:
        """How much of what arrived is submitted, in whole per cent, rounded down."""
        return 100 * self.submitted // self.arrived if self.arrived else 0


def coordination_list(
    person: Person, *, search: str = "", status: str = "", after: str = "", size: int = LIST_PAGE
) -> tuple[list[CoordinatorRow], str]:
    """Return a page of the Coordinator tab, newest window first, and the ref to go on from ("" at the end).

    Args:
        search: words that title, code or unit hold.
        status: one of ``Status``, or "" for all.
        after: the ref of the last schedule of the page before.
    """
    rows = coordination_found(person, text=search, status=status)
    found, following = newest_window_first(rows, after=after, size=size)
    return _described(found), following


def coordination_found(person: Person, *, text: str = "", status: str = "") -> QuerySet[Any]:
    """Return the schedules of the Coordinator tab that fit, newest window first."""
    rows = with_status(searched(coordinated_by(person), text))
    return (rows.filter(status=status) if status else rows).order_by("-opens_at", "-id")


def coordination_lines(person: Person, keys: Sequence[int]) -> list[CoordinatorRow]:
    """Return the lines of these schedules, in this order; those that ``person`` does not coordinate are left out."""
    rows = {row.pk: row for row in with_status(coordinated_by(person).filter(pk__in=list(keys)))}
    return _described([rows[key] for key in keys if key in rows])


def coordination_of(schedule: Schedule) -> CoordinatorRow:
    """Return the line of one schedule that the reader was let into."""
    return _described([with_status(Schedule.objects.filter(pk=schedule.pk)).get()])[0]


def schedules_to_set_up(person: Person) -> int:
    """Return how many schedules wait for ``person``, to set up or to decide on a stop: the count on the tab."""
    rows = with_status(coordinated_by(person).filter(state="active"))
    return rows.filter(status__in=(Status.STOPPED, Status.SET_UP)).count()


def with_status(rows: QuerySet[Schedule]) -> QuerySet[Any]:
    """Add ``status``: the first of these that holds.

    Stopped: a marker is, by seeds, and nobody has decided. To set up: nobody marks there (or, where no one has to,
    nobody may publish) and not all is published.
    """
    stops = SeedStop.objects.filter(schedule=OuterRef("pk"), settled_at=None)
    return rows.alias(
        open=_count(*MARKING),
        moderated=_count(Bucket.MODERATION),
        publishable=_count(*TO_PUBLISH),
        done=_count(Bucket.PUBLISHED),
        marker=Exists(_holding(Verb.MARK_GIVE)),
        publisher=Exists(_holding(Verb.RESULT_PUBLISH)),
    ).annotate(
        void=_void(),
        status=Case(
            When(Exists(stops), then=Value(Status.STOPPED.value)),
            When(Q(open__gt=0, marker=False, wholly_machine=False), then=Value(Status.SET_UP.value)),
            When(open__gt=0, then=Value(Status.MARKING.value)),
            When(moderated__gt=0, then=Value(Status.MODERATION.value)),
            When(Q(publishable__gt=0, publisher=False, wholly_machine=True), then=Value(Status.SET_UP.value)),
            When(publishable__gt=0, then=Value(Status.READY.value)),
            When(done__gt=0, then=Value(Status.PUBLISHED.value)),
            When(Q(marker=False, wholly_machine=False), then=Value(Status.SET_UP.value)),
            When(Q(publisher=False, wholly_machine=True), then=Value(Status.SET_UP.value)),
            default=Value(Status.WAITING.value),
        ),
    )


def _count(*buckets: str) -> Any:
    rows = BucketCount.objects.filter(schedule=OuterRef("pk"), bucket__in=buckets).order_by()
    return Coalesce(Subquery(rows.values("schedule").annotate(n=Sum("count")).values("n")), 0)


def _void() -> Any:
    rows = only_void().filter(schedule=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("schedule").annotate(n=Count("pk")).values("n")), 0)


def _holding(verb: str) -> QuerySet[UnitPath]:
    return UnitPath.objects.filter(
        descendant_id=OuterRef("node_id"), ancestor__in=grants_with(verb).values("unit")
    )


def _described(schedules: Sequence[Schedule]) -> list[CoordinatorRow]:
    keys = [schedule.pk for schedule in schedules]
    counts: dict[int, dict[str, int]] = {key: {} for key in keys}
    for key, bucket, n in BucketCount.objects.filter(schedule__in=keys).values_list(
        "schedule", "bucket", "count"
    ):
        counts[key][bucket] = n
    by_hand = dict(
        Part.objects.filter(version__in={row.version_id for row in schedules})
        .filter(Q(machine=False) | Q(version__hand_check=True))
        .values_list("version")
        .annotate(n=Count("item", distinct=True))
    )
    return [_row(row, counts[row.pk], by_hand.get(row.version_id, 0)) for row in schedules]


def _row(schedule: Any, counts: dict[str, int], by_hand: int) -> CoordinatorRow:
    candidates = sum(counts.values())
    arrived = candidates - counts.get(Bucket.EXPECTED, 0) - counts.get(Bucket.ABSENT, 0) - schedule.void
    return CoordinatorRow(
        schedule=schedule,
        status=schedule.status,
        candidates=candidates,
        arrived=arrived,
        submitted=arrived - counts.get(Bucket.NOT_SUBMITTED, 0),
        void=schedule.void,
        by_hand=by_hand,
        counts=counts,
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """What is done on the way to published results.

    Args:
        staffed: somebody may publish, and where people mark, somebody marks.
        marked: work arrived, and all of it is submitted.
        published: something is published, and nothing that arrived waits for it.
    """

    staffed: bool
    marked: bool
    published: bool


def progress_of(schedule: Schedule) -> Progress:
    """Return how far a schedule is that the reader was let into; a constant number of statements."""
    row = coordination_of(schedule)
    node = Schedule.objects.filter(pk=schedule.pk)
    publishes = node.filter(Exists(_holding(Verb.RESULT_PUBLISH))).exists()
    marks = schedule.wholly_machine or node.filter(Exists(_holding(Verb.MARK_GIVE))).exists()
    waiting = sum(row.counts.get(bucket, 0) for bucket in (*MARKING, Bucket.MODERATION, *TO_PUBLISH))
    return Progress(
        staffed=publishes and marks,
        marked=row.arrived > 0 and not row.counts.get(Bucket.NOT_SUBMITTED, 0),
        published=row.counts.get(Bucket.PUBLISHED, 0) > 0 and not waiting,
    )


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing that a schedule needs; ``code`` names its words, ``count`` or ``names`` fill them in."""

    code: str
    count: int = 0
    names: tuple[str, ...] = ()
    done: bool = False


def to_do(
    row: CoordinatorRow, assessors: Sequence[Assessor] | None = None, *, answers: int = 0
) -> list[ToDo]:
    """Return what the coordinator of a schedule has still to see to, in the order of the work.

    Args:
        answers: how many scripts on paper lack answers that the key scores, and that the reader may type.
    """
    people = assessors_of(row.schedule) if assessors is None else assessors
    counts, by_hand = row.counts, row.by_hand > 0
    markers = [one for one in people if one.rights.kind in ("marker", "marker_and_moderator")]
    publishers = [one for one in people if one.rights.publish]
    sleeping = tuple(one.person.name for one in publishers if one.sleeps)
    awake = len(publishers) - len(sleeping)
    waiting = counts.get(Bucket.NOT_SUBMITTED, 0)
    unallocated = nobodys(row.schedule) if by_hand else 0
    two = by_hand and plan_of(row.schedule).markers == 2
    differing, differ = awaited_markers(row.schedule) if two else (0, ())
    moderated = counts.get(Bucket.MODERATION, 0)
    stopped = len(stops_at(row.schedule)) if row.status == Status.STOPPED else 0
    if differing:
        moderated -= not_agreed().filter(schedule=row.schedule, bucket=Bucket.MODERATION).count()
    steps = [
        ToDo("markers", len(markers), done=bool(markers)) if by_hand else None,
        ToDo("second") if len(markers) == 1 and two else None,
        ToDo("publisher", awake, done=awake > 0),
        ToDo("sleeping", len(sleeping), sleeping) if sleeping else None,
        _expected(row),
        ToDo("answers", answers) if answers else None,
        ToDo("lacking" if two else "nobodys", unallocated) if unallocated else None,
        ToDo("marking", waiting, done=not waiting and row.arrived > 0) if by_hand else None,
        *_keying(row),
        ToDo("missing", counts[Bucket.NOT_READY]) if counts.get(Bucket.NOT_READY) else None,
        ToDo("stopped", stopped) if stopped else None,
        ToDo("differences", differing, differ) if differing else None,
        *_moderation(row, moderated),
        ToDo("publish", sum(counts.get(bucket, 0) for bucket in TO_PUBLISH)),
    ]
    wanted = [one for one in steps if one is not None]
    return [ToDo(one.code, one.count, one.names, done=True) if _finished(row, one) else one for one in wanted]


def _keying(row: CoordinatorRow) -> list[ToDo]:
    scripts = handed_in().filter(schedule=row.schedule, round=Round.MARKER_1)
    counts = keying_counts(scripts, row.schedule)
    if not counts.total:
        return []
    steps = [ToDo("keying", counts.untyped, done=not counts.untyped and counts.done == counts.total)]
    return [*steps, ToDo("keyed-differently", counts.differing)] if counts.differing else steps


def _expected(row: CoordinatorRow) -> ToDo:
    if not row.candidates:
        return ToDo("nobody")
    waiting = row.counts.get(Bucket.EXPECTED, 0)
    return ToDo("expected", waiting, done=not waiting)


def _moderation(row: CoordinatorRow, results: int) -> list[ToDo]:
    """Return what moderation of so many ``results`` waits for: moderators, scripts to look at, samples."""
    if not rounds_in_force(plan_of(row.schedule)):
        return [ToDo("moderation", results)] if results else []
    waiting = counts_in_moderation(row.schedule).waiting
    samples = sum(one.may_confirm for one in overseen_samples(row.schedule))
    nobody = waiting + samples > 0 and not moderators_at(row.schedule)
    steps = [
        ToDo("moderators") if nobody else None,
        ToDo("to-moderate", waiting) if waiting else None,
        ToDo("samples", samples) if samples else None,
        ToDo("moderation", results) if results else None,
    ]
    return [one for one in steps if one is not None]


def _finished(row: CoordinatorRow, step: ToDo) -> bool:
    return step.code == "publish" and step.count == 0 and row.counts.get(Bucket.PUBLISHED, 0) > 0
