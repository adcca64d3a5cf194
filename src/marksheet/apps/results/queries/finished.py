"""Which schedules are finished, so that they stand in Audit: one condition, written once."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Attempt, AttemptState, Schedule
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person, UnitPath
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.results.models import Bucket, BucketCount, Result
from marksheet.apps.results.queries.reports import SIGHT, Asked, Page, ScheduleReport, Tally, tallies_of

# Work that was handed in and waits: in any of these a result is not published, or a correction of it waits.
WAITING = (Bucket.NOT_READY, Bucket.MODERATION, Bucket.READY, Bucket.WITHHELD, Bucket.CORRECTION)
SORTS = {
    "opens": "opens_at", "-opens": "-opens_at", "title": "title", "-title": "-title", "code": "code",
    "-code": "-code", "ended": "ends_at", "-ended": "-ends_at",
}  # fmt: skip


def finished(schedules: QuerySet[Schedule], at: datetime) -> QuerySet[Schedule]:
    """Return those of ``schedules`` that are finished at the moment ``at``; one statement.

    A schedule is finished when

    1. it has ended: its window and every individual window are closed (``ends_at``);
    2. somebody took part, and every candidate with a handed-in attempt is published, a void one as void;
    3. no correction waits: every published working result is ready and is what was published;
    4. no work of a late candidate is still to be brought in.

    So a late candidate, a retraction, a reopening or a correction takes it out again.
    """
    here = {"schedule": OuterRef("pk")}
    published = BucketCount.objects.filter(**here, bucket=Bucket.PUBLISHED, count__gt=0)
    waiting = BucketCount.objects.filter(**here, bucket__in=WAITING, count__gt=0)
    return schedules.filter(
        Exists(published),
        ~Exists(waiting),
        ~Exists(_handed_in_and_unpublished()),
        ~Exists(_changed_since_published()),
        ~Exists(_late_and_awaited()),
        activated_at__isnull=False,
        ends_at__lte=at,
    )


def _handed_in_and_unpublished() -> QuerySet[Result]:
    """Whatever else the result is (its marking not submitted, or marked absent): an attempt was handed in."""
    attempts = Attempt.objects.filter(
        enrolment=OuterRef("enrolment"),
        state__in=(AttemptState.HANDED_IN, AttemptState.VOID),
        handed_in_at__isnull=False,
    )
    return Result.objects.filter(
        Exists(attempts),
        schedule=OuterRef("pk"),
        bucket__in=(Bucket.NOT_SUBMITTED, Bucket.ABSENT),
        in_force__isnull=True,
        attempts_count__gt=0,
    )


def _changed_since_published() -> QuerySet[Result]:
    """Reopened, being recomputed, or with another attempt under way: what is published may be corrected."""
    return Result.objects.filter(
        ~Q(state="ready") | ~Q(revision=F("in_force_revision")),
        schedule=OuterRef("pk"),
        in_force__isnull=False,
    )


def _late_and_awaited() -> QuerySet[Result]:
    """Added after the window without one of their own: their work is still to be brought in."""
    return Result.objects.filter(
        schedule=OuterRef("pk"),
        bucket=Bucket.EXPECTED,
        enrolment__late=True,
        enrolment__closes_at__isnull=True,
    )


def finished_seen_by(person: Person, at: datetime) -> QuerySet[Schedule]:
    """Return the finished schedules that ``person`` sees in Audit: "view reports", or "view published" there."""
    return finished(Schedule.objects.filter(node_id__in=nodes_where(person, *SIGHT)), at)


def finished_page(person: Person, asked: Asked, *, at: datetime, after: str = "", size: int = 25) -> Page:
    """Return a page of the Audit tab; a constant number of statements.

    Args:
        asked: ``text`` (title or code), ``units`` and ``sort`` count here.
        after: the ref of the last schedule of the page before.
    """
    found = finished_seen_by(person, at)
    for word in asked.text.split()[:6]:
        found = found.filter(
            Q(title__icontains=word) | Q(code__icontains=word) | Q(unit__name__icontains=word)
        )
    if asked.units:
        below = UnitPath.objects.filter(ancestor__ref__in=asked.units).values("descendant")
        found = found.filter(unit__in=below)
    sort = SORTS.get(asked.sort, "-opens_at")
    found = _after(found, after, sort)
    some = list(
        found.select_related("unit", "version__assessment").order_by(sort, "-id" if sort[0] == "-" else "id")[
            : size + 1
        ]
    )
    tallies = tallies_of(person, [s.pk for s in some[:size]])
    lines = [ScheduleReport(s, tallies.get(s.pk, Tally()), True) for s in some[:size]]
    return Page(lines, some[size - 1].ref if len(some) > size else "")


def _after(found: QuerySet[Schedule], after: str, sort: str) -> QuerySet[Schedule]:
    last: Any = Schedule.objects.filter(ref=after).first() if after else None
    if last is None:
        return found
    column, way = sort.removeprefix("-"), "lt" if sort.startswith("-") else "gt"
    value = getattr(last, column)
    return found.filter(Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": last.pk}))


def finished_schedule_for(person: Person, ref: str, at: datetime) -> Schedule:
    """Return the finished schedule named ``ref`` if ``person`` sees it in Audit.

    Raises:
        NotFound: there is none, it is hidden, or it is not finished (any more).
    """
    found = (
        finished_seen_by(person, at)
        .filter(ref=ref)
        .select_related("unit", "version__assessment", "node")
        .first()
    )
    if found is None:
        raise NotFound("There is no such schedule in Audit.")
    return found


def is_finished(schedule: Schedule, at: datetime) -> bool:
    """Return whether a schedule that its reader was let into is finished."""
    return finished(Schedule.objects.filter(pk=schedule.pk), at).exists()
