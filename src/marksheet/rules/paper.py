"""What a paper is made of: sections of items of parts, each with its maximum and its rule."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

ZERO = Fraction(0)
ONE = Fraction(1)


class ItemRule(StrEnum):
    """How an item's score comes from its parts."""

    SUM = "sum"
    COUNT_CORRECT = "count_correct"
    ALL_OR_NOTHING = "all_or_nothing"
    BEST_PART = "best_part"


class Treatment(StrEnum):
    """How an item counts at one schedule (rescoring changes it)."""

    COUNTS = "counts"
    LEFT_OUT = "left_out"
    FULL_MARKS = "full_marks"


class Pick(StrEnum):
    """Which items of a section count: all, the best n, or the first n answered."""

    ALL = "all"
    BEST = "best"
    FIRST = "first"


class BadPaper(ValueError):
    """A paper that cannot be added up, or outcomes that do not fit it."""


@dataclass(frozen=True, slots=True)
class PartSpec:
    """One thing to answer: its label, its maximum in marks, and whether a machine scores it."""

    label: str
    maximum: Fraction
    machine: bool


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """One question: its parts, its rule over them, its maximum and floor in marks.

    Args:
        steps: COUNT_CORRECT only: (number of right machine parts, marks); other numbers earn 0.
        floor: the lowest score; None lets negative points through.
        treatment: counts, left out, or full marks for all.

    Source: docs/rulebook/aggregation.md#items.
    """

    label: str
    parts: tuple[PartSpec, ...]
    maximum: Fraction
    rule: ItemRule = ItemRule.SUM
    steps: tuple[tuple[int, Fraction], ...] = ()
    floor: Fraction | None = ZERO
    treatment: Treatment = Treatment.COUNTS

    def __post_init__(self) -> None:
        if not self.parts:
            raise BadPaper(f"Item {self.label} has no part.")
        if self.maximum < 0:
            raise BadPaper(f"Item {self.label} has a maximum below 0.")
        if len(dict(self.steps)) < len(self.steps):
            raise BadPaper(f"Item {self.label} states two scores for one number of right parts.")


@dataclass(frozen=True, slots=True)
class SectionSpec:
    """Items that are added up together, weighted, and perhaps must be passed.

    Args:
        weight: what a mark of this section is worth in the total; 0 or more.
        minimum: marks (before the weight) needed to pass; inclusive.
        pick, pick_n: which items count; ``pick_n`` is 1 or more unless all do.
        floor: the lowest section score; None lets negative sums through.

    Source: docs/rulebook/aggregation.md#sections.
    """

    name: str
    items: tuple[ItemSpec, ...]
    weight: Fraction = ONE
    minimum: Fraction | None = None
    pick: Pick = Pick.ALL
    pick_n: int = 0
    floor: Fraction | None = ZERO

    def __post_init__(self) -> None:
        if self.weight < 0:
            raise BadPaper(f"Section {self.name} has a weight below 0.")
        if self.pick is not Pick.ALL and self.pick_n < 1:
            raise BadPaper(f"Section {self.name} must say how many of its items count.")

    @property
    def maximum(self) -> Fraction:
        """The most this section can give, in marks before its weight.

        Left-out items are not in it; with a pick it is the sum of the n largest item maxima.
        """
        maxima = [item.maximum for item in self.items if item.treatment is not Treatment.LEFT_OUT]
        if self.pick is not Pick.ALL:
            maxima = sorted(maxima, reverse=True)[: self.pick_n]
        return sum(maxima, ZERO)


@dataclass(frozen=True, slots=True)
class PaperSpec:
    """A whole paper: sections in order, and the lowest total (None lets it go below 0)."""

    sections: tuple[SectionSpec, ...]
    floor: Fraction | None = ZERO

    @property
    def items(self) -> tuple[ItemSpec, ...]:
        """Every item in paper order."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def maximum(self) -> Fraction:
        """The weighted maximum of the paper."""
        return sum((section.weight * section.maximum for section in self.sections), ZERO)
