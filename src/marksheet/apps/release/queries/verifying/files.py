"""The files of responses against the digests that the log kept when they came in."""

import json
from collections.abc import Iterator

from marksheet.apps.exams.models import ResponseFile
from marksheet.apps.ledger.models import Line
from marksheet.apps.release.queries.verifying.found import BATCH, Fault, Verified

# Attempt and part.
Cell = tuple[int, int]


def as_sent(counts: Verified) -> Iterator[Fault]:
    """Compare the current files of each response with the last line that tells of them, in their order.

    What their content is on the disk is for whoever can read it; the rows name it by its digest.
    """
    told: dict[Cell, list[str]] = {}
    lines = Line.objects.filter(subject_kind="attempt", body__contains='"files":').order_by(
        "event__seq", "pk"
    )
    for attempt, body in lines.values_list("subject_id", "body").iterator(chunk_size=BATCH):
        for part, digests in json.loads(body).get("files", {}).items():
            told[attempt, int(part)] = digests
    stored: dict[Cell, list[str]] = {}
    rows = ResponseFile.objects.filter(current=True).order_by("position")
    for attempt, part, sha256 in rows.values_list("attempt_id", "part_id", "sha256").iterator(
        chunk_size=BATCH
    ):
        stored.setdefault((attempt, part), []).append(sha256)
        counts.files += 1
    for cell in sorted(told.keys() | stored.keys()):
        where = f"files of part {cell[1]} of attempt {cell[0]}"
        if cell not in told:
            yield Fault(where, "were never brought in by an event of the log")
        elif stored.get(cell) != told[cell]:
            yield Fault(where, "are not those that came in")
