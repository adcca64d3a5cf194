"""Candidate answers: one row for each result, each part as it was answered, or the mark it was given."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.release.queries.exports.answers import answers_of, marks_of
from marksheet.apps.release.queries.exports.rows import Exam, Taken, taken
from marksheet.outputs.exports.declared import Export, Made, Scope, status
from marksheet.outputs.exports.writers import Column, Kind, Value


def columns(scope: Scope) -> list[Column]:
    """Return number, name, where and status, then one column for each part."""
    found = [
        Column("number", _("Number")),
        Column("name", _("Name"), width=26),
        Column("code", _("Code")),
        Column("status", _("Status"), width=18),
    ]
    for exam in scope.papers.values():
        before = scope.prefix(exam)
        for part in exam.paper.parts:
            label = part.label if part.machine else _("%(part)s (mark)") % {"part": part.label}
            kind = Kind.TEXT if part.machine else Kind.DECIMAL
            found.append(Column(f"part:{before}{part.label}", f"{before}{label}", kind, 10))
    return found


def rows(scope: Scope) -> Iterator[Made]:
    """Yield one row for each result, in order; one that is not ready, or is withheld, says its status alone."""
    published = scope.selection.published
    starts, width = {}, 0
    for key, exam in scope.papers.items():
        starts[key], width = width, width + len(exam.paper.parts)
    blank = _("no response")
    for batch in taken(scope.keys, published=published):
        answers, marks = answers_of(batch), marks_of(batch, published=published)
        for row in batch:
            exam = scope.exams[row.schedule_id]
            given = _given(row, exam, answers, marks, blank)
            before = starts[exam.version_id]
            cells: list[Value] = [None] * before + given + [None] * (width - before - len(given))
            fixed = (row.number, row.name, row.code, status(row, published=published))
            yield Made(row.id, row.ref, (*fixed, *cells))


def _given(
    row: Taken,
    exam: Exam,
    answers: Mapping[tuple[int, int], str | None],
    marks: Mapping[tuple[int, int], Fraction | None],
    blank: str,
) -> list[Value]:
    """Return a cell for each part: an answer or nothing, a mark or the words for no response."""
    attempt = row.numbers.attempt_id if row.numbers else None
    if attempt is None:
        return [None] * len(exam.paper.parts)
    found: list[Value] = []
    for part in exam.paper.parts:
        cell = (attempt, part.id)
        if part.machine:
            found.append(answers.get(cell))
        else:
            found.append((blank if marks[cell] is None else marks[cell]) if cell in marks else None)
    return found


EXPORT = Export(
    "answers",
    gettext_lazy("Candidate answers"),
    gettext_lazy(
        "One row for each result: each part as it was answered, and the marks of parts that people mark. "
        "Only of published or ready results. A blank answer is no response."
    ),
    columns,
    rows,
)
