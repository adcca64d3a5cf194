"""Ask for messages: one piece of work per recipient and occasion, so that none goes out twice."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.models import Person
from marksheet.apps.people.steps.mail import to_be_held

MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to be: its key (the occasion), the recipient's key, and what the worker renders it from."""

    key: str
    person_id: int
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast messages leave: a first wave of a few, a pause to look, then so many a second."""

    first_wave: int = 10
    pause_seconds: int = 60
    per_second: float = 20.0

    def delay(self, place: int) -> timedelta:
        """Return how long the message at ``place`` (from 0) waits."""
        if place < self.first_wave:
            return timedelta(0)
        return timedelta(seconds=self.pause_seconds + (place - self.first_wave) / self.per_second)


def queue_mails(
    opened: Change, mails: Iterable[Mail], *, group: str, pace: Pace | None = None, first: int = 0
) -> int:
    """Queue messages to those who have an address; return how many. One whose key is there already stays alone.

    Args:
        group: what they can be paused by, together: the ref of a publication, say.
        first: the place of the first of them in the whole sending, for the pace.
    """
    pace = pace or Pace()
    mails = list(mails)
    addressed = with_address([mail.person_id for mail in mails])
    held = to_be_held(opened, addressed)
    rows = [
        Work(
            kind=MAIL,
            key=mail.key,
            payload=dict(mail.payload),
            group=group,
            run_after=opened.at + pace.delay(place),
            created_at=opened.at,
            asked_by_id=opened.actor.id,
            person_id=mail.person_id,
            paused=mail.person_id in held,
            event_id=opened.event_id,
        )
        for place, mail in enumerate((one for one in mails if one.person_id in addressed), start=first)
    ]
    Work.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2_000)
    return len(rows)


def with_address(person_ids: Collection[int]) -> set[int]:
    """Return those of these people who can be written to."""
    return set(Person.objects.filter(pk__in=set(person_ids)).exclude(email="").values_list("pk", flat=True))
