"""What a schedule hides of its candidates and markers, inside the change that is open."""

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.change import Change


def set_anonymity(
    opened: Change, schedule: Schedule, *, candidates: bool, markers: bool
) -> dict[str, tuple[bool, bool]]:
    """Hide candidates, or markers, or neither; return field -> (before, after) of what differs."""
    wanted = {"anonymous_candidates": candidates, "anonymous_markers": markers}
    changed = {name: (getattr(schedule, name), now) for name, now in wanted.items()}
    changed = {name: pair for name, pair in changed.items() if pair[0] != pair[1]}
    if changed:
        Schedule.objects.filter(pk=schedule.pk).update(**wanted)
        schedule.anonymous_candidates, schedule.anonymous_markers = candidates, markers
    return changed


def lift_names(opened: Change, schedule: Schedule) -> None:
    """Show names at a schedule from now on, for good: who has read them cannot forget them."""
    Schedule.objects.filter(pk=schedule.pk).update(names_lifted_at=opened.at)
    schedule.names_lifted_at = opened.at


def note_published(schedule_id: int, *, everything: bool) -> None:
    """Keep whether all of a schedule is published."""
    Schedule.objects.filter(pk=schedule_id).exclude(all_published=everything).update(all_published=everything)
