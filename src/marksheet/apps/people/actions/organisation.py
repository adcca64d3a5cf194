"""Make and change the tree of units."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.ledger.change import Actor, Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.people import steps
from marksheet.apps.people.models import InvitationKind, NodeKind, Person, Unit, UnitPath
from marksheet.apps.people.queries import (
    helpers,
    holds,
    institution_of,
    shipped_role,
    unit_for,
)
from marksheet.apps.people.queries.directory import SEES_UNITS
from marksheet.apps.people.queries.sight import publishers_below
from marksheet.apps.people.steps.accounts import free_username, prove_address
from marksheet.apps.people.steps.invitations import invite
from marksheet.apps.people.steps.sight import watching_sight
from marksheet.rules.access import Verb


@dataclass(frozen=True, slots=True)
class Founded:
    """A new institution with its first administrator, and the token of the link that lets them in."""

    institution: Unit
    administrator: Person
    token: str


def create_institution(
    actor: Actor,
    *,
    name: str,
    administrator: str,
    email: str = "",
    username: str = "",
    roles: tuple[str, ...] = (),
    timezone: str = "Europe/Amsterdam",
    language: str = "",
    at: datetime,
) -> Founded:
    """Make a root of the tree, the shipped roles, and somebody who looks after it.

    Args:
        administrator: the person's name; ``email`` or ``username`` is what they sign in with.
        roles: keys of shipped roles that the person holds at the institution besides *administrator*.

    Raises:
        BadInput: a name is missing, or nothing to sign in with.
    """
    if not name.strip() or not administrator.strip():
        raise BadInput(_("An institution and its administrator need a name."))
    if not email and not username:
        raise BadInput(_("The administrator needs an e-mail address or a sign-in name."))
    with change(actor, Verb.UNIT_MANAGE, at=at) as opened:
        steps.ensure_shipped_roles(opened)
        root = steps.add_node(
            opened,
            parent=None,
            kind=NodeKind.INSTITUTION,
            name=_named(name),
            timezone=_zone(timezone),
        )
        person = steps.add_person(
            opened,
            name=" ".join(administrator.split()),
            email=email.strip(),
            username=free_username(username) if username else None,
            language=language,
        )
        steps.set_membership(opened, person, root)
        # Whoever can run commands on the host is believed about the address.
        prove_address(opened, person)
        for key in dict.fromkeys(("administrator", *roles)):
            steps.give(opened, person=person, role=shipped_role(key), unit=root)
        tokens = invite(opened, [person], root, kind=InvitationKind.CODE)
        opened.record(
            "unit",
            root.pk,
            move="found",
            administrator=person.ref,
            roles=["administrator", *roles],
            private={"name": root.name},
        )
    return Founded(root, person, tokens[person.pk])


def add_unit(
    actor: Person, parent_ref: str, *, name: str, label: str = "", code: str = "", at: datetime
) -> Unit:
    """Add a unit below another one."""
    with change(actor, Verb.UNIT_MANAGE, at=at) as opened:
        parent = _manageable(actor, parent_ref)
        _demand_open(parent)
        unit = steps.add_node(
            opened,
            parent=parent,
            kind=NodeKind.UNIT,
            name=_named(name),
            label=label.strip(),
            code=_free_code(code, parent),
        )
        opened.record(
            "unit", unit.pk, move="add", parent=parent.ref, code=unit.code, private={"name": unit.name}
        )
    return unit


def rename_unit(
    actor: Person, unit_ref: str, *, name: str, label: str = "", code: str = "", at: datetime
) -> None:
    """Change what a unit is called."""
    with change(actor, Verb.UNIT_MANAGE, at=at) as opened:
        unit = _manageable(actor, unit_ref)
        before = {"name": unit.name, "label": unit.label, "code": unit.code}
        after = {"name": _named(name), "label": label.strip(), "code": _free_code(code, unit, but=unit)}
        if before != after:
            Unit.objects.filter(pk=unit.pk).update(**after)
            opened.record("unit", unit.pk, move="rename", before=before, after=after)


def move_unit(actor: Person, unit_ref: str, *, parent_ref: str, at: datetime) -> None:
    """Hang a unit, with all below it, under another unit of the same institution."""
    with change(actor, Verb.UNIT_MANAGE, at=at) as opened:
        unit, parent = _manageable(actor, unit_ref), _manageable(actor, parent_ref)
        # Two moves at once could make a loop that neither sees: one at a time per institution.
        Unit.objects.select_for_update(no_key=True).get(pk=institution_of(unit).pk)
        _demand_movable(unit, parent)
        if unit.parent_id == parent.pk:
            return
        before = unit.parent.ref if unit.parent else ""
        with watching_sight(opened, publishers_below(unit.pk)):
            steps.move_node(opened, unit, parent)
        opened.record("unit", unit.pk, move="move", before=before, after=parent.ref)


def archive_unit(actor: Person, unit_ref: str, *, at: datetime) -> None:
    """Put a unit that is no longer used out of the way; what happened there stays."""
    with change(actor, Verb.UNIT_MANAGE, at=at) as opened:
        unit = _manageable(actor, unit_ref)
        if unit.kind == NodeKind.INSTITUTION:
            raise WrongState(_("An institution cannot be archived."))
        open_below = Unit.objects.filter(parent=unit, archived_at=None).exclude(kind=NodeKind.SCHEDULE)
        if count := open_below.count():
            raise WrongState(
                ngettext(
                    "%(count)s unit below it is still in use. Archive or move it first.",
                    "%(count)s units below it are still in use. Archive or move them first.",
                    count,
                )
                % {"count": count}
            )
        _archive(opened, unit)


def restore_unit(actor: Person, unit_ref: str, *, at: datetime) -> None:
    """Bring an archived unit back into use."""
    with change(actor, Verb.UNIT_MANAGE, at=at) as opened:
        unit = _manageable(actor, unit_ref)
        if unit.archived_at is not None:
            Unit.objects.filter(pk=unit.pk).update(archived_at=None)
            opened.record("unit", unit.pk, move="restore")


def _archive(opened: Change, unit: Unit) -> None:
    if unit.archived_at is None:
        Unit.objects.filter(pk=unit.pk).update(archived_at=opened.at)
        opened.record("unit", unit.pk, move="archive")


def _manageable(actor: Person, ref: str) -> Unit:
    unit = unit_for(actor, ref, *SEES_UNITS)
    if not holds(actor, Verb.UNIT_MANAGE, unit.pk):
        raise NotAllowed(
            _("You may see %(unit)s but not change its place or name.") % {"unit": unit.name},
            helpers=helpers(Verb.UNIT_MANAGE, unit.pk),
        )
    if unit.kind == NodeKind.SCHEDULE:
        raise WrongState(_("This is a schedule: it is changed under Schedules."))
    return unit


def _demand_open(unit: Unit) -> None:
    if unit.archived_at is not None:
        raise WrongState(
            _("%(unit)s is archived. Restore it first, or choose another unit.") % {"unit": unit.name}
        )


def _demand_movable(unit: Unit, parent: Unit) -> None:
    if unit.kind == NodeKind.INSTITUTION:
        raise WrongState(_("An institution is the root of its tree: it cannot be moved."))
    if institution_of(unit).pk != institution_of(parent).pk:
        raise BadInput(_("A unit stays within its institution."))
    if UnitPath.objects.filter(ancestor=unit, descendant=parent).exists():
        raise BadInput(
            _("%(parent)s is %(unit)s itself or lies below it: that would make a loop.")
            % {"parent": parent.name, "unit": unit.name}
        )
    _demand_open(parent)


def _named(name: str) -> str:
    clean = " ".join(name.split())
    if not clean:
        raise BadInput(_("A name is needed."))
    return clean[:200]


def _free_code(code: str, near: Unit, *, but: Unit | None = None) -> str:
    clean = code.strip()
    if not clean:
        return ""
    taken = Unit.objects.filter(institution=institution_of(near), code__iexact=clean).exclude(
        kind=NodeKind.SCHEDULE
    )
    if (taken if but is None else taken.exclude(pk=but.pk)).exists():
        raise BadInput(
            _("The code “%(clean)s” is used by another unit. Codes are unique in an institution.")
            % {"clean": clean}
        )
    return clean


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError) as error:
        raise BadInput(
            _("“%(name)s” is not a time zone; write it like Europe/Amsterdam.") % {"name": name}
        ) from error
