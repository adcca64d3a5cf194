"""What a candidate may see: enrolments, schedule facts and disclosures, never a mark, key or working result."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

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


def _latest() -> QuerySet[Opening]:
    holds = Q(publication=None) | Q(publication__committed_at__isnull=False)
    return Opening.objects.filter(holds, result__enrolment=OuterRef("pk")).order_by("-id")


def _enrolments(person: Person) -> QuerySet[Enrolment]:
    latest = _latest()
    handed_in = Attempt.objects.filter(enrolment=OuterRef("pk"), handed_in_at__isnull=False).order_by(
        "-number"
    )
    current = latest.exclude(status=OpeningStatus.LIFTED)
    return (
        Enrolment.objects.filter(person=person, schedule__activated_at__isnull=False)
        .select_related("schedule__version")
        .annotate(
            last_status=Subquery(latest.values("status")[:1]),
            open_fact=Subquery(current.exclude(status=OpeningStatus.WITHHELD).values("pk")[:1]),
            handed_in=Subquery(handed_in.values("handed_in_at")[:1]),
            running=Exists(Attempt.objects.filter(enrolment=OuterRef("pk"), state=AttemptState.IN_PROGRESS)),
        )
        .order_by("-schedule__opens_at", "-id")
    )


def dashboard_of(person: Person, at: datetime) -> list[CandidateLine]:
    """Return every exam of the candidate, newest first, each with the word that the page says; two statements."""
    return _lines(_enrolments(person), at)


def result_of(person: Person, ref: str, at: datetime) -> CandidateLine:
    """Return one exam of the candidate, by the ref of the enrolment; the others are not read.

    Raises:
        NotFound: there is none of that name for this person.
    """
    for line in _lines(_enrolments(person).filter(ref=ref), at):
        return line
    raise NotFound("There is no such result.")


@dataclass(frozen=True, slots=True)
class _Open:
    """The fact that says what is open of one result; ``body`` is the disclosure, only with *shown*."""

    status: str = ""
    body: str | None = None
    at: datetime | None = None
    disclosure: int | None = None
    seen: bool = False


def _lines(found: QuerySet[Enrolment], at: datetime) -> list[CandidateLine]:
    enrolments = list(found)
    facts = _facts([e.open_fact for e in enrolments if e.open_fact is not None])  # type: ignore[attr-defined]
    return [_line(e, facts.get(e.open_fact, _Open()), at) for e in enrolments]  # type: ignore[attr-defined]


def _facts(keys: list[int]) -> dict[int, _Open]:
    rows = Opening.objects.filter(pk__in=keys).values_list(
        *("pk", "status", "disclosure__body", "publication__committed_at", "at", "disclosure_id"),
        "disclosure__viewing__at",
    )
    return {
        key: _Open(
            status,
            body if status == OpeningStatus.SHOWN else None,
            committed_at or at,
            disclosure,
            bool(seen_at),
        )
        for key, status, body, committed_at, at, disclosure, seen_at in rows
    }


def _line(e: Any, fact: _Open, at: datetime) -> CandidateLine:
    schedule = e.schedule
    opens_at, closes_at = e.opens_at or schedule.opens_at, e.closes_at or schedule.closes_at
    word = _word(e, fact.status, opens_at, closes_at, at)
    document = json.loads(fact.body) if word == "shown" and fact.body is not None else None
    if document is not None and document.get("void"):
        word = "no-result"
    return CandidateLine(
        ref=e.ref,
        title=schedule.title,
        code=schedule.code,
        venue=schedule.venue,
        timezone=schedule.timezone,
        opens_at=opens_at,
        closes_at=closes_at,
        duration_minutes=schedule.version.duration_minutes,
        handed_in_at=e.handed_in,
        word=word,
        document=document,
        shown_at=fact.at if document is not None else None,
        contact=schedule.contact,
        disclosure=fact.disclosure if document is not None else None,
        seen=fact.seen,
    )


def _word(e: Any, opened: str, opens_at: datetime, closes_at: datetime, at: datetime) -> str:
    """The same words for the whole cohort until it is released; a withheld candidate reads no earlier that it is so."""
    schedule = e.schedule
    released = schedule.first_released_at is not None
    if opened == OpeningStatus.SHOWN:
        return "shown"
    if opened == OpeningStatus.WITHDRAWN:
        return "withdrawn"
    if e.standing != Standing.EXPECTED and released:
        return str(e.standing)
    if e.handed_in is None and not e.running:
        if at < opens_at:
            return "upcoming"
        if at < closes_at:
            return "open"
        return "being-marked" if e.standing != Standing.EXPECTED and not released else "missed"
    if schedule.show_results == ShowResults.NEVER:
        return "not-disclosed"
    if e.last_status == OpeningStatus.WITHHELD and released:
        return "not-yet-available"
    return "being-marked"
