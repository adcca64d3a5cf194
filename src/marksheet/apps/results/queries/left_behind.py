"""What would be left behind if a schedule were put away now."""

from dataclasses import dataclass

from marksheet.apps.exams.models import Schedule, ScheduleState
from marksheet.apps.results.models import ON_RESULTS, Bucket, BucketCount


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What stays undone at a schedule that is archived.

    Args:
        not_submitted: scripts that were handed in and not submitted by their markers.
        not_published: results that are submitted, and not published as they are now.
        may_hand_in: candidates of an active schedule whose work may still be recorded or brought in.
        enrolled: candidates of a draft, who will not sit it.
    """

    not_submitted: int = 0
    not_published: int = 0
    may_hand_in: int = 0
    enrolled: int = 0

    def __bool__(self) -> bool:
        return any((self.not_submitted, self.not_published, self.may_hand_in, self.enrolled))


def left_behind(schedule: Schedule) -> LeftBehind:
    """Return what archiving would leave at a schedule that the reader was let into; one statement."""
    counts = dict(BucketCount.objects.filter(schedule=schedule).values_list("bucket", "count"))
    expected = counts.get(Bucket.EXPECTED, 0)
    draft = schedule.state == ScheduleState.DRAFT
    return LeftBehind(
        not_submitted=counts.get(Bucket.NOT_SUBMITTED, 0),
        not_published=sum(counts.get(bucket, 0) for bucket in ON_RESULTS),
        may_hand_in=0 if draft else expected,
        enrolled=expected if draft else 0,
    )
