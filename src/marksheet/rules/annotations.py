"""Where an annotation stands on a response: a stretch of its text, or a place on a page; and whether it still fits."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise

WORD = re.compile(r"\S+")
# Coordinates are thousandths of the page, from its upper left corner.
WHOLE = 1000
MOST_PAGE = 10_000


class Kind(StrEnum):
    """What an annotation is: the first three stand on a text, the others on a page."""

    HIGHLIGHT = "highlight"
    STRIKE = "strike"
    COMMENT = "comment"
    PIN = "pin"
    REGION = "region"


ON_TEXT = frozenset({Kind.HIGHLIGHT, Kind.STRIKE, Kind.COMMENT})
# Those that say nothing without words.
NEEDS_WORDS = frozenset({Kind.COMMENT, Kind.PIN})


class BadAnchor(ValueError):
    """There is no such place on the response; ``code`` says why, for the page that says it in words.

    Codes: ``outside`` (before the beginning or behind the end), ``blank`` (it holds no word), ``order`` (its last word
    comes before its first), ``missing`` (no such words), ``several`` (these words stand more than once), ``page`` (no
    such page), ``number`` (it was not said in whole numbers).
    """

    def __init__(self, code: str, count: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.count = count


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """A half-open stretch of a text, in code points: from ``start``, before ``end``."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return the words that it holds."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a page in thousandths of it, from the upper left; a pin has neither width nor height."""

    x: int
    y: int
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text with the same annotations all over.

    Args:
        numbers: of the annotations that hold it, in their order.
        ends: of those whose stretch ends with it.
    """

    start: int
    end: int
    numbers: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


def stretch(text: str, start: int, end: int) -> Stretch:
    """Return the stretch between two places of ``text``, in whichever order, without blanks at its ends.

    Raises:
        BadAnchor: ``outside`` or ``blank``.

    Example: of "a well", 6 and 1 give the stretch from 2 to 6.

    Source: docs/rulebook/annotations.md#stretches.
    """
    start, end = sorted((start, end))
    if start < 0 or end > len(text):
        raise BadAnchor("outside")
    words = text[start:end]
    if not words.strip():
        raise BadAnchor("blank")
    return Stretch(start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip()))


def of_words(text: str, first: int, last: int) -> Stretch:
    """Return the stretch from the ``first`` word to the ``last`` one, both within, counted from 1.

    Raises:
        BadAnchor: ``outside`` with how many words there are, or ``order``.
    """
    words = list(WORD.finditer(text))
    if last < first:
        raise BadAnchor("order")
    if first < 1 or last > len(words):
        raise BadAnchor("outside", len(words))
    return Stretch(words[first - 1].start(), words[last - 1].end())


def of_quote(text: str, quote: str, nth: int = 0) -> Stretch:
    """Return where ``quote`` stands in ``text``; line breaks and blanks between words are all one.

    Args:
        nth: which of several, from 1; 0 where it is to stand there once.

    Raises:
        BadAnchor: ``blank``, ``missing`` (also where there are fewer than ``nth``), or ``several`` with how many.
    """
    words = quote.split()
    if not words:
        raise BadAnchor("blank")
    found = list(re.finditer(r"\s+".join(map(re.escape, words)), text))
    if not found or nth > len(found):
        raise BadAnchor("missing", len(found))
    if len(found) > 1 and not nth:
        raise BadAnchor("several", len(found))
    return Stretch(*found[max(nth, 1) - 1].span())


def spot(kind: Kind, x: int, y: int, width: int = 0, height: int = 0) -> Spot:
    """Return a place on a page: a pin's point, or a region that ends at the edge of the page where it went over it.

    Raises:
        BadAnchor: ``outside``, or ``blank`` for a region without width or height.
    """
    if not (0 <= x <= WHOLE and 0 <= y <= WHOLE) or width < 0 or height < 0:
        raise BadAnchor("outside")
    if kind != Kind.REGION:
        return Spot(x, y)
    width, height = min(width, WHOLE - x), min(height, WHOLE - y)
    if not (width and height):
        raise BadAnchor("blank")
    return Spot(x, y, width, height)


def quoted(words: str) -> str:
    """Return the digest by which an annotation knows the words that it was given to."""
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()


def fits(text: str, at: Stretch, digest: str) -> bool:
    """Return whether the same words still stand at the same place.

    Source: docs/rulebook/annotations.md#a-changed-response.
    """
    return 0 <= at.start < at.end <= len(text) and quoted(at.of(text)) == digest


def cut(length: int, placed: Sequence[tuple[int, Stretch]]) -> tuple[Span, ...]:
    """Cut a text of this length into spans, each with the annotations that hold all of it; together they are the text.

    Args:
        placed: (number, stretch) of each; stretches may overlap, and lie within the text.

    Example: 1 from 0 to 4 and 2 from 2 to 6 make four spans of 8: 1, 1 with 2, 2, and none.

    Source: docs/rulebook/annotations.md#overlaps.
    """
    edges = sorted({0, length, *(at for _n, one in placed for at in (one.start, one.end))})
    return tuple(
        Span(
            start,
            end,
            tuple(n for n, one in placed if one.start <= start and end <= one.end),
            tuple(n for n, one in placed if one.end == end),
        )
        for start, end in pairwise(edges)
    )
