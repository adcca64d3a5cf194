"""Two markers, one mark: what stands when they agree, nearly agree, or do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Within(StrEnum):
    """What stands when two marks differ by no more than the tolerance."""

    MEAN = "mean"
    HIGHER = "higher"
    AGREED = "agreed"


class Beyond(StrEnum):
    """What settles two marks that differ by more."""

    AGREED = "agreed"
    MODERATION = "moderation"


class Measured(StrEnum):
    """What the tolerance is compared with: the marks of each item, or the totals of a script."""

    ITEM = "item"
    SCRIPT = "script"


@dataclass(frozen=True, slots=True)
class Agreeing:
    """How a schedule brings two marks together; ``tolerance`` in marks, 0 or more.

    ``within`` AGREED asks for an agreed mark wherever the two differ at all.
    """

    tolerance: Fraction
    within: Within = Within.MEAN
    beyond: Beyond = Beyond.MODERATION
    measured: Measured = Measured.ITEM

    def __post_init__(self) -> None:
        if self.tolerance < 0:
            raise ValueError("A tolerance is 0 or more.")


@dataclass(frozen=True, slots=True)
class Stands:
    """The mark that stands, exactly, and why; without one, what is waited for.

    ``reason`` is one of same, mean, higher, agreed; or, with no ``value``, first_missing, second_missing,
    script_incomplete, agreed_awaited, moderation_awaited.
    """

    value: Fraction | None
    reason: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The two marks of one item, and the one that both agreed on with a note; None is not there yet."""

    first: Fraction | None
    second: Fraction | None
    agreed: Fraction | None = None


def brought_together(pairs: Mapping[int, Pair], rule: Agreeing) -> dict[int, Stands]:
    """Return what stands for each item of one script.

    An agreed mark stands whenever there is one. A mean is kept exactly, whatever the grid of the marks. Measured by
    script, all items of a script are within the tolerance or beyond it together, by their totals; items on which
    both gave the same stand either way.

    Source: docs/rulebook/agreement.md.
    """
    apart = _totals_apart(pairs)
    return {item: _one(pair, rule, apart) for item, pair in pairs.items()}


def _totals_apart(pairs: Mapping[int, Pair]) -> Fraction | None:
    """The difference of the totals; None while one of them is not complete."""
    first = [pair.first for pair in pairs.values() if pair.first is not None]
    second = [pair.second for pair in pairs.values() if pair.second is not None]
    if len(first) < len(pairs) or len(second) < len(pairs):
        return None
    return abs(sum(first, Fraction(0)) - sum(second, Fraction(0)))


def _one(pair: Pair, rule: Agreeing, totals_apart: Fraction | None) -> Stands:
    if pair.first is None or pair.second is None:
        return Stands(None, "first_missing" if pair.first is None else "second_missing")
    if pair.agreed is not None:
        return Stands(pair.agreed, "agreed")
    if pair.first == pair.second:
        return Stands(pair.first, "same")
    if rule.measured is Measured.SCRIPT and totals_apart is None:
        return Stands(None, "script_incomplete")
    apart = abs(pair.first - pair.second) if rule.measured is Measured.ITEM else totals_apart
    if apart is not None and apart <= rule.tolerance:
        return _within(pair.first, pair.second, rule.within)
    return Stands(None, f"{rule.beyond}_awaited")


def _within(first: Fraction, second: Fraction, rule: Within) -> Stands:
    if rule is Within.AGREED:
        return Stands(None, "agreed_awaited")
    return Stands((first + second) / 2 if rule is Within.MEAN else max(first, second), rule.value)
