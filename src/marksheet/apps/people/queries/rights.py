"""What one person holds: for a page read once instead of once for each question."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

from marksheet.apps.people.models import NodeKind, Person
from marksheet.rules.access import DIRECT_ONLY

# (person, reach) -> verb -> the nodes at which a grant confers it.
Held = Mapping[str, frozenset[int]]
_remembered: ContextVar[dict[tuple[int, str], Held] | None] = ContextVar("rights_remembered", default=None)


@contextmanager
def remembering_rights() -> Iterator[None]:
    """Read the grants of a person once until the end: for answering a question, never for making a change.

    Within another such block, what that one read goes on to hold.
    """
    if _remembered.get() is not None:
        yield
        return
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def held(person: Person, reach: str) -> Held:
    """Return what ``person`` holds where: as it was read first where that is remembered, else as it is now."""
    known = _remembered.get()
    if known is None:
        return _read(person, reach)
    key = (person.pk, str(reach))
    if key not in known:
        known[key] = _read(person, reach)
    return known[key]


# Every page and every verb asks it, and building it anew took nine tenths of the time.
_HELD = """
SELECT v.verb, g.unit_id, u.kind
FROM people_grant g
JOIN people_unit u ON u.id = g.unit_id
JOIN people_roleverb v ON v.role_id = g.role_id
WHERE g.person_id = %s AND g.reach = %s AND g.ended_at IS NULL
"""


def _read(person: Person, reach: str) -> Held:
    found: dict[str, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [person.pk, str(reach)])
        for verb, unit_id, kind in cursor.fetchall():
            if verb not in DIRECT_ONLY or kind == NodeKind.SCHEDULE:
                found.setdefault(verb, set()).add(unit_id)
    return {verb: frozenset(units) for verb, units in found.items()}
