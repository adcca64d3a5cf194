"""What is stored of how a result came about: its adjusting steps, and its sections."""

from fractions import Fraction
from typing import Any

from marksheet.apps.exams.queries.paper import Paper
from marksheet.rules.aggregation import Aggregate
from marksheet.rules.grading import Adjustment, AdjustmentKind, Graded, shown_marks
from marksheet.rules.rounding import Rounding

ADJUSTING = frozenset(AdjustmentKind)


def adjusting_steps(graded: Graded, adjustments: tuple[Adjustment, ...]) -> list[list[str]]:
    """Return each adjusting step in the order of the rules: kind, amount, unit, score before and after; exact."""
    given = {one.kind: one for one in adjustments}
    return [
        [step.name, str(one.amount), one.unit.value, str(step.before), str(step.after)]
        for step in graded.steps
        if step.name in ADJUSTING and (one := given[AdjustmentKind(step.name)])
    ]


def account_of(paper: Paper, rounding: Rounding, aggregate: Aggregate) -> list[Any]:
    """Return the sections as the candidate may be shown them: name, score, maximum, weight, whether it was missed."""
    return [
        [
            one.name,
            shown_marks(one.score or Fraction(0), rounding),
            shown_marks(one.maximum, rounding),
            str(spec.weight),
            one.below_minimum,
        ]
        for one, spec in zip(aggregate.sections, paper.spec.sections, strict=True)
    ]
