"""Correct a candidate's name or number where enrolments carry it."""

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.ledger.change import Change
from marksheet.apps.people.models import Person


def correct_enrolments(
    opened: Change, person: Person, *, institution_id: int, number: str
) -> list[Enrolment]:
    """Bring name and number of a person's enrolments up to date; return those that changed."""
    enrolments = list(Enrolment.objects.filter(person=person).select_related("schedule"))
    changed = []
    for enrolment in enrolments:
        at_home = enrolment.schedule.institution_id == institution_id
        wanted = (person.name, person.sort_name, number if at_home and number else enrolment.number)
        if (enrolment.name, enrolment.sort_name, enrolment.number) != wanted:
            enrolment.name, enrolment.sort_name, enrolment.number = wanted
            enrolment.save(update_fields=["name", "sort_name", "number"])
            changed.append(enrolment)
    return changed
