"""Work in the background as those who look after it see it."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Work, WorkState
from marksheet.apps.people.models import Membership, NodeKind, Person, Unit
from marksheet.apps.people.queries import nodes_where
from marksheet.rules.access import Verb

SIZE = 50
MAIL = "mail"  # Messages have a page of their own.


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One piece of work and who asked for it; nobody: the system."""

    work: Work
    asked_by: str

    @property
    def state(self) -> str:
        """How it stands: waiting, paused, claimed, done or parked."""
        paused = self.work.state == WorkState.WAITING and self.work.paused
        return "paused" if paused else str(self.work.state)


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One page of work, newest first; ``next`` is empty on the last."""

    lines: list[WorkLine]
    next: str


def work_seen_by(person: Person) -> QuerySet[Work]:
    """Return the work that people of institutions asked for at which ``person`` holds ``work.manage``.

    Work that nobody asked for is seen by whoever holds it at every institution.
    """
    roots = Unit.objects.filter(kind=NodeKind.INSTITUTION)
    mine = roots.filter(pk__in=nodes_where(person, Verb.WORK_MANAGE))
    members = Membership.objects.filter(institution__in=mine)
    asked = Exists(members.filter(person_id=OuterRef("asked_by_id")))
    about = Exists(members.filter(person_id=OuterRef("person_id")))
    seen = Q(asked) | Q(about)
    if not roots.exclude(pk__in=mine.values("pk")).exists():
        seen |= Q(asked_by_id=None, person_id=None)
    return Work.objects.filter(seen).exclude(kind=MAIL)


def work_page(
    person: Person, *, state: str = "", kind: str = "", after: str = "", size: int = SIZE
) -> WorkPage:
    """Return a page of work, newest first; a constant number of statements."""
    found = work_seen_by(person)
    if state == "paused":
        found = found.filter(state=WorkState.WAITING, paused=True)
    elif state in WorkState.values:
        found = found.filter(state=state)
        found = found.filter(paused=False) if state == WorkState.WAITING else found
    if kind:
        found = found.filter(kind=kind)
    if after.isdigit():
        found = found.filter(pk__lt=int(after))
    works = list(found.order_by("-id")[: size + 1])
    names = dict(Person.objects.filter(pk__in={w.asked_by_id for w in works}).values_list("pk", "name"))
    lines = [WorkLine(work, names.get(work.asked_by_id or 0, "")) for work in works[:size]]
    return WorkPage(lines, str(works[size - 1].pk) if len(works) > size else "")


def kinds_seen_by(person: Person) -> list[str]:
    """Return the kinds of work there are, for the filter."""
    return sorted(work_seen_by(person).order_by().values_list("kind", flat=True).distinct())


def parked_count(person: Person) -> int:
    """Return how much work is parked and waits for somebody to look at it."""
    counted = work_seen_by(person).filter(state=WorkState.PARKED).aggregate(n=Count("id"))
    return int(counted["n"])


def work_for(person: Person, ref: str) -> Work:
    """Return the work named ``ref`` if ``person`` looks after it.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    found = work_seen_by(person).filter(ref=ref).first()
    if found is None:
        raise NotFound("There is no such work.")
    return found
