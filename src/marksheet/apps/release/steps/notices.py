"""Ask for messages: one piece of work per recipient and occasion, so that none goes out twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import Work

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
    """Queue messages; one whose key is there already is left alone. Return how many were asked for.

    Args:
        group: what they can be paused by, together: the ref of a publication, say.
        first: the place of the first of them in the whole sending, for the pace.
    """
    pace = pace or Pace()
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
            event_id=opened.event_id,
        )
        for place, mail in enumerate(mails, start=first)
    ]
    Work.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2_000)
    return len(rows)
