"""Carry a large file in as a job of the worker."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from marksheet.apps.exams.actions.imports import CAN_BE_READ_AGAIN
from marksheet.apps.exams.queries.imports import ImportState, asked_by, import_for_worker
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotAllowed, Refusal
from marksheet.apps.ledger.work import Work
from marksheet.entrypoints.shared.intake.carrying import carry_in
from marksheet.entrypoints.shared.intake.looking import is_large, look_at


def look_at_import(work: Work, keep: Callable[[int, int], None]) -> dict[str, Any]:
    """Look at the file that ``work`` names, for the person who asked; writes nothing but what was found."""
    row = import_for_worker(str(work.payload["import"]))
    if row is None or row.state not in CAN_BE_READ_AGAIN or not is_large(row):
        return {"state": row.state if row else "gone"}
    actor = asked_by(work.asked_by_id)
    if actor is None:
        raise NotAllowed(_("Who asked for this import has no account any more."))
    with override(str(work.payload.get("language") or "") or None):
        found = look_at(actor, row, at=clock.read(), progress=keep)
    return {"state": "seen" if "seen" in found else "refused"}


def apply_import(work: Work, keep: Callable[[int, int], None]) -> dict[str, Any]:
    """Carry in the file that ``work`` names, for the person who asked; safe to run twice.

    A file that is refused is no failure of the worker: its page says why, and nothing of it was written.
    """
    row = import_for_worker(str(work.payload["import"]))
    if row is None or row.state != ImportState.APPLYING:
        return {"state": row.state if row else "gone"}
    actor = asked_by(work.asked_by_id)
    if actor is None:
        raise NotAllowed(_("Who asked for this import has no account any more."))
    try:
        receipt = carry_in(actor, row, row.report.get("options", {}), at=clock.read(), progress=keep)
    except Refusal as refusal:
        return {"state": "refused", "message": str(refusal)}
    return {"state": "applied", "receipt": receipt}
