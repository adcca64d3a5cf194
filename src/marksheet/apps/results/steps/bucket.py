"""In which bucket a working result stands: the one word that the Results tab, its counts and filters use."""

from marksheet.apps.exams.models import Standing
from marksheet.apps.results.models import Bucket, Result


def bucket_of(row: Result) -> str:
    """Return the bucket of ``row`` as its columns are now; the first that fits, in this order."""
    ready = row.state == "ready"
    in_force = row.in_force_id is not None
    if in_force and not (ready and row.revision != row.in_force_revision):
        return Bucket.PUBLISHED.value
    if row.withheld_at is not None and (ready or row.submitted):
        return Bucket.WITHHELD.value
    if in_force:
        return Bucket.CORRECTION.value
    if row.standing != Standing.EXPECTED:
        return Bucket.ABSENT.value
    if ready:
        return Bucket.READY.value
    if row.state == "waiting" and not row.attempts_count:
        return Bucket.EXPECTED.value
    if not row.submitted:
        return Bucket.NOT_SUBMITTED.value
    return Bucket.MODERATION.value if row.state == "moderation" else Bucket.NOT_READY.value
