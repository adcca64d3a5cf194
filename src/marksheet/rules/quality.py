"""The quality of marking: where seeds stand in an order, how markers compare, how fast they go."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median

A_PAUSE = timedelta(minutes=30)


def seed_places(scripts: int, every: int, chance: str) -> tuple[int, ...]:
    """Return where seeds stand among so many scripts: before which of them, counted from 0, in order.

    Of every ``every`` scripts that a marker has, one is a seed; which of them is it only ``chance`` decides. Between
    two seeds is at least one script.

    Raises:
        ValueError: ``every`` is less than 2.

    Example: among 6 scripts, one in 3 has two seeds: one before script 0 or 1, 2 or 3, and so on.

    Source: docs/rulebook/quality.md#where-seeds-stand.
    """
    if every < 2:
        raise ValueError("At most every second script is a seed.")
    block = every - 1
    found = (start + _drawn(f"{chance}:{n}", block) for n, start in enumerate(range(0, scripts, block)))
    return tuple(place for place in found if place < scripts)


def _drawn(chance: str, of: int) -> int:
    """Return a number from 0 to ``of`` - 1 that only chance decides; the same on every machine."""
    return int.from_bytes(hashlib.sha256(chance.encode()).digest()) % of


@dataclass(frozen=True, slots=True)
class Agreement:
    """How what one person gave compares with what others gave the same: per mark, in marks.

    Attributes:
        n: how many marks are compared.
        same: how many of them are equal, exactly.
        severity: the mean of what was given more than by the others: negative is severe, positive lenient.
        apart: the mean of how far off it was, either way.
    """

    n: int = 0
    same: int = 0
    severity: Fraction | None = None
    apart: Fraction | None = None

    @property
    def percent(self) -> int | None:
        """How many are equal, in whole per cent, rounded down; None without a mark to compare."""
        return 100 * self.same // self.n if self.n else None


def agreement(pairs: Sequence[tuple[Fraction, Fraction]]) -> Agreement:
    """Compare marks: (own, the other's) for each part of each script that both marked.

    Source: docs/rulebook/quality.md#agreement-and-severity.
    """
    apart = [own - other for own, other in pairs]
    if not apart:
        return Agreement()
    n = len(apart)
    return Agreement(
        n, apart.count(Fraction(0)), sum(apart, Fraction(0)) / n, sum(map(abs, apart)) / Fraction(n)
    )


def minutes_a_script(finished: Sequence[datetime], pause: timedelta = A_PAUSE) -> Fraction | None:
    """Return how many minutes lie between two finished scripts, as a rule: the median; None with fewer than two.

    Longer than ``pause`` is a pause, and counts for nothing.

    Source: docs/rulebook/quality.md#pace.
    """
    moments = sorted(finished)
    gaps = [later - one for one, later in pairwise(moments) if later - one <= pause]
    if not gaps:
        return None
    seconds = median(Fraction(gap // timedelta(milliseconds=1), 1000) for gap in gaps)
    return Fraction(seconds) / 60
