"""Who may see which units and people under Organisation; list and door ask the same question."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import NotAllowed, NotFound
from marksheet.apps.ledger.models import Event
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
from marksheet.apps.people.queries import helpers, holds_somewhere, nodes_where
from marksheet.apps.people.queries.names import has_in_name
from marksheet.rules.access import DIRECT_ONLY, SHIPPED_ROLES, Verb

__all__ = ["InboxNote", "Membership", "NodeKind", "Person", "Preference", "Reach", "Role", "Unit"]

# Who holds one of these at a unit sees it under Organisation.
SEES_UNITS = (Verb.UNIT_MANAGE, Verb.PERSON_MANAGE, Verb.PERSON_INVITE, Verb.ROLE_MANAGE)
SEES_PEOPLE = (Verb.PERSON_MANAGE, Verb.PERSON_INVITE)
PAGE = 50
# The shipped role that comes with a candidate number and is not given.
CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as the tree shows it.

    ``depth`` counts from the highest unit that the reader sees; ``people`` are at home here or below.
    """

    unit: Unit
    depth: int
    people: int
    manageable: bool


def tree_seen_by(person: Person) -> list[UnitRow]:
    """Return the units that ``person`` sees, parents before children, by name; four statements."""
    units = list(
        Unit.objects.filter(pk__in=nodes_where(person, *SEES_UNITS))
        .exclude(kind=NodeKind.SCHEDULE)
        .order_by("name", "id")
    )
    managed = set(nodes_where(person, Verb.UNIT_MANAGE))
    homes = dict(
        Membership.objects.filter(at_home([unit.pk for unit in units]))
        .values_list(Coalesce("home", "institution"))
        .annotate(count=Count("id"))
    )
    children: dict[int | None, list[Unit]] = defaultdict(list)
    seen = {unit.pk for unit in units}
    for unit in units:
        children[unit.parent_id if unit.parent_id in seen else None].append(unit)

    def walk(unit: Unit, depth: int) -> list[UnitRow]:
        below = [walk(child, depth + 1) for child in children[unit.pk]]
        people = homes.get(unit.pk, 0) + sum(rows[0].people for rows in below)
        return [UnitRow(unit, depth, people, unit.pk in managed), *chain.from_iterable(below)]

    return list(chain.from_iterable(walk(unit, 0) for unit in children[None]))


def people_seen_by(person: Person, *verbs: str) -> QuerySet[Person]:
    """Return the people at home, or with a grant, where ``person`` looks after people; by name.

    Args:
        verbs: count only units where the reader holds one of these; ``SEES_PEOPLE`` if none are named.
    """
    return people_at(nodes_where(person, *(verbs or SEES_PEOPLE)))


def at_home(nodes: Any) -> Q:
    """Match memberships at home at one of these nodes; who has no home unit is at home at the institution."""
    return Q(home__in=nodes) | Q(home=None, institution__in=nodes)


def people_at(nodes: Any) -> QuerySet[Person]:
    """Return the people at home, or with a grant, at one of these nodes; by name."""
    member = Membership.objects.filter(at_home(nodes), person=OuterRef("pk"))
    granted = Grant.objects.filter(person=OuterRef("pk"), ended_at=None, unit__in=nodes)
    return Person.objects.filter(Exists(member) | Exists(granted)).order_by("sort_name", "id")


def person_seen_by(person: Person, ref: str, *verbs: str) -> Person:
    """Return the person named ``ref`` if the reader sees them in the list.

    Raises:
        NotFound: there is nobody, or they are hidden from this reader.
    """
    found = people_seen_by(person, *verbs).filter(ref=ref).first()
    if found is None:
        raise NotFound(_("There is no such person."))
    return found


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the list shows them."""

    person: Person
    number: str
    home: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of people; ``next`` names the last row when there are more."""

    rows: tuple[PersonRow, ...]
    next: str


def people_page(
    person: Person, *, search: str = "", kind: str = "", unit: str = "", after: str = "", size: int = PAGE
) -> PeoplePage:
    """Return people that ``person`` sees, by name, ``size`` at a time.

    Args:
        search: words, each of them part of the name, e-mail address or sign-in name, or the start of the
            candidate number.
        kind: ``staff``, ``candidates``, ``inactive`` or nothing.
        unit: the ref of a unit: only people at home at or below it.
        after: the ref of the last row of the page before.
    """
    people = _narrowed(people_seen_by(person), search=search.strip(), kind=kind, unit=unit)
    last = Person.objects.filter(ref=after).first() if after else None
    if last is not None:
        people = people.filter(Q(sort_name__gt=last.sort_name) | Q(sort_name=last.sort_name, id__gt=last.pk))
    found = list(people[: size + 1])
    rows = _described(found[:size])
    return PeoplePage(tuple(rows), rows[-1].person.ref if len(found) > size else "")


def _narrowed(people: QuerySet[Person], *, search: str, kind: str, unit: str) -> QuerySet[Person]:
    for word in search.split()[:6]:
        number = Membership.objects.filter(
            Q(number__istartswith=word) | Q(number__istartswith=search), person=OuterRef("pk")
        )
        people = people.filter(
            has_in_name(word) | Q(email__icontains=word) | Q(username__icontains=word) | Exists(number)
        )
    if unit:
        below = UnitPath.objects.filter(ancestor__ref=unit).values("descendant")
        people = people.filter(Exists(Membership.objects.filter(at_home(below), person=OuterRef("pk"))))
    if kind == "inactive":
        return people.filter(is_active=False)
    if kind in ("staff", "candidates"):
        people = people.filter(is_active=True, is_staff_member=kind == "staff")
    return people


def _described(people: Sequence[Person]) -> list[PersonRow]:
    keys = [person.pk for person in people]
    homes: dict[int, tuple[str, str]] = {}
    for member in Membership.objects.filter(person__in=keys).select_related("home", "institution"):
        homes.setdefault(member.person_id, (member.number, (member.home or member.institution).name))
    roles: dict[int, set[str]] = defaultdict(set)
    for key, name in Grant.objects.filter(person__in=keys, ended_at=None).values_list("person", "role__name"):
        roles[key].add(name)
    return [
        PersonRow(person, *homes.get(person.pk, ("", "")), tuple(sorted(roles[person.pk])))
        for person in people
    ]


@dataclass(frozen=True, slots=True)
class GrantRow:
    """A grant with where it comes from; ``endable`` when the reader looks after people at that unit."""

    grant: Grant
    place: str
    given_by: str
    endable: bool


def grants_seen_by(reader: Person, person: Person) -> list[GrantRow]:
    """Return the grants in force of ``person`` at the units where ``reader`` looks after people."""
    grants = list(
        Grant.objects.filter(person=person, ended_at=None, unit__in=nodes_where(reader, *SEES_PEOPLE))
        .select_related("role", "unit", "unit__parent")
        .order_by("unit__name", "role__name", "id")
    )
    managed = set(
        nodes_where(reader, Verb.PERSON_MANAGE)
        .filter(descendant__in=[grant.unit_id for grant in grants])
        .values_list("descendant_id", flat=True)
    )
    names = givers([grant.given_event_id for grant in grants])
    return [
        GrantRow(
            grant,
            grant.unit.name if grant.unit.parent is None else f"{grant.unit.name}, {grant.unit.parent.name}",
            names.get(grant.given_event_id, ""),
            grant.unit_id in managed and grant.unit.kind != NodeKind.SCHEDULE and reader.pk != person.pk,
        )
        for grant in grants
    ]


def givers(events: Sequence[int]) -> dict[int, str]:
    """Return event key -> name of the person who acted."""
    actors = dict(Event.objects.filter(pk__in=events, actor_id__isnull=False).values_list("id", "actor_id"))
    names = dict(Person.objects.filter(pk__in=[a for a in actors.values() if a]).values_list("id", "name"))
    return {event: names[actor] for event, actor in actors.items() if actor and actor in names}


def looks_after_all(reader: Person, person: Person, verb: str = Verb.PERSON_MANAGE) -> bool:
    """Return whether ``reader`` holds ``verb`` wherever ``person`` is at home or was given something.

    Changing an address, a password or an account reaches all of a person's rights, so it takes all of them.
    """
    places = {
        home or institution
        for home, institution in Membership.objects.filter(person=person).values_list("home", "institution")
    } | set(Grant.objects.filter(person=person, ended_at=None).values_list("unit", flat=True))
    held = nodes_where(reader, verb).filter(descendant__in=places)
    return bool(places) and places <= set(held)


def other_administrators(reader: Person, person: Person) -> list[str]:
    """Return the names of others who look after people where ``person`` belongs; used to say who can help."""
    member = Membership.objects.filter(person=person).order_by("id").first()
    if member is None:
        return []
    return [name for name in helpers(Verb.PERSON_MANAGE, member.institution_id) if name != reader.name]


def demand_manager(reader: Person, message: str) -> None:
    """Refuse with ``message`` and with who can help, unless ``reader`` looks after people somewhere.

    Raises:
        NotAllowed: the reader sees people only to invite them, or not at all.
    """
    if not holds_somewhere(reader, Verb.PERSON_MANAGE):
        raise NotAllowed(message, helpers=other_administrators(reader, reader))


def demand_another(reader: Person, person: Person) -> None:
    """Refuse when ``person`` is the reader.

    Raises:
        NotAllowed: it is; names who can help.
    """
    if reader.pk == person.pk:
        message = _("Nobody changes their own rights or account here. Ask another administrator.")
        raise NotAllowed(message, helpers=other_administrators(reader, person))


def demand_all_of(reader: Person, person: Person) -> None:
    """Refuse unless ``reader`` may change the account of ``person``.

    Raises:
        NotAllowed: see ``looks_after_all``; names who can help.
    """
    if looks_after_all(reader, person):
        return
    if holds_somewhere(reader, Verb.PERSON_MANAGE):
        message = _(
            "%(person)s also belongs to units that you do not look after, so changing the account is not yours."
        )
    else:
        message = _("You see %(person)s, but changing an account needs the right to manage people.")
    raise NotAllowed(message % {"person": person.name}, helpers=other_administrators(reader, person))


def may_invite(reader: Person, person: Person) -> bool:
    """Return whether ``reader`` may give ``person`` a way in; staff take the right to manage people."""
    if looks_after_all(reader, person):
        return True
    staff = Grant.objects.filter(person=person, ended_at=None).exists()
    return not staff and looks_after_all(reader, person, Verb.PERSON_INVITE)


def memberships_of(person: Person) -> QuerySet[Membership]:
    """Return where a person is at home: institution, number, home unit."""
    return Membership.objects.filter(person=person).select_related("institution", "home").order_by("id")


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role with its verbs, and how many people hold it where the reader looks.

    ``by_number``: nobody is given it; whoever has a candidate number has it.
    """

    role: Role
    verbs: frozenset[str]
    holders: int
    editable: bool
    by_number: bool


def roles_seen_by(person: Person) -> list[RoleRow]:
    """Return shipped roles and those of the institutions where ``person`` makes roles; by name."""
    roots = Unit.objects.filter(kind=NodeKind.INSTITUTION, pk__in=nodes_where(person, Verb.ROLE_MANAGE))
    roles = (
        Role.objects.filter(Q(institution=None) | Q(institution__in=roots), archived_at=None)
        .prefetch_related("verbs")
        .select_related("institution")
        .order_by("institution_id", "name")
    )
    scope = nodes_where(person, Verb.ROLE_MANAGE)
    holders = dict(
        Grant.objects.filter(ended_at=None, unit__in=scope)
        .values_list("role")
        .annotate(count=Count("person", distinct=True))
    )
    numbered = Membership.objects.filter(at_home(scope)).exclude(number="")
    candidates = numbered.aggregate(count=Count("person", distinct=True))["count"]
    return [
        RoleRow(
            role,
            frozenset(row.verb for row in role.verbs.all()),
            candidates if role.key == CANDIDATE else holders.get(role.pk, 0),
            role.institution_id is not None,
            role.key == CANDIDATE,
        )
        for role in roles
        if not role.key or role.key in SHIPPED_ROLES
    ]


def roles_to_give(institution: Unit) -> list[Role]:
    """Return the roles that can be given at units here: none with a right of single schedules."""
    direct = RoleVerb.objects.filter(role=OuterRef("pk"), verb__in=[str(verb) for verb in DIRECT_ONLY])
    empty = Exists(RoleVerb.objects.filter(role=OuterRef("pk")))
    return list(
        Role.objects.filter(
            ~Exists(direct), empty, Q(institution=None) | Q(institution=institution), archived_at=None
        ).order_by("name")
    )


def institutions_where(person: Person, *verbs: str) -> QuerySet[Unit]:
    """Return the institutions at whose root ``person`` holds one of ``verbs``."""
    return Unit.objects.filter(kind=NodeKind.INSTITUTION, pk__in=nodes_where(person, *verbs)).order_by("name")


def institutions() -> QuerySet[Unit]:
    """Return every institution of this installation, for commands."""
    return Unit.objects.filter(kind=NodeKind.INSTITUTION).order_by("id")


def last_sign_in(person: Person) -> datetime | None:
    """Return when the person last signed in."""
    return person.last_login
