"""Ask for messages: one piece of work per recipient and occasion, so that none goes out twice."""

from collections.abc import Iterable, Mapping
from typing import Any

from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import Work

MAIL = "mail"


def queue_mails(opened: Change, messages: Iterable[tuple[str, Mapping[str, Any]]], *, group: str) -> int:
    """Queue one message for each (key, payload); a key that is there already is left alone. Return how many.

    A payload names its notice, its person and what it is about, by refs; the worker renders it.
    """
    rows = [
        Work(
            kind=MAIL,
            key=key,
            payload=dict(payload),
            group=group,
            run_after=opened.at,
            created_at=opened.at,
            asked_by_id=opened.actor.id,
            event_id=opened.event_id,
        )
        for key, payload in messages
    ]
    Work.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2_000)
    return len(rows)
