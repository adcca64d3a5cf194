"""What an account is for sign-in: an address that was proved, sessions, a name to sign in with."""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.models import Person


def prove_address(open_change: Change, person: Person) -> None:
    """Note that the person's address is theirs: from now on it signs them in and resets their password.

    Raises:
        BadInput: another person has proved the same address.
    """
    if not person.email:
        return
    taken = Person.objects.filter(email__iexact=person.email, email_verified_at__isnull=False)
    if taken.exclude(pk=person.pk).exists():
        raise BadInput(
            _(
                "This e-mail address already belongs to another account. Ask the administrator to"
                " put one of the two right."
            )
        )
    if person.email_verified_at is None:
        person.email_verified_at = open_change.at
        person.save(update_fields=["email_verified_at"])
    EmailAddress.objects.filter(user=person).exclude(email=person.email.lower()).delete()
    EmailAddress.objects.update_or_create(
        user=person, email=person.email.lower(), defaults={"verified": True, "primary": True}
    )


def forget_address(open_change: Change, person: Person) -> None:
    """Stop an old address from signing in or resetting the password."""
    EmailAddress.objects.filter(user=person).delete()
    person.email_verified_at = None


def end_sessions(open_change: Change, person: Person) -> int:
    """End every session of the person at once; return how many there were."""
    keys = list(UserSession.objects.filter(user=person).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(user=person).delete()
    return len(keys)


def free_username(wanted: str, *, but: Person | None = None) -> str:
    """Return ``wanted`` as a sign-in name.

    Raises:
        BadInput: it is taken, too short, or has signs that are hard to type.
    """
    name = wanted.strip().lower()
    if not 2 <= len(name) <= 150 or not all(sign.isalnum() or sign in "._-" for sign in name):
        raise BadInput(_("A sign-in name has at least 2 letters, digits or the signs . _ -, and no spaces."))
    taken = Person.objects.filter(username__iexact=name)
    if (taken if but is None else taken.exclude(pk=but.pk)).exists():
        raise BadInput(_("The sign-in name “%(name)s” is taken. Choose another one.") % {"name": name})
    return name
