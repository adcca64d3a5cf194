"""Lists of schedules and assessments as files (Reports, Audit, Coordinator): the lines of a page, rounded as there."""

from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Any

from marksheet.apps.release.queries.exports.rows import Changed, batches
from marksheet.apps.release.queries.exports.selection import Source
from marksheet.apps.results.queries.coordination import coordination_lines
from marksheet.apps.results.queries.finished import finished_lines
from marksheet.apps.results.queries.reports import assessment_lines, schedule_lines
from marksheet.outputs import reports
from marksheet.outputs.exports.declared import Made, Scope, local
from marksheet.outputs.exports.writers import Column, Kind, Value
from marksheet.outputs.reports import coordination

AT_A_TIME = 200
KINDS = {"number": Kind.DECIMAL, "percent": Kind.PERCENT, "moment": Kind.DATE}
# How many decimals the page shows.
PLACES = {"mean": 2, "pass_rate": 0}


def columns(scope: Scope) -> list[Column]:
    """Return the columns that the report declares; of Coordinator those that its reader chose."""
    return [Column(one.key, str(one.label), KINDS.get(one.kind, Kind.TEXT), 18) for one in _declared(scope)]


def rows(scope: Scope) -> Iterator[Made]:
    """Yield a line for each schedule or assessment, some at a time.

    Raises:
        Changed: one of them has nothing published any more.
    """
    declared = _declared(scope)
    for some in batches(scope.keys, AT_A_TIME):
        lines = _lines(scope, some)
        if len(lines) != len(some):
            raise Changed
        for subject, zone, line in lines:
            cells = tuple(_cell(one.value(line), one.key, zone) for one in declared)
            yield Made(subject.pk, subject.ref, cells)


def _declared(scope: Scope) -> tuple[reports.Column, ...]:
    if scope.selection.source is Source.COORDINATION:
        return coordination.chosen(scope.columns)
    return reports.report(scope.selection.source).columns


def _lines(scope: Scope, keys: Any) -> list[tuple[Any, str, Any]]:
    person, at = scope.person, scope.selection.asked.at
    if scope.selection.source is Source.ASSESSMENTS:
        found = assessment_lines(person, keys)
        return [(one.assessment, one.assessment.unit.timezone, one) for one in found]
    if scope.selection.source is Source.COORDINATION:
        rows = coordination_lines(person, list(keys))
        return [(row.schedule, row.schedule.timezone, row) for row in rows]
    if at is None:
        raise ValueError("Whether a schedule is complete depends on the moment.")
    lines_of = finished_lines if scope.selection.source is Source.FINISHED else schedule_lines
    return [(one.schedule, one.schedule.timezone, one) for one in lines_of(person, keys, at)]


def _cell(value: Any, key: str, zone: str) -> Value:
    if isinstance(value, datetime):
        return local(value, zone)
    if key in PLACES and value is not None:
        return _rounded(Fraction(value), PLACES[key])
    return value if value is None or isinstance(value, int) else str(value)


def _rounded(value: Fraction, places: int) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
