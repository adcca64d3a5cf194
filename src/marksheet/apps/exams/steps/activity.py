"""When something last happened at a schedule."""

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.change import Change


def note_activity(opened: Change, schedule: Schedule) -> None:
    """Note that work or marks of ``schedule`` changed now; lists show it as the last activity."""
    Schedule.objects.filter(pk=schedule.pk).update(last_activity_at=opened.at)
