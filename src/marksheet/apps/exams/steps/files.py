"""Write which files an attempt answered a part with; what they replace stays, and is no response any more."""

from collections.abc import Iterable, Mapping, Sequence

from marksheet.apps.exams.models import ResponseFile
from marksheet.apps.exams.queries.files import Cell, HandedFile
from marksheet.apps.ledger.bulk import among, insert_rows
from marksheet.apps.ledger.change import Change

FIELDS = (
     "attempt_id", "part_id", "position", "kind", "ending", "size", "sha256", "path", "current", "stored_at",
)  # fmt: skip


def store_response_files(
    opened: Change, files: Mapping[Cell, Sequence[HandedFile]], replaced: Iterable[Cell] = ()
) -> int:
    """Store the files of responses, (attempt, part) -> in their order; return how many rows there are now.

    Args:
        replaced: cells among them that have files already. The caller compared them, asked why, and records both.

    Their content is on the disk before. A constant number of statements.
    """
    cells = set(replaced)
    if cells:
        attempts = {attempt for attempt, _part in cells}
        rows = ResponseFile.objects.filter(current=True, attempt__in=among(attempts))
        gone = [pk for pk, *cell in rows.values_list("pk", "attempt_id", "part_id") if tuple(cell) in cells]
        ResponseFile.objects.filter(pk__in=among(gone)).update(current=False)
    return insert_rows(
        ResponseFile,
        FIELDS,
        (
            (
                attempt, part, position, one.kind, one.ending, one.size, one.sha256, one.path, True,
                opened.at,
            )
            for (attempt, part), some in files.items()
            for position, one in enumerate(some, start=1)
        ),
    )  # fmt: skip
