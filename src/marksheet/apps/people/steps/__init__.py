"""What a verb of an upper app asks of this one, inside the change that is open."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.apps.people.models import (
    Grant,
    InboxNote,
    Membership,
    NodeKind,
    Person,
    Reach,
    Role,
    RoleVerb,
    Unit,
    UnitPath,
)
from marksheet.formats import names
from marksheet.rules.access import SHIPPED_ROLES


def add_node(
    open_change: Change,
    *,
    parent: Unit | None,
    kind: str,
    name: str,
    code: str = "",
    label: str = "",
    timezone: str = "",
) -> Unit:
    """Add a node below ``parent`` (None makes an institution) with its closure rows."""
    unit = Unit.objects.create(
        kind=kind,
        name=name,
        code=code,
        label=label,
        parent=parent,
        institution_id=None if parent is None else (parent.institution_id or parent.pk),
        timezone=timezone or (parent.timezone if parent else "Europe/Amsterdam"),
    )
    above = (
        []
        if parent is None
        else UnitPath.objects.filter(descendant=parent).values_list("ancestor_id", "depth")
    )
    insert_rows(
        UnitPath,
        ("ancestor_id", "descendant_id", "depth"),
        [(unit.pk, unit.pk, 0), *((ancestor, unit.pk, depth + 1) for ancestor, depth in above)],
    )
    return unit


def move_node(open_change: Change, unit: Unit, parent: Unit) -> None:
    """Hang ``unit`` and all below it under ``parent``; the caller has checked that this makes no loop."""
    below = list(UnitPath.objects.filter(ancestor=unit).values_list("descendant_id", "depth"))
    inside = [descendant for descendant, _ in below]
    UnitPath.objects.filter(descendant__in=inside).exclude(ancestor__in=inside).delete()
    above = list(UnitPath.objects.filter(descendant=parent).values_list("ancestor_id", "depth"))
    insert_rows(
        UnitPath,
        ("ancestor_id", "descendant_id", "depth"),
        [(a, d, up + down + 1) for a, up in above for d, down in below],
    )
    Unit.objects.filter(pk=unit.pk).update(parent=parent)


def ensure_shipped_roles(open_change: Change) -> None:
    """Create the shipped roles, and bring their verbs up to date with the rules."""
    for key, spec in SHIPPED_ROLES.items():
        role, _ = Role.objects.update_or_create(
            key=key, defaults={"name": str(spec.name), "description": str(spec.description)}
        )
        wanted = {str(verb) for verb in spec.verbs}
        held = set(RoleVerb.objects.filter(role=role).values_list("verb", flat=True))
        RoleVerb.objects.filter(role=role, verb__in=held - wanted).delete()
        RoleVerb.objects.bulk_create(RoleVerb(role=role, verb=verb) for verb in sorted(wanted - held))


def shipped(open_change: Change, key: str) -> Role:
    """Return a shipped role; one that is younger than this installation is made first, with all the others."""
    if not Role.objects.filter(key=key).exists():
        ensure_shipped_roles(open_change)
    return Role.objects.get(key=key)


def give(
    open_change: Change, *, person: Person, role: Role, unit: Unit, reach: str = Reach.SCHEDULES
) -> Grant:
    """Give a role at a node; what is in force already stays as it is."""
    grant, _ = Grant.objects.get_or_create(
        person=person,
        role=role,
        unit=unit,
        reach=reach,
        ended_at=None,
        defaults={"given_at": open_change.at, "given_event_id": open_change.event_id},
    )
    if not person.is_staff_member and RoleVerb.objects.filter(role=role).exists():
        person.is_staff_member = True
        Person.objects.filter(pk=person.pk).update(is_staff_member=True)
    return grant


def end(open_change: Change, grants: Iterable[Grant]) -> int:
    """End grants; they stay on record. Return how many were still in force."""
    keys = [grant.pk for grant in grants]
    return Grant.objects.filter(pk__in=keys, ended_at=None).update(
        ended_at=open_change.at, ended_event_id=open_change.event_id
    )


def sort_name(name: str) -> str:
    """Return the key by which ``name`` is put in order and searched: family name first, without accents."""
    return names.sort_name(name)[:200]


def add_person(
    open_change: Change,
    *,
    name: str,
    email: str = "",
    username: str | None = None,
    language: str = "",
    is_staff_member: bool = False,
) -> Person:
    """Create an account without a password; signing in needs an invitation, a code or the institution."""
    person = Person(
        name=name,
        sort_name=sort_name(name),
        email=email.strip(),
        username=username,
        language=language,
        is_staff_member=is_staff_member,
        created_at=open_change.at,
    )
    person.set_unusable_password()
    person.save()
    return person


def add_candidates(
    open_change: Change, institution: Unit, candidates: Sequence[Mapping[str, Any]]
) -> dict[str, int]:
    """Make or find the people with these candidate numbers; return number -> person key.

    Each candidate has ``number``, ``name``, ``email``, ``home`` (a unit's key or None) and ``language``.
    A known number keeps its person, name and e-mail; correcting those is a verb of its own.
    A constant number of statements, whatever the number of candidates.
    """
    known = _known_numbers(institution, [c["number"] for c in candidates])
    fresh = [c for c in candidates if c["number"] not in known]
    refs = [new_ref() for _ in fresh]
    insert_rows(
        Person,
        (
            "ref", "password", "username", "name", "sort_name", "email", "language", "is_active",
            "is_staff_member", "created_at",
        ),
        (
            (
                ref, "!", None, c["name"], sort_name(c["name"]), c.get("email") or "",
                c.get("language") or "", True, False, open_change.at,
            )
            for ref, c in zip(refs, fresh, strict=True)
        ),
    )  # fmt: skip
    people = _keys_of(refs)
    insert_rows(
        Membership,
        ("person_id", "institution_id", "number", "home_id"),
        (
            (people[ref], institution.pk, c["number"], c.get("home"))
            for ref, c in zip(refs, fresh, strict=True)
        ),
    )
    known.update({c["number"]: people[ref] for ref, c in zip(refs, fresh, strict=True)})
    return known


def _known_numbers(institution: Unit, numbers: Sequence[str]) -> dict[str, int]:
    wanted = set(numbers)
    rows = Membership.objects.filter(institution=institution).exclude(number="")
    if len(wanted) <= 500:
        rows = rows.filter(number__in=wanted)
    return {number: person for number, person in rows.values_list("number", "person_id") if number in wanted}


def _keys_of(refs: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for first in range(0, len(refs), 5000):
        found.update(Person.objects.filter(ref__in=refs[first : first + 5000]).values_list("ref", "id"))
    return found


def set_membership(
    open_change: Change, person: Person, institution: Unit, *, number: str = "", home: Unit | None = None
) -> None:
    """Make ``person`` a member of the institution, with a candidate number and a home unit if given."""
    Membership.objects.update_or_create(
        person=person, institution=institution, defaults={"number": number, "home": home}
    )


def tell(open_change: Change, people: Iterable[Person], kind: str, *, path: str = "", **params: Any) -> None:
    """Put a note into each inbox; ``kind`` names its words, ``params`` fill them in. Never a result."""
    InboxNote.objects.bulk_create(
        InboxNote(person=person, kind=kind, params=params, path=path, created_at=open_change.at)
        for person in people
    )


def add_schedule_node(open_change: Change, *, unit: Unit, title: str, timezone: str) -> Unit:
    """Add the leaf of the tree that a schedule is."""
    return add_node(open_change, parent=unit, kind=NodeKind.SCHEDULE, name=title, timezone=timezone)
