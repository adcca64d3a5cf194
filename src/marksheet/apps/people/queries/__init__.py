"""What a person may see of people, units and rights; one table of rights answers lists and doors alike."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import NotAllowed, NotFound
from marksheet.apps.people.models import (
    Grant,
    InboxNote,
    Membership,
    NodeKind,
    Person,
    Preference,
    Reach,
    Role,
    RoleVerb,
    Unit,
    UnitPath,
)
from marksheet.apps.people.queries.rights import held, remembering_rights
from marksheet.rules.access import DIRECT_ONLY, Verb

__all__ = [
    "Grant", "InboxNote", "Membership", "NodeKind", "Person", "Preference", "Reach", "Role", "Unit",
    "remembering_rights",
]  # fmt: skip

Keys = QuerySet[UnitPath, int]


def grants_with(verb: str, *, reach: str = Reach.SCHEDULES) -> QuerySet[Grant]:
    """Return the grants in force that confer ``verb``; one that must be direct counts at schedules only."""
    grants = Grant.objects.filter(
        Exists(RoleVerb.objects.filter(role=OuterRef("role"), verb=str(verb))), ended_at=None, reach=reach
    )
    return grants.filter(unit__kind=NodeKind.SCHEDULE) if verb in DIRECT_ONLY else grants


def nodes_where(person: Person, *verbs: str, reach: str = Reach.SCHEDULES) -> Keys:
    """Return the keys of every node, units and schedules, at which ``person`` holds one of ``verbs``."""
    known = held(person, reach)
    granted = {unit for verb in verbs for unit in known.get(str(verb), ())}
    return UnitPath.objects.filter(ancestor_id__in=sorted(granted)).values_list("descendant_id", flat=True)


def holds(person: Person, verb: str, node_id: int, *, reach: str = Reach.SCHEDULES) -> bool:
    """Return whether ``person`` holds ``verb`` at the node, by a grant there or above it."""
    return nodes_where(person, verb, reach=reach).filter(descendant_id=node_id).exists()


def holds_somewhere(person: Person, *verbs: str, reach: str = Reach.SCHEDULES) -> bool:
    """Return whether ``person`` holds one of ``verbs`` at any node."""
    known = held(person, reach)
    return any(known.get(str(verb)) for verb in verbs)


def verbs_held_somewhere(person: Person) -> frozenset[str]:
    """Return every verb that ``person`` holds at some node, for the menu."""
    return frozenset(held(person, Reach.SCHEDULES))


def verbs_at(person: Person, node_id: int) -> frozenset[str]:
    """Return every verb that ``person`` holds at one node; one statement."""
    pairs = (
        Grant.objects.filter(
            person=person,
            ended_at=None,
            reach=Reach.SCHEDULES,
            unit__in=UnitPath.objects.filter(descendant_id=node_id).values("ancestor"),
        )
        .values_list("role__verbs__verb", "unit__kind")
        .distinct()
    )
    return frozenset(v for v, kind in pairs if v and (v not in DIRECT_ONLY or kind == NodeKind.SCHEDULE))


def people_with(verb: str, node_id: int) -> QuerySet[Person]:
    """Return the people who hold ``verb`` at the node, by name; used to say who can help."""
    above = UnitPath.objects.filter(descendant_id=node_id).values("ancestor")
    grants = grants_with(verb).filter(unit__in=above)
    return Person.objects.filter(pk__in=grants.values("person"), is_active=True).order_by("sort_name", "id")


def helpers(verb: str, node_id: int, *, most: int = 5) -> list[str]:
    """Return the names of up to ``most`` people who hold ``verb`` at the node."""
    return [person.name for person in people_with(verb, node_id)[:most]]


def demand(person: Person, verb: str, node_id: int, message: str, *, helper_verb: str = "") -> None:
    """Refuse with ``message`` and with who can help, unless ``person`` holds ``verb`` at the node.

    Raises:
        NotAllowed: the person does not hold it.
    """
    if not holds(person, verb, node_id):
        raise NotAllowed(message, helpers=helpers(helper_verb or verb, node_id))


def unit_for(person: Person, ref: str, *verbs: str) -> Unit:
    """Return the unit named ``ref`` if ``person`` holds one of ``verbs`` there.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    unit = Unit.objects.filter(ref=ref).select_related("institution", "parent").first()
    if unit is None or not nodes_where(person, *verbs).filter(descendant_id=unit.pk).exists():
        raise NotFound(_("There is no such unit."))
    return unit


def units_where(person: Person, *verbs: str) -> QuerySet[Unit]:
    """Return the units, schedules apart, at which ``person`` holds one of ``verbs``, by name."""
    return (
        Unit.objects.filter(pk__in=nodes_where(person, *verbs))
        .exclude(kind=NodeKind.SCHEDULE)
        .select_related("parent", "institution")
        .order_by("name", "id")
    )


def ancestors(node_id: int) -> QuerySet[Unit]:
    """Return the units above a node and itself, the institution first."""
    return Unit.objects.filter(
        pk__in=UnitPath.objects.filter(descendant_id=node_id).values("ancestor")
    ).order_by("id")


def institution_of(unit: Unit) -> Unit:
    """Return the root of the tree in which ``unit`` stands."""
    return unit if unit.institution_id is None else unit.institution  # type: ignore[return-value]


def candidate_units_of(person: Person, verb: str = Verb.CANDIDATE_SEE) -> Keys:
    """Return the keys of the home units whose candidates ``person`` may see (a centre sees its own)."""
    return nodes_where(person, verb, reach=Reach.CANDIDATES)


def zone_of(person: Person) -> str:
    """Return the time zone in which ``person`` reads moments that belong to no schedule: their institution's.

    The institution they are a member of, or else one where they hold a role; UTC where there is neither.
    """
    member = Membership.objects.filter(person=person).order_by("pk").values("institution")[:1]
    granted = Grant.objects.filter(person=person, ended_at=None).order_by("pk")
    first = granted.values_list(Coalesce("unit__institution", "unit"), flat=True)[:1]
    home = Unit.objects.filter(pk=Coalesce(Subquery(member), Subquery(first)))
    return home.values_list("timezone", flat=True).first() or "UTC"


def membership(person_id: int, institution_id: int) -> Membership | None:
    """Return a person's membership of an institution: number and home unit."""
    return Membership.objects.filter(person_id=person_id, institution_id=institution_id).first()


def shipped_role(key: str) -> Role:
    """Return the shipped role with this key."""
    return Role.objects.get(key=key)


def person_by_username(username: str) -> Person | None:
    """Return the active person who signs in with this name, for commands and demo sign-in."""
    return Person.objects.filter(username=username, is_active=True).first()


def unread_count(person: Person) -> int:
    """Return how many notes in the person's inbox are unread."""
    return InboxNote.objects.filter(person=person, read_at=None).count()


def inbox_of(person: Person) -> QuerySet[InboxNote]:
    """Return the person's inbox, newest first."""
    return InboxNote.objects.filter(person=person).order_by("-created_at", "-id")


def preference(person: Person, key: str, name: str = "") -> object:
    """Return what the person chose for ``key``; None if nothing."""
    row = Preference.objects.filter(person=person, key=key, name=name).first()
    return row.value if row else None


def preferences(person: Person, key: str) -> Iterable[Preference]:
    """Return the person's named choices under ``key``, such as saved views."""
    return Preference.objects.filter(person=person, key=key).exclude(name="").order_by("name")
