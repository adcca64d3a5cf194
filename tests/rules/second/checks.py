"""Machine scores checked by hand, once more, in whole numbers: n/d marks against a mark in thousandths."""


def in_force(n: int, d: int, blank: bool, mark: int | None, mark_blank: bool) -> tuple[int, int] | None:
    """Return the score in force as (numerator, denominator) of a mark; None while nothing was given.

    Args:
        n, d: the machine's score, ``d`` above 0; ``blank``: nothing was answered.
        mark: thousandths; None with ``mark_blank`` for no response, and without it where nothing was given.
    """
    if mark is None and not mark_blank:
        return None
    given = mark or 0
    if blank != mark_blank:
        return given, 1000
    # The nearest thousandth, of two equally near ones the even one.
    below, rest = divmod(1000 * n, d)
    nearest = below + (2 * rest > d or (2 * rest == d and below % 2 == 1))
    return (n, d) if nearest == given else (given, 1000)
