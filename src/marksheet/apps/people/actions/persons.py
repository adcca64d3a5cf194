"""Add people, and let accounts sleep and wake."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.people import steps
from marksheet.apps.people.models import Membership, Person, Unit
from marksheet.apps.people.queries import demand, helpers, holds, institution_of, unit_for
from marksheet.apps.people.queries.directory import (
    SEES_PEOPLE,
    demand_all_of,
    other_administrators,
    person_seen_by,
)
from marksheet.apps.people.steps.accounts import end_sessions, free_username
from marksheet.apps.people.steps.invitations import revoke_open
from marksheet.rules.access import Verb


def add_person(
    actor: Person,
    unit_ref: str,
    *,
    name: str,
    email: str = "",
    username: str = "",
    number: str = "",
    language: str = "",
    at: datetime,
) -> Person:
    """Make an account at a unit, their home; it signs in after an invitation.

    Raises:
        BadInput: no name, a malformed address, a sign-in name or candidate number that is taken.
    """
    with change(actor, Verb.PERSON_MANAGE, at=at) as opened:
        unit = unit_for(actor, unit_ref, *SEES_PEOPLE)
        demand(
            actor, Verb.PERSON_MANAGE, unit.pk, _("You may not add people at %(unit)s.") % {"unit": unit.name}
        )
        clean = " ".join(name.split())
        if not clean:
            raise BadInput(_("A name is needed."))
        _demand_free_number(unit, number.strip())
        person = steps.add_person(
            opened,
            name=clean[:200],
            email=checked_address(email),
            username=free_username(username) if username.strip() else None,
            language=language,
            # Whoever is added without a candidate number is added to work here.
            is_staff_member=not number.strip(),
        )
        home = None if unit.institution_id is None else unit
        steps.set_membership(opened, person, institution_of(unit), number=number.strip(), home=home)
        opened.record(
            "person",
            person.pk,
            move="add",
            unit=unit.ref,
            private={"name": person.name, "email": person.email, "number": number.strip()},
        )
    return person


def deactivate(actor: Person, person_ref: str, *, reason: str, at: datetime) -> None:
    """Let an account sleep: it cannot sign in, its sessions end now, its history stays."""
    with change(actor, Verb.PERSON_MANAGE, at=at) as opened:
        person = demand_whole(actor, person_ref)
        if person.pk == actor.pk:
            raise NotAllowed(
                _("You cannot deactivate your own account."), helpers=other_administrators(actor, person)
            )
        if not reason.strip():
            raise BadInput(_("A reason is needed."))
        demand_not_last(person)
        if not person.is_active:
            raise WrongState(_("%(person)s's account is inactive already.") % {"person": person.name})
        Person.objects.filter(pk=person.pk).update(is_active=False)
        revoke_open(opened, [person])
        sessions = end_sessions(opened, person)
        opened.record(
            "person", person.pk, move="deactivate", sessions=sessions, private={"reason": reason.strip()}
        )


def reactivate(actor: Person, person_ref: str, *, at: datetime) -> None:
    """Wake an account that slept."""
    with change(actor, Verb.PERSON_MANAGE, at=at) as opened:
        person = demand_whole(actor, person_ref)
        if person.is_active:
            raise WrongState(_("%(person)s's account is active.") % {"person": person.name})
        Person.objects.filter(pk=person.pk).update(is_active=True)
        opened.record("person", person.pk, move="reactivate")


def demand_whole(actor: Person, person_ref: str) -> Person:
    """Return the person if the actor looks after every unit where they are at home or hold a right.

    Raises:
        NotFound: hidden from the actor.
        NotAllowed: not wholly looked after by the actor; names who can help.
    """
    person = person_seen_by(actor, person_ref)
    demand_all_of(actor, person)
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def demand_not_last(person: Person) -> None:
    """Refuse when nobody else could look after people at an institution of this person.

    Raises:
        WrongState: this is the last one.
    """
    for member in Membership.objects.filter(person=person).select_related("institution"):
        root = member.institution_id
        if not holds(person, Verb.PERSON_MANAGE, root):
            continue
        others = [name for name in helpers(Verb.PERSON_MANAGE, root) if name]
        if len(others) < 2:
            raise WrongState(
                _(
                    "%(person)s is the last one who looks after people at %(institution)s. Give "
                    "somebody else that role first."
                )
                % {"person": person.name, "institution": member.institution.name}
            )


def checked_address(email: str) -> str:
    """Return an e-mail address in the form that is kept, or nothing.

    Raises:
        BadInput: it is malformed.
    """
    clean = email.strip()
    if clean:
        try:
            validate_email(clean)
        except ValidationError as error:
            raise BadInput(_("“%(clean)s” is not an e-mail address.") % {"clean": clean}) from error
    return clean


def _demand_free_number(unit: Unit, number: str) -> None:
    taken = Membership.objects.filter(institution=institution_of(unit), number=number).select_related(
        "person"
    )
    if number and (member := taken.first()):
        raise BadInput(
            _("The number %(number)s belongs to %(person)s already.")
            % {"number": number, "person": member.person.name}
        )
