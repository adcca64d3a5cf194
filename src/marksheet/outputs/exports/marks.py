"""Preliminary marks: every script in every round with its state and the marks given so far; nothing is final."""

from collections.abc import Iterator, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.marking.queries.so_far import SoFar, marks_so_far
from marksheet.apps.release.queries.exports.rows import Changed
from marksheet.apps.release.queries.exports.selection import marked_schedule
from marksheet.outputs.exports.declared import Export, Made, Scope
from marksheet.outputs.exports.writers import Column, Kind, Value

# Stands in every row, so that no row that is copied elsewhere passes for a result.
PRELIMINARY = "PRELIMINARY"
ROUNDS: Mapping[str, str | Promise] = {
    "marker-1": gettext_lazy("Marker 1"),
    "marker-2": gettext_lazy("Marker 2"),
    "agreed": gettext_lazy("Both markers together"),
    "moderation-1": gettext_lazy("Moderation 1"),
    "moderation-2": gettext_lazy("Moderation 2"),
    "moderation-3": gettext_lazy("Moderation 3"),
}
STATES: Mapping[str, str | Promise] = {
    "untouched": gettext_lazy("Not begun"),
    "begun": gettext_lazy("In progress"),
    "finished": gettext_lazy("Marked, not submitted"),
    "submitted": gettext_lazy("Submitted"),
    "agreed": gettext_lazy("Agreed"),
    "to-agree": gettext_lazy("Not agreed"),
    "moderation": gettext_lazy("In moderation"),
    "with-marker": gettext_lazy("With its marker again"),
    "moderated": gettext_lazy("Moderated"),
}


def columns(scope: Scope) -> list[Column]:
    """Return that it is preliminary, who, which round and how far, then a column for each part that people mark."""
    fixed = [
        Column("preliminary", PRELIMINARY, width=14),
        Column("number", _("Number")),
        Column("name", _("Name"), width=26),
        Column("code", _("Code")),
        Column("attempt", _("Attempt"), Kind.INTEGER),
        Column("round", _("Round"), width=18),
        Column("marker", _("Marked by"), width=22),
        Column("state", _("State"), width=20),
        Column("note", _("Note"), width=30),
    ]
    (exam,) = scope.exams.values()
    return fixed + [
        Column(f"mark:{part.label}", part.label, Kind.DECIMAL, 10) for part in exam.paper.human_parts
    ]


def rows(scope: Scope) -> Iterator[Made]:
    """Yield a row for each script in each round, by candidate.

    Raises:
        Changed: one of them is not there any more.
    """
    (exam,) = scope.exams.values()
    parts = [part.id for part in exam.paper.human_parts]
    blank, hidden = _("no response"), _("Kept back until you have submitted your own marks")
    schedule = marked_schedule(scope.person, scope.selection)
    try:
        for line in marks_so_far(scope.person, schedule, scope.keys):
            marks = tuple(_mark(line, part, blank) for part in parts)
            said = (line.number, line.name, exam.code, line.attempt, str(ROUNDS[line.round]), line.by)
            how = (str(STATES[line.state]), hidden if line.kept_back else "")
            yield Made(line.id, line.ref, (PRELIMINARY, *said, *how, *marks))
    except LookupError:
        raise Changed from None


def _mark(line: SoFar, part: int, blank: str) -> Value:
    if part not in line.marks:
        return None
    mark = line.marks[part]
    return blank if mark is None else mark


EXPORT = Export(
    "marks",
    gettext_lazy("Preliminary marks"),
    gettext_lazy(
        "One row for each script in each round, with who marks it, how far it is and the marks so far. Each row says "
        "that it is preliminary; no total, percentage or grade is in the file."
    ),
    columns,
    rows,
    preliminary=True,
)
