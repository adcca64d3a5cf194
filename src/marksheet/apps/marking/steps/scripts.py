"""A script is opened when work is handed in, submitted when its marker is done, reopened with a reason."""

from collections.abc import Iterable

from marksheet.apps.exams.models import Attempt, AttemptState, Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.apps.marking.models import Round, Script, Seed
from marksheet.apps.marking.queries.allocation import allocation_of
from marksheet.apps.marking.queries.plan import rounds_of
from marksheet.apps.marking.steps.allocation import flow, hold_allocation

FIELDS = (
    "ref",
    "attempt_id",
    "schedule_id",
    "round",
    "marker_id",
    "allocated",
    "place",
    "unmarked",
    "submitted_at",
    "reopened_at",
    "last_saved_at",
)


def open_scripts(opened: Change, schedule: Schedule, attempt_ids: Iterable[int]) -> int:
    """Open a script of each marker's round for every handed-in attempt that has none; return how many.

    A seed has those of its markers alone. A paper without human-marked parts has nothing to mark, hence no scripts.
    Where scripts are allocated, they flow to the markers with the fewest left. A constant number of statements,
    whatever the number of attempts.
    """
    human = len(paper_of(schedule.version_id, schedule.key_version_id).human_parts)
    wanted = set(attempt_ids)
    if not human or not wanted:
        return 0
    hold_allocation(opened, schedule)
    rounds = rounds_of(schedule)
    handed_in = Attempt.objects.filter(schedule=schedule, state=AttemptState.HANDED_IN, pk__in=wanted)
    handed_in = handed_in.exclude(pk__in=Seed.objects.filter(schedule=schedule).values("attempt"))
    refs = dict(handed_in.values_list("id", "script_ref"))
    known = set(
        Script.objects.filter(schedule=schedule, round__in=rounds, attempt__in=wanted).values_list(
            "attempt_id", "round"
        )
    )
    missing = [(one, round_) for round_ in rounds for one in sorted(refs) if (one, round_) not in known]
    allocated = allocation_of(schedule) is not None
    # The first marker knows a script by the name it came with, the second by one of its own.
    n = insert_rows(
        Script,
        FIELDS,
        (
            (
                refs[one] if round_ == Round.MARKER_1 else new_ref(), one, schedule.pk, round_.value, None,
                allocated, 0, human, None, None, None,
            )
            for one, round_ in missing
        ),
    )  # fmt: skip
    if allocated and n:
        flow(opened, schedule, missing)
    return n


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
