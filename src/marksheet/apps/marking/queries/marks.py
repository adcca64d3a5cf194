"""Which mark holds in each cell: the newest version of its round."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from marksheet.apps.ledger.bulk import among
from marksheet.apps.marking.models import HandsOn, Mark, MarkDraft, Round, Script

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CurrentMark:
    """The mark that holds in a cell; ``version`` 0 means that nothing was ever given there.

    Args:
        value: thousandths of a mark; None when there is no response, or when the mark was taken back.
        marker_id: who gave it.
    """

    version: int = 0
    value: int | None = None
    no_response: bool = False
    marker_id: int | None = None

    @property
    def given(self) -> bool:
        """A number or "no response" stands here: the part is marked."""
        return self.no_response or self.value is not None

    def same_as(self, value: int | None, no_response: bool) -> bool:
        """Whether this cell says exactly that."""
        return self.value == value and self.no_response == no_response


NEVER_MARKED = CurrentMark()


def newest_marks(rows: QuerySet[Mark]) -> dict[tuple[str, int, int], CurrentMark]:
    """Return the mark that holds for each (round, attempt, part) among these versions, in one statement.

    Versions count within a cell (attempt, part, round), whoever gave them; the highest holds.
    """
    names = ("round", "attempt_id", "part_id", "version", "value_thousandths", "no_response", "marker_id")
    found = rows.order_by("version").values_list(*names)
    return {
        (round_, attempt, part): CurrentMark(version, value, no_response, marker)
        for round_, attempt, part, version, value, no_response, marker in found.iterator(chunk_size=5000)
    }


def current_marks(attempt_ids: Iterable[int], round_: str = Round.MARKER_1) -> dict[Cell, CurrentMark]:
    """Return the mark that holds for each (attempt, part) that has one in a round, in one statement."""
    rows = Mark.objects.filter(attempt__in=list(attempt_ids), round=round_)
    return {(attempt, part): mark for (_round, attempt, part), mark in newest_marks(rows).items()}


def marks_of_scripts(scripts: Iterable[Script]) -> dict[tuple[str, int, int], CurrentMark]:
    """Return the mark that holds for each (round, attempt, part) of these scripts, in one statement."""
    wanted = {(script.round, script.attempt_id) for script in scripts}
    rows = Mark.objects.filter(
        attempt__in=among({one[1] for one in wanted}), round__in={one[0] for one in wanted}
    )
    return {cell: mark for cell, mark in newest_marks(rows).items() if cell[:2] in wanted}


def drafts_of(person_id: int, attempt_ids: Iterable[int]) -> dict[Cell, MarkDraft]:
    """Return what this person typed that could not be saved, by (attempt, part)."""
    rows = MarkDraft.objects.filter(person_id=person_id, attempt__in=list(attempt_ids))
    return {(row.attempt_id, row.part_id): row for row in rows}


def in_hand(person_id: int, attempt_ids: Iterable[int]) -> set[int]:
    """Return which of these attempts the person ever had in hand."""
    rows = HandsOn.objects.filter(person_id=person_id, attempt__in=list(attempt_ids))
    return set(rows.values_list("attempt_id", flat=True))
