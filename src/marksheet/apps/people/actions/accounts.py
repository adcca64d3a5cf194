"""What people do with their own account, and what the log keeps of sign-in."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import change, draft
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.models import Person
from marksheet.apps.people.steps.mail import to_be_held


def record_sign_in(person: Person, *, how: str, at: datetime) -> None:
    """Write into the audit log that somebody signed in."""
    with change(person, "account.sign-in", at=at) as opened:
        opened.record("person", person.pk, how=how)


def set_password(person: Person, password: str, *, at: datetime) -> None:
    """Store a new password that the sign-in pages have checked, and log that it changed."""
    with change(person, "account.password", at=at) as opened:
        person.set_password(password)
        person.save(update_fields=["password"])
        opened.record("person", person.pk, move="set-password")


def ask_password_reset(person: Person, *, key: str, at: datetime) -> None:
    """Queue the mail with the link that resets a password; ``key`` is in the work only until it is sent."""
    with change(person, "account.password", at=at) as opened:
        opened.queue(
            "mail",
            f"password-reset:{person.ref}:{at.timestamp():.6f}",
            {"notice": "password-reset", "person": person.ref, "token": key},
            person_id=person.pk,
            paused=person.pk in to_be_held(opened, [person.pk]),
        )
        opened.record("person", person.pk, move="ask-reset")


def choose_language(person: Person, *, language: str, known: list[str]) -> None:
    """Remember in which language a person reads; nothing means as their browser says."""
    if language and language not in known:
        raise BadInput(_("This language is not available."))
    with draft():
        Person.objects.filter(pk=person.pk).update(language=language)
    person.language = language


def verify_password(person: Person, password: str) -> bool:
    """Return whether this is the person's password."""
    return person.check_password(password)
