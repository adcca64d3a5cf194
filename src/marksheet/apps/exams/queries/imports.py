"""Files that were brought in: who may see them, and what became of them."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Import, ImportState, Schedule
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Event, Work
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where
from marksheet.rules.access import Verb

__all__ = [
    "CANDIDATES",
    "FILES",
    "ITEMS",
    "WORK",
    "Import",
    "ImportState",
    "import_for",
    "imports_of",
    "verb_for",
]

WORK, FILES, CANDIDATES, ITEMS = "work", "files", "candidates", "items"
VERBS = {
    WORK: Verb.WORK_IMPORT,
    FILES: Verb.WORK_IMPORT,
    CANDIDATES: Verb.SCHEDULE_MANAGE,
    ITEMS: Verb.EXAM_AUTHOR,
}


def verb_for(kind: str) -> Verb:
    """Return what a person must hold to bring in files of this kind.

    Raises:
        NotFound: there is no such kind.
    """
    if kind not in VERBS:
        raise NotFound(_("There is no such kind of file."))
    return VERBS[kind]


def imports_seen_by(person: Person) -> QuerySet[Import]:
    """Return the uploaded files of schedules and exams at which ``person`` may bring in that kind of file."""
    seen = Q(kind=ITEMS, version__assessment__unit__in=nodes_where(person, VERBS[ITEMS]))
    for kind in (WORK, FILES, CANDIDATES):
        seen |= Q(kind=kind, schedule__node__in=nodes_where(person, VERBS[kind]))
    rows = Import.objects.filter(seen)
    return rows.select_related("schedule__node", "version__assessment__unit", "person")


def import_for(person: Person, ref: str) -> Import:
    """Return one uploaded file.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    found = imports_seen_by(person).filter(ref=ref).first()
    if found is None:
        raise NotFound(_("There is no such file."))
    return found


def imports_of(
    person: Person, *, schedule_id: int | None = None, assessment_id: int | None = None
) -> QuerySet[Import]:
    """Return the files brought in at one schedule, or for one exam, newest first; drafts of uploads apart."""
    rows = imports_seen_by(person).exclude(state__in=[ImportState.UPLOADED, ImportState.DISCARDED])
    if schedule_id is not None:
        rows = rows.filter(schedule_id=schedule_id)
    if assessment_id is not None:
        rows = rows.filter(version__assessment_id=assessment_id)
    return rows.order_by("-created_at", "-id")


def last_applied(schedule_id: int, kind: str = WORK) -> QuerySet[Import]:
    """Return the files of one kind that were carried in at a schedule, newest first."""
    return Import.objects.filter(schedule_id=schedule_id, kind=kind, state=ImportState.APPLIED).order_by(
        "-applied_at", "-id"
    )


def import_for_worker(ref: str) -> Import | None:
    """Return an uploaded file for the worker, which acts for the person who asked; None when it is gone."""
    rows = Import.objects.select_related("schedule__node", "version__assessment__unit", "person")
    return rows.filter(ref=ref).first()


def asked_by(person_id: int | None) -> Person | None:
    """Return the active person who asked for a piece of work."""
    if person_id is None:
        return None
    return Person.objects.filter(pk=person_id, is_active=True).first()


def look_of_import(person: Person, row: Import) -> Work | None:
    """Return the newest piece of work that looks at this file for ``person``."""
    return Work.objects.filter(key__startswith=f"look:{row.ref}:{person.pk}:").order_by("-id").first()


def last_change_at(schedule: Schedule) -> int:
    """Return the number of the newest event of a schedule; it grows with whatever is done there."""
    newest = Event.objects.filter(schedule_id=schedule.pk).order_by("-seq").values_list("seq", flat=True)
    return newest.first() or 0


def work_of_import(row: Import) -> Work | None:
    """Return the newest piece of work that carries this file in."""
    return Work.objects.filter(key__startswith=f"import:{row.ref}:").order_by("-id").first()
