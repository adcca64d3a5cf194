"""Forget what was typed too late, once its writer has decided."""

from collections.abc import Sequence

from marksheet.apps.ledger.change import draft
from marksheet.apps.marking.models import MarkDraft, Script
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.people.models import Person


def discard_drafts(
    person: Person, schedule_ref: str, script_refs: Sequence[str] | None = None, part_ref: str = ""
) -> int:
    """Forget the person's own drafts at a schedule (of these scripts, or all; of one part, or all); return how many.

    Raises:
        NotFound: the schedule is hidden from the person.
    """
    schedule = assessed_for(person, schedule_ref)
    rows = MarkDraft.objects.filter(person=person, attempt__schedule=schedule)
    if script_refs is not None:
        scripts = Script.objects.filter(ref__in=list(script_refs))
        rows = rows.filter(attempt__in=scripts.values("attempt"))
    if part_ref:
        rows = rows.filter(part__ref=part_ref)
    keys = list(rows.values_list("pk", flat=True))
    with draft():
        return MarkDraft.objects.filter(pk__in=keys).delete()[0]
