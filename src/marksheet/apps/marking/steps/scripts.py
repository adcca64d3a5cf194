"""A script is opened when work is handed in, submitted when its marker is done, reopened with a reason."""

from collections.abc import Iterable

from marksheet.apps.exams.models import Attempt, AttemptState, Part, Schedule
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Round, Script

FIELDS = (
    "attempt_id",
    "schedule_id",
    "round",
    "marker_id",
    "unmarked",
    "submitted_at",
    "reopened_at",
    "last_saved_at",
)


def open_scripts(opened: Change, schedule: Schedule, attempt_ids: Iterable[int]) -> int:
    """Open a script of the first round for each handed-in attempt that has none; return how many.

    A paper without human-marked parts has nothing to mark, hence no scripts. Four statements, whatever the
    number of attempts.
    """
    human = Part.objects.filter(version_id=schedule.version_id, machine=False).count()
    wanted = set(attempt_ids)
    if not human or not wanted:
        return 0
    handed_in = Attempt.objects.filter(schedule=schedule, state=AttemptState.HANDED_IN, pk__in=wanted)
    known = Script.objects.filter(schedule=schedule, round=Round.MARKER_1, attempt__in=wanted)
    missing = sorted(
        set(handed_in.values_list("id", flat=True)) - set(known.values_list("attempt_id", flat=True))
    )
    return insert_rows(
        Script,
        FIELDS,
        ((attempt, schedule.pk, Round.MARKER_1.value, None, human, None, None, None) for attempt in missing),
    )


def submit_scripts(
    opened: Change, schedule: Schedule, attempt_ids: Iterable[int], round_: str = Round.MARKER_1
) -> int:
    """Submit the wholly marked scripts of these attempts; return how many were not submitted before."""
    return Script.objects.filter(
        schedule=schedule, round=round_, attempt__in=list(attempt_ids), unmarked=0, submitted_at=None
    ).update(submitted_at=opened.at)


def reopen_scripts(
    opened: Change, schedule: Schedule, attempt_ids: Iterable[int], round_: str = Round.MARKER_1
) -> int:
    """Open submitted scripts of these attempts for marking again; return how many were submitted."""
    return Script.objects.filter(
        schedule=schedule, round=round_, attempt__in=list(attempt_ids), submitted_at__isnull=False
    ).update(submitted_at=None, reopened_at=opened.at)


def close_scripts(opened: Change, attempt_ids: Iterable[int]) -> int:
    """Take the scripts of attempts that are taken back out of marking, locked; return how many.

    Their marks, and who had them in hand, stay.
    """
    locked = (
        Script.objects.select_for_update(no_key=True).filter(attempt__in=list(attempt_ids)).order_by("pk")
    )
    keys = list(locked.values_list("pk", flat=True))
    return Script.objects.filter(pk__in=keys).delete()[0] if keys else 0


def lock_scripts(opened: Change, schedule: Schedule, round_: str = Round.MARKER_1) -> None:
    """Keep the marks of a round as they are until the change ends: a file is about to be compared with them."""
    list(
        Script.objects.select_for_update(no_key=True)
        .filter(schedule=schedule, round=round_)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
