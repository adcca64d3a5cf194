"""Candidate scores: one row for each result, a column for each question, sections, total and status."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.release.queries.exports.rows import Exam, Taken, taken
from marksheet.outputs.exports.declared import (
    ATTENDANCE,
    OUTCOMES,
    Export,
    Made,
    Scope,
    local,
    millionths,
    number,
    status,
)
from marksheet.outputs.exports.writers import Column, Kind, Value


def columns(scope: Scope) -> list[Column]:
    """Return the columns: who and where, one for each question, sections where there are several, the total."""
    return [
        Column("name", _("Name"), width=26),
        Column("number", _("Number")),
        Column("email", _("E-mail"), width=28),
        Column("assessment", _("Assessment"), width=26),
        Column("form", _("Form")),
        Column("schedule", _("Schedule"), width=26),
        Column("code", _("Code")),
        Column("unit", _("Unit"), width=20),
        Column("attempt", _("Attempt"), Kind.INTEGER),
        Column("handed_in", _("Handed in"), Kind.DATE, 19),
        Column("zone", _("Time zone"), width=18),
        *_questions(scope),
        Column("adjustment", _("Adjustment"), Kind.DECIMAL),
        Column("score", _("Score"), Kind.DECIMAL),
        Column("maximum", _("Maximum"), Kind.DECIMAL),
        Column("percent", _("Percentage"), Kind.PERCENT),
        Column("grade", _("Grade")),
        Column("outcome", _("Outcome")),
        Column("status", _("Status"), width=18),
        Column("standing", _("Attendance")),
    ]


def _questions(scope: Scope) -> list[Column]:
    found = []
    for exam in scope.papers.values():
        before = scope.prefix(exam)
        for item in exam.paper.items:
            found.append(Column(f"question:{before}{item.label}", f"{before}{item.label}", Kind.DECIMAL, 8))
        for name in _section_names(exam):
            found.append(Column(f"section:{before}{name}", f"{before}{name}", Kind.DECIMAL))
    return found


def _section_names(exam: Exam) -> list[str]:
    """Name the sections; a paper of one has its total only."""
    names = [section.name for section in exam.paper.spec.sections]
    return names if len(names) > 1 else []


def rows(scope: Scope) -> Iterator[Made]:
    """Yield one row for each result, in order, a batch in memory at a time."""
    published = scope.selection.published
    places = _places(scope)
    width = sum(wide for _start, wide in places.values())
    fixed = {key: _fixed(exam) for key, exam in scope.exams.items()}
    words = {key: str(word) for key, word in OUTCOMES.items()}
    for batch in taken(scope.person, scope.keys, published=published):
        for row in batch:
            exam = scope.exams[row.schedule_id]
            assessment, form = fixed[row.schedule_id]
            yield Made(
                row.id,
                row.ref,
                (
                    row.name, row.number, row.email or "", assessment, form, row.title, row.code, row.unit,
                    row.attempt_number, local(row.handed_in_at, exam.timezone),
                    exam.timezone if row.handed_in_at else "",
                    *_scores(row, exam, places[exam.version_id], width),
                    millionths(row.adjusted_by), *_total(row, words), status(row, published=published),
                    str(ATTENDANCE.get(row.standing, "")),
                ),
            )  # fmt: skip


def _fixed(exam: Exam) -> tuple[str, str]:
    return exam.assessment, f"{exam.assessment_code} v{exam.version_number}"


def _places(scope: Scope) -> dict[int, tuple[int, int]]:
    """Return version key -> where its questions begin among all of them, and how many columns they take."""
    found, start = {}, 0
    for key, exam in scope.papers.items():
        wide = len(exam.paper.items) + len(_section_names(exam))
        found[key] = (start, wide)
        start += wide
    return found


def _scores(row: Taken, exam: Exam, place: tuple[int, int], width: int) -> list[Value]:
    start, wide = place
    scores: list[Value] = [millionths(score) for score in row.item_scores]
    scores += [None] * (len(exam.paper.items) - len(scores))
    if wide > len(exam.paper.items):
        sections = row.numbers.account if row.numbers else ()
        scores += [number(section[1]) for section in sections or ()]
    scores += [None] * (wide - len(scores))
    return [None] * start + scores[:wide] + [None] * (width - start - wide)


def _total(row: Taken, words: dict[str, str]) -> tuple[Value, ...]:
    one = row.numbers
    if one is None:
        return (None, None, None, "", "")
    maximum = number(one.maximum) if one.score else None
    return (
        number(one.score), maximum, number(one.percent), one.grade, words.get(one.outcome, one.outcome),
    )  # fmt: skip


EXPORT = Export(
    "scores",
    gettext_lazy("Candidate scores"),
    gettext_lazy("One row for each result: a column for each question, sections, total, grade and status."),
    columns,
    rows,
)
