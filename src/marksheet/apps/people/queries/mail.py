"""Whose messages are held back until somebody resumes them, and by whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from marksheet.apps.people.models import MailPause, Person, UnitPath
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.people.queries.directory import people_at
from marksheet.rules.access import Verb

SLICE = 5_000


@dataclass(frozen=True, slots=True)
class PauseLine:
    """A standing pause: of which unit, by whom, since when, and whether the reader may end it."""

    unit: str
    by: str
    at: datetime
    mine: bool


def standing_pauses() -> QuerySet[MailPause]:
    """Return the pauses that hold now."""
    return MailPause.objects.filter(ended_at=None)


def held_people(pauses: QuerySet[MailPause]) -> QuerySet[Person]:
    """Return the people whose messages these pauses hold back: those of the units, and of all below."""
    nodes = UnitPath.objects.filter(ancestor__in=pauses.values("unit")).values("descendant")
    return people_at(nodes).order_by()


def held_back(person_ids: Collection[int]) -> set[int]:
    """Return those of these people whose messages are held back; one statement where nothing is paused."""
    if not standing_pauses().exists():
        return set()
    people, keys = held_people(standing_pauses()), sorted(set(person_ids))
    slices = [keys[start : start + SLICE] for start in range(0, len(keys), SLICE)]
    return {key for some in slices for key in people.filter(pk__in=some).values_list("pk", flat=True)}


def pauses_seen_by(person: Person) -> list[PauseLine]:
    """Return the pauses that touch people whose messages ``person`` looks after: theirs, and those above."""
    nodes = nodes_where(person, Verb.MAIL_MANAGE)
    above = UnitPath.objects.filter(descendant__in=nodes).values("ancestor")
    rows = list(standing_pauses().filter(unit__in=above).select_related("unit", "by").order_by("at", "id"))
    mine = set(nodes.filter(descendant__in=[row.unit_id for row in rows])) if rows else set()
    return [PauseLine(row.unit.name, row.by.name, row.at, row.unit_id in mine) for row in rows]
