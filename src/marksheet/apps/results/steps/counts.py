"""Keep how many results of a schedule stand in each bucket."""

from collections.abc import Mapping

from django.db.models import Count, F, Sum

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import ANONYMOUS
from marksheet.apps.exams.steps.anonymity import note_published
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.results.models import ON_RESULTS, Bucket, BucketCount, Result
from marksheet.rules.anonymity import Stands, all_published

MANY = 200


def moved(schedule_id: int, differences: Mapping[str, int], *, rows: int) -> None:
    """Take note that results went from bucket to bucket.

    Args:
        differences: bucket -> how many more (or fewer) stand there now.
        rows: how many results were touched; many are counted anew rather than added up.
    """
    changed = {bucket: n for bucket, n in differences.items() if n}
    if not changed:
        return
    if rows > MANY:
        recount(schedule_id)
        return
    for bucket, n in sorted(changed.items()):
        if not BucketCount.objects.filter(schedule_id=schedule_id, bucket=bucket).update(
            count=F("count") + n
        ):
            recount(schedule_id)
            return
    _note_anonymity(schedule_id)


def recount(schedule_id: int) -> None:
    """Count every bucket of the schedule anew."""
    found = dict(
        Result.objects.filter(schedule_id=schedule_id)
        .values_list("bucket")
        .annotate(n=Count("id"))
        .values_list("bucket", "n")
    )
    BucketCount.objects.filter(schedule_id=schedule_id).delete()
    insert_rows(
        BucketCount,
        ("schedule_id", "bucket", "count"),
        [(schedule_id, b, n) for b, n in sorted(found.items())],
    )
    _note_anonymity(schedule_id)


def _note_anonymity(schedule_id: int) -> None:
    """Do so for a schedule that may be anonymous; one statement where it is not."""
    schedule = Schedule.objects.filter(ANONYMOUS, pk=schedule_id).first()
    if schedule is not None:
        note_anonymity(schedule)


def note_anonymity(schedule: Schedule) -> None:
    """Keep whether all is published at a schedule where something is anonymous."""
    note_published(schedule.pk, everything=all_published(stands_of(schedule)))


def stands_of(schedule: Schedule) -> Stands:
    """Return how many results of a schedule stand where, as anonymity asks it."""
    counted = BucketCount.objects.filter(schedule=schedule)
    waiting = counted.filter(bucket__in=(*ON_RESULTS, Bucket.NOT_SUBMITTED)).aggregate(n=Sum("count"))["n"]
    counts = dict(counted.values_list("bucket", "count"))
    rows = Result.objects.filter(schedule=schedule)
    late = rows.filter(bucket=Bucket.EXPECTED, enrolment__late=True, enrolment__closes_at=None)
    return Stands(
        published=counts.get(Bucket.PUBLISHED, 0),
        waiting=waiting or 0,
        expected=counts.get(Bucket.EXPECTED, 0),
        late=late.count(),
        after_the_end=rows.filter(published_at__gte=schedule.ends_at).exists(),
    )
