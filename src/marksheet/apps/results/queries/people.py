"""Who publishes, marks and moderates at schedules: the names that a list of results says can help."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from marksheet.apps.people.models import UnitPath
from marksheet.apps.people.queries import Grant, Reach, grants_with
from marksheet.rules.access import Verb

Named = tuple[int, str]
WANTED = (Verb.RESULT_PUBLISH, Verb.MARK_GIVE, Verb.MARK_MODERATE)


@dataclass(slots=True)
class Assigned:
    """The people with a right at one schedule: (key, name) each, by name; publishers only if they see it too."""

    publishers: list[Named] = field(default_factory=list)
    markers: list[Named] = field(default_factory=list)
    moderators: list[Named] = field(default_factory=list)


def assigned_at(nodes: Collection[int]) -> dict[int, Assigned]:
    """Return who publishes, marks and moderates at each of these schedules' nodes; one statement."""
    if not nodes:
        return {}
    above = UnitPath.objects.filter(
        descendant_id=OuterRef("unit_id"),
        ancestor__in=grants_with(Verb.REPORT_VIEW)
        .filter(person_id=OuterRef(OuterRef("person_id")))
        .values("unit"),
    )
    grants = Grant.objects.filter(
        unit__in=list(nodes), ended_at=None, reach=Reach.SCHEDULES, role__verbs__verb__in=WANTED
    ).annotate(sees=Exists(above))
    rows = grants.order_by("person__sort_name", "person_id").values_list(
        "unit_id", "role__verbs__verb", "person_id", "person__name", "sees"
    )
    return _gathered(rows)


def _gathered(rows: Collection[tuple[int, str, int, str, bool]]) -> dict[int, Assigned]:
    found: dict[int, Assigned] = defaultdict(Assigned)
    awake: set[tuple[int, int]] = set()
    for node, verb, key, name, sees in rows:
        if verb == Verb.RESULT_PUBLISH:
            found[node].publishers.append((key, name))
        elif verb == Verb.MARK_GIVE:
            found[node].markers.append((key, name))
        else:
            found[node].moderators.append((key, name))
        if sees or verb != Verb.RESULT_PUBLISH:
            awake.add((node, key))
    for node, one in found.items():
        one.publishers = [each for each in dict.fromkeys(one.publishers) if (node, each[0]) in awake]
        one.markers = list(dict.fromkeys(one.markers))
        one.moderators = list(dict.fromkeys(one.moderators))
    return found
