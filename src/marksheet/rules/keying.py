"""Marks typed twice: what stands in a cell that two people typed, each without seeing the other's."""

from enum import StrEnum

Typed = tuple[int | None, bool]
"""(thousandths of a mark or None, no response); (None, False) is nothing."""

NOTHING: Typed = (None, False)


class Keyed(StrEnum):
    """Where the second keying of one cell stands."""

    UNTYPED = "untyped"
    EQUAL = "equal"
    DIFFERS = "differs"
    SETTLED = "settled"

    @property
    def waits(self) -> bool:
        """Whether a result waits for it."""
        return self in (Keyed.UNTYPED, Keyed.DIFFERS)


def keyed(first: Typed, second: Typed, *, settled: bool = False) -> Keyed:
    """Return where a cell stands that one person typed first and another a second time.

    No response and a mark of 0 are two different things to type.

    Args:
        settled: a third look settled which mark holds, and the mark has not changed since.

    Example: ``keyed((2500, False), (2000, False))`` differs; once somebody settled it, it is settled.

    Source: docs/rulebook/keying.md.
    """
    if settled and first != NOTHING:
        return Keyed.SETTLED
    if NOTHING in (first, second):
        return Keyed.UNTYPED
    return Keyed.EQUAL if first == second else Keyed.DIFFERS
