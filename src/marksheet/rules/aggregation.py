"""The scores of parts become item scores, item scores become sections, sections become the total."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from marksheet.rules.attempts import (
    AttemptCounts,
    AttemptFact,
    AttemptState,
    Chosen,
    attempt_that_counts,
)
from marksheet.rules.paper import (
    BadPaper,
    ItemRule,
    ItemSpec,
    PaperSpec,
    PartSpec,
    Pick,
    SectionSpec,
    Treatment,
)

__all__ = [
    "Aggregate", "AttemptCounts", "AttemptFact", "AttemptState", "BadPaper", "Chosen", "Compiled",
    "ItemRule", "ItemSpec", "PaperSpec", "PartOutcome", "PartSpec", "Pick", "SectionScore",
    "SectionSpec", "Treatment", "aggregate", "attempt_that_counts", "checked", "compile_paper", "in_thousandths",
]  # fmt: skip

ZERO = Fraction(0)
REMEMBERED_PAPERS = 64
REMEMBERED_MARKS = 50_000


@dataclass(frozen=True, slots=True)
class PartOutcome:
    """What one part came to: a score in marks, or None while it is unmarked (never zero)."""

    score: Fraction | None
    right: bool | None = None
    no_response: bool = False


def checked(machine: PartOutcome, mark: PartOutcome | None) -> PartOutcome:
    """Return what counts of a machine-scored part whose score a person checks: nothing yet, then their mark.

    A mark that is the machine's score, as a mark sheet shows it in thousandths, confirms it: then the machine's outcome
    stands, exactly and as right as it was scored. Any other mark stands in its place.

    Args:
        mark: what was given, or what two markers' marks came to; None or without a score while it is not checked.

    Example: a score of 1/3, confirmed as 0.333, counts 1/3; corrected to 0.5, it counts 0.5.

    Source: docs/rulebook/aggregation.md#checked-by-hand.
    """
    if mark is None or mark.score is None:
        return PartOutcome(None)
    if machine.score is None or machine.no_response != mark.no_response:
        return mark
    return machine if in_thousandths(machine.score) == mark.score * 1000 else mark


def in_thousandths(score: Fraction) -> int:
    """Return a score as a mark sheet shows it: in thousandths, halves to the even one."""
    return round(score * 1000)


@dataclass(frozen=True, slots=True)
class SectionScore:
    """What one section came to; ``counted`` holds the places of its counting items in the paper."""

    name: str
    score: Fraction | None
    maximum: Fraction
    weighted: Fraction | None
    counted: tuple[int, ...]
    below_minimum: bool


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What one script came to; ``score`` is None while anything that can count is unmarked."""

    item_scores: tuple[Fraction | None, ...]
    sections: tuple[SectionScore, ...]
    score: Fraction | None
    maximum: Fraction
    unmarked: tuple[str, ...]

    @property
    def below_minimum(self) -> bool:
        """A must-pass section was missed."""
        return any(section.below_minimum for section in self.sections)


def aggregate(paper: PaperSpec, outcomes: Sequence[Sequence[PartOutcome]]) -> Aggregate:
    """Return item scores, section scores and total of one script.

    Args:
        outcomes: per item in paper order, per part in item order.

    Raises:
        BadPaper: the outcomes do not have the paper's shape.

    Example: parts of 1 and 1/2 right in an item worth 2 give 3/2.

    Source: docs/rulebook/aggregation.md.
    """
    return compile_paper(paper).aggregate(outcomes)


class _NotWhole(Exception):
    """A value is no whole number of thousandths, so this script is added up in fractions."""


# Thousandths as int on the fast way, marks as Fraction on the other: the rules are the same code.
Amount = int | Fraction
Outcomes = Sequence[Sequence[PartOutcome]]


def _thousandths(value: Fraction) -> int:
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return numerator * 1000
    if 1000 % denominator:
        raise _NotWhole
    return numerator * (1000 // denominator)


def _exactly(value: Fraction) -> Fraction:
    return value


class _Marks(dict[Amount | None, Fraction | None]):
    """Amounts as marks; the same few thousand values come up for every script."""

    def __missing__(self, amount: Amount | None) -> Fraction | None:
        if amount is None:
            return None
        if len(self) > REMEMBERED_MARKS:
            self.clear()
        marks = amount if isinstance(amount, Fraction) else Fraction(amount, 1000)
        self[amount] = marks
        return marks


class _Item:
    """One item with its numbers in one kind of amount."""

    __slots__ = (
        "answered",
        "floor",
        "known",
        "maximum",
        "number",
        "parts",
        "rule",
        "single",
        "spec",
        "steps",
    )

    def __init__(self, spec: ItemSpec, number: Callable[[Fraction], Amount]) -> None:
        self.spec = spec
        self.number = number
        self.maximum = number(spec.maximum)
        self.floor = None if spec.floor is None else number(spec.floor)
        self.steps = {count: number(marks) for count, marks in spec.steps}
        self.parts = [(number(part.maximum), part.machine) for part in spec.parts]
        self.rule = RULES[spec.rule]
        self.answered = spec.treatment is Treatment.FULL_MARKS
        self.single = spec.rule is ItemRule.SUM and len(spec.parts) == 1 and not self.answered
        self.known: dict[tuple[int, int], Amount] = {}

    def score(self, outcomes: Sequence[PartOutcome]) -> Amount | None:
        """Return what the item earned, or None while a part is unmarked."""
        if len(outcomes) != len(self.parts):
            raise BadPaper(f"Item {self.spec.label} has {len(self.parts)} parts, not {len(outcomes)}.")
        if self.spec.treatment is Treatment.FULL_MARKS:
            return self.maximum
        marks = [self.number(one.score) for one in outcomes if one.score is not None]
        if len(marks) < len(outcomes):
            return None
        return self.within(self.rule(self, outcomes, marks))

    def within(self, score: Amount) -> Amount:
        """Return ``score`` kept between the item's floor and its maximum."""
        if score > self.maximum:
            return self.maximum
        return self.floor if self.floor is not None and score < self.floor else score

    def score_of_one(self, mark: Fraction) -> Amount:
        """Return what an item of one part earned; its few different marks are remembered."""
        if len(self.known) >= REMEMBERED_MARKS:
            self.known.clear()
        score = self.known[mark.as_integer_ratio()] = self.within(self.number(mark))
        return score

    def is_right(self, place: int, outcome: PartOutcome, mark: Amount) -> bool:
        """Say whether a part is right: as scored, or for a human mark by earning everything."""
        if outcome.no_response:
            return False
        return mark >= self.parts[place][0] if outcome.right is None else outcome.right


def _sum(item: _Item, outcomes: Sequence[PartOutcome], marks: list[Amount]) -> Amount:
    return sum(marks)


def _count_correct(item: _Item, outcomes: Sequence[PartOutcome], marks: list[Amount]) -> Amount:
    right, by_hand = 0, cast(Amount, 0)
    for place, (_, machine) in enumerate(item.parts):
        if machine:
            right += item.is_right(place, outcomes[place], marks[place])
        else:
            by_hand += marks[place]
    return item.steps.get(right, 0) + by_hand


def _all_or_nothing(item: _Item, outcomes: Sequence[PartOutcome], marks: list[Amount]) -> Amount:
    everything = all(item.is_right(place, outcomes[place], marks[place]) for place in range(len(marks)))
    return item.maximum if everything else 0


def _best_part(item: _Item, outcomes: Sequence[PartOutcome], marks: list[Amount]) -> Amount:
    return max(marks)


RULES: dict[ItemRule, Callable[[_Item, Sequence[PartOutcome], list[Amount]], Amount]] = {
    ItemRule.SUM: _sum,
    ItemRule.COUNT_CORRECT: _count_correct,
    ItemRule.ALL_OR_NOTHING: _all_or_nothing,
    ItemRule.BEST_PART: _best_part,
}


class _Section:
    """One section with its numbers in one kind of amount, and the places of its items."""

    def __init__(self, spec: SectionSpec, start: int, number: Callable[[Fraction], Amount]) -> None:
        self.spec = spec
        self.pool = tuple(
            start + place for place, item in enumerate(spec.items) if item.treatment is not Treatment.LEFT_OUT
        )
        self.maximum = spec.maximum
        self.floor = None if spec.floor is None else number(spec.floor)
        self.minimum = None if spec.minimum is None else number(spec.minimum)

    def counting(
        self, items: list[_Item], outcomes: Outcomes, scores: list[Amount | None]
    ) -> tuple[int, ...]:
        """Return the places of the items that count, or can count while something is unmarked."""
        pick, n = self.spec.pick, self.spec.pick_n
        if pick is Pick.ALL:
            return self.pool
        if pick is Pick.FIRST:
            answered = (
                place
                for place in self.pool
                if items[place].answered or not all(one.no_response for one in outcomes[place])
            )
            return tuple(answered)[:n]
        if any(scores[place] is None for place in self.pool):
            return self.pool
        best = sorted(self.pool, key=lambda place: -cast(Amount, scores[place]))[:n]
        return tuple(sorted(best))

    def total(self, counted: tuple[int, ...], scores: list[Amount | None]) -> Amount | None:
        """Return the section's sum within its floor, or None while something is unmarked."""
        total: Amount = 0
        for place in counted:
            score = scores[place]
            if score is None:
                return None
            total += score
        return self.floor if self.floor is not None and total < self.floor else total


class _Plan:
    """A paper in one kind of amount."""

    def __init__(self, paper: PaperSpec, number: Callable[[Fraction], Amount]) -> None:
        self.items = [_Item(item, number) for item in paper.items]
        self.sections: list[_Section] = []
        start = 0
        for section in paper.sections:
            self.sections.append(_Section(section, start, number))
            start += len(section.items)
        self.marks = _Marks()

    def aggregate(self, paper: PaperSpec, maximum: Fraction, outcomes: Outcomes) -> Aggregate:
        """Return what the script came to."""
        scores = self.item_scores(outcomes)
        sections = tuple(self.section(section, outcomes, scores) for section in self.sections)
        unmarked: tuple[str, ...] = ()
        total: Fraction | None = None
        if any(section.score is None for section in sections):
            unmarked = self.unmarked(sections, outcomes, scores)
        else:
            total = sum((cast(Fraction, section.weighted) for section in sections), ZERO)
            if paper.floor is not None and total < paper.floor:
                total = paper.floor
        marks = tuple(map(self.marks.__getitem__, scores))
        return Aggregate(marks, sections, total, maximum, unmarked)

    def item_scores(self, outcomes: Outcomes) -> list[Amount | None]:
        """Return what every item earned; most items have one part, and are looked up here."""
        scores: list[Amount | None] = []
        for item, parts in zip(self.items, outcomes, strict=True):
            if item.single and len(parts) == 1 and (mark := parts[0].score) is not None:
                score = item.known.get(mark.as_integer_ratio())
                scores.append(item.score_of_one(mark) if score is None else score)
            else:
                scores.append(item.score(parts))
        return scores

    def section(self, section: _Section, outcomes: Outcomes, scores: list[Amount | None]) -> SectionScore:
        """Return what one section came to."""
        counted = section.counting(self.items, outcomes, scores)
        total = section.total(counted, scores)
        score = self.marks[total]
        spec = section.spec
        missed = total is not None and section.minimum is not None and total < section.minimum
        weighted = score if score is None or spec.weight == 1 else spec.weight * score
        # A section in which nothing counts any more cannot be missed.
        return SectionScore(
            spec.name,
            score,
            section.maximum,
            weighted,
            counted,
            missed and bool(section.pool),
        )

    def unmarked(
        self,
        sections: tuple[SectionScore, ...],
        outcomes: Outcomes,
        scores: list[Amount | None],
    ) -> tuple[str, ...]:
        """Return the labels of the unmarked parts that can count, in paper order."""
        return tuple(
            part.label
            for section in sections
            for place in section.counted
            if scores[place] is None
            for part, outcome in zip(self.items[place].spec.parts, outcomes[place], strict=True)
            if outcome.score is None
        )


class Compiled:
    """A paper made ready once, to add up any number of scripts."""

    def __init__(self, paper: PaperSpec) -> None:
        self.paper = paper
        self.maximum = paper.maximum
        self.exact = _Plan(paper, _exactly)
        try:
            self.whole: _Plan | None = _Plan(paper, _thousandths)
        except _NotWhole:
            self.whole = None

    def aggregate(self, outcomes: Outcomes) -> Aggregate:
        """Return what one script came to; see ``aggregate``."""
        if len(outcomes) != len(self.exact.items):
            raise BadPaper(f"The paper has {len(self.exact.items)} items, not {len(outcomes)}.")
        if self.whole:
            try:
                return self.whole.aggregate(self.paper, self.maximum, outcomes)
            except _NotWhole:
                pass
        return self.exact.aggregate(self.paper, self.maximum, outcomes)


_compiled: OrderedDict[int, Compiled] = OrderedDict()


def compile_paper(paper: PaperSpec) -> Compiled:
    """Return ``paper`` made ready; the same object is made ready once."""
    known = _compiled.get(id(paper))
    if known is not None and known.paper is paper:
        return known
    made = Compiled(paper)
    # The entry holds the paper itself, so that no other object can come to have its id.
    _compiled[id(paper)] = made
    while len(_compiled) > REMEMBERED_PAPERS:
        _compiled.popitem(last=False)
    return made
