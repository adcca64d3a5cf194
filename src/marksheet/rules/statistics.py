"""Numbers about a whole cohort; each states its formula, and this is the only floor with floats."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Summary:
    """A cohort in seven numbers, in marks; None where ``n`` is too small to say.

    ``sd`` is the sample standard deviation (divisor n - 1, from n = 2); ``pass_rate`` a
    fraction 0-1; ``quartiles`` are lower, median, upper by linear interpolation (type 7).
    """

    n: int
    mean: float | None
    sd: float | None
    pass_rate: float | None
    minimum: float | None
    maximum: float | None
    quartiles: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar: per cent from ``from_`` (inclusive) to ``until`` (the last one inclusive)."""

    from_: float
    until: float
    n: int


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """One item: facility (mean share of its maximum, 0-1) and correlation with the rest."""

    n: int
    facility: float | None
    item_rest: float | None


def summary(scores_micro: Sequence[int], passed: Sequence[bool]) -> Summary:
    """Return n, mean, spread and pass rate of results with a grade.

    Args:
        scores_micro: scores in millionths of a mark.
        passed: the outcome of each, in the same order.

    Raises:
        ValueError: the two differ in length.

    Source: docs/rulebook/statistics.md#summary.
    """
    if len(scores_micro) != len(passed):
        raise ValueError(f"{len(scores_micro)} scores but {len(passed)} outcomes.")
    n = len(scores_micro)
    if n == 0:
        return Summary(0, None, None, None, None, None, None)
    scores = np.asarray(scores_micro, dtype=np.float64) / MICRO
    lower, median, upper = (float(value) for value in np.quantile(scores, (0.25, 0.5, 0.75)))
    return Summary(
        n=n,
        mean=float(scores.mean()),
        sd=float(scores.std(ddof=1)) if n > 1 else None,
        pass_rate=sum(map(bool, passed)) / n,
        minimum=float(scores.min()),
        maximum=float(scores.max()),
        quartiles=(lower, median, upper),
    )


def histogram(percent_micro: Sequence[int], bins: int = 20) -> tuple[Bin, ...]:
    """Return how many results lie in each of ``bins`` equal parts of 0-100 per cent.

    Args:
        percent_micro: percentages in millionths of a per cent; below 0 falls in the first bin.

    A value on an edge belongs to the bin that starts there; 100 to the last one.

    Raises:
        ValueError: fewer than one bin.
    """
    if bins < 1:
        raise ValueError("A histogram needs at least one bin.")
    percents = np.asarray(percent_micro, dtype=np.int64)
    places = np.clip(percents * bins // (100 * MICRO), 0, bins - 1)
    counts = np.bincount(places, minlength=bins)
    width = 100 / bins
    return tuple(Bin(i * width, (i + 1) * width, int(counts[i])) for i in range(bins))


def item_statistics(
    scores: NDArray[np.int64] | Sequence[Sequence[int]], maxima: Sequence[int]
) -> tuple[ItemStatistics, ...]:
    """Return facility and item-rest correlation of every item.

    Args:
        scores: one row per candidate, one column per item, in any integer unit.
        maxima: the item maxima in the same unit.

    Facility: mean score / maximum. Item-rest: Pearson's r of the item with the total of all
    other items; None where one of the two does not vary.

    Source: docs/rulebook/statistics.md#items.
    """
    matrix = np.asarray(scores, dtype=np.float64).reshape(-1, len(maxima))
    n = matrix.shape[0]
    if n == 0:
        return tuple(ItemStatistics(0, None, None) for _ in maxima)
    means = matrix.mean(axis=0)
    centred = matrix - means
    totals = centred.sum(axis=1)
    variance = np.einsum("ij,ij->j", centred, centred)
    covariance = totals @ centred - variance
    rest = np.maximum(totals @ totals - 2 * covariance - variance, 0)
    spread = np.sqrt(variance * rest)
    tiny = 1e-9 * max(1.0, float(spread.max(initial=0)))
    return tuple(
        ItemStatistics(
            n,
            float(means[i]) / maxima[i] if maxima[i] else None,
            float(covariance[i] / spread[i]) if spread[i] > tiny else None,
        )
        for i in range(len(maxima))
    )
