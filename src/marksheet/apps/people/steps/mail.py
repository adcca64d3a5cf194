"""Hold all messages of units back until further notice, and let them go on."""

from collections.abc import Collection

from django.db import connection

from marksheet.apps.ledger.change import Change
from marksheet.apps.people.models import MailPause, Person
from marksheet.apps.people.queries import grants_with, nodes_where
from marksheet.apps.people.queries.mail import held_back, standing_pauses
from marksheet.rules.access import Verb

# A number of our own for PostgreSQL's advisory locks.
GATE = 7_203_114


def begin_pause(opened: Change, actor: Person) -> int:
    """Hold back all mail of the units where ``actor`` looks after messages; return how many units are new to it.

    Call it first in the change: it waits until no message is being asked for.
    """
    _gate("pg_advisory_xact_lock")
    units = set(grants_with(Verb.MAIL_MANAGE).filter(person=actor).values_list("unit", flat=True))
    fresh = units - set(standing_pauses().filter(unit__in=units).values_list("unit", flat=True))
    MailPause.objects.bulk_create(
        MailPause(unit_id=unit, by=actor, event_id=opened.event_id, at=opened.at) for unit in sorted(fresh)
    )
    return len(fresh)


def end_pause(opened: Change, actor: Person) -> int:
    """End the pauses of the units where ``actor`` looks after messages; return how many."""
    mine = standing_pauses().filter(unit__in=nodes_where(actor, Verb.MAIL_MANAGE))
    return mine.update(ended_at=opened.at, ended_event_id=opened.event_id)


def to_be_held(opened: Change, person_ids: Collection[int]) -> set[int]:
    """Return whose messages, asked for in this change, are held back at once; a pause begins after it or before."""
    _gate("pg_advisory_xact_lock_shared")
    return held_back(person_ids)


def _gate(function: str) -> None:
    """SQLite has one writer at a time and needs no gate."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [GATE])
