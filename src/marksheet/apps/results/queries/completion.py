"""Which schedules are finished, all of them published: one condition for Audit, Reports and Results."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Attempt, AttemptState, Schedule
from marksheet.apps.results.models import Bucket, BucketCount, Result

# Work that was handed in and waits: in any of these a result is not published, or a correction of it waits.
WAITING = (Bucket.NOT_READY, Bucket.MODERATION, Bucket.READY, Bucket.WITHHELD, Bucket.CORRECTION)


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


def is_finished(schedule: Schedule, at: datetime) -> bool:
    """Return whether a schedule that its reader was let into is finished."""
    return finished(Schedule.objects.filter(pk=schedule.pk), at).exists()
