"""A score becomes a percentage, a grade and an outcome here, and is rounded once, last."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from marksheet.rules.rounding import (
    BadScale,
    DecideOn,
    Rounding,
    RoundingPolicy,
    rounded,
    shown,
    shown_marks,
    trimmed,
)
from marksheet.rules.scale import (
    HUNDRED,
    Below,
    Boundary,
    Piecewise,
    Scale,
    Unit,
    pass_at,
    scale_from_json,
    scale_to_json,
)

__all__ = [
    "CAP_AT_PASS", "LATE_PENALTY", "SPECIAL_CONSIDERATION", "Adjustment", "AdjustmentKind", "BadScale",
    "Below", "Boundary", "DecideOn", "Graded", "Outcome", "Piecewise", "Rounding", "RoundingPolicy",
    "Scale", "Step", "Unit", "grade", "line_value", "pass_at", "rounded", "scale_from_json",
    "scale_to_json", "shown", "shown_marks", "trimmed",
]  # fmt: skip

ZERO = Fraction(0)
TINY = Fraction(1, 10**12)
REMEMBERED_SCALES = 32
REMEMBERED_GRADES = 20_000


class Outcome(StrEnum):
    """What a graded result comes to; void is no grade and stands beside it."""

    PASSED = "passed"
    FAILED = "failed"


class AdjustmentKind(StrEnum):
    """The named steps that can change one candidate's score before rounding."""

    SPECIAL_CONSIDERATION = "special_consideration"
    LATE_PENALTY = "late_penalty"
    CAP_AT_PASS = "cap_at_pass"  # noqa: S105


LATE_PENALTY = AdjustmentKind.LATE_PENALTY
CAP_AT_PASS = AdjustmentKind.CAP_AT_PASS
SPECIAL_CONSIDERATION = AdjustmentKind.SPECIAL_CONSIDERATION


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A named step for one candidate: its kind, its size (0 or more) and the reason given."""

    kind: AdjustmentKind
    amount: Fraction = ZERO
    unit: Unit = Unit.MARKS
    reason: str = ""

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise BadScale(f"The size of an adjustment is 0 or more, not {self.amount}.")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the account: its name, the value before and after, and why."""

    name: str
    before: Fraction
    after: Fraction
    reason: str


@dataclass(frozen=True, slots=True)
class Graded:
    """A graded score: exact values, what is shown, and how one became the other."""

    score: Fraction
    percent: Fraction
    grade: str
    grade_exact: Fraction | None
    grade_rank: int
    outcome: Outcome
    shown_score: str
    shown_percent: str
    steps: tuple[Step, ...]


def grade(
    score: Fraction,
    maximum: Fraction,
    scale: Scale,
    *,
    below_minimum: bool = False,
    adjustments: Iterable[Adjustment] = (),
) -> Graded:
    """Return percentage, grade and outcome of ``score`` out of ``maximum`` under ``scale``.

    Args:
        score: exact, in marks; may be negative where the paper has no floor.
        below_minimum: a must-pass section was missed, so the result is failed.
        adjustments: applied before anything is decided, in the order special consideration,
            late penalty, cap; each stays within 0 and ``maximum``.

    Raises:
        ValueError: ``maximum`` is 0 or less, so that nothing counts.

    Example: 27.5 of 50 with the pass mark 55 % is 55 % and passed; 27.49 is failed.

    Source: docs/rulebook/grading.md.
    """
    adjusted_by = tuple(adjustments)
    if adjusted_by:
        return _grade(score, maximum, scale, below_minimum, adjusted_by)
    known = _graded.get(id(scale))
    if known is None or known[0] is not scale:
        while len(_graded) >= REMEMBERED_SCALES:
            _graded.popitem(last=False)
        # The entry holds the scale itself, so that no other object can come to have its id.
        known = _graded[id(scale)] = (scale, {})
    place = (*score.as_integer_ratio(), *maximum.as_integer_ratio(), below_minimum)
    graded = known[1].get(place)
    if graded is None:
        if len(known[1]) >= REMEMBERED_GRADES:
            known[1].clear()
        graded = known[1][place] = _grade(score, maximum, scale, below_minimum, ())
    return graded


# A cohort has few distinct scores, and each is graded once.
_graded: OrderedDict[int, tuple[Scale, dict[tuple[int, int, int, int, bool], Graded]]] = OrderedDict()


def _grade(
    score: Fraction,
    maximum: Fraction,
    scale: Scale,
    below_minimum: bool,
    adjustments: tuple[Adjustment, ...],
) -> Graded:
    if maximum <= 0:
        raise ValueError("Nothing counts in this paper: its maximum is 0, so it has no percentage.")
    steps: list[Step] = []
    score = _adjusted(score, maximum, scale, adjustments, steps)
    percent = score * HUNDRED / maximum
    steps.append(Step("percent", score, percent, "score_of_maximum"))
    judged = _Judged(score, percent, maximum, scale, below_minimum)
    label, exact, rank = _grade_of(judged, steps)
    steps.append(judged.verdict(exact))
    rounding = scale.rounding
    shown_score, shown_percent = _shown_score(judged), _shown_percent(judged)
    steps.append(Step("rounding", score, Fraction(shown_score), rounding.policy.value))
    outcome = Outcome.PASSED if judged.passed(exact) else Outcome.FAILED
    return Graded(
        score,
        percent,
        label,
        exact,
        rank,
        outcome,
        shown_score,
        shown_percent,
        tuple(steps),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    score: Fraction
    percent: Fraction
    maximum: Fraction
    scale: Scale
    below_minimum: bool

    def decided_on(self, unit: Unit) -> Fraction:
        """Return the value that boundaries in ``unit`` are compared with."""
        rounding = self.scale.rounding
        exact = self.percent if unit is Unit.PERCENT else self.score
        if rounding.decide_on is DecideOn.EXACT:
            return exact
        decimals = rounding.percent_decimals if unit is Unit.PERCENT else rounding.score_decimals
        return rounded(exact, decimals, rounding.policy)

    def reaches(self, boundary: Boundary) -> bool:
        return self.decided_on(boundary.unit) >= boundary.at

    def passed(self, grade_exact: Fraction | None) -> bool:
        value, start = self.pass_comparison(grade_exact)
        line = self.scale.piecewise
        falling = line is not None and start is line.passing and line.top < line.lowest
        return not self.below_minimum and (value <= start if falling else value >= start)

    def pass_comparison(self, grade_exact: Fraction | None) -> tuple[Fraction, Fraction]:
        """Return the value on which passing is decided and where passing starts."""
        line, rounding = self.scale.piecewise, self.scale.rounding
        if line and grade_exact is not None and rounding.decide_on is DecideOn.ROUNDED:
            return rounded(grade_exact, rounding.grade_decimals, rounding.policy), line.passing
        return self.decided_on(self.scale.pass_mark.unit), self.scale.pass_mark.at

    def verdict(self, grade_exact: Fraction | None) -> Step:
        value, start = self.pass_comparison(grade_exact)
        reason = "reached" if self.passed(grade_exact) else "not_reached"
        return Step(
            "pass_mark",
            value,
            start,
            "section_below_minimum" if self.below_minimum else reason,
        )


def _adjusted(
    score: Fraction,
    maximum: Fraction,
    scale: Scale,
    adjustments: Iterable[Adjustment],
    steps: list[Step],
) -> Fraction:
    order = list(AdjustmentKind)
    for adjustment in sorted(adjustments, key=lambda one: order.index(one.kind)):
        marks = Boundary("", adjustment.amount, adjustment.unit).marks(maximum)
        before = score
        if adjustment.kind is AdjustmentKind.SPECIAL_CONSIDERATION:
            score = max(before, min(maximum, before + marks))
        elif adjustment.kind is AdjustmentKind.LATE_PENALTY:
            score = min(before, max(ZERO, before - marks))
        else:
            score = min(before, scale.pass_mark.marks(maximum))
        steps.append(Step(adjustment.kind.value, before, score, adjustment.reason))
    return score


def _grade_of(judged: _Judged, steps: list[Step]) -> tuple[str, Fraction | None, int]:
    if judged.scale.piecewise:
        return _on_the_line(judged, judged.scale.piecewise, steps)
    if judged.scale.bands:
        return _in_a_band(judged, steps)
    return "", None, int(judged.passed(None))


def _in_a_band(judged: _Judged, steps: list[Step]) -> tuple[str, None, int]:
    bands = sorted(judged.scale.bands, key=lambda band: band.marks(judged.maximum))
    rank = max((i for i, band in enumerate(bands) if judged.reaches(band)), default=0)
    band = bands[rank]
    steps.append(Step("band", judged.decided_on(band.unit), band.at, band.label))
    pass_marks = judged.scale.pass_mark.marks(judged.maximum)
    if judged.below_minimum and band.marks(judged.maximum) >= pass_marks:
        failing = [i for i, one in enumerate(bands) if one.marks(judged.maximum) < pass_marks]
        rank = max(failing, default=0)
        steps.append(Step("must_pass", band.at, bands[rank].at, bands[rank].label))
    return bands[rank].label, None, rank


def _on_the_line(judged: _Judged, line: Piecewise, steps: list[Step]) -> tuple[str, Fraction, int]:
    cut = judged.scale.pass_mark.marks(judged.maximum)
    exact, reason = line_value(line, judged.score, cut, judged.maximum)
    steps.append(Step("piecewise", judged.score, exact, reason))
    rising = line.top > line.lowest
    if judged.below_minimum and (exact >= line.passing if rising else exact <= line.passing):
        capped = _just_failed(line, judged.scale.rounding.grade_decimals)
        steps.append(Step("must_pass", exact, capped, "below_passing_grade"))
        exact = capped
    shown = _shown_grade(judged, line, exact)
    steps.append(Step("grade_rounding", exact, Fraction(shown), judged.scale.rounding.policy.value))
    way = (exact - line.lowest) / (line.top - line.lowest)
    return shown, exact, int(way * 1_000_000 // 1)


def _just_failed(line: Piecewise, decimals: int) -> Fraction:
    unit = Fraction(1, 10**decimals)
    return (
        max(line.lowest, line.passing - unit)
        if line.top > line.lowest
        else min(line.lowest, line.passing + unit)
    )


def line_value(line: Piecewise, score: Fraction, cut: Fraction, maximum: Fraction) -> tuple[Fraction, str]:
    """Return the exact grade of ``score`` on ``line`` and the name of the piece it lies on.

    Example: lowest 1, passing 5.5, top 10, cut 33 of 50: 33 marks are 5.5, 41.5 are 7.75.

    Source: docs/rulebook/grading.md#piecewise.
    """
    if score >= cut:
        if maximum == cut:
            return line.top, "above_cut"
        return line.passing + (line.top - line.passing) * (score - cut) / (maximum - cut), "above_cut"
    if score <= 0 or cut <= 0:
        return line.lowest, "lowest"
    if line.below is Below.FROM_ZERO:
        return max(line.lowest, line.passing * score / cut), "below_cut_from_zero"
    return line.lowest + (line.passing - line.lowest) * score / cut, "below_cut_from_lowest"


def _limits(judged: _Judged, value: Fraction, unit: Unit) -> tuple[Fraction | None, Fraction | None]:
    if judged.scale.rounding.decide_on is DecideOn.ROUNDED:
        return None, None
    factor = HUNDRED / judged.maximum if unit is Unit.PERCENT else Fraction(1)
    starts = [
        one.marks(judged.maximum) * factor for one in (judged.scale.pass_mark, *judged.scale.bands) if one.at
    ]
    reached = max((start for start in starts if start <= value), default=None)
    ahead = min((start for start in starts if start > value), default=None)
    return reached, ahead


def _shown_score(judged: _Judged) -> str:
    low, below = _limits(judged, judged.score, Unit.MARKS)
    rounding = judged.scale.rounding
    return trimmed(shown(judged.score, rounding.score_decimals, rounding.policy, low=low, below=below))


def _shown_percent(judged: _Judged) -> str:
    low, below = _limits(judged, judged.percent, Unit.PERCENT)
    rounding = judged.scale.rounding
    return shown(judged.percent, rounding.percent_decimals, rounding.policy, low=low, below=below)


def _shown_grade(judged: _Judged, line: Piecewise, exact: Fraction) -> str:
    rounding = judged.scale.rounding
    # The passing grade itself belongs to those who pass, on a falling scale too.
    edge = line.passing if line.top > line.lowest else line.passing + TINY
    if judged.passed(exact) == (line.top > line.lowest):
        return shown(exact, rounding.grade_decimals, rounding.policy, low=edge)
    return shown(exact, rounding.grade_decimals, rounding.policy, below=edge)
