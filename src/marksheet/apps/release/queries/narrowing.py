"""What of a history or of the log is asked for."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from marksheet.apps.ledger.models import Event
from marksheet.apps.people.models import Person


@dataclass(frozen=True, slots=True)
class Filter:
    """Who did what since when and until when; empty means everything."""

    person: str = ""
    verb: str = ""
    since: datetime | None = None
    until: datetime | None = None


def narrowed(events: QuerySet[Event], asked: Filter) -> QuerySet[Event]:
    """Return those of ``events`` that are asked for; ``until`` itself is not among them."""
    if asked.person:
        events = events.filter(actor_id__in=Person.objects.filter(ref=asked.person).values("pk"))
    if asked.verb:
        events = events.filter(verb=asked.verb)
    if asked.since:
        events = events.filter(at__gte=asked.since)
    if asked.until:
        events = events.filter(at__lt=asked.until)
    return events
