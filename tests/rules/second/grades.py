"""Grade a whole cohort at once, in whole numbers of any size (object arrays), without fractions."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
Ratio = tuple[Ints, Ints]


@dataclass
class Grades:
    """What a cohort's scores come to, one entry per candidate."""

    scores: Ints
    passed: Ints
    grades: list[str]
    ranks: list[int]
    shown_scores: list[str]
    shown_percents: list[str]
    exact: Ratio | None


def whole(top: Ints, bottom: Ints, policy: str) -> Ints:
    """Return top / bottom (bottom above 0) as a whole number by ``policy``."""
    floor = top // bottom
    if policy == "down-1":
        return floor
    rest = 2 * (top - floor * bottom)
    if policy == "half-up-1":
        up = (rest > bottom) | ((rest == bottom) & (top > 0))
    else:
        up = (rest > bottom) | ((rest == bottom) & (floor % 2 == 1))
    return np.asarray(floor + up.astype(object))


def show(value: Ratio, places: int, policy: str, low: Ratio | None, below: Ratio | None) -> list[str]:
    """Return every value as text; a bound is (number, denominator), denominator 0 for none."""
    top, bottom = value
    texts: list[str] = [""] * len(top)
    left = np.ones(len(top), dtype=bool)
    for digits in range(places, 13):
        scaled = top * 10**digits
        for candidate in (whole(scaled, bottom, policy), scaled // bottom, -(-scaled // bottom)):
            fits = left.copy()
            if low is not None:
                fits &= ((low[1] == 0) | (candidate * low[1] >= low[0] * 10**digits)).astype(bool)
            if below is not None:
                fits &= ((below[1] == 0) | (candidate * below[1] < below[0] * 10**digits)).astype(bool)
            for place in np.flatnonzero(fits):
                texts[place] = decimal(candidate[place], digits)
            left &= ~fits
        if not left.any():
            break
    return texts


def decimal(digits: int, places: int) -> str:
    text = str(abs(digits)).rjust(places + 1, "0")
    sign = "-" if digits < 0 else ""
    return sign + (text[:-places] + "." + text[-places:] if places else text)


def constant(n: int, number: int) -> Ints:
    return np.full(n, number, dtype=object)


def reaches(value: Ratio, bound: tuple[int, int]) -> Ints:
    return (value[0] * bound[1] >= bound[0] * value[1]).astype(bool)


def adjusted(
    scores: Ints, cut: tuple[int, int], maximum: int, late: Ints, special: Ints, capped: Ints
) -> Ratio:
    """Return scores after special consideration, late penalty and cap, over a common denominator."""
    raised = np.where(special > 0, np.maximum(scores, np.minimum(maximum, scores + special)), scores)
    lowered = np.where(late > 0, np.minimum(raised, np.maximum(0, raised - late)), raised)
    top = lowered * cut[1]
    return np.where(capped, np.minimum(top, cut[0]), top), constant(len(scores), cut[1])


def grade(
    totals: Ints,
    denominator: int,
    maximum: int,
    missed: Ints,
    scale: dict[str, Any],
    changes: tuple[Ints, Ints, Ints],
) -> Grades:
    """Grade ``totals`` (in 1/``denominator`` marks, as ``maximum``), ``missed`` those below a minimum."""
    n = len(totals)
    cut = in_marks(scale["pass_mark"], maximum, denominator)
    top, bottom = adjusted(
        totals.astype(object), cut, maximum, *(change.astype(object) for change in changes)
    )
    marks, percent = (top, bottom * denominator), (top * 100, bottom * maximum)
    places, policy, exact = scale["decimals"], scale["policy"], scale["decide_on"] == "exact"

    def decided(bound: tuple[int, int, str]) -> Ints:
        value, digits = (percent, places[1]) if bound[2] == "percent" else (marks, places[0])
        if not exact:
            value = whole(value[0] * 10**digits, value[1], policy), constant(n, 10**digits)
        return reaches(value, bound[:2])

    line, bands = None, [(label, bound, decided(bound)) for label, bound in scale["bands"]]
    if scale["line"]:
        line = on_line(scale, (top, bottom), cut, maximum, missed, places[2])
    if line is not None and not exact:
        rounded = whole(line[0] * 10 ** places[2], line[1], policy)
        passing, falling = (
            scale["line"]["passing"] * 10 ** places[2],
            scale["line"]["top"] < scale["line"]["lowest"],
        )
        passed = (rounded * 100 <= passing if falling else rounded * 100 >= passing).astype(bool) & ~missed
    else:
        passed = decided(scale["pass_mark"]) & ~missed
    labels, ranks = [""] * n, passed.astype(int).tolist()
    if bands:
        labels, ranks = in_bands(bands, missed, cut, maximum, denominator)
    elif line is not None:
        labels, ranks = number_grades(scale["line"], line, passed, places[2], policy)
    low, below = limits(scale, marks, "marks", maximum, denominator) if exact else (None, None)
    shown = [
        text.rstrip("0").rstrip(".") if "." in text else text
        for text in show(marks, places[0], policy, low, below)
    ]
    low, below = limits(scale, percent, "percent", maximum, denominator) if exact else (None, None)
    percents = show(percent, places[1], policy, low, below)
    return Grades(top, passed, labels, ranks, shown, percents, line)


def in_marks(bound: tuple[int, int, str], maximum: int, denominator: int) -> tuple[int, int]:
    """Return where a bound lies in 1/``denominator`` marks, as (number, divisor)."""
    number, divisor, unit = bound
    return (number * maximum, divisor * 100) if unit == "percent" else (number * denominator, divisor)


def limits(
    scale: dict[str, Any], value: Ratio, unit: str, maximum: int, denominator: int
) -> tuple[Ratio, Ratio]:
    """Return the last bound reached and the next one ahead, per candidate; 0 / 0 for none."""
    n = len(value[0])
    low, below = (constant(n, 0), constant(n, 0)), (constant(n, 0), constant(n, 0))
    places = []
    for bound in (scale["pass_mark"], *(start for _, start in scale["bands"])):
        number, divisor = in_marks(bound, maximum, denominator)
        if number:
            places.append(
                (number * 100, divisor * maximum) if unit == "percent" else (number, divisor * denominator)
            )
    for number, divisor in places:
        is_reached = reaches(value, (number, divisor))
        higher = is_reached & ((low[1] == 0) | (number * low[1] > low[0] * divisor)).astype(bool)
        low = np.where(higher, number, low[0]), np.where(higher, divisor, low[1])
        nearer = ~is_reached & ((below[1] == 0) | (number * below[1] < below[0] * divisor)).astype(bool)
        below = np.where(nearer, number, below[0]), np.where(nearer, divisor, below[1])
    return low, below


def in_bands(
    bands: list[tuple[str, tuple[int, int, str], Ints]],
    missed: Ints,
    cut: tuple[int, int],
    maximum: int,
    denominator: int,
) -> tuple[list[str], list[int]]:
    """Return each candidate's band: the highest reached, and a failing one where a minimum is missed."""
    starts = [in_marks(bound, maximum, denominator) for _, bound, _ in bands]
    ranks = np.zeros(len(missed), dtype=int)
    for rank, (_, _, is_reached) in enumerate(bands):
        ranks = np.where(is_reached, rank, ranks)
    failing = max(
        (i for i, (number, divisor) in enumerate(starts) if number * cut[1] < cut[0] * divisor), default=0
    )
    ranks = np.where(missed, np.minimum(ranks, failing), ranks)
    return [bands[rank][0] for rank in ranks], ranks.tolist()


def on_line(
    scale: dict[str, Any], score: Ratio, cut: tuple[int, int], maximum: int, missed: Ints, places: int
) -> Ratio:
    """Return each candidate's exact grade; the scale's grades are in hundredths."""
    line = scale["line"]
    g0, gp, g1 = line["lowest"], line["passing"], line["top"]
    s, d = score
    c, e = cut
    above = (s * e >= c * d).astype(bool)
    if maximum * e == c:
        high = constant(len(s), g1), constant(len(s), 100)
    else:
        high = gp * d * (maximum * e - c) + (g1 - gp) * (s * e - c * d), 100 * d * (maximum * e - c)
    if line["from_zero"]:
        low = np.maximum(gp * s * e, g0 * c * d), 100 * c * d
    else:
        low = g0 * c * d + (gp - g0) * s * e, 100 * c * d
    lowest = (s <= 0) | (c <= 0)
    low = np.where(lowest, g0, low[0]), np.where(lowest, 100, low[1])
    top, bottom = np.where(above, high[0], low[0]), np.where(above, high[1], low[1])
    rising = g1 > g0
    # A missed minimum ends one shown step on the failing side of the passing grade.
    over = missed & (top * 100 >= gp * bottom if rising else top * 100 <= gp * bottom).astype(bool)
    step = 10**places
    capped = max(g0 * step, gp * step - 100) if rising else min(g0 * step, gp * step + 100)
    return np.where(over, capped, top), np.where(over, 100 * step, bottom)


def number_grades(
    line: dict[str, Any], value: Ratio, passed: Ints, places: int, policy: str
) -> tuple[list[str], list[int]]:
    """Return each grade as shown, never across the passing grade, and its rank."""
    n = len(passed)
    rising = line["top"] > line["lowest"]
    # On a falling scale the edge lies a hair (1e-12) above the passing grade, which passes.
    edge = line["passing"] * 10**10 + (0 if rising else 1)
    upper = passed == rising
    low = constant(n, edge), np.where(upper, 10**12, 0).astype(object)
    below = constant(n, edge), np.where(upper, 0, 10**12).astype(object)
    texts = show(value, places, policy, low, below)
    span = line["top"] - line["lowest"]
    way = (value[0] * 100 - line["lowest"] * value[1]) * 10**6
    ranks = (way // (value[1] * span)) if rising else ((-way) // (value[1] * -span))
    return texts, ranks.tolist()
