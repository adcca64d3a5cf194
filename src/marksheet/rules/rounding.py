"""Rounding happens once, last, by a named policy, and what is shown never crosses a boundary."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

MOST_DECIMALS = 12


class BadScale(ValueError):
    """A grade scale that would leave a score without a grade, or give it two."""


class DecideOn(StrEnum):
    """The value on which pass and grade are decided."""

    EXACT = "exact"
    ROUNDED = "rounded"


class RoundingPolicy(StrEnum):
    """The named, versioned ways to round; a changed meaning would be a new name."""

    HALF_UP_1 = "half-up-1"
    HALF_EVEN_1 = "half-even-1"
    DOWN_1 = "down-1"


@dataclass(frozen=True, slots=True)
class Rounding:
    """One named policy, the decimals it shows, and the value on which results are decided."""

    policy: RoundingPolicy = RoundingPolicy.HALF_UP_1
    score_decimals: int = 2
    percent_decimals: int = 1
    grade_decimals: int = 1
    decide_on: DecideOn = DecideOn.EXACT

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "policy", RoundingPolicy(self.policy))
            object.__setattr__(self, "decide_on", DecideOn(self.decide_on))
        except ValueError as error:
            raise BadScale(f"Unknown rounding: {error}.") from None
        for name in ("score_decimals", "percent_decimals", "grade_decimals"):
            if not 0 <= getattr(self, name) <= 6:
                raise BadScale(f"{name} is {getattr(self, name)}; it can be 0 to 6.")


def rounded(value: Fraction, decimals: int, policy: RoundingPolicy) -> Fraction:
    """Return ``value`` rounded to ``decimals`` places by ``policy``.

    Example: 2.345 to two places is 2.35 half-up, 2.34 half-even and 2.34 down.

    Source: docs/rulebook/grading.md#rounding.
    """
    scaled = value * 10**decimals
    return Fraction(ROUNDERS[policy](scaled), 10**decimals)


def _half_up(value: Fraction) -> int:
    return (abs(value) + Fraction(1, 2)).__floor__() * (1 if value >= 0 else -1)


def _half_even(value: Fraction) -> int:
    return round(value)


def _down(value: Fraction) -> int:
    return value.__floor__()


ROUNDERS: dict[RoundingPolicy, Callable[[Fraction], int]] = {
    RoundingPolicy.HALF_UP_1: _half_up,
    RoundingPolicy.HALF_EVEN_1: _half_even,
    RoundingPolicy.DOWN_1: _down,
}


def shown(
    value: Fraction,
    decimals: int,
    policy: RoundingPolicy,
    *,
    low: Fraction | None = None,
    below: Fraction | None = None,
) -> str:
    """Return ``value`` as text, rounded, and never outside ``low`` (inclusive) to ``below`` (not).

    Where rounding would cross one of them the value is cut down or up at the same decimals;
    where neither fits, one more decimal is shown, and so on.

    Example: 54.996 with ``below`` 55 and 2 decimals is "54.99", not "55.00".

    Source: docs/rulebook/grading.md#shown.
    """
    for places in range(decimals, MOST_DECIMALS + 1):
        unit = 10**places
        floor = (value * unit).__floor__()
        ceiling = -((-value * unit).__floor__())
        for candidate in (
            rounded(value, places, policy),
            Fraction(floor, unit),
            Fraction(ceiling, unit),
        ):
            if (low is None or candidate >= low) and (below is None or candidate < below):
                return _text(candidate, places)
    return _text(Fraction(floor, unit), MOST_DECIMALS)


def _text(value: Fraction, places: int) -> str:
    digits = abs(int(value * 10**places))
    whole, part = divmod(digits, 10**places)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{part:0{places}d}" if places else f"{sign}{whole}"


def shown_marks(value: Fraction, rounding: Rounding) -> str:
    """Return marks (an item's, a section's, a maximum) as text, trailing zeros trimmed."""
    return trimmed(shown(value, rounding.score_decimals, rounding.policy))


def trimmed(text: str) -> str:
    """Return a decimal without trailing zeros: "3.50" is "3.5", "3.00" is "3"."""
    return text.rstrip("0").rstrip(".") if "." in text else text
