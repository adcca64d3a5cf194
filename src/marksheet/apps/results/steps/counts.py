"""Keep how many results of a schedule stand in each bucket."""

from collections.abc import Mapping

from django.db.models import Count, F

from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.results.models import BucketCount, Result

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
