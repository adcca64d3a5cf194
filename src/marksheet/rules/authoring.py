"""What an author writes, and what stands in the way of using it in an exam."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from marksheet.rules.paper import ItemRule, Pick
from marksheet.rules.problems import Problem
from marksheet.rules.publication import ShowResults, Workflow, offered
from marksheet.rules.scale import Scale, Unit
from marksheet.rules.schemes import NOTHING, Scheme, scheme_problems
from marksheet.rules.scoring import BadAnswer, BadKey, Key, Match, canonical

THOUSAND = 1000
MOST_THOUSANDTHS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PartDraft:
    """One part as an author writes it; marks in thousandths.

    Args:
        machine: scored by its key; otherwise marked by hand.
        match, options, correct: machine parts only; see ``rules.scoring``.
        points_thousandths: what a right answer earns; None takes the part's maximum.
        wrong_thousandths: what a wrong answer earns; 0 or less.
        tolerance: numeric parts only; a number as text ("0.5", "1/3"), "" for none.
        scheme: how a part is marked by hand; it says nothing where nothing was written.
    """

    label: str
    machine: bool
    maximum_thousandths: int
    match: str = ""
    options: tuple[str, ...] = ()
    correct: tuple[str, ...] = ()
    points_thousandths: int | None = None
    wrong_thousandths: int = 0
    tolerance: str = ""
    scheme: Scheme = NOTHING

    @property
    def points(self) -> int:
        """What a right answer earns, in thousandths."""
        return self.maximum_thousandths if self.points_thousandths is None else self.points_thousandths


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One question as an author writes it; marks in thousandths.

    Args:
        section: the name of its section; "" takes the first one.
        steps: COUNT_CORRECT only: (number of right machine parts, thousandths).
        floor_thousandths: the lowest score; None lets negative points through.
        floor_stated: the author says so; otherwise what is stored of a question that is there already stays.
    """

    label: str
    maximum_thousandths: int
    parts: tuple[PartDraft, ...]
    title: str = ""
    section: str = ""
    rule: str = ItemRule.SUM
    steps: tuple[tuple[int, int], ...] = ()
    floor_thousandths: int | None = 0
    floor_stated: bool = True


@dataclass(frozen=True, slots=True)
class SectionDraft:
    """A section as an author writes it; weight, minimum and floor in thousandths."""

    name: str
    weight_thousandths: int = THOUSAND
    minimum_thousandths: int | None = None
    pick: str = Pick.ALL
    pick_n: int = 0
    floor_thousandths: int | None = 0


def is_floor(thousandths: int | None) -> bool:
    """Say whether this can be the lowest score of an item, a section or a paper: 0, below it, or None for none."""
    return thousandths is None or -MOST_THOUSANDTHS <= thousandths <= 0


def item_problems(item: ItemDraft) -> tuple[Problem, ...]:
    """Return what is wrong with one question by itself; empty when it can be used.

    Source: docs/rulebook/authoring.md#one-question.
    """
    return tuple(_item_problems(item))


def _item_problems(item: ItemDraft) -> Iterator[Problem]:
    if not item.label.strip():
        yield Problem("no_label")
    if not 0 < item.maximum_thousandths <= MOST_THOUSANDTHS:
        yield Problem("bad_maximum", item.label)
    if not is_floor(item.floor_thousandths):
        yield Problem("bad_floor", item.label)
    if not item.parts:
        yield Problem("no_part", item.label)
        return
    if item.rule not in tuple(ItemRule):
        yield Problem("unknown_rule", item.label, {"rule": item.rule})
        return
    labels = [part.label.casefold() for part in item.parts]
    for part in item.parts:
        if not part.label.strip():
            yield Problem("no_label", item.label)
        elif labels.count(part.label.casefold()) > 1:
            yield Problem("label_twice", part.label)
        yield from _part_problems(part)
    yield from _steps_problems(item)
    most = reachable(item)
    if most < item.maximum_thousandths:
        yield Problem("unreachable", item.label, {"most": most, "maximum": item.maximum_thousandths})


def _part_problems(part: PartDraft) -> Iterator[Problem]:
    if not 0 <= part.maximum_thousandths <= MOST_THOUSANDTHS:
        yield Problem("bad_maximum", part.label)
    if not part.machine:
        if part.maximum_thousandths == 0:
            yield Problem("bad_maximum", part.label)
        return
    if part.match not in tuple(Match):
        yield Problem("unknown_match", part.label, {"match": part.match})
    elif not part.correct:
        yield Problem("no_key", part.label)
    else:
        try:
            key_of(part)
        except (BadKey, BadAnswer) as error:
            yield Problem("bad_key", part.label, {"why": str(error)})


def _steps_problems(item: ItemDraft) -> Iterator[Problem]:
    if item.rule != ItemRule.COUNT_CORRECT:
        return
    machine = sum(part.machine for part in item.parts)
    if not item.steps:
        yield Problem("no_steps", item.label)
    for count, thousandths in item.steps:
        if not 0 <= count <= machine:
            yield Problem("step_beyond_parts", item.label, {"count": count, "parts": machine})
        if not 0 <= thousandths <= item.maximum_thousandths:
            yield Problem("step_above_maximum", item.label, {"count": count, "marks": thousandths})
    if len({count for count, _ in item.steps}) < len(item.steps):
        yield Problem("step_twice", item.label)


def key_of(part: PartDraft) -> Key:
    """Return the key of a machine-scored part, its right answers in their one spelling.

    Raises:
        BadKey: nobody could be scored by it.
        BadAnswer: a right answer is not among the options, or not a number.
    """
    match = Match(part.match)
    tolerance = None
    if part.tolerance:
        try:
            tolerance = Fraction(part.tolerance.replace(",", "."))
        except (ValueError, ZeroDivisionError):
            raise BadKey(f"“{part.tolerance}” is not a number; write a tolerance like 0.5 or 1/3.") from None
    answers = tuple(canonical(match, raw, part.options) for raw in part.correct)
    if match is Match.MULTIPLE:
        answers = tuple(dict.fromkeys(piece for answer in answers for piece in answer.split(",")))
    return Key(
        match=match,
        correct=answers,
        points=Fraction(part.points, THOUSAND),
        wrong_points=Fraction(part.wrong_thousandths, THOUSAND),
        tolerance=tolerance,
    )


def reachable(item: ItemDraft) -> int:
    """Return the most that the item's rule can give over its parts, in thousandths."""
    by_hand = sum(part.maximum_thousandths for part in item.parts if not part.machine)
    most = [part.points if part.machine else part.maximum_thousandths for part in item.parts]
    return {
        ItemRule.SUM: sum(most),
        ItemRule.COUNT_CORRECT: max((marks for _, marks in item.steps), default=0) + by_hand,
        ItemRule.ALL_OR_NOTHING: item.maximum_thousandths,
        ItemRule.BEST_PART: max(most, default=0),
    }[ItemRule(item.rule)]


def section_problems(section: SectionDraft) -> tuple[Problem, ...]:
    """Return what is wrong with a section by itself."""
    found = []
    if not section.name.strip():
        found.append(Problem("no_section_name"))
    if not 0 <= section.weight_thousandths <= MOST_THOUSANDTHS:
        found.append(Problem("bad_weight", section.name))
    if section.minimum_thousandths is not None and section.minimum_thousandths < 0:
        found.append(Problem("bad_minimum", section.name))
    if not is_floor(section.floor_thousandths):
        found.append(Problem("bad_floor", section.name))
    if section.pick not in tuple(Pick) or (section.pick != Pick.ALL and section.pick_n < 1):
        found.append(Problem("bad_pick", section.name))
    return tuple(found)


def paper_problems(
    sections: Sequence[tuple[SectionDraft, Sequence[ItemDraft]]], scale: Scale | None
) -> tuple[Problem, ...]:
    """Return everything that keeps a paper from being used; empty when it can be made live.

    Args:
        sections: each with its items, in paper order.
        scale: None when the stored one cannot be read.

    Source: docs/rulebook/authoring.md#a-whole-paper.
    """
    items = [item for _, inside in sections for item in inside]
    found: list[Problem] = [] if items else [Problem("no_items")]
    for section, inside in sections:
        found += section_problems(section)
        found += _filled_problems(section, inside)
    for item in items:
        found += item_problems(item)
    found += _scheme_problems(items)
    found += _twice(items)
    return (*found, *_scale_problems(sections, scale))


def _scheme_problems(items: Sequence[ItemDraft]) -> Iterator[Problem]:
    """Schemes are looked at with the whole paper: a part's maximum may change first, then its scheme."""
    for item in items:
        for part in item.parts:
            if not part.machine and scheme_problems(part.scheme, part.maximum_thousandths):
                yield Problem("scheme_does_not_fit", part.label)


def _filled_problems(section: SectionDraft, items: Sequence[ItemDraft]) -> Iterator[Problem]:
    if not items:
        yield Problem("empty_section", section.name)
    elif section.pick != Pick.ALL and section.pick_n > len(items):
        yield Problem("pick_too_many", section.name, {"n": section.pick_n, "items": len(items)})
    elif section.minimum_thousandths is not None and section.minimum_thousandths > section_maximum(
        section, items
    ):
        yield Problem("minimum_above_section", section.name)


def section_maximum(section: SectionDraft, items: Sequence[ItemDraft]) -> int:
    """Return the most a section can give before its weight, in thousandths."""
    maxima = sorted((item.maximum_thousandths for item in items), reverse=True)
    return sum(maxima if section.pick == Pick.ALL else maxima[: section.pick_n])


def paper_maximum(sections: Sequence[tuple[SectionDraft, Sequence[ItemDraft]]]) -> Fraction:
    """Return the weighted maximum of the paper, in marks."""
    total = sum(section.weight_thousandths * section_maximum(section, items) for section, items in sections)
    return Fraction(total, THOUSAND * THOUSAND)


def _twice(items: Sequence[ItemDraft]) -> Iterator[Problem]:
    seen: set[str] = set()
    for item in items:
        for part in item.parts:
            if part.label.casefold() in seen:
                yield Problem("label_twice", part.label)
            seen.add(part.label.casefold())


def _scale_problems(
    sections: Sequence[tuple[SectionDraft, Sequence[ItemDraft]]], scale: Scale | None
) -> Iterator[Problem]:
    if scale is None:
        yield Problem("no_scale")
        return
    maximum = paper_maximum(sections)
    if maximum <= 0 and any(items for _, items in sections):
        yield Problem("nothing_counts")
    for boundary in (scale.pass_mark, *scale.bands):
        if boundary.unit is Unit.MARKS and boundary.at > maximum:
            yield Problem("boundary_above_maximum", boundary.label, {"at": str(boundary.at)})
    if scale.piecewise and not 0 < scale.pass_mark.marks(maximum) < maximum:
        yield Problem("cut_at_the_end")


def option_problems(
    workflow: str, show_results: str, *, any_by_hand: bool, hand_check: bool
) -> tuple[Problem, ...]:
    """Return what is wrong with the options of an exam that has, or has not, work marked by hand."""
    found = []
    if workflow == Workflow.MACHINE_ONLY and any_by_hand:
        found.append(Problem("machine_only_by_hand"))
    if workflow not in tuple(Workflow):
        found.append(Problem("workflow_not_offered"))
    if show_results not in offered(not any_by_hand and not hand_check):
        known = show_results in tuple(ShowResults)
        found.append(Problem("show_not_offered" if known else "unknown_show"))
    return tuple(found)


def any_by_hand(items: Iterable[ItemDraft]) -> bool:
    """Say whether any part of any item is marked by hand."""
    return any(not part.machine for item in items for part in item.parts)
