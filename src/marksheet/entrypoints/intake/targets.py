"""Find a schedule or an exam by the code that people use, or by its ref."""

from django.db.models import Q

from marksheet.apps.exams.queries.assessments import assessments_seen_by
from marksheet.apps.exams.queries.schedules import schedules_seen_by
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.queries import Person


def schedule_ref(actor: Person, name: str) -> str:
    """Return the ref of the schedule called ``name``.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    found = schedules_seen_by(actor).filter(Q(code__iexact=name) | Q(ref=name)).first()
    if found is None:
        raise NotFound(f"There is no schedule {name} that {actor.name} may see.")
    return str(found.ref)


def assessment_ref(actor: Person, name: str) -> str:
    """Return the ref of the exam called ``name``; raises NotFound as ``schedule_ref``."""
    found = assessments_seen_by(actor).filter(Q(code__iexact=name) | Q(ref=name)).first()
    if found is None:
        raise NotFound(f"There is no exam {name} that {actor.name} may see.")
    return str(found.ref)
