"""Which candidates of a schedule can sign in already, and who still needs a way in."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.people.models import Grant, Invitation, Person


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Counts of the candidates of a schedule, each counted once.

    Attributes:
        signed_in: they have a password or have signed in.
        links, codes: an invitation of theirs is open; to those with an address by link, to others by code.
        by_mail: not yet invited, and they have an address.
        by_code: not yet invited, and they have no address.
        apart: staff, and accounts that sleep; their accounts are looked after under Organisation.
    """

    total: int
    signed_in: int
    links: int
    codes: int
    by_mail: int
    by_code: int
    apart: int

    @property
    def invited(self) -> int:
        """How many have an open invitation."""
        return self.links + self.codes


def candidates_without_way_in(schedule: Schedule, *, at: datetime, again: bool = False) -> QuerySet[Person]:
    """Return the candidates who cannot sign in yet, by name.

    Args:
        again: those with an open invitation too.
    """
    people = _candidates(schedule).filter(_may_be_asked(), _cannot_sign_in())
    return people if again else people.exclude(_invited(at))


def ways_in(schedule: Schedule, *, at: datetime) -> WaysIn:
    """Return how many candidates can sign in, are invited, or still need an invitation; six statements."""
    people = _candidates(schedule)
    waiting = candidates_without_way_in(schedule, at=at)
    asked = people.filter(_may_be_asked())
    by_code = waiting.filter(email="").count()
    total, open_to_us = people.count(), asked.count()
    by_mail = waiting.exclude(email="").count()
    invited = asked.filter(_cannot_sign_in()).filter(_invited(at))
    codes = invited.filter(email="").count()
    links = invited.exclude(email="").count()
    return WaysIn(
        total=total,
        signed_in=open_to_us - links - codes - by_mail - by_code,
        links=links,
        codes=codes,
        by_mail=by_mail,
        by_code=by_code,
        apart=total - open_to_us,
    )


def _candidates(schedule: Schedule) -> QuerySet[Person]:
    enrolled = Enrolment.objects.filter(schedule=schedule, person=OuterRef("pk"))
    return Person.objects.filter(Exists(enrolled)).order_by("sort_name", "id")


def _may_be_asked() -> Q:
    staff = Grant.objects.filter(person=OuterRef("pk"), ended_at=None)
    return Q(is_active=True) & ~Q(Exists(staff))


def _cannot_sign_in() -> Q:
    # Django's mark of an unusable password.
    return Q(password__startswith="!", last_login=None)  # noqa: S106


def _invited(at: datetime) -> Q:
    invitations = Invitation.objects.filter(
        person=OuterRef("pk"), used_at=None, revoked_at=None, expires_at__gt=at
    )
    return Q(Exists(invitations))
