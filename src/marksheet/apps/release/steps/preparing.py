"""Prepare a publication: versions and disclosures of the frozen selection, in batches that nobody sees yet."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.change import Change
from marksheet.apps.release.models import OpeningStatus, Publication
from marksheet.apps.release.queries.frozen import NextRow
from marksheet.apps.release.steps.disclosing import documents, exam_of, write_disclosures
from marksheet.apps.release.steps.opening import open_rows
from marksheet.apps.results.steps.versions import Frozen, ReadyRow, freeze, ready_rows


class Changed(Exception):
    """A result of the frozen selection is no longer what was looked at; the keys of those results."""

    def __init__(self, keys: list[int]) -> None:
        super().__init__(keys)
        self.keys = keys


def prepare_rows(opened: Change, publication: Publication, rows: Sequence[NextRow]) -> int:
    """Write version, disclosure and opening of each row; a constant number of statements.

    Raises:
        Changed: one of the results has another revision than the selection froze, or is no longer reserved.
    """
    frozen = {row.result_id: row.revision for row in rows}
    results = ready_rows(frozen)
    changed = [
        r.pk for r in results if r.revision != frozen[r.pk] or r.claim != publication.pk or r.state != "ready"
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
    shown = [r for r in results if r.schedule_id in publication.shows]
    open_rows(
        opened,
        shown,
        OpeningStatus.SHOWN,
        disclosures={r.pk: disclosed[versions[r.pk].pk][0] for r in shown},
        publication_id=publication.pk,
    )
    # Once this holds, nobody is shown the version before it any more.
    superseded = [r for r in results if r.shown_to_candidate and r.schedule_id not in publication.shows]
    open_rows(opened, superseded, OpeningStatus.HIDDEN, publication_id=publication.pk)
    opened.lines(
        ("result", r.pk, {"version": versions[r.pk].hash, "disclosure": disclosed[versions[r.pk].pk][1]})
        for r in results
    )
    return len(results)


def _bodies(
    opened: Change,
    results: Sequence[ReadyRow],
    versions: Mapping[int, Frozen],
    schedules: Mapping[int, Schedule],
) -> dict[int, str]:
    by_schedule: dict[int, list[ReadyRow]] = defaultdict(list)
    for row in results:
        by_schedule[row.schedule_id].append(row)
    bodies: dict[int, str] = {}
    for schedule_id, some in by_schedule.items():
        # A version holds what was copied from this very row: what is written of one is true of the other.
        texts = documents(exam_of(schedules[schedule_id], opened.at), some, {row.pk: row for row in some})
        bodies.update({versions[key].pk: text for key, text in texts.items()})
    return bodies
