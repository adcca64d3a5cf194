"""Ask for exports and read back what is in the file."""

import csv
import io
from typing import Any

from django.core.files.storage import default_storage

from marksheet.apps.ledger.models import Work
from marksheet.apps.release.actions.exports import Order, request_export
from marksheet.apps.release.queries.exports.selection import Selection, Source
from marksheet.entrypoints.shared.exports.carrying import make_now
from tests.factories import NOW

RESULTS, REPORTS, AUDIT = Selection(Source.RESULTS), Selection(Source.REPORTS), Selection(Source.AUDIT)


def exported(actor: Any, selection: Selection = RESULTS, format: str = "scores", **order: Any) -> Work:
    """Ask for an export, have it made, return its work."""
    work = request_export(actor, selection, Order(format, **{"file_type": "csv", **order}), at=NOW)
    make_now(work)
    work.refresh_from_db()
    return work


def content(work: Work) -> bytes:
    """The bytes of a file."""
    assert work.outcome, work.last_error
    with default_storage.open(work.outcome["path"]) as stream:
        return stream.read()


def rows(work: Work) -> list[dict[str, str]]:
    """The rows of a CSV file by the labels of its columns."""
    return list(csv.DictReader(io.StringIO(content(work).decode("utf-8-sig"))))
