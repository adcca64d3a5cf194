"""Whose Publish right sleeps: publishers at a schedule who do not, or no longer, see its results."""

from collections.abc import Collection

from django.db.models import F, QuerySet

from marksheet.apps.people.models import Grant, NodeKind, Reach, UnitPath
from marksheet.apps.people.queries import grants_with
from marksheet.rules.access import Verb

Place = tuple[int, int]


def asleep(people: Collection[int]) -> set[Place]:
    """Return (person, schedule node) of every Publish right of these people that sleeps; three statements.

    Sight is "view reports" at the schedule or above it, or assignment there as marker or moderator.
    """
    publish = set(_places(grants_with(Verb.RESULT_PUBLISH), people))
    if not publish:
        return set()
    nodes = {node for _, node in publish}
    assigned: set[Place] = set()
    for verb in (Verb.MARK_GIVE, Verb.MARK_MODERATE):
        assigned |= set(_places(grants_with(verb).filter(unit__kind=NodeKind.SCHEDULE), people))
    return publish - assigned - _viewing(people, nodes)


def publishers_below(node_id: int) -> set[int]:
    """Return the keys of everybody who holds the Publish right at a schedule at or below a node."""
    below = UnitPath.objects.filter(ancestor_id=node_id).values("descendant")
    return set(grants_with(Verb.RESULT_PUBLISH).filter(unit__in=below).values_list("person", flat=True))


def _places(grants: QuerySet[Grant], people: Collection[int]) -> QuerySet[Grant, Place]:
    return grants.filter(person__in=people, reach=Reach.SCHEDULES).values_list("person_id", "unit_id")


def _viewing(people: Collection[int], nodes: Collection[int]) -> set[Place]:
    grants = grants_with(Verb.REPORT_VIEW).filter(person__in=people)
    at: dict[int, set[int]] = {}
    for person, unit in grants.values_list("person_id", "unit_id"):
        at.setdefault(unit, set()).add(person)
    paths = UnitPath.objects.filter(ancestor__in=at, descendant__in=nodes).values_list(
        F("ancestor_id"), F("descendant_id")
    )
    return {(person, node) for unit, node in paths for person in at[unit]}
