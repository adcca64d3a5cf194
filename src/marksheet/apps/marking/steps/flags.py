"""A flag is raised for the lead marker, and settled with an answer."""

from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Flag, Script
from marksheet.apps.people.models import Person


def raise_flag(opened: Change, script: Script, person: Person, reason: str, part_id: int | None) -> Flag:
    """Flag a script that the caller holds and that has no open flag."""
    return Flag.objects.create(
        attempt_id=script.attempt_id,
        round=script.round,
        part_id=part_id,
        person=person,
        reason=reason,
        raised_at=opened.at,
    )


def settle_flag(opened: Change, flag: Flag, person: Person, answer: str) -> None:
    """Settle an open flag; it stays with its answer."""
    Flag.objects.filter(pk=flag.pk, settled_at=None).update(
        settled_at=opened.at, settled_by=person, answer=answer
    )
