"""A grade scale says where passing and each grade start, and how numbers are rounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeVar

from marksheet.rules.rounding import BadScale, DecideOn, Rounding, RoundingPolicy

HUNDRED = Fraction(100)
Word = TypeVar("Word", bound=StrEnum)


class Unit(StrEnum):
    """What a boundary or an adjustment is stated in."""

    PERCENT = "percent"
    MARKS = "marks"


class Below(StrEnum):
    """Where the grade line below the cut comes from."""

    FROM_LOWEST = "from_lowest"
    FROM_ZERO = "from_zero"


@dataclass(frozen=True, slots=True)
class Boundary:
    """Where a grade (or passing) starts: the first value that belongs to it, inclusive."""

    label: str
    at: Fraction
    unit: Unit = Unit.PERCENT

    def marks(self, maximum: Fraction) -> Fraction:
        """Return the boundary in marks of a paper worth ``maximum``."""
        return self.at * maximum / HUNDRED if self.unit is Unit.PERCENT else self.at


def pass_at(at: Fraction | int, unit: Unit = Unit.PERCENT) -> Boundary:
    """Return the pass mark ``at``, in per cent unless said otherwise."""
    return Boundary("pass", Fraction(at), unit)


@dataclass(frozen=True, slots=True)
class Piecewise:
    """Two straight lines that meet at the cut: (0, lowest), (cut, passing), (maximum, top)."""

    lowest: Fraction
    passing: Fraction
    top: Fraction
    below: Below = Below.FROM_LOWEST

    def __post_init__(self) -> None:
        rising = self.lowest < self.passing < self.top
        falling = self.lowest > self.passing > self.top
        if not rising and not falling:
            raise BadScale(
                f"The grades {self.lowest}, {self.passing}, {self.top} must rise or fall steadily."
            )
        if falling and self.below is Below.FROM_ZERO:
            raise BadScale("A scale on which the lowest number is best cannot start from zero.")


@dataclass(frozen=True, slots=True)
class Scale:
    """Pass mark, grades and rounding of one schedule.

    Args:
        pass_mark: where passing starts, inclusive.
        bands: one per grade, in any order; the lowest starts at 0. Without bands and
            ``piecewise`` a result has an outcome and no grade.
        piecewise: grades as numbers; the cut is the pass mark.

    Raises:
        BadScale: no band at 0, two equal labels or boundaries, or bands and piecewise at once.

    Source: docs/rulebook/grading.md.
    """

    pass_mark: Boundary
    bands: tuple[Boundary, ...] = ()
    piecewise: Piecewise | None = None
    rounding: Rounding = field(default_factory=Rounding)

    def __post_init__(self) -> None:
        mark: object = self.pass_mark
        if isinstance(mark, tuple):
            object.__setattr__(self, "pass_mark", pass_at(*mark))
        if self.bands and self.piecewise:
            raise BadScale("A scale has bands or a piecewise line, not both.")
        if self.bands and min(band.at for band in self.bands) != 0:
            raise BadScale("The lowest band must start at 0, so that every score has a grade.")
        for boundary in (self.pass_mark, *self.bands):
            if boundary.at < 0 or (boundary.unit is Unit.PERCENT and boundary.at > 100):
                raise BadScale(f"“{boundary.label}” starts at {boundary.at}: outside the scale.")
        if len({band.label for band in self.bands}) < len(self.bands):
            raise BadScale("Two bands have the same label.")
        starts = {(band.at, band.unit if band.at else Unit.MARKS) for band in self.bands}
        if len(starts) < len(self.bands):
            raise BadScale("Two bands start at the same value.")


def scale_to_json(scale: Scale) -> dict[str, Any]:
    """Return ``scale`` as JSON values; fractions are text ("100/3"), so nothing is lost."""
    line, rounding = scale.piecewise, scale.rounding
    return {
        "pass_mark": _boundary_to_json(scale.pass_mark),
        "bands": [_boundary_to_json(band) for band in scale.bands],
        "piecewise": line
        and {
            "lowest": str(line.lowest),
            "passing": str(line.passing),
            "top": str(line.top),
            "below": line.below.value,
        },
        "rounding": {
            "policy": rounding.policy.value,
            "score_decimals": rounding.score_decimals,
            "percent_decimals": rounding.percent_decimals,
            "grade_decimals": rounding.grade_decimals,
            "decide_on": rounding.decide_on.value,
        },
    }


def scale_from_json(stored: Mapping[str, Any]) -> Scale:
    """Return the scale that ``scale_to_json`` wrote; ``bands``, ``piecewise``, ``rounding`` may be missing.

    Raises:
        BadScale: something is missing, misspelt, or would leave a score without a grade.
    """
    _only(stored, {"pass_mark", "bands", "piecewise", "rounding"}, "a scale")
    if "pass_mark" not in stored:
        raise BadScale("A scale needs a pass mark.")
    bands = stored.get("bands") or ()
    if not isinstance(bands, Sequence) or isinstance(bands, str):
        raise BadScale("The bands of a scale are a list.")
    line = stored.get("piecewise")
    return Scale(
        _boundary_from_json(stored["pass_mark"], "pass"),
        tuple(_boundary_from_json(band, "") for band in bands),
        _line_from_json(line) if line else None,
        _rounding_from_json(stored.get("rounding") or {}),
    )


def _boundary_to_json(boundary: Boundary) -> dict[str, str]:
    return {
        "label": boundary.label,
        "at": str(boundary.at),
        "unit": boundary.unit.value,
    }


def _boundary_from_json(stored: object, label: str) -> Boundary:
    fields = _only(stored, {"label", "at", "unit"}, "a boundary")
    label = str(fields.get("label", label)).strip()
    if not label:
        raise BadScale("A band needs a label.")
    at = _fraction(fields.get("at"), f"the start of “{label}”")
    return Boundary(label, at, _word(Unit, fields.get("unit", "percent"), "unit"))


def _line_from_json(stored: object) -> Piecewise:
    fields = _only(stored, {"lowest", "passing", "top", "below"}, "a piecewise scale")
    return Piecewise(
        _fraction(fields.get("lowest"), "the lowest grade"),
        _fraction(fields.get("passing"), "the passing grade"),
        _fraction(fields.get("top"), "the top grade"),
        _word(Below, fields.get("below", "from_lowest"), "lower piece"),
    )


def _rounding_from_json(stored: object) -> Rounding:
    names = (
        "policy",
        "score_decimals",
        "percent_decimals",
        "grade_decimals",
        "decide_on",
    )
    fields = dict(_only(stored, set(names), "a rounding"))
    for name in names[1:4]:
        if name in fields and (isinstance(fields[name], bool) or not isinstance(fields[name], int)):
            raise BadScale(f"{name} is a whole number, not {fields[name]!r}.")
    if "policy" in fields:
        fields["policy"] = _word(RoundingPolicy, fields["policy"], "rounding policy")
    if "decide_on" in fields:
        fields["decide_on"] = _word(DecideOn, fields["decide_on"], "value to decide on")
    return Rounding(**fields)


def _only(stored: object, names: set[str], what: str) -> Mapping[str, Any]:
    if not isinstance(stored, Mapping):
        raise BadScale(f"Expected {what}, found {stored!r}.")
    unknown = sorted(set(stored) - names)
    if unknown:
        raise BadScale(f"{what.capitalize()} has no {', '.join(unknown)}.")
    return stored


def _fraction(value: object, what: str) -> Fraction:
    if isinstance(value, int | str) and not isinstance(value, bool):
        try:
            return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
    raise BadScale(f"Expected a number for {what} (text like 5.5 or 100/3), found {value!r}.")


def _word(kind: type[Word], value: object, what: str) -> Word:
    try:
        return kind(str(value))
    except ValueError:
        allowed = ", ".join(kind)
        raise BadScale(f"{value!r} is no {what}; choose one of {allowed}.") from None
