"""What became of invitations and printed codes, for those who may send them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import QuerySet

from marksheet.apps.ledger.models import Work, WorkState
from marksheet.apps.people.models import Invitation, InvitationKind, Membership, Person
from marksheet.apps.people.queries.directory import people_seen_by

__all__ = ["InvitationKind"]

LINK_DAYS = 14
CODE_DAYS = 60
# Nobody mistakes these for one another on paper: no 0 O 1 I L, no 5 S, no 2 Z, no 8 B, no U V.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"


class InvitationState(StrEnum):
    """Where an invitation stands."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"
    NOT_SENT = "not-sent"


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation as lists show it."""

    invitation: Invitation
    state: InvitationState
    delivery: str


@dataclass(frozen=True, slots=True)
class PrintedCode:
    """A code to hand over on paper; this is the only moment at which it can be read."""

    person: Person
    number: str
    code: str


def printed_codes(people: Sequence[Person], codes: Mapping[int, str]) -> list[PrintedCode]:
    """Return codes as they are printed, four groups of four, with each person's candidate number."""
    numbers: dict[int, str] = {}
    keys = [person.pk for person in people]
    for first in range(0, len(keys), 5000):
        rows = Membership.objects.filter(person__in=keys[first : first + 5000])
        numbers.update(rows.values_list("person_id", "number"))
    return [PrintedCode(p, numbers.get(p.pk, ""), grouped(codes[p.pk])) for p in people]


def grouped(code: str) -> str:
    """Return a code as it is printed: four groups of four."""
    return "-".join(code[first : first + 4] for first in range(0, len(code), 4))


def token_hash(token: str) -> str:
    """Return what is kept of a token or code: its SHA-256, blanks, hyphens and case apart for codes."""
    return hashlib.sha256(token.encode()).hexdigest()


def typed_code(text: str) -> str:
    """Return a printed code as it was made, from how somebody typed it."""
    return "".join(sign for sign in text.upper() if sign in ALPHABET)


def invitation_by_token(token: str, *, at: datetime) -> Invitation | None:
    """Return the open invitation with this token or code; None if it is used, revoked, expired or unknown."""
    found = Invitation.objects.filter(token_hash=token_hash(token)).select_related("person", "institution")
    invitation = found.first()
    if invitation is None or state_of(invitation, at=at) is not InvitationState.OPEN:
        return None
    return invitation if invitation.person.is_active else None


def state_of(invitation: Invitation, *, at: datetime) -> InvitationState:
    """Return where an invitation stands at a moment."""
    if invitation.used_at:
        return InvitationState.USED
    if invitation.revoked_at:
        return InvitationState.REVOKED
    return InvitationState.OPEN if at < invitation.expires_at else InvitationState.EXPIRED


def invitations_of(person: Person, *, at: datetime) -> list[InvitationRow]:
    """Return a person's invitations, newest first; two statements."""
    rows = Invitation.objects.filter(person=person).select_related("person").order_by("-created_at", "-id")
    return _rows(rows, at=at)


def invitations_seen_by(
    reader: Person, *, state: str = "", at: datetime, before: str = "", size: int = 50
) -> tuple[list[InvitationRow], str]:
    """Return invitations of people whom ``reader`` sees, newest first, and the ref for the next page.

    Args:
        state: ``open``, ``used``, ``revoked``, ``expired`` or nothing.
        before: the ref of the last row of the page before.
    """
    rows = Invitation.objects.filter(person__in=people_seen_by(reader).order_by().values("pk"))
    rows = _in_state(rows, state, at=at).select_related("person").order_by("-id")
    if before:
        rows = rows.filter(id__lt=Invitation.objects.filter(ref=before).values("id")[:1])
    found = list(rows[: size + 1])
    shown = found[:size]
    numbered = _rows(shown, at=at)
    return numbered, shown[-1].ref if len(found) > size else ""


def _in_state(rows: "QuerySet[Invitation]", state: str, *, at: datetime) -> "QuerySet[Invitation]":
    unused = rows.filter(used_at=None)
    wanted = {
        InvitationState.OPEN: unused.filter(revoked_at=None, expires_at__gt=at),
        InvitationState.USED: rows.exclude(used_at=None),
        InvitationState.REVOKED: unused.exclude(revoked_at=None),
        InvitationState.EXPIRED: unused.filter(revoked_at=None, expires_at__lte=at),
    }
    return wanted.get(InvitationState(state), rows) if state in list(InvitationState) else rows


def _rows(invitations: "QuerySet[Invitation] | list[Invitation]", *, at: datetime) -> list[InvitationRow]:
    listed = list(invitations)
    works = {
        work.ref: work for work in Work.objects.filter(ref__in=[i.work_ref for i in listed if i.work_ref])
    }
    rows = []
    for invitation in listed:
        work = works.get(invitation.work_ref)
        delivery = "" if work is None else str(WorkState(work.state).value)
        rows.append(InvitationRow(invitation, state_of(invitation, at=at), delivery))
    return rows


def number_of(person: Person, institution_id: int) -> str:
    """Return a person's candidate number at an institution, or nothing."""
    row = Membership.objects.filter(person=person, institution_id=institution_id).first()
    return row.number if row else ""
