"""Machine scores that people check: what counts of each part, and which still wait for their check."""

from collections.abc import Mapping

from marksheet.apps.exams.queries.paper import Paper
from marksheet.apps.marking.queries.counting import Counted
from marksheet.apps.marking.queries.marks import Cell
from marksheet.rules.aggregation import PartOutcome, checked

UNMARKED = PartOutcome(None)
Outcomes = dict[int, dict[int, PartOutcome]]
"""attempt -> part -> what it came to."""


def bring_in_checks(
    paper: Paper, machine: Mapping[Cell, PartOutcome], counted: Mapping[Cell, Counted], outcomes: Outcomes
) -> set[Cell]:
    """Put what counts of checked parts into ``outcomes``; return the cells that are scored and not checked yet.

    Args:
        machine: the scored cells of checked parts, as ``scored_cells`` returned them before marks were brought in.
        counted: what the marks come to.
        outcomes: machine scores, with marks in their place where there are any.
    """
    unchecked: set[Cell] = set()
    for cell, scored in machine.items():
        attempt, part = cell
        mark = counted.get(cell)
        given = mark is not None and (mark.value is not None or mark.no_response)
        outcomes[attempt][part] = checked(scored, outcomes[attempt][part] if given else None)
        if not given and not (mark is not None and mark.waits):
            unchecked.add(cell)
    return unchecked


def scored_cells(paper: Paper, outcomes: Mapping[int, Mapping[int, PartOutcome]]) -> dict[Cell, PartOutcome]:
    """Return what the machine scored of the parts that people check, before marks are brought in."""
    return {
        (attempt, part.id): own[part.id]
        for attempt, own in outcomes.items()
        for part in paper.checked_parts
        if own.get(part.id, UNMARKED).score is not None
    }
