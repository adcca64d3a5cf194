"""Visible columns: the list as it stands on the page, in its order, with the columns its reader chose."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.release.queries.exports.rows import BATCH, Exam, Taken, batches, taken
from marksheet.apps.release.queries.exports.shown import flags_of, published_rows, publishers_at
from marksheet.outputs import reports
from marksheet.outputs.exports import in_numbers
from marksheet.outputs.exports.declared import (
    ATTENDANCE,
    OUTCOMES,
    Export,
    Made,
    Scope,
    local,
    number,
    status,
)
from marksheet.outputs.exports.writers import Column, Kind, Value


class Line(NamedTuple):
    """One working result with what the page says beside it."""

    row: Taken
    exam: Exam
    publishers: str
    flags: tuple[str, ...]


class Shown(NamedTuple):
    """One column of the file, of a column of the Results tab."""

    key: str
    label: str | Promise
    value: Callable[[Line], Value]
    kind: Kind = Kind.TEXT


def _number(name: str) -> Callable[[Line], Value]:
    return lambda line: number(getattr(line.row.numbers, name)) if line.row.numbers else None


def _state(line: Line) -> str:
    standing = ATTENDANCE.get(line.row.standing) if line.row.bucket == "absent" else None
    return str(standing) if standing else status(line.row, published=False)


NAME = Shown("name", gettext_lazy("Candidate"), lambda line: line.row.name)
NUMBER = Shown("number", gettext_lazy("Number"), lambda line: line.row.number)
TITLE = Shown("schedule", gettext_lazy("Schedule"), lambda line: line.row.title)
CODE = Shown("code", gettext_lazy("Code"), lambda line: line.row.code)
UNIT = Shown("unit", gettext_lazy("Unit"), lambda line: line.row.unit)
SCORE = Shown("score", gettext_lazy("Score"), _number("score"), Kind.DECIMAL)
MAXIMUM = Shown("maximum", gettext_lazy("Maximum"), _number("maximum"), Kind.DECIMAL)
# A column of the Results tab -> the columns of the file: what stands in one cell there has a cell each here.
WORKING: Mapping[str, tuple[Shown, ...]] = {
    "candidate": (NAME, NUMBER),
    "number": (NUMBER,),
    "schedule": (TITLE, CODE, UNIT),
    "code": (CODE,),
    "unit": (UNIT,),
    "attempt": (
        Shown("attempt", gettext_lazy("Attempt"), lambda line: line.row.attempt_number, Kind.INTEGER),
    ),
    "handed_in": (
        Shown(
            "handed_in",
            gettext_lazy("Handed in"),
            lambda line: local(line.row.handed_in_at, line.exam.timezone),
            Kind.DATE,
        ),
        Shown(
            "zone",
            gettext_lazy("Time zone"),
            lambda line: line.exam.timezone if line.row.handed_in_at else "",
        ),
    ),
    "score": (SCORE, MAXIMUM),
    "percent": (Shown("percent", gettext_lazy("Percentage"), _number("percent"), Kind.PERCENT),),
    "grade": (
        Shown(
            "grade", gettext_lazy("Grade"), lambda line: line.row.numbers.grade if line.row.numbers else ""
        ),
    ),
    "outcome": (
        Shown(
            "outcome",
            gettext_lazy("Outcome"),
            lambda line: str(OUTCOMES.get(line.row.numbers.outcome, "")) if line.row.numbers else "",
        ),
    ),
    "state": (Shown("state", gettext_lazy("State"), _state),),
    "flags": (Shown("flags", gettext_lazy("Flags"), lambda line: ", ".join(line.flags)),),
    "publisher": (Shown("publisher", gettext_lazy("Publisher"), lambda line: line.publishers),),
}
FIXED = ("candidate", "state")
KINDS = {
    "number": Kind.DECIMAL,
    "percent": Kind.PERCENT,
    "moment": Kind.DATE,
}
FLAGS = {
    "retracted": gettext_lazy("Retracted"),
    "changed": gettext_lazy("Changed since"),
    "stale": gettext_lazy("Being recomputed"),
}


def columns(scope: Scope) -> list[Column]:
    """Return the columns of the page; those of Results as chosen there."""
    if scope.selection.in_numbers:
        return in_numbers.columns(scope)
    if scope.selection.published:
        return [
            Column(
                one.key,
                _("Percentage") if one.key == "percent" else str(one.label),
                KINDS.get(one.kind, Kind.TEXT),
                18,
            )
            for one in reports.report("candidates").columns
        ]
    return [Column(one.key, str(one.label), one.kind, 18) for one in _chosen(scope)]


def _chosen(scope: Scope) -> list[Shown]:
    """Return the chosen columns in the order of the page, none twice."""
    keys = [key for key in WORKING if not scope.columns or key in scope.columns or key in FIXED]
    return list({one.key: one for key in keys for one in WORKING[key]}.values())


def rows(scope: Scope) -> Iterator[Made]:
    """Yield the rows of the page, all pages of it, a batch in memory at a time."""
    if scope.selection.in_numbers:
        yield from in_numbers.rows(scope)
        return
    if scope.selection.published:
        yield from _published(scope)
        return
    chosen = _chosen(scope)
    publishers = (
        publishers_at(scope.person, scope.exams) if any(one.key == "publisher" for one in chosen) else {}
    )
    for batch in taken(scope.person, scope.keys, published=False):
        flags = flags_of([row.id for row in batch])
        for row in batch:
            said = tuple(str(FLAGS[flag]) for flag in flags.get(row.id, ()))
            exam = scope.exams[row.schedule_id]
            line = Line(row, exam, ", ".join(publishers.get(row.schedule_id, ())) or _("nobody yet"), said)
            yield Made(row.id, row.ref, tuple(one.value(line) for one in chosen))


def _published(scope: Scope) -> Iterator[Made]:
    declared = reports.report("candidates").columns
    for some in batches(scope.keys, BATCH):
        for row in published_rows(scope.person, some):
            zone = scope.exams[row.schedule_id].timezone
            cells = tuple(_cell(_as_shown(row, one), one.key, zone) for one in declared)
            yield Made(row.pk, row.ref, cells)


def _as_shown(row: Any, column: Any) -> Any:
    """Return a percentage as it was rounded for the page, so that it never contradicts the outcome."""
    return number(row.in_force.shown_percent) if column.key == "percent" else column.value(row)


def _cell(value: Any, key: str, zone: str) -> Value:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if key == "outcome":
        return str(OUTCOMES.get(value, value))
    if hasattr(value, "astimezone"):
        return local(value, zone)
    return value if isinstance(value, Fraction | Decimal) else value or None if value != 0 else 0


EXPORT = Export(
    "visible",
    gettext_lazy("Columns as shown"),
    gettext_lazy("The list as it stands on the page, in its order, with the columns you see there."),
    columns,
    rows,
    as_shown=True,
    in_numbers=True,
)
