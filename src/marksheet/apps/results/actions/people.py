"""Correct a person's details everywhere they are carried: account, enrolments, working results."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marksheet.apps.exams.steps.names import correct_enrolments
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.actions.persons import checked_address, demand_whole
from marksheet.apps.people.models import Membership, Person
from marksheet.apps.people.steps import sort_name
from marksheet.apps.people.steps.accounts import forget_address, free_username
from marksheet.apps.people.steps.invitations import revoke_open
from marksheet.apps.results.steps.names import correct_results
from marksheet.rules.access import Verb


def edit_person(
    actor: Person,
    person_ref: str,
    *,
    name: str,
    email: str,
    username: str = "",
    number: str = "",
    language: str = "",
    at: datetime,
) -> None:
    """Correct name, address, sign-in name, candidate number and language of a person.

    A new address has to be proved before it signs in: open invitations to the old one become worthless.
    Published versions keep what they were published with.

    Raises:
        NotFound, NotAllowed: hidden, or not wholly looked after by the actor.
        BadInput: no name, a malformed address, a sign-in name or number that is taken.
    """
    with change(actor, Verb.PERSON_MANAGE, at=at) as opened:
        person = demand_whole(actor, person_ref)
        member = Membership.objects.filter(person=person).order_by("id").first()
        before = _details(person, member)
        if not (clean := " ".join(name.split())[:200]):
            raise BadInput(_("A name is needed."))
        _set_account(opened, person, clean, checked_address(email), username.strip(), language)
        if member is not None and member.number != number.strip():
            _set_number(member, number.strip())
        after = _details(person, member)
        if after == before:
            return
        institution_id = member.institution_id if member else 0
        changed = correct_enrolments(
            opened, person, institution_id=institution_id, number=member.number if member else ""
        )
        correct_results(opened, changed)
        fields = sorted(field for field in after if after[field] != before[field])
        private: dict[str, str] = {}
        for field in fields:
            private[f"{field}.before"], private[f"{field}.after"] = before[field], after[field]
        opened.record("person", person.pk, move="edit", fields=fields, private=private)


def _details(person: Person, member: Membership | None) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "username": person.username or "",
        "language": person.language,
        "number": member.number if member else "",
    }


def _set_account(opened: Change, person: Person, name: str, email: str, username: str, language: str) -> None:
    if person.email.lower() != email.lower():
        forget_address(opened, person)
        revoke_open(opened, [person])
    person.name, person.sort_name, person.email, person.language = name, sort_name(name), email, language
    if username.lower() != (person.username or ""):
        person.username = free_username(username, but=person) if username else None
    person.save(update_fields=["name", "sort_name", "email", "language", "username", "email_verified_at"])


def _set_number(member: Membership, number: str) -> None:
    taken = Membership.objects.filter(institution=member.institution_id, number=number).exclude(pk=member.pk)
    if number and (other := taken.select_related("person").first()):
        raise BadInput(
            _("The number %(number)s belongs to %(person)s already.")
            % {"number": number, "person": other.person.name}
        )
    member.number = number
    member.save(update_fields=["number"])
