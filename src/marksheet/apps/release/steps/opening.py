"""Say what is open to a candidate from now on; the latest fact holds."""

from collections.abc import Mapping, Sequence

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.release.models import Opening
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.versions import ReadyRow


def open_rows(
    opened: Change,
    rows: Sequence[Result | ReadyRow],
    status: str,
    *,
    disclosures: Mapping[int, int] | None = None,
    publication_id: int | None = None,
) -> None:
    """Append one fact for each result; ``disclosures`` (result key -> disclosure key) go with *shown*."""
    found = disclosures or {}
    insert_rows(
        Opening,
        (
            "result_id", "person_id", "schedule_id", "status", "disclosure_id", "publication_id", "event_id", "at",
        ),
        (
            (
                row.pk, row.person_id, row.schedule_id, status, found.get(row.pk), publication_id,
                opened.event_id, opened.at,
            )
            for row in rows
        ),
    )  # fmt: skip


def note_first_release(opened: Change, schedule_ids: Sequence[int]) -> None:
    """Keep when the results of a schedule were first opened to candidates: the cohort's release."""
    Schedule.objects.filter(pk__in=schedule_ids, first_released_at=None).update(first_released_at=opened.at)
