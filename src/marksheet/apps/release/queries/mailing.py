"""Messages as those who look after them see them: to whom, about what, what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from marksheet.apps.exams.queries.anonymity import veil_over
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Work, WorkState
from marksheet.apps.people.models import Membership, Person
from marksheet.apps.people.queries.directory import people_seen_by
from marksheet.apps.people.queries.names import has_in_name
from marksheet.apps.release.models import Publication
from marksheet.apps.results.models import Result
from marksheet.rules.access import Verb

MAIL = "mail"
SIZE = 50
# Made of a single-use link: sent again only with a new link, by inviting again.
WITH_LINK = ("invitation", "password-reset")


class Fate(StrEnum):
    """What became of a message, as the page says it."""

    WAITING = "waiting"
    PAUSED = "paused"
    SENDING = "sending"
    SENT = "sent"
    NOT_SENT = "not-sent"
    UNSURE = "unsure"
    PARKED = "parked"


CONDITIONS: dict[Fate, Q] = {
    Fate.WAITING: Q(state=WorkState.WAITING, paused=False),
    Fate.PAUSED: Q(state=WorkState.WAITING, paused=True),
    Fate.SENDING: Q(state=WorkState.CLAIMED),
    Fate.SENT: Q(state=WorkState.DONE, outcome__fate="sent"),
    Fate.NOT_SENT: Q(state=WorkState.DONE, outcome__fate="not-sent"),
    Fate.UNSURE: Q(state=WorkState.PARKED, outcome__fate="handing-over"),
    Fate.PARKED: Q(state=WorkState.PARKED) & (Q(outcome=None) | ~Q(outcome__fate="handing-over")),
}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message: ``about`` is the exam, where it is about one; ``detail`` why it was not sent, or the error."""

    work: Work
    name: str
    address: str
    notice: str
    about: str
    fate: Fate
    detail: str

    @property
    def at(self) -> datetime:
        """When something last became of it."""
        return self.work.finished_at or self.work.created_at

    @property
    def can_be_sent_again(self) -> bool:
        """Whether a person may send it again: not while it waits, and never an old single-use link."""
        return self.fate not in (Fate.WAITING, Fate.PAUSED, Fate.SENDING) and self.notice not in WITH_LINK


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One page of messages, newest first; ``next`` is empty on the last."""

    lines: list[MessageLine]
    next: str


def messages_seen_by(person: Person) -> QuerySet[Work]:
    """Return the messages to people of units where ``person`` holds ``mail.manage``."""
    people = people_seen_by(person, Verb.MAIL_MANAGE).order_by().filter(pk=OuterRef("person_id"))
    return Work.objects.filter(Exists(people), kind=MAIL)


def message_for(person: Person, ref: str) -> Work:
    """Return the message named ``ref`` if ``person`` looks after it.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    found = messages_seen_by(person).filter(ref=ref).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found


def message_page(
    person: Person, *, text: str = "", fate: str = "", group: str = "", after: str = "", size: int = SIZE
) -> MessagePage:
    """Return a page of messages, newest first; a constant number of statements.

    Args:
        text: part of the recipient's name or address, or the start of their number.
        fate: one of ``Fate``; anything else means all.
        group: what they were asked for together.
    """
    found = messages_seen_by(person)
    if text.strip():
        found = found.filter(person_id__in=_recipients(text.strip()).values("pk"))
        if codes := veil_over(person).codes:
            # A name finds no message about work that its reader knows by a code.
            hidden = Result.objects.filter(schedule__in=codes).values_list("ref", flat=True)
            found = found.exclude(payload__result__in=list(hidden))
    if fate in set(Fate):
        found = found.filter(CONDITIONS[Fate(fate)])
    if group:
        found = found.filter(group=group)
    if after.isdigit():
        found = found.filter(pk__lt=int(after))
    works = list(found.order_by("-id")[: size + 1])
    return MessagePage(described(person, works[:size]), str(works[size - 1].pk) if len(works) > size else "")


def _recipients(text: str) -> QuerySet[Person]:
    number = Membership.objects.filter(person=OuterRef("pk"), number__istartswith=text)
    named = Q()
    for word in text.split()[:6]:
        named &= has_in_name(word)
    return Person.objects.annotate(address=Lower("email")).filter(
        named | Q(address__contains=text.lower()) | Exists(number)
    )


def described(person: Person, works: Sequence[Work]) -> list[MessageLine]:
    """Return messages with recipient and subject matter, as ``person`` sees them; three statements."""
    people = {p.pk: p for p in Person.objects.filter(pk__in={work.person_id for work in works})}
    refs = {work.payload.get("result", "") for work in works}
    about = Result.objects.filter(ref__in=[ref for ref in refs if ref])
    titles = dict(about.values_list("ref", "title"))
    codes = dict(about.filter(schedule__in=veil_over(person).codes).values_list("ref", "script_code"))
    return [
        _line(work, people.get(work.person_id or 0), titles, codes.get(work.payload.get("result", ""), ""))
        for work in works
    ]


def _line(work: Work, person: Person | None, titles: dict[str, str], code: str) -> MessageLine:
    outcome: dict[str, Any] = work.outcome if isinstance(work.outcome, dict) else {}
    fate = fate_of(work)
    detail = str(outcome.get("why", "")) if fate is Fate.NOT_SENT else work.last_error
    return MessageLine(
        work=work,
        name=code or (person.name if person else ""),
        address="" if code else str(outcome.get("to", "")) or (person.email if person else ""),
        notice=str(work.payload.get("notice", "")),
        about=titles.get(work.payload.get("result", ""), ""),
        fate=fate,
        detail=detail,
    )


def fate_of(work: Work) -> Fate:
    """Return what became of a message."""
    said = work.outcome.get("fate") if isinstance(work.outcome, dict) else ""
    if work.state == WorkState.WAITING:
        return Fate.PAUSED if work.paused else Fate.WAITING
    if work.state == WorkState.CLAIMED:
        return Fate.SENDING
    if work.state == WorkState.PARKED:
        return Fate.UNSURE if said == "handing-over" else Fate.PARKED
    return Fate.SENT if said == "sent" else Fate.NOT_SENT


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that were asked for together and wait: how many, how many of them are paused, and by whom asked."""

    key: str
    waiting: int
    paused: int
    title: str
    by: str
    at: datetime | None


def waiting_groups(person: Person, *, most: int = 20) -> list[Group]:
    """Return the groups of messages that wait or are paused, the largest first; three statements."""
    counted = (
        messages_seen_by(person)
        .filter(state=WorkState.WAITING)
        .values_list("group")
        .order_by()
        .annotate(n=Count("id"), held=Count("id", filter=Q(paused=True)))
        .order_by("-n")[:most]
    )
    rows = list(counted.values_list("group", "n", "held"))
    found = Publication.objects.filter(ref__in=[row[0] for row in rows])
    publications = {one.ref: one for one in found}
    titles = _titles(publications)
    return [
        Group(
            key,
            n,
            held,
            titles.get(key, ""),
            publications[key].publisher_name if key in publications else "",
            publications[key].committed_at if key in publications else None,
        )
        for key, n, held in rows
    ]


def _titles(publications: dict[str, Publication]) -> dict[str, str]:
    """Name a publication by the first of its schedules."""
    found: dict[str, str] = {}
    rows = Result.objects.filter(in_force__publication_id__in=[p.pk for p in publications.values()])
    by_key = {one.pk: one.ref for one in publications.values()}
    for key, title in rows.order_by().values_list("in_force__publication_id", "title").distinct():
        found.setdefault(by_key[key], title)
    return found


def counts_by_fate(person: Person) -> dict[str, int]:
    """Return how many messages wait, are paused, parked or of unknown fate: what somebody may have to look at."""
    wanted = (Fate.WAITING, Fate.PAUSED, Fate.UNSURE, Fate.PARKED)
    return messages_seen_by(person).aggregate(
        **{str(fate): Count("id", filter=CONDITIONS[fate]) for fate in wanted}
    )
