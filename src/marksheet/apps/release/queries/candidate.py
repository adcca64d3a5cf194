"""What a candidate may see: enrolments, schedule facts and disclosures, never a mark, key or working result."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from marksheet.apps.exams.models import AttemptState, Standing
from marksheet.apps.ledger import roles
from marksheet.apps.ledger.clock import in_utc
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import OpeningStatus
from marksheet.rules.publication import ShowResults


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """One exam on the candidate's dashboard.

    ``word`` is what the page says: upcoming, open, being-marked, shown, hidden, not-disclosed, withdrawn,
    not-yet-available, absent, excused, deferred, missed, no-result. ``document`` is the disclosure, only with *shown*
    and *no-result*; ``disclosure`` its key, where it is one that was written down, and ``seen`` whether it was noted
    as seen.
    """

    ref: str
    title: str
    code: str
    venue: str
    timezone: str
    opens_at: datetime
    closes_at: datetime
    duration_minutes: int | None
    handed_in_at: datetime | None
    word: str
    document: dict[str, Any] | None = None
    shown_at: datetime | None = None
    contact: str = ""
    disclosure: int | None = None
    seen: bool = False

    @property
    def completed(self) -> bool:
        """Whether it stands under Completed rather than Upcoming."""
        return self.word not in ("upcoming", "open")


class _Sat(NamedTuple):
    """An enrolment with what its schedule says, one of its attempts, and one fact about what is open of it."""

    pk: int
    ref: str
    standing: str
    opens_at: datetime | None
    closes_at: datetime | None
    title: str
    code: str
    venue: str
    timezone: str
    schedule_opens_at: datetime
    schedule_closes_at: datetime
    first_released_at: datetime | None
    show_results: str
    contact: str
    duration_minutes: int | None
    attempt: str | None
    handed_in_at: datetime | None
    opened: str | None
    opened_at: datetime | None
    committed_at: datetime | None
    disclosure: int | None
    body: str | None
    seen_at: datetime | None


# Thousands open these pages at once: one statement, as text, where building three anew cost more than answering them.
# An opening that belongs to a publication holds only once that is committed.
_OF_PERSON = """
SELECT e.id, e.ref, e.standing, e.opens_at, e.closes_at, s.title, s.code, s.venue, s.timezone, s.opens_at,
       s.closes_at, s.first_released_at, s.show_results, s.contact, v.duration_minutes,
       a.state, a.handed_in_at,
       o.status, o.at, p.committed_at, o.disclosure_id, d.body, w.at
FROM exams_enrolment e
JOIN exams_schedule s ON s.id = e.schedule_id
JOIN exams_assessmentversion v ON v.id = s.version_id
LEFT JOIN exams_attempt a ON a.enrolment_id = e.id AND a.state <> 'taken_back'
LEFT JOIN results_result r ON r.enrolment_id = e.id
LEFT JOIN release_opening o ON o.result_id = r.id AND (o.publication_id IS NULL OR EXISTS (
    SELECT 1 FROM release_publication c WHERE c.id = o.publication_id AND c.committed_at IS NOT NULL))
LEFT JOIN release_publication p ON p.id = o.publication_id
LEFT JOIN release_disclosure d ON d.id = o.disclosure_id
LEFT JOIN release_viewing w ON w.disclosure_id = d.id
WHERE e.person_id = %s AND s.activated_at IS NOT NULL
"""
_ALL = _OF_PERSON + "ORDER BY s.opens_at DESC, e.id DESC, o.id, a.number"
_ONE = _OF_PERSON + "AND e.ref = %s ORDER BY o.id, a.number"


def dashboard_of(person: Person, at: datetime) -> list[CandidateLine]:
    """Return every exam of the candidate, newest first, each with the word that the page says; one statement."""
    return _lines(_ALL, [person.pk], at)


def result_of(person: Person, ref: str, at: datetime) -> CandidateLine:
    """Return one exam of the candidate, by the ref of the enrolment; the others are not read.

    Raises:
        NotFound: there is none of that name for this person.
    """
    for line in _lines(_ONE, [person.pk, ref], at):
        return line
    raise NotFound("There is no such result.")


class _Open(NamedTuple):
    """The fact that says what is open of one result; ``body`` is the disclosure, only with *shown*."""

    status: str = ""
    at: datetime | None = None
    committed_at: datetime | None = None
    disclosure: int | None = None
    body: str | None = None
    seen_at: datetime | None = None


NOTHING = _Open()


@dataclass(slots=True)
class _Facts:
    """What was opened and handed in of one enrolment; ``last`` is the latest status, whatever it is."""

    last: str = ""
    open: _Open = NOTHING
    handed_in_at: datetime | None = None
    running: bool = False

    def learn(self, row: _Sat) -> None:
        """Take in the next row: openings come in the order in which they were made, attempts by their number."""
        self.running |= row.attempt == AttemptState.IN_PROGRESS
        self.handed_in_at = row.handed_in_at or self.handed_in_at
        self.last = row.opened or ""
        if row.opened and noticed(self.open.status, row.opened):
            self.open = _Open(
                row.opened, row.opened_at, row.committed_at, row.disclosure, row.body, row.seen_at
            )  # fmt: skip


def noticed(before: str, after: str) -> bool:
    """Whether a candidate notices an opening of status ``after``; ``before`` is the last one noticed, "" for none.

    What was never there is not hidden, and what is withdrawn stays so.
    """
    return after in (OpeningStatus.SHOWN, OpeningStatus.WITHDRAWN) or (
        after == OpeningStatus.HIDDEN and before == OpeningStatus.SHOWN
    )


def _lines(statement: str, asked: Sequence[int | str], at: datetime) -> list[CandidateLine]:
    """Return one line for each enrolment; of several facts the latest that says what is open holds."""
    with roles.candidate_cursor() as cursor:
        cursor.execute(statement, asked)
        rows = [_Sat(*map(in_utc, row)) for row in cursor.fetchall()]
    sat = {row.pk: row for row in rows}
    facts = {key: _Facts() for key in sat}
    for row in rows:
        facts[row.pk].learn(row)
    return [_line(one, facts[key], at) for key, one in sat.items()]


def _line(one: _Sat, fact: _Facts, at: datetime) -> CandidateLine:
    opened = fact.open
    opens_at, closes_at = one.opens_at or one.schedule_opens_at, one.closes_at or one.schedule_closes_at
    word = _word(one, fact, opened.status, opens_at, closes_at, at)
    document = json.loads(opened.body) if word == "shown" and opened.body else None
    if document is not None and document.get("void"):
        word = "no-result"
    return CandidateLine(
        ref=one.ref,
        title=one.title,
        code=one.code,
        venue=one.venue,
        timezone=one.timezone,
        opens_at=opens_at,
        closes_at=closes_at,
        duration_minutes=one.duration_minutes,
        handed_in_at=fact.handed_in_at,
        word=word,
        document=document,
        shown_at=(opened.committed_at or opened.at) if document is not None else None,
        contact=one.contact,
        disclosure=opened.disclosure if document is not None else None,
        seen=opened.seen_at is not None,
    )


def _word(one: _Sat, fact: _Facts, opened: str, opens_at: datetime, closes_at: datetime, at: datetime) -> str:
    """The same words for the whole cohort until it is released; a withheld candidate reads no earlier that it is so."""
    released = one.first_released_at is not None
    if opened == OpeningStatus.SHOWN:
        return "shown"
    if opened == OpeningStatus.WITHDRAWN:
        return "withdrawn"
    if one.standing != Standing.EXPECTED and released:
        return one.standing
    if fact.handed_in_at is None and not fact.running:
        if at < opens_at:
            return "upcoming"
        if at < closes_at:
            return "open"
        return "being-marked" if one.standing != Standing.EXPECTED and not released else "missed"
    if one.show_results == ShowResults.NEVER:
        return "not-disclosed"
    if fact.last == OpeningStatus.WITHHELD and released:
        return "not-yet-available"
    return "hidden" if opened == OpeningStatus.HIDDEN else "being-marked"
