"""What a person may see of schedules and of who is enrolled in them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from marksheet.apps.exams.models import (
    Attempt,
    AttemptState,
    Enrolment,
    Part,
    Schedule,
    ScheduleState,
    Standing,
)
from marksheet.apps.exams.queries.anonymity import by_name, is_called, through
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where
from marksheet.rules.access import Verb
from marksheet.rules.publication import Workflow

__all__ = [
    "AttemptState", "Enrolment", "Phase", "Schedule", "ScheduleState", "Standing", "arrived_counts",
    "candidate_counts", "enrolled_in", "enrolment_for", "enrolments_named", "has_work_by_hand", "in_phase",
    "newest_window_first", "phase", "schedule_for", "schedules_seen_by", "searched", "searched_candidates",
]  # fmt: skip

SEEING = (
    Verb.SCHEDULE_MANAGE,
    Verb.SCHEDULE_COORDINATE,
    Verb.WORK_IMPORT,
    Verb.ATTENDANCE_RECORD,
    Verb.CANDIDATE_SEE,
)


class Phase(StrEnum):
    """Where a schedule stands: what was decided about it, its windows and the clock."""

    DRAFT = "draft"
    ACTIVE = "active"
    RUNNING = "running"
    ENDED = "ended"
    ARCHIVED = "archived"


def schedules_seen_by(person: Person, *verbs: str) -> QuerySet[Schedule]:
    """Return the schedules that ``person`` may see in the Schedules area, newest window first.

    Args:
        verbs: only those where the person holds one of these.
    """
    return (
        Schedule.objects.filter(node__in=nodes_where(person, *(verbs or SEEING)))
        .select_related("unit", "version__assessment")
        .order_by("-opens_at", "-id")
    )


def schedule_for(person: Person, ref: str, *verbs: str) -> Schedule:
    """Return the schedule named ``ref`` if the person may see it (with ``verbs``: holds one of them there).

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    schedule = schedules_seen_by(person, *verbs).select_related("node", "institution").filter(ref=ref).first()
    if schedule is None:
        raise NotFound(_("There is no such schedule."))
    return schedule


def phase(schedule: Schedule, at: datetime) -> Phase:
    """Return where ``schedule`` stands at the moment ``at``; ended means every window is closed."""
    if schedule.state != ScheduleState.ACTIVE:
        return Phase(schedule.state)
    if schedule.ends_at <= at:
        return Phase.ENDED
    return Phase.RUNNING if schedule.opens_at <= at else Phase.ACTIVE


def in_phase(schedules: QuerySet[Schedule], wanted: Phase, at: datetime) -> QuerySet[Schedule]:
    """Return those that stand in ``wanted`` at the moment ``at``; agrees with ``phase`` row by row."""
    active = Q(state=ScheduleState.ACTIVE)
    where = {
        Phase.DRAFT: Q(state=ScheduleState.DRAFT),
        Phase.ACTIVE: active & Q(opens_at__gt=at, ends_at__gt=at),
        Phase.RUNNING: active & Q(opens_at__lte=at, ends_at__gt=at),
        Phase.ENDED: active & Q(ends_at__lte=at),
        Phase.ARCHIVED: Q(state=ScheduleState.ARCHIVED),
    }
    return schedules.filter(where[wanted])


def searched(schedules: QuerySet[Schedule], text: str) -> QuerySet[Schedule]:
    """Return those whose title, code or unit holds every word of ``text``."""
    for word in text.split()[:8]:
        schedules = schedules.filter(
            Q(title__icontains=word) | Q(code__icontains=word) | Q(unit__name__icontains=word)
        )
    return schedules


def newest_window_first(rows: QuerySet[Schedule], *, after: str, size: int) -> tuple[list[Any], str]:
    """Return a page of schedules, newest window first, and the ref to go on from ("" at the end).

    Args:
        after: the ref of the last schedule of the page before; one that is not there begins anew.
    """
    last = Schedule.objects.filter(ref=after).first() if after else None
    if last is not None:
        rows = rows.filter(Q(opens_at__lt=last.opens_at) | Q(opens_at=last.opens_at, id__lt=last.pk))
    found = list(rows.order_by("-opens_at", "-id")[: size + 1])
    return found[:size], found[size - 1].ref if len(found) > size else ""


def candidate_counts(schedules: list[Schedule]) -> dict[int, int]:
    """Return how many candidates each schedule of a page has; one statement."""
    rows = Enrolment.objects.filter(schedule__in=schedules).values("schedule").annotate(n=Count("pk"))
    return {row["schedule"]: row["n"] for row in rows}


def enrolled_in(person: Person, schedule: Schedule) -> QuerySet[Enrolment]:
    """Return the enrolments of a schedule that ``person`` was let into, by name, as they see them.

    Each carries ``started`` (an attempt exists), ``handed_in``, ``in_progress`` and ``is_void`` (no other is left).
    """
    rows = _enrolled(schedule).select_related("person", "home", "schedule")
    return through(person, rows.order_by(by_name(person, schedule), "id"))


def _enrolled(schedule: Schedule) -> QuerySet[Enrolment]:
    attempts = Attempt.objects.filter(enrolment=OuterRef("pk")).exclude(state=AttemptState.TAKEN_BACK)
    return (
        Enrolment.objects.filter(schedule=schedule)
        .annotate(
            started=Exists(attempts),
            handed_in=Exists(attempts.filter(state=AttemptState.HANDED_IN)),
            in_progress=Exists(attempts.filter(state=AttemptState.IN_PROGRESS)),
        )
        .annotate(is_void=Q(started=True, handed_in=False, in_progress=False))
    )


def searched_candidates(
    person: Person, schedule: Schedule, enrolments: QuerySet[Enrolment], text: str
) -> QuerySet[Enrolment]:
    """Return those whose name or number holds every word of ``text``, or whose code where ``person`` reads that."""
    for word in text.split()[:8]:
        enrolments = enrolments.filter(is_called(person, schedule, word))
    return enrolments


def enrolment_for(person: Person, ref: str, *verbs: str) -> Enrolment:
    """Return an enrolment if the person may see its schedule; raises NotFound as ``schedule_for``."""
    rows = Enrolment.objects.filter(schedule__in=schedules_seen_by(person, *verbs).values("pk"))
    rows = rows.select_related("schedule__node", "schedule__institution", "person").filter(ref=ref)
    enrolment = through(person, rows).first()
    if enrolment is None:
        raise NotFound(_("There is no such candidate at this schedule."))
    return enrolment


def enrolments_named(person: Person, schedule: Schedule, refs: list[str]) -> list[Enrolment]:
    """Return the enrolments of one schedule by their names, in the order of the list.

    Raises:
        NotFound: one of them is not there.
    """
    rows = {row.ref: row for row in enrolled_in(person, schedule).filter(ref__in=refs)}
    if set(refs) - set(rows):
        raise NotFound(_("A candidate you chose is no longer at this schedule."))
    return [rows[ref] for ref in dict.fromkeys(refs)]


def arrived_counts(schedule: Schedule) -> dict[str, int]:
    """Return how many are enrolled, handed in, have begun, are void, and are absent, excused or deferred."""
    found = (
        _enrolled(schedule)
        .order_by()
        .aggregate(
            n_enrolled=Count("pk"),
            n_handed_in=Count("pk", filter=Q(handed_in=True)),
            n_in_progress=Count("pk", filter=Q(in_progress=True, handed_in=False)),
            n_void=Count("pk", filter=Q(is_void=True)),
            n_away=Count("pk", filter=~Q(standing=Standing.EXPECTED)),
            n_late=Count("pk", filter=Q(late=True)),
        )
    )
    return {name.removeprefix("n_"): n for name, n in found.items()}


def has_work_by_hand(version_id: int) -> bool:
    """Say whether a version has a part that people mark."""
    return Part.objects.filter(version_id=version_id, machine=False).exists()


def roles_alone(schedule: Schedule) -> tuple[str, ...]:
    """Return the roles of whoever runs a schedule that nobody coordinates: to publish, to see, and to mark by hand."""
    if schedule.workflow == Workflow.COORDINATED:
        return ()
    marks = () if schedule.wholly_machine else ("sole_marker",)
    return ("publisher", "reports_viewer", *marks)
