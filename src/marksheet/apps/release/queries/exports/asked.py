"""The exports somebody asked for: how far each is, and for how long its file can be fetched."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Work, WorkState
from marksheet.apps.people.models import Person

KIND = "export"
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """One export as its asker sees it.

    Args:
        state: ``waiting``, ``running``, ``done``, ``failed`` or ``expired``.
        file: what the worker said of the file: name, path, size, rows, sha256, manifest, what differs.
    """

    work: Work
    state: str
    file: dict[str, Any]
    until: datetime | None

    @property
    def goes_on(self) -> bool:
        """Whether it is still being made."""
        return self.state in ("waiting", "running")


def _shown(work: Work, at: datetime) -> Asked:
    file = work.outcome if isinstance(work.outcome, dict) else {}
    until = work.finished_at + KEPT if work.finished_at else None
    state = {WorkState.PARKED: "failed", WorkState.CLAIMED: "running"}.get(WorkState(work.state), "waiting")
    if work.state == WorkState.DONE:
        state = "done" if until and at < until and file.get("path") else "expired"
    return Asked(work, state, file, until)


def exports_of(person: Person, at: datetime, *, most: int = 100) -> list[Asked]:
    """Return what ``person`` took out as files, newest first."""
    rows = Work.objects.filter(kind=KIND, asked_by_id=person.pk).order_by("-id")
    return [_shown(work, at) for work in rows[:most]]


def export_for(person: Person, ref: str, at: datetime) -> Asked:
    """Return the export named ``ref`` if ``person`` asked for it.

    Raises:
        NotFound: there is none, or somebody else asked for it.
    """
    work = Work.objects.filter(kind=KIND, ref=ref, asked_by_id=person.pk).first()
    if work is None:
        raise NotFound(_("There is no such export."))
    return _shown(work, at)


def asker_of(work: Work) -> Person | None:
    """Return who asked for ``work``, if they still have an account that is in use."""
    return Person.objects.filter(pk=work.asked_by_id or 0, is_active=True).first()
