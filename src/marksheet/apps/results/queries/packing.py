"""Item scores as one packed array of 64-bit integers in millionths, in form order."""

import sys
from array import array
from collections.abc import Sequence
from fractions import Fraction

NONE = -(2**63)
MILLION = 1_000_000


def micro(value: Fraction | None) -> int | None:
    """Return ``value`` in millionths, rounded to the nearest (ties to even); for lists, never for decisions."""
    return None if value is None else _rounded(value)


def _rounded(value: Fraction) -> int:
    """Whole marks, which most are, need no arithmetic of fractions."""
    return value.numerator * MILLION if value.denominator == 1 else round(value * MILLION)


def pack(scores: Sequence[Fraction | None]) -> bytes:
    """Return item scores as little-endian 64-bit integers in millionths; no score is the smallest integer."""
    packed = array("q", [NONE if score is None else _rounded(score) for score in scores])
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def unpack(packed: bytes | memoryview) -> list[int | None]:
    """Return the item scores in millionths that ``pack`` wrote."""
    scores = array("q", bytes(packed))
    if sys.byteorder == "big":
        scores.byteswap()
    return [None if score == NONE else score for score in scores]
