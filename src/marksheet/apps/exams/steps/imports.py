"""Settle an uploaded file in the change that carried it in."""

from collections.abc import Mapping
from typing import Any

from marksheet.apps.exams.models import Import, ImportState
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.errors import WrongState


def lock_import(opened: Change, ref: str) -> Import | None:
    """Lock the uploaded file that is being carried in, so that it is carried in once; None without one.

    Raises:
        WrongState: it was carried in, or thrown away, meanwhile.
    """
    if not ref:
        return None
    row = Import.objects.select_for_update(no_key=True).get(ref=ref)
    if row.state in (ImportState.APPLIED, ImportState.DISCARDED):
        raise WrongState("This file was carried in already. Look at its receipt.")
    return row


def settle_import(
    opened: Change, row: Import | None, *, content_hash: str, report: Mapping[str, Any], reason: str = ""
) -> None:
    """Note on the uploaded file, if there is one, that it was carried in and what came of it."""
    if row is None:
        return
    row.state = ImportState.APPLIED
    row.content_hash = content_hash
    kept = {name: value for name, value in row.report.items() if name != "looks"}
    row.report = {**kept, "receipt": dict(report)}
    row.reason = reason
    row.applied_at = opened.at
    row.save(update_fields=["state", "content_hash", "report", "reason", "applied_at"])
