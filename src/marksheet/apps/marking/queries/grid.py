"""The mark sheet: candidates down, human-marked parts across, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import PartRow, dozen_of, paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.exams.queries.scored import machine_scores
from marksheet.apps.marking.models import MarkDraft, Script
from marksheet.apps.marking.queries.marks import NEVER_MARKED, CurrentMark, drafts_of, marks_of_scripts
from marksheet.apps.marking.queries.sharing import Other, Place, others_of
from marksheet.apps.marking.queries.submissions import (
    PAGE,
    ScriptStatus,
    Submission,
    page_of,
    scripts_for,
    searched,
    submission,
)
from marksheet.apps.people.models import Person
from marksheet.rules.marks import shown
from marksheet.rules.schemes import FINEST


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell of the mark sheet: what holds there, what the reader typed too late, in which steps marks go.

    ``others`` is what others gave in other rounds, as far as marks are shared; ``machine`` what the key
    scored of a part that people check.
    """

    part: PartRow
    version: int
    value: int | None
    shown: str
    draft: str
    field: str
    step_thousandths: int
    others: tuple[Other, ...] = ()
    machine: str = ""

    @property
    def prefilled(self) -> str:
        """The machine's score, where it waits for a check: to be confirmed or changed."""
        return "" if self.shown else self.machine


@dataclass(frozen=True, slots=True)
class GridRow:
    """One script of the mark sheet; cells in the order of the columns; locked rows are read only."""

    script: Submission
    cells: tuple[GridCell, ...]

    @property
    def locked(self) -> bool:
        """Its marks are submitted."""
        return self.script.status == ScriptStatus.SUBMITTED

    @property
    def sum_shown(self) -> str:
        """The sum of the numbers in these cells, in marks; a dash where there is none."""
        given = [cell.value for cell in self.cells if cell.value is not None]
        return shown(sum(given)) if given else "–"


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of the mark sheet: candidates down, parts across."""

    parts: tuple[PartRow, ...]
    titles: dict[int, str]
    steps: dict[int, int]
    rows: tuple[GridRow, ...]
    ranges: tuple[tuple[int, str], ...]
    chosen: int
    after: str


def grid_of(
    person: Person,
    schedule: Schedule,
    *,
    search: str = "",
    status: str = "",
    after: str = "",
    range_: int = 0,
    size: int = PAGE,
) -> Grid:
    """Return ``size`` candidates and at most 12 parts of the mark sheet.

    Args:
        range_: which dozen of parts, from 0; out of range reads as 0.
        search, status, after: as ``submissions_of``.
    """
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    human = paper.human_parts
    dozen = dozen_of(human, range_)
    rows = searched(person, schedule, scripts_for(person, schedule), search)
    scripts, following = page_of(rows, status=status, after=after, size=size)
    attempts = [script.attempt_id for script in scripts]
    marks, drafts = marks_of_scripts(scripts), drafts_of(person.pk, attempts)
    steps = steps_of(part.id for part in dozen.parts)
    others = others_of(person, schedule, scripts)
    scored = machine_scores(schedule, attempts, [one.id for one in paper.checked_parts])
    shown_rows = tuple(
        GridRow(
            submission(script, len(human)),
            tuple(
                _cell(script, part, marks, drafts, steps.get(part.id, FINEST), others, scored)
                for part in dozen.parts
            ),
        )
        for script in scripts
    )
    titles = {part.id: paper.items[part.item_index].title for part in dozen.parts}
    return Grid(dozen.parts, titles, steps, shown_rows, dozen.ranges, dozen.chosen, following)


def _cell(
    script: Script,
    part: PartRow,
    marks: dict[tuple[str, int, int], CurrentMark],
    drafts: dict[tuple[int, int], MarkDraft],
    step: int,
    others: Mapping[Place, tuple[Other, ...]],
    scored: Mapping[tuple[int, int], int | None],
) -> GridCell:
    place = (script.attempt_id, part.id)
    held = marks.get((script.round, script.attempt_id, part.id), NEVER_MARKED)
    kept = drafts.get((script.attempt_id, part.id))
    return GridCell(
        part=part,
        version=held.version,
        value=held.value,
        shown=shown_mark(held.value, held.no_response),
        draft=kept.typed if kept else "",
        field=f"m-{script.ref}-{part.ref}",
        step_thousandths=step,
        others=others.get((script.pk, part.id), ()),
        machine=shown_mark(scored[place], scored[place] is None) if place in scored else "",
    )


def shown_mark(value: int | None, no_response: bool) -> str:
    """Return a mark as the sheet shows it: "2.5", "nr" for no response, "" for unmarked."""
    if no_response:
        return "nr"
    return "" if value is None else shown(value)
