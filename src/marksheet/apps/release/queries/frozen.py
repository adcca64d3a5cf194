"""The rows of a frozen selection that wait to be prepared."""

from typing import NamedTuple

from marksheet.apps.release.models import Publication, PublicationRow

BATCH = 2_000


class NextRow(NamedTuple):
    """A row of the selection: its key, its result, and the revision that was looked at."""

    pk: int
    result_id: int
    revision: int


def next_rows(publication: Publication, size: int = BATCH) -> list[NextRow]:
    """Return the next rows that were not prepared yet, in the order in which they are prepared."""
    waiting = PublicationRow.objects.filter(
        publication=publication, pk__gt=publication.prepared_to, skipped=""
    )
    return [NextRow(*row) for row in waiting.order_by("pk").values_list(*NextRow._fields)[:size]]
