"""Prepare a publication: versions and disclosures of the frozen selection, in batches that nobody sees yet."""

from collections import defaultdict
from collections.abc import Mapping

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.bulk import update_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.release.models import OpeningStatus, Publication, PublicationRow
from marksheet.apps.release.steps.disclosing import documents, exam_of, write_disclosures
from marksheet.apps.release.steps.opening import open_rows
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.versions import Frozen, freeze

BATCH = 2_000


class Changed(Exception):
    """A result of the frozen selection is no longer what was looked at; the keys of those results."""

    def __init__(self, keys: list[int]) -> None:
        super().__init__(keys)
        self.keys = keys


def next_rows(publication: Publication, size: int = BATCH) -> list[PublicationRow]:
    """Return the next rows that have no version yet."""
    waiting = PublicationRow.objects.filter(publication=publication, version=None, skipped="")
    return list(waiting.order_by("id")[:size])


def prepare_rows(opened: Change, publication: Publication, rows: list[PublicationRow]) -> int:
    """Write version, disclosure and opening of each row; a constant number of statements.

    Raises:
        Changed: one of the results has another revision than the selection froze, or is no longer reserved.
    """
    frozen = {row.result_id: row for row in rows}
    results = list(Result.objects.filter(pk__in=list(frozen)).order_by("pk"))
    changed = [
        r.pk
        for r in results
        if r.revision != frozen[r.pk].revision or r.claim != publication.pk or r.state != "ready"
    ]
    if changed:
        raise Changed(changed)
    schedules = {
        s.pk: s
        for s in Schedule.objects.filter(pk__in={r.schedule_id for r in results}).select_related(
            "version__assessment"
        )
    }
    versions = freeze(opened, publication.pk, results, schedules)
    disclosed = write_disclosures(opened, _bodies(opened, results, versions, schedules))
    shown = [r for r in results if frozen[r.pk].shows]
    open_rows(
        opened,
        shown,
        OpeningStatus.SHOWN,
        disclosures={r.pk: disclosed[versions[r.pk].pk][0] for r in shown},
        publication_id=publication.pk,
    )
    update_rows(PublicationRow, ("version_id",), [(frozen[r.pk].pk, versions[r.pk].pk) for r in results])
    opened.lines(
        ("result", r.pk, {"version": versions[r.pk].hash, "disclosure": disclosed[versions[r.pk].pk][1]})
        for r in results
    )
    return len(results)


def _bodies(
    opened: Change,
    results: list[Result],
    versions: Mapping[int, Frozen],
    schedules: Mapping[int, Schedule],
) -> dict[int, str]:
    by_schedule: dict[int, list[Result]] = defaultdict(list)
    for row in results:
        by_schedule[row.schedule_id].append(row)
    bodies: dict[int, str] = {}
    for schedule_id, some in by_schedule.items():
        # A version holds what was copied from this very row: what is written of one is true of the other.
        texts = documents(exam_of(schedules[schedule_id], opened.at), some, {row.pk: row for row in some})
        bodies.update({versions[key].pk: text for key, text in texts.items()})
    return bodies
