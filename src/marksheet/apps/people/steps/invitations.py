"""Make invitations and printed codes, one or sixteen thousand, with the mail that carries a link."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import Work, WorkState, new_ref
from marksheet.apps.people.models import Invitation, InvitationKind, Person, Unit
from marksheet.apps.people.queries.invitations import ALPHABET, CODE_DAYS, LINK_DAYS, token_hash
from marksheet.apps.people.steps.mail import to_be_held


def new_code() -> str:
    """Return a printed code: 16 signs that nobody mistakes, about 72 bits of chance."""
    return "".join(secrets.choice(ALPHABET) for _ in range(16))


def revoke_open(open_change: Change, people: Sequence[Person]) -> int:
    """Make every open invitation of these people worthless; return how many there were."""
    keys = [person.pk for person in people]
    count = 0
    for first in range(0, len(keys), 5000):
        rows = Invitation.objects.filter(person__in=keys[first : first + 5000], used_at=None, revoked_at=None)
        count += rows.update(revoked_at=open_change.at)
    return count


def invite(open_change: Change, people: Sequence[Person], institution: Unit, *, kind: str) -> dict[int, str]:
    """Give each of ``people`` a fresh invitation in place of an open one; return person key -> token or code.

    A link is queued as mail: its work carries the token until it is sent (see ``forget_token``). A constant
    number of statements, whatever the number of people.
    """
    revoke_open(open_change, people)
    link = kind == InvitationKind.LINK
    tokens = {person.pk: secrets.token_urlsafe(32) if link else new_code() for person in people}
    refs = {person.pk: new_ref() for person in people}
    works = {person.pk: new_ref() if link else "" for person in people}
    expires = open_change.at + timedelta(days=LINK_DAYS if link else CODE_DAYS)
    insert_rows(
        Invitation,
        (
            "ref", "person_id", "institution_id", "kind", "token_hash", "created_at", "expires_at", "used_at",
            "revoked_at", "work_ref",
        ),
        (
            (
                refs[p.pk], p.pk, institution.pk, str(kind), token_hash(tokens[p.pk]), open_change.at,
                expires, None, None, works[p.pk],
            )
            for p in people
        ),
    )  # fmt: skip
    if link:
        _queue_mail(open_change, people, refs, works, tokens)
    return tokens


def _queue_mail(
    open_change: Change,
    people: Sequence[Person],
    refs: dict[int, str],
    works: dict[int, str],
    tokens: dict[int, str],
) -> None:
    held = to_be_held(open_change, [p.pk for p in people])
    insert_rows(
        Work,
        (
            "ref", "kind", "key", "payload", "group", "state", "paused", "run_after", "lease_until", "worker",
            "attempts", "done", "total", "outcome", "last_error", "asked_by_id", "person_id", "event_id",
            "created_at", "finished_at",
        ),
        (
            (
                works[p.pk], "mail", f"invitation:{refs[p.pk]}",
                {"notice": "invitation", "person": p.ref, "invitation": refs[p.pk], "token": tokens[p.pk]},
                "", str(WorkState.WAITING), p.pk in held, open_change.at, None, "", 0, 0, 0, None, "",
                open_change.actor.id, p.pk, open_change.event_id, open_change.at, None,
            )
            for p in people
        ),
    )  # fmt: skip
