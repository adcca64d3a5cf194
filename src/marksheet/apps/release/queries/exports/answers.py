"""What candidates answered, and the marks of human parts, for one batch of an export; two statements."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from marksheet.apps.exams.models import Response, Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.marking.models import Mark
from marksheet.apps.marking.queries.counting import counted_marks
from marksheet.apps.marking.queries.plan import agreeing_of, plan_of
from marksheet.apps.release.models import Publication
from marksheet.apps.release.queries.exports.rows import Taken
from marksheet.apps.results.models import Bucket, Result

Cell = tuple[int, int]


def answers_of(rows: Sequence[Taken]) -> dict[Cell, str | None]:
    """Return (attempt, part) -> answer as authored, None for no response; only of rows that say numbers."""
    found = Response.objects.filter(attempt__in=_attempts(rows)).order_by()
    return {
        (attempt, part): value
        for attempt, part, value in found.values_list("attempt_id", "part_id", "answer__value").iterator(
            20_000
        )
    }


def marks_of(rows: Sequence[Taken], *, published: bool) -> dict[Cell, Fraction | None]:
    """Return (attempt, part) -> mark, None for no response, as it counts: the last, or what two markers' come to.

    Args:
        published: the last that was given before the version in force was published; what came later is not
            part of it.
    """
    frozen = [row for row in rows if published or row.bucket == Bucket.PUBLISHED]
    until = _published_by(frozen) if frozen else {}
    found: dict[Cell, Fraction | None] = {}
    for schedule, attempts in _by_schedule(rows).items():
        human = [part.id for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts]
        marks = Mark.objects.filter(attempt__in=attempts)
        counted = counted_marks(marks, agreeing_of(plan_of(schedule)), human, until=until)
        for cell, mark in counted.items():
            if mark.value is not None:
                found[cell] = None if mark.no_response else mark.value
    return found


def _by_schedule(rows: Sequence[Taken]) -> dict[Schedule, list[int]]:
    """Return schedule -> the attempts of these rows; most batches are of one or a few."""
    schedules = Schedule.objects.in_bulk({row.schedule_id for row in rows})
    found: dict[Schedule, list[int]] = {}
    for row in rows:
        if row.numbers and row.numbers.attempt_id:
            found.setdefault(schedules[row.schedule_id], []).append(row.numbers.attempt_id)
    return found


def _attempts(rows: Iterable[Taken]) -> list[int]:
    return [row.numbers.attempt_id for row in rows if row.numbers and row.numbers.attempt_id]


def _published_by(rows: Sequence[Taken]) -> dict[int, int]:
    """Return attempt -> event of the publication that brought its version into force."""
    keys = [row.id for row in rows]
    pairs = Result.objects.filter(pk__in=keys, in_force__isnull=False).values_list(
        "in_force__attempt_id", "in_force__publication_id"
    )
    by_attempt = dict(pairs)
    found = Publication.objects.filter(pk__in=set(by_attempt.values())).values_list("pk", "event_id")
    events = {key: event for key, event in found if event is not None}
    return {attempt: events[key] for attempt, key in by_attempt.items() if attempt and key in events}
