"""Write schedules inside the change that is open."""

from datetime import datetime

from django.db.models import Max

from marksheet.apps.exams.models import AssessmentVersion, Enrolment, Schedule, ScheduleState
from marksheet.apps.exams.queries.assessments import newest_keys
from marksheet.apps.exams.queries.schedules import has_work_by_hand, roles_alone, schedule_for
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person, Unit
from marksheet.apps.people.steps import give, shipped

COPIED = (
    "workflow",
    "hand_check",
    "attempts_allowed",
    "attempt_counts",
    "scale",
    "switches",
    "questions_lifted",
)


def lock_schedule(opened: Change, actor: Person, ref: str, *verbs: str) -> Schedule:
    """Return a schedule that the actor may see (with ``verbs``: holds one there), locked.

    Raises:
        NotFound: there is none, or it is hidden from the actor.
    """
    seen = schedule_for(actor, ref, *verbs)
    locked = Schedule.objects.select_for_update(no_key=True).filter(pk=seen.pk).first()
    if locked is None:
        raise NotFound("There is no such schedule.")
    locked.unit, locked.node, locked.institution, locked.version = (
        seen.unit,
        seen.node,
        seen.institution,
        seen.version if seen.version_id == locked.version_id else locked.version,
    )
    return locked


def touch(opened: Change, schedule: Schedule) -> None:
    """Count the schedule's revision up and note that something happened there."""
    schedule.revision += 1
    schedule.last_activity_at = opened.at
    Schedule.objects.filter(pk=schedule.pk).update(
        revision=schedule.revision, last_activity_at=schedule.last_activity_at
    )


def copy_options(schedule: Schedule, version: AssessmentVersion) -> None:
    """Copy what the author decided into a schedule that is not active yet; the caller saves it.

    What the scheduler chose to show stays where the author lets the scheduler choose.
    """
    for name in COPIED:
        setattr(schedule, name, getattr(version, name))
    if not version.scheduler_may_override or not schedule.show_results:
        schedule.show_results = version.show_results
    schedule.wholly_machine = not version.hand_check and not has_work_by_hand(version.pk)


def set_ends_at(opened: Change, schedule: Schedule) -> datetime:
    """Recompute when the schedule's window and every individual window are closed."""
    latest = Enrolment.objects.filter(schedule=schedule).aggregate(at=Max("closes_at"))["at"]
    schedule.ends_at = max(schedule.closes_at, latest) if latest else schedule.closes_at
    Schedule.objects.filter(pk=schedule.pk).update(ends_at=schedule.ends_at)
    return schedule.ends_at


def pin(opened: Change, schedule: Schedule) -> None:
    """Pin version and keys, copy the options, and make the schedule active."""
    copy_options(schedule, schedule.version)
    schedule.key_version = newest_keys(schedule.version)
    schedule.state = ScheduleState.ACTIVE
    schedule.activated_at = opened.at
    schedule.save()


def let_scheduler_publish(opened: Change, schedule: Schedule, scheduler: Person) -> bool:
    """Give the scheduler the Publish right and sight where nobody coordinates, and what is to be marked by hand.

    Return whether that was so.
    """
    roles = roles_alone(schedule)
    for role in roles:
        give(opened, person=scheduler, role=shipped(opened, role), unit=schedule.node)
    return bool(roles)


def rename_node(opened: Change, schedule: Schedule) -> None:
    """Keep the name of the schedule's node in the tree equal to its title."""
    Unit.objects.filter(pk=schedule.node_id).update(name=schedule.title, timezone=schedule.timezone)
