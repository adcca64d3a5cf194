"""What changed with the results of a candidate: shown, withdrawn, hidden, shown again; never what a result is."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from marksheet.apps.ledger import roles
from marksheet.apps.ledger.clock import in_utc
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import OpeningStatus
from marksheet.apps.release.queries.candidate import noticed

MOST = 30


class Changed(NamedTuple):
    """One change at one exam of a candidate.

    Args:
        word: shown, shown-again, new-version, withdrawn, hidden or no-result.
        ref: of the enrolment, as the candidate's pages name it.
        at: since when it holds.
        unseen: it is shown now, and was not looked at yet.
    """

    word: str
    ref: str
    title: str
    code: str
    timezone: str
    at: datetime
    unseen: bool


class _Opened(NamedTuple):
    ref: str
    title: str
    code: str
    timezone: str
    status: str
    at: datetime
    committed_at: datetime | None
    disclosure: int | None
    body: str | None
    seen_at: datetime | None


# The columns of the candidate's own pages, and no others: see ``queries.candidate``.
_OPENINGS = """
SELECT e.ref, s.title, s.code, s.timezone, o.status, o.at, p.committed_at, o.disclosure_id, d.body, w.at
FROM exams_enrolment e
JOIN exams_schedule s ON s.id = e.schedule_id
JOIN results_result r ON r.enrolment_id = e.id
JOIN release_opening o ON o.result_id = r.id
LEFT JOIN release_publication p ON p.id = o.publication_id
LEFT JOIN release_disclosure d ON d.id = o.disclosure_id
LEFT JOIN release_viewing w ON w.disclosure_id = d.id
WHERE e.person_id = %s AND s.activated_at IS NOT NULL
      AND (o.publication_id IS NULL OR p.committed_at IS NOT NULL)
ORDER BY o.id
"""


def changes_for(person: Person, *, most: int = MOST) -> list[Changed]:
    """Return what changed with the results of ``person``, newest first; one statement.

    What was prepared and not published, withheld, or hidden before it was ever shown is not a change that the
    candidate could notice, and is not told.
    """
    with roles.candidate_cursor() as cursor:
        cursor.execute(_OPENINGS, [person.pk])
        rows = [_Opened(*map(in_utc, row)) for row in cursor.fetchall()]
    told: list[Changed] = []
    for ref in dict.fromkeys(row.ref for row in rows):
        told += _told(row for row in rows if row.ref == ref)
    return sorted(told, key=attrgetter("at"), reverse=True)[:most]


def _told(rows: Iterable[_Opened]) -> Iterator[Changed]:
    """Yield the changes of one exam in the order in which they came about."""
    found: list[tuple[str, _Opened]] = []
    before, last = "", None
    for row in rows:
        if not noticed(before, row.status) or (row.status, row.disclosure) == (before, last):
            continue
        found.append((_shown(row, before, last) if row.status == OpeningStatus.SHOWN else row.status, row))
        before, last = row.status, row.disclosure or last
    for left, (word, row) in enumerate(found, 1 - len(found)):
        unseen = not left and row.status == OpeningStatus.SHOWN and row.seen_at is None
        yield Changed(word, row.ref, row.title, row.code, row.timezone, row.committed_at or row.at, unseen)


def _shown(row: _Opened, before: str, last: int | None) -> str:
    if row.body and json.loads(row.body).get("void"):
        return "no-result"
    if not before:
        return "shown"
    return "new-version" if before == OpeningStatus.SHOWN and row.disclosure != last else "shown-again"
