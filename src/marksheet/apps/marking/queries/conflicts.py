"""The conflicts of interest that matter at a schedule: of its people, with its candidates."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.exams.queries.anonymity import reads_codes_at, through
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.models import HandsOn
from marksheet.apps.marking.queries.people import assessors_of
from marksheet.apps.people.models import Conflict, NodeKind, Person, Unit, UnitPath


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A conflict as the page shows it: who is kept from whom, and how many scripts here they had in hand before.

    ``whom`` is the candidate as the reader sees them, or the unit.
    """

    conflict: Conflict
    whom: str
    number: str
    in_hand: int


def conflicts_at(person: Person, schedule: Schedule) -> list[ConflictLine]:
    """Return the conflicts in force that keep somebody who works here from candidates of this schedule, by name.

    With codes for candidates, where ``person`` reads those.
    """
    here = [one.person.pk for one in assessors_of(schedule)]
    enrolled = Enrolment.objects.filter(schedule=schedule)
    below = UnitPath.objects.filter(ancestor=OuterRef("unit"), descendant__in=enrolled.values("home"))
    rows = (
        Conflict.objects.filter(
            Q(candidate__in=enrolled.values("person")) | Exists(below), person__in=here, ended_at=None
        )
        .select_related("person", "candidate", "unit", "declared_by")
        .order_by("person__sort_name", "person_id", "id")
    )
    here_as = {one.person_id: one for one in through(person, enrolled.select_related("schedule"))}
    return [_line(schedule, row, here_as.get(row.candidate_id or 0)) for row in rows]


def _line(schedule: Schedule, row: Conflict, enrolled: Enrolment | None) -> ConflictLine:
    whom = enrolled.name if enrolled else row.unit.name if row.unit else ""
    return ConflictLine(row, whom, enrolled.number if enrolled else "", _in_hand(schedule, row))


def _in_hand(schedule: Schedule, conflict: Conflict) -> int:
    hands = HandsOn.objects.filter(attempt__schedule=schedule, person=conflict.person_id)
    if conflict.candidate_id:
        hands = hands.filter(attempt__enrolment__person=conflict.candidate_id)
    else:
        below = UnitPath.objects.filter(ancestor=conflict.unit_id).values("descendant")
        hands = hands.filter(attempt__enrolment__home__in=below)
    return hands.count()


def conflict_here(person: Person, schedule: Schedule, ref: str) -> ConflictLine:
    """Return one of ``conflicts_at`` by its ref.

    Raises:
        NotFound: there is none.
    """
    found = next((one for one in conflicts_at(person, schedule) if one.conflict.ref == ref), None)
    if found is None:
        raise NotFound("There is no such conflict of interest here.")
    return found


def homes_of(schedule: Schedule) -> QuerySet[Unit]:
    """Return the homes of the candidates of a schedule and the units above them, the institution apart; by name."""
    homes = Enrolment.objects.filter(schedule=schedule, home__isnull=False).values("home")
    above = UnitPath.objects.filter(descendant__in=homes).values("ancestor")
    return (
        Unit.objects.filter(pk__in=above)
        .exclude(kind__in=(NodeKind.INSTITUTION, NodeKind.SCHEDULE))
        .order_by("name", "id")
    )


def candidate_named(person: Person, schedule: Schedule, number: str) -> Person | None:
    """Return the candidate with this number at the schedule, if there is one; with this code, where that is read."""
    column = "script_code" if reads_codes_at(person, schedule) else "number"
    rows = Enrolment.objects.filter(schedule=schedule, **{column: number.strip()})
    found = rows.select_related("person").first()
    return found.person if found else None
