"""Who runs a schedule that nobody coordinates, and who could take it over."""

from collections.abc import Sequence

from django.db.models import QuerySet

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.schedules import roles_alone
from marksheet.apps.marking.queries.people import Missing, Pick, missing_here, picked
from marksheet.apps.people.models import Grant, Person, Reach


def running_alone(schedule: Schedule) -> QuerySet[Grant]:
    """Return the grants in force with which somebody runs this very schedule; none where it is coordinated."""
    rows = Grant.objects.filter(
        unit_id=schedule.node_id, ended_at=None, reach=Reach.SCHEDULES, role__key__in=roles_alone(schedule)
    )
    return rows.select_related("person", "role").order_by("given_at", "pk")


def run_by(schedule: Schedule) -> list[Person]:
    """Return who may publish at a schedule that nobody coordinates, by name."""
    found = {one.person_id: one.person for one in running_alone(schedule) if one.role.key == "publisher"}
    return sorted(found.values(), key=lambda one: (one.sort_name, one.pk))


def kept_from_it(schedule: Schedule, people: Sequence[Person]) -> dict[int, str]:
    """Return person key -> why they cannot take a schedule over, "" where they can."""
    holders = {one.pk for one in run_by(schedule)}
    why = missing_here(schedule, people)
    return {
        one.pk: Missing.HERE if one.pk in holders else "" if why[one.pk] == Missing.HERE else why[one.pk]
        for one in people
    }


def could_take_over(person: Person, schedule: Schedule, search: str) -> list[Pick]:
    """Return whom a search finds, and why they cannot take the schedule over; without a search the reader alone."""
    if not search.strip():
        return [] if kept_from_it(schedule, [person])[person.pk] else [Pick(person, "")]
    found = [one.person for one in picked(schedule, search)]
    why = kept_from_it(schedule, found)
    return sorted((Pick(one, why[one.pk]) for one in found), key=lambda one: bool(one.missing))
