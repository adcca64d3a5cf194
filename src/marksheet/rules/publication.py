"""Which results may be published by whom and when, and what their candidates then see, is one table."""

from dataclasses import dataclass
from enum import StrEnum

from marksheet.rules.access import OK, Decision
from marksheet.rules.lifecycle import State

__all__ = [
    "Cell", "Decision", "Publishes", "RowFacts", "ShowResults", "Stage", "Workflow", "cell", "mail_offered",
    "may_publish", "offered", "stage",
]  # fmt: skip


class ShowResults(StrEnum):
    """When candidates see their results; set by the author."""

    NEVER = "never"
    PUBLISHER_DECIDES = "publisher_decides"
    AFTER_EACH_ATTEMPT = "after_each_attempt"
    AFTER_LAST_ATTEMPT = "after_last_attempt"


class Workflow(StrEnum):
    """How a schedule's work is marked."""

    MACHINE_ONLY = "machine_only"
    SCHEDULER_MARKS = "scheduler_marks"
    COORDINATED = "coordinated"


class Stage(StrEnum):
    """How far the results of a schedule are published, as Reports say it."""

    PARTLY = "partly_published"
    SO_FAR = "all_so_far"
    COMPLETE = "complete"


class Publishes(StrEnum):
    """Who brings a result into force."""

    BY_HAND = "by_hand"
    BY_ITSELF = "by_itself"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the option table.

    Args:
        publishes: by hand, or by itself.
        asks: the dialog asks whether candidates see the result.
        shown_at_publication: candidates see it without being asked for.
        candidate_word: what the candidate's page says: not_disclosed, as_decided or shown.
        needs_last_attempt: not before no attempt is left or the window closed.
    """

    publishes: Publishes
    asks: bool
    shown_at_publication: bool
    candidate_word: str
    needs_last_attempt: bool


BY_HAND, BY_ITSELF = Publishes.BY_HAND, Publishes.BY_ITSELF

# (option, wholly machine-scored without a check by hand) -> cell
TABLE: dict[tuple[ShowResults, bool], Cell] = {
    (ShowResults.NEVER, True): Cell(BY_HAND, False, False, "not_disclosed", False),
    (ShowResults.NEVER, False): Cell(BY_HAND, False, False, "not_disclosed", False),
    (ShowResults.PUBLISHER_DECIDES, True): Cell(BY_HAND, True, False, "as_decided", False),
    (ShowResults.PUBLISHER_DECIDES, False): Cell(BY_HAND, True, False, "as_decided", False),
    (ShowResults.AFTER_EACH_ATTEMPT, True): Cell(BY_ITSELF, False, True, "shown", False),
    (ShowResults.AFTER_EACH_ATTEMPT, False): Cell(BY_HAND, False, True, "shown", False),
    (ShowResults.AFTER_LAST_ATTEMPT, True): Cell(BY_ITSELF, False, True, "shown", True),
    (ShowResults.AFTER_LAST_ATTEMPT, False): Cell(BY_HAND, False, True, "shown", True),
}


@dataclass(frozen=True, slots=True)
class RowFacts:
    """What is known about one row of the Results tab and the person who looks at it.

    Args:
        published_current: the version in force is this very working result.
        attempts_left: the candidate can still begin an attempt.
        window_closed: the schedule's window, and this candidate's own, are over.
    """

    state: State
    withheld: bool = False
    may_see: bool = True
    may_publish: bool = True
    own: bool = False
    stale: bool = False
    published_current: bool = False
    attempts_left: bool = False
    window_closed: bool = False


def cell(option: ShowResults | str, *, wholly_machine: bool) -> Cell:
    """Return the cell of the option table for ``option``.

    Args:
        wholly_machine: no part is marked by hand and no machine score is checked by hand.

    Source: docs/rulebook/publication.md#the-option-table.
    """
    return TABLE[ShowResults(option), wholly_machine]


def offered(wholly_machine: bool) -> tuple[ShowResults, ...]:
    """Return the options an author can choose: for now those that publish by hand."""
    return tuple(
        option
        for option in ShowResults
        if cell(option, wholly_machine=wholly_machine).publishes is Publishes.BY_HAND
    )


def may_publish(row: RowFacts, cell: Cell) -> Decision:
    """Return whether this row can be published now, and if not, the first thing in the way.

    Codes, in this order: no_sight, no_right, own_result, already_published, withheld, stale,
    not_ready, attempts_left; or ok.

    Source: docs/rulebook/publication.md#one-row.
    """
    in_the_way = {
        "no_sight": not row.may_see,
        "no_right": not row.may_publish,
        "own_result": row.own,
        "already_published": row.published_current,
        "withheld": row.withheld,
        "stale": row.stale,
        "not_ready": row.state is not State.READY,
        "attempts_left": cell.needs_last_attempt and row.attempts_left and not row.window_closed,
    }
    code = next((code for code, stands in in_the_way.items() if stands), "")
    return Decision(False, code) if code else OK


def mail_offered(option: ShowResults | str, show: bool) -> Decision:
    """Return whether this act may inform candidates: only where it shows them the result.

    Args:
        show: the box **Show results on candidate dashboard** is ticked (where it is offered).

    Codes: ok, never_disclosed, not_shown.
    """
    if ShowResults(option) is ShowResults.NEVER:
        return Decision(False, "never_disclosed")
    if ShowResults(option) is ShowResults.PUBLISHER_DECIDES and not show:
        return Decision(False, "not_shown")
    return OK


def stage(published: int, handed_in: int, *, finished: bool) -> Stage:
    """Return how far a schedule is published; complete only when nothing can come any more.

    Args:
        published, handed_in: "x of y published"; x is never more than y.
        finished: its window and every individual window are closed, somebody took part, all that was handed in is
            published, no correction waits, and no work is still to be brought in.

    Example: ``stage(3, 3, finished=False)`` is ``Stage.SO_FAR``.

    Source: docs/rulebook/publication.md#how-far-a-schedule-is.
    """
    if finished:
        return Stage.COMPLETE
    return Stage.SO_FAR if published >= handed_in > 0 else Stage.PARTLY
