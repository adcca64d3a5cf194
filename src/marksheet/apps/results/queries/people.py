"""Who publishes, marks and moderates at schedules: the names that a list of results says can help."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import veil_over
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.people.models import Person, UnitPath
from marksheet.apps.people.queries import Grant, Reach, grants_with
from marksheet.rules.access import Verb

Named = tuple[int, str]
Granted = tuple[int, str, int, str, bool]
"""(node, verb, person's key, name, sees the results by another right)."""
WANTED = (Verb.RESULT_PUBLISH, Verb.MARK_GIVE, Verb.MARK_MODERATE)


@dataclass(slots=True)
class Assigned:
    """The people with a right at one schedule: (key, name) each, by name; publishers only if they see it too."""

    publishers: list[Named] = field(default_factory=list)
    markers: list[Named] = field(default_factory=list)
    moderators: list[Named] = field(default_factory=list)


def assigned_at(person: Person, nodes: Collection[int]) -> dict[int, Assigned]:
    """Return who publishes, marks and moderates at each of these schedules' nodes, as ``person`` sees them.

    Two statements; more where colleagues are numbers to this person.
    """
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
    return _gathered(_as_read(person, rows))


def _as_read(person: Person, rows: Iterable[Granted]) -> list[Granted]:
    """Return who holds what, with numbers for names where those are read, in the order of these."""
    veil = veil_over(person)
    if not veil.numbers:
        return list(rows)
    nodes = dict(Schedule.objects.filter(pk__in=veil.numbers).values_list("node_id", "pk"))
    called = [
        (node, verb, key, veil.colleague(nodes[node], key, name) if node in nodes else name, sees)
        for node, verb, key, name, sees in rows
    ]
    return sorted(called, key=lambda one: one[3]) if nodes else called


def not_submitted_by(person: Person, enrolments: Collection[int]) -> dict[int, list[str]]:
    """Return enrolment -> the names, as ``person`` reads them, of those with whom scripts of it are not submitted.

    Empty where they are with nobody. Enrolments whose work lies on a pile are left out: it is everybody's there.
    """
    if not enrolments:
        return {}
    rows = handed_in().filter(attempt__enrolment__in=list(enrolments), submitted_at=None)
    found: dict[int, list[str]] = {}
    pile: set[int] = set()
    veil = veil_over(person)
    for key, allocated, schedule, marker, name in rows.order_by("marker__sort_name", "marker_id").values_list(
        "attempt__enrolment_id", "allocated", "schedule_id", "marker_id", "marker__name"
    ):
        here = found.setdefault(key, [])
        called = veil.colleague(schedule, marker, name or "")
        if not allocated:
            pile.add(key)
        elif called and called not in here:
            here.append(called)
    # In the order of names, numbers would tell them.
    return {key: sorted(names) if veil.numbers else names for key, names in found.items() if key not in pile}


def not_submitted_at(person: Person, schedules: Collection[int]) -> dict[int, list[Named]]:
    """Return schedule -> with whom scripts are that are not submitted: (key, name) each, by name; one statement.

    Schedules where work lies on a pile are left out: it is everybody's there.
    """
    rows = handed_in().filter(schedule__in=list(schedules), submitted_at=None).order_by("marker__sort_name")
    found: dict[int, list[Named]] = {}
    pile: set[int] = set()
    veil = veil_over(person)
    for schedule, allocated, key, name in rows.values_list(
        "schedule_id", "allocated", "marker_id", "marker__name"
    ).distinct():
        here = found.setdefault(schedule, [])
        if not allocated:
            pile.add(schedule)
        elif key is not None:
            here.append((key, veil.colleague(schedule, key, name)))
    for schedule in veil.numbers:
        found.get(schedule, []).sort(key=lambda one: one[1])
    return {schedule: people for schedule, people in found.items() if schedule not in pile}


def _gathered(rows: Collection[Granted]) -> dict[int, Assigned]:
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
