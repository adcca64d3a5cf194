"""Candidate answers: one row for each result, each part as it was answered, or the mark it was given."""

from collections.abc import Iterator, Mapping
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.exams.queries.texts import has_texts
from marksheet.apps.release.queries.exports.answers import answers_of, marks_of
from marksheet.apps.release.queries.exports.rows import Exam, Taken, taken
from marksheet.outputs.exports.declared import Export, Made, Scope, status
from marksheet.outputs.exports.writers import Column, Kind, Value


def columns(scope: Scope) -> list[Column]:
    """Return number, name, where and status, then the columns of each part."""
    found = [
        Column("number", _("Number")),
        Column("name", _("Name"), width=26),
        Column("code", _("Code")),
        Column("status", _("Status"), width=18),
    ]
    for exam in scope.papers.values():
        before = scope.prefix(exam)
        texts = _with_texts(exam)
        for part in exam.paper.parts:
            if part.machine or texts:
                found.append(Column(f"part:{before}{part.label}", f"{before}{part.label}", Kind.TEXT, 10))
            if not part.machine:
                label = _("%(part)s (mark)") % {"part": part.label}
                name = f"mark:{before}{part.label}" if texts else f"part:{before}{part.label}"
                found.append(Column(name, f"{before}{label}", Kind.DECIMAL, 10))
    return found


def _with_texts(exam: Exam) -> bool:
    """Say whether the file has a column for the text of each part that people mark: where anybody wrote one."""
    return has_texts([part.id for part in exam.paper.unscored_parts])


def rows(scope: Scope) -> Iterator[Made]:
    """Yield one row for each result, in order; one that is not ready, or is withheld, says its status alone."""
    published = scope.selection.published
    starts, width, texts = {}, 0, {}
    for key, exam in scope.papers.items():
        texts[key] = _with_texts(exam)
        columns_of = len(exam.paper.parts) + texts[key] * len(exam.paper.unscored_parts)
        starts[key], width = width, width + columns_of
    blank = _("no response")
    for batch in taken(scope.person, scope.keys, published=published):
        answers, marks = answers_of(batch), marks_of(batch, published=published)
        for row in batch:
            exam = scope.exams[row.schedule_id]
            given = _given(row, exam, answers, marks, blank, texts=texts[exam.version_id])
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
    *,
    texts: bool,
) -> list[Value]:
    """Return the cells of each part: an answer or text or nothing, a mark or the words for no response."""
    attempt = row.numbers.attempt_id if row.numbers else None
    if attempt is None:
        return [None] * (len(exam.paper.parts) + texts * len(exam.paper.unscored_parts))
    found: list[Value] = []
    for part in exam.paper.parts:
        cell = (attempt, part.id)
        if part.machine or texts:
            found.append(answers.get(cell))
        if not part.machine:
            found.append((blank if marks[cell] is None else marks[cell]) if cell in marks else None)
    return found


EXPORT = Export(
    "answers",
    gettext_lazy("Candidate answers"),
    gettext_lazy(
        "One row for each result: each part as it was answered, and the texts and marks of parts that people mark. "
        "Only of published or ready results. A blank answer is no response."
    ),
    columns,
    rows,
)
