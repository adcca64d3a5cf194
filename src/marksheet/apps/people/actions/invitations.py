"""Let people in for the first time: links by e-mail, printed codes, and what becomes of them."""

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import Change, change, draft
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.models import Invitation, InvitationKind, Membership, Person, Unit
from marksheet.apps.people.queries import helpers, institution_of
from marksheet.apps.people.queries.directory import may_invite, person_seen_by
from marksheet.apps.people.queries.invitations import (
    InvitationState,
    PrintedCode,
    invitation_by_token,
    printed_codes,
    state_of,
    typed_code,
)
from marksheet.apps.people.steps.accounts import end_sessions, free_username, prove_address
from marksheet.apps.people.steps.invitations import invite as make_invitations
from marksheet.rules.access import Verb


def invite(actor: Person, person_ref: str, *, at: datetime) -> None:
    """Send a person a link with which they set their password; a link sent before becomes worthless."""
    with change(actor, Verb.PERSON_INVITE, at=at) as opened:
        person = _invitable(actor, person_ref)
        if not person.email:
            raise BadInput(
                _("%(person)s has no e-mail address. Print a code instead, or add an address.")
                % {"person": person.name}
            )
        make_invitations(opened, [person], _institution(person), kind=InvitationKind.LINK)
        opened.record("person", person.pk, move="invite", way="link")


def print_codes(actor: Person, person_refs: Sequence[str], *, at: datetime) -> list[PrintedCode]:
    """Make a printed code for each of these people; what they had before becomes worthless.

    The codes are returned once; only their hashes are kept.
    """
    with change(actor, Verb.PERSON_INVITE, at=at) as opened:
        people = [_invitable(actor, ref) for ref in dict.fromkeys(person_refs)]
        if not people:
            raise BadInput(_("Choose at least one person."))
        tokens: dict[int, str] = {}
        for person in people:
            tokens |= make_invitations(opened, [person], _institution(person), kind=InvitationKind.CODE)
        opened.record(
            "person", people[0].pk if len(people) == 1 else None, move="print-codes", count=len(people)
        )
        opened.lines(("person", person.pk, {"move": "invite", "way": "code"}) for person in people)
    return printed_codes(people, tokens)


def resend(actor: Person, invitation_ref: str, *, at: datetime) -> None:
    """Send the link again, as a new one; the old one becomes worthless."""
    person = _of(actor, invitation_ref).person
    invite(actor, person.ref, at=at)


def revoke(actor: Person, invitation_ref: str, *, at: datetime) -> None:
    """Make an open invitation worthless."""
    with change(actor, Verb.PERSON_INVITE, at=at) as opened:
        invitation = _of(actor, invitation_ref)
        _invitable(actor, invitation.person.ref)
        if state_of(invitation, at=at) is not InvitationState.OPEN:
            raise WrongState(_("This invitation was used, revoked or ran out already."))
        Invitation.objects.filter(pk=invitation.pk).update(revoked_at=at)
        opened.record("person", invitation.person_id, move="revoke", invitation=invitation.ref)


def accept_invitation(token: str, *, password: str, username: str = "", at: datetime) -> Person:
    """Set the password of whoever holds the link or the code, once.

    Args:
        token: from the link, or the code as printed, hyphens and case apart.
        username: what they will sign in with, needed by whoever has no address of their own.

    Raises:
        NotFound: used, revoked, expired or unknown; all read the same.
        BadInput: the password is too weak, or a sign-in name is missing or taken.
    """
    found = invitation_by_token(token, at=at) or invitation_by_token(typed_code(token), at=at)
    if found is None:
        raise NotFound(_("This invitation is not valid any more. Ask for a new one."))
    with change(found.person, "invitation.accept", at=at) as opened:
        person = Person.objects.select_for_update(no_key=True).get(pk=found.person_id)
        used = Invitation.objects.filter(pk=found.pk, used_at=None, revoked_at=None).update(used_at=at)
        if not used or not person.is_active:
            raise NotFound(_("This invitation is not valid any more. Ask for a new one."))
        _name_account(opened, person, username, by_link=found.kind == InvitationKind.LINK)
        _set_password(person, password)
        end_sessions(opened, person)
        opened.record("person", person.pk, move="accept", way=found.kind, invitation=found.ref)
    return person


def forget_token(work_ref: str) -> None:
    """Blank the token in the payload of mail that was sent: from then on only the recipient has it."""
    with draft():
        work = Work.objects.select_for_update(no_key=True).get(ref=work_ref)
        work.payload = {**work.payload, "token": ""}
        work.save(update_fields=["payload"])


def _name_account(opened: Change, person: Person, username: str, *, by_link: bool) -> None:
    if username.strip() and username.strip().lower() != person.username:
        person.username = free_username(username, but=person)
        person.save(update_fields=["username"])
    if by_link:
        try:
            prove_address(opened, person)
        except BadInput:
            # The address is another's; a sign-in name is enough.
            if not person.username:
                raise
    if not person.username and person.email_verified_at is None:
        raise BadInput(_("Choose a sign-in name: you will need it with your password."))


def _set_password(person: Person, password: str) -> None:
    try:
        validate_password(password, user=person)
    except ValidationError as error:
        raise BadInput(_("Choose another password."), details=error.messages) from error
    person.set_password(password)
    person.save(update_fields=["password"])


def _invitable(actor: Person, ref: str) -> Person:
    person = person_seen_by(actor, ref)
    if not may_invite(actor, person):
        raise NotAllowed(
            _("You may see %(person)s but not send them an invitation.") % {"person": person.name},
            helpers=helpers(Verb.PERSON_MANAGE, _institution(person).pk),
        )
    if not person.is_active:
        raise WrongState(
            _("%(person)s's account is inactive. Reactivate it first.") % {"person": person.name}
        )
    return person


def _of(actor: Person, ref: str) -> Invitation:
    found = Invitation.objects.filter(ref=ref).select_related("person").first()
    if found is None:
        raise NotFound(_("There is no such invitation."))
    person_seen_by(actor, found.person.ref)
    return found


def _institution(person: Person) -> Unit:
    member = Membership.objects.filter(person=person).select_related("institution").order_by("id").first()
    if member is None:
        raise WrongState(_("%(person)s belongs to no institution yet.") % {"person": person.name})
    return institution_of(member.institution)
