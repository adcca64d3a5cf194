"""Whose Publish right sleeps: publishers at a schedule who do not, or no longer, see its results."""

from collections.abc import Collection

from django.db.models import F, QuerySet

from marksheet.apps.people.models import Grant, Reach, UnitPath
from marksheet.apps.people.queries import grants_with
from marksheet.rules.access import Verb

Place = tuple[int, int]
# What gives sight of a schedule's rows on Results: "view reports", or assignment there.
SIGHT = (Verb.REPORT_VIEW, Verb.MARK_GIVE, Verb.MARK_MODERATE)


def asleep(people: Collection[int]) -> set[Place]:
    """Return (person, schedule node) of every Publish right of these people that sleeps; a few statements.

    Sight is "view reports" at the schedule or above it, or assignment there as marker or moderator.
    """
    publish = set(_places(grants_with(Verb.RESULT_PUBLISH), people))
    if not publish:
        return set()
    return publish - _seeing(people, {node for _, node in publish})


def publishers_below(node_id: int) -> set[int]:
    """Return the keys of everybody who holds the Publish right at a schedule at or below a node."""
    below = UnitPath.objects.filter(ancestor_id=node_id).values("descendant")
    return set(grants_with(Verb.RESULT_PUBLISH).filter(unit__in=below).values_list("person", flat=True))


def _places(grants: QuerySet[Grant], people: Collection[int]) -> QuerySet[Grant, Place]:
    return grants.filter(person__in=people, reach=Reach.SCHEDULES).values_list("person_id", "unit_id")


def _seeing(people: Collection[int], nodes: Collection[int]) -> set[Place]:
    at: dict[int, set[int]] = {}
    for verb in SIGHT:
        for person, unit in _places(grants_with(verb), people):
            at.setdefault(unit, set()).add(person)
    paths = UnitPath.objects.filter(ancestor__in=at, descendant__in=nodes).values_list(
        F("ancestor_id"), F("descendant_id")
    )
    return {(person, node) for unit, node in paths for person in at[unit]}
