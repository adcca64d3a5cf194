"""The adjustments of results: which hold, for the rules, and who gave them and why, for those who read."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from marksheet.apps.ledger.models import Side
from marksheet.apps.results.models import Adjustment, Result, ResultVersion
from marksheet.rules import grading
from marksheet.rules.rounding import Rounding, shown_marks

THOUSAND = 1_000
Steps = list[list[str]] | None


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """One adjustment that holds: what, how much, why, by whom; ``reason`` is empty once it was erased."""

    kind: str
    amount: Fraction
    unit: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AdjustmentStep:
    """One adjusting step of a score: its size, and the score before and after, as shown."""

    kind: str
    amount: Fraction
    unit: str
    before: str
    after: str


def holding() -> QuerySet[Adjustment]:
    """Return the adjustments that were not taken back."""
    return Adjustment.objects.filter(end=None)


def adjustments_in_force(**within: Any) -> dict[int, tuple[grading.Adjustment, ...]]:
    """Return the adjustments that hold, as the rules take them, by enrolment; one statement.

    Args:
        within: a filter on ``Adjustment``, such as ``result__schedule``.
    """
    found: dict[int, list[grading.Adjustment]] = defaultdict(list)
    rows = holding().filter(**within).order_by("id")
    for enrolment_id, kind, thousandths, unit in rows.values_list(
        "result__enrolment_id", "kind", "amount_thousandths", "unit"
    ):
        found[enrolment_id].append(
            grading.Adjustment(
                grading.AdjustmentKind(kind), Fraction(thousandths, THOUSAND), grading.Unit(unit)
            )
        )
    return {key: tuple(some) for key, some in found.items()}


def adjustments_of(row: Result) -> list[AdjustmentLine]:
    """Return the adjustments of a result that hold, in the order in which they were given."""
    found = list(holding().filter(result=row).select_related("by").order_by("id"))
    sides = Side.objects.filter(event_id__in=[one.event_id for one in found], name="reason")
    reasons = dict(sides.values_list("event_id", "value")) if found else {}
    return [
        AdjustmentLine(
            one.kind,
            Fraction(one.amount_thousandths, THOUSAND),
            one.unit,
            reasons.get(one.event_id, ""),
            one.by.name,
            one.at,
        )
        for one in found
    ]


def steps_of(one: Result | ResultVersion, rounding: Rounding) -> list[AdjustmentStep]:
    """Return the adjusting steps behind the score of a working result or a version, in their order."""
    return [
        AdjustmentStep(
            kind,
            Fraction(amount),
            unit,
            shown_marks(Fraction(before), rounding),
            shown_marks(Fraction(after), rounding),
        )
        for kind, amount, unit, before, after in one.adjustments or ()
    ]
