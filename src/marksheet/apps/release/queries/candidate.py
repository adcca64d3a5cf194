"""What a candidate may see: enrolments, schedule facts and disclosures, never a mark, key or working result."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from marksheet.apps.exams.models import Attempt, AttemptState, Enrolment, Standing
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import Opening, OpeningStatus
from marksheet.rules.publication import ShowResults


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """One exam on the candidate's dashboard.

    ``word`` is what the page says: upcoming, open, being-marked, shown, not-disclosed, withdrawn, not-yet-available,
    absent, excused, deferred, missed, no-result. ``document`` is the disclosure, only with *shown* and *no-result*;
    ``disclosure`` its key, where it is one that was written down, and ``seen`` whether it was noted as seen.
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
    """An enrolment with what its schedule says: only what is needed, for a page that thousands open at once."""

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


_COLUMNS = (
    "pk", "ref", "standing", "opens_at", "closes_at", "schedule__title", "schedule__code", "schedule__venue",
    "schedule__timezone", "schedule__opens_at", "schedule__closes_at", "schedule__first_released_at",
    "schedule__show_results", "schedule__contact", "schedule__version__duration_minutes",
)  # fmt: skip


def _enrolments(person: Person) -> QuerySet[Enrolment]:
    return Enrolment.objects.filter(person=person, schedule__activated_at__isnull=False)


def dashboard_of(person: Person, at: datetime) -> list[CandidateLine]:
    """Return every exam of the candidate, newest first, each with the word that the page says; three statements."""
    return _lines(_enrolments(person).order_by("-schedule__opens_at", "-id"), at)


def result_of(person: Person, ref: str, at: datetime) -> CandidateLine:
    """Return one exam of the candidate, by the ref of the enrolment; the others are not read.

    Raises:
        NotFound: there is none of that name for this person.
    """
    for line in _lines(_enrolments(person).filter(ref=ref), at):
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


def _lines(found: QuerySet[Enrolment], at: datetime) -> list[CandidateLine]:
    sat = [_Sat(*row) for row in found.values_list(*_COLUMNS)]
    facts = _facts([one.pk for one in sat]) if sat else {}
    return [_line(one, facts[one.pk], at) for one in sat]


def _facts(keys: list[int]) -> dict[int, _Facts]:
    """Read what is known of some enrolments, all of it: of one candidate there are few."""
    found = {key: _Facts() for key in keys}
    holds = Q(publication=None) | Q(publication__committed_at__isnull=False)
    opened = Opening.objects.filter(holds, result__enrolment__in=keys).order_by("pk")
    columns = ("status", "at", "publication__committed_at", "disclosure_id", "disclosure__body")
    for key, *values in opened.values_list("result__enrolment_id", *columns, "disclosure__viewing__at"):
        fact = _Open(*values)
        found[key].last = fact.status
        if fact.status not in (OpeningStatus.LIFTED, OpeningStatus.WITHHELD):
            found[key].open = fact
    attempts = Attempt.objects.filter(enrolment__in=keys).exclude(state=AttemptState.TAKEN_BACK)
    for key, state, handed_in_at in attempts.order_by("number").values_list(
        "enrolment_id", "state", "handed_in_at"
    ):
        found[key].running |= state == AttemptState.IN_PROGRESS
        found[key].handed_in_at = handed_in_at or found[key].handed_in_at
    return found


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
    return "being-marked"
