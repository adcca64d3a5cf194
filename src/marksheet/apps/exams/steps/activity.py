"""When something last happened at a schedule."""

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.change import Change


def note_activity(opened: Change, schedule: Schedule) -> None:
    """Note that work or marks of ``schedule`` changed now; lists show it as the last activity.

    Who marks holds a script, who brings in work holds the schedule first: waiting for it here would have them wait
    for each other. Whoever holds it notes the same moment.
    """
    free = Schedule.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=schedule.pk)
    Schedule.objects.filter(pk__in=free.values("pk")).update(last_activity_at=opened.at)
