"""Rows of an items file and the chosen rules become sections, items and parts that can be created."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from marksheet.formats.item_rules import NamedRule, RuleChoice
from marksheet.formats.items_layout import ItemRow, KeyMatch
from marksheet.formats.problems import Problems
from marksheet.formats.wording import say as _

ZERO = Fraction(0)
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class PartPlan:
    """One part to create; ``points``, ``wrong_points`` and ``tolerance`` belong to its key."""

    label: str
    machine: bool
    maximum_thousandths: int
    match: KeyMatch | None = None
    options: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    points: Fraction = ZERO
    wrong_points: Fraction = ZERO
    tolerance: Fraction | None = None


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """One item to create, with its rule over its parts; ``floor`` holds if the file states one, None for none."""

    label: str
    title: str
    maximum_thousandths: int
    rule: NamedRule
    steps: tuple[tuple[int, Fraction], ...]
    parts: tuple[PartPlan, ...]
    floor: Fraction | None = ZERO
    floor_stated: bool = False


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """One section to create; a file without sections has one with the name ""."""

    name: str
    weight: Fraction
    items: tuple[ItemPlan, ...]


def plan_items(rows: Sequence[ItemRow], choices: Mapping[str, RuleChoice]) -> tuple[SectionPlan, ...]:
    """Return what to create from ``rows``, sections and items in the order of their first row.

    Args:
        choices: what each different text of the rule column means.

    Raises:
        BadCells: a text without a choice, parts that do not add up to their item's maximum, steps that
            no number of parts can reach, weights that disagree.

    Source: docs/rulebook/imports.md#items.
    """
    problems = Problems()
    sections: dict[str, list[ItemRow]] = {}
    for row in rows:
        sections.setdefault(row.section, []).append(row)
    plans = tuple(_section(name, under, choices, problems) for name, under in sections.items())
    problems.refuse_if_any()
    return plans


def _section(
    name: str, rows: Sequence[ItemRow], choices: Mapping[str, RuleChoice], problems: Problems
) -> SectionPlan:
    items: dict[str, list[ItemRow]] = {}
    weights: dict[Fraction, ItemRow] = {}
    for row in rows:
        items.setdefault(row.item, []).append(row)
        if row.weight is not None:
            weights.setdefault(row.weight, row)
    if len(weights) > 1:
        other = list(weights.values())[1]
        reason = _("section %(name)s has another weight in an earlier row.", name=name)
        problems.add(other.row_number, "weight", str(other.weight), reason)
    plans = []
    for parts in items.values():
        choice = choices.get(parts[0].rule)
        if choice is None:
            reason = _("no rule was chosen for this text. Choose one.")
            problems.add(parts[0].row_number, "rule", parts[0].rule, reason)
        else:
            plans.append(_item(parts, choice, problems))
    return SectionPlan(name, next(iter(weights), ONE), tuple(plans))


def _item(rows: Sequence[ItemRow], choice: RuleChoice, problems: Problems) -> ItemPlan:
    first = rows[0]
    maxima = _part_maxima(rows, choice, problems)
    parts = tuple(_part(row, maximum) for row, maximum in zip(rows, maxima, strict=True))
    _check_reach(rows, choice, maxima, problems)
    return ItemPlan(
        first.item,
        first.title,
        first.maximum_thousandths,
        choice.item_rule,
        choice.steps,
        parts,
        first.floor if first.floor_stated else ZERO,
        first.floor_stated,
    )


def _part(row: ItemRow, maximum: Fraction) -> PartPlan:
    thousandths = int(maximum * 1000)
    if not row.machine:
        return PartPlan(row.part, False, thousandths)
    return PartPlan(
        row.part,
        True,
        thousandths,
        row.match,
        row.options,
        row.key,
        maximum,
        row.wrong_points or ZERO,
        row.tolerance,
    )


def _part_maxima(rows: Sequence[ItemRow], choice: RuleChoice, problems: Problems) -> list[Fraction]:
    """Return the marks of each part: its own points, else the rule's, else what the item leaves over."""
    whole = Fraction(rows[0].maximum_thousandths, 1000)
    if choice.item_rule is NamedRule.BEST_PART or len(rows) == 1:
        machine, human = choice.points_per_part if choice.points_per_part is not None else whole, whole
        return [_own(row, machine if row.machine else human) for row in rows]
    each = choice.points_per_part if choice.points_per_part is not None else ONE
    maxima = [_own(row, each) if row.machine else row.points for row in rows]
    open_parts = [at for at, maximum in enumerate(maxima) if maximum is None]
    left = whole - _reached_without(rows, choice, maxima)
    if len(open_parts) == 1 and choice.item_rule is not NamedRule.ALL_OR_NOTHING and left >= 0:
        maxima[open_parts[0]] = left
    elif len(open_parts) > 1 and left == len(open_parts):
        maxima = [ONE if maximum is None else maximum for maximum in maxima]
    elif open_parts:
        row = rows[open_parts[0]]
        reason = _(
            "item %(item)s does not say how many marks this part has. Add a column “points”.", item=row.item
        )
        problems.add(row.row_number, "points", "", reason)
    return [ZERO if maximum is None else maximum for maximum in maxima]


def _own(row: ItemRow, otherwise: Fraction) -> Fraction:
    return otherwise if row.points is None else row.points


def _reached_without(
    rows: Sequence[ItemRow], choice: RuleChoice, maxima: Sequence[Fraction | None]
) -> Fraction:
    """Return what the item reaches before its parts without stated marks are added."""
    if choice.item_rule is NamedRule.COUNT_CORRECT:
        stated = [maximum for row, maximum in zip(rows, maxima, strict=True) if not row.machine]
        best = max((marks for _right, marks in choice.steps), default=ZERO)
        return best + sum((maximum for maximum in stated if maximum is not None), ZERO)
    return sum((maximum for maximum in maxima if maximum is not None), ZERO)


def _check_reach(
    rows: Sequence[ItemRow], choice: RuleChoice, maxima: Sequence[Fraction], problems: Problems
) -> None:
    """Note an item whose parts cannot reach its maximum, or would pass it."""
    first = rows[0]
    whole = Fraction(first.maximum_thousandths, 1000)
    reach = whole
    if choice.item_rule is NamedRule.BEST_PART:
        reach = max(maxima)
    elif choice.item_rule is not NamedRule.ALL_OR_NOTHING:
        reach = _reached_without(rows, choice, maxima)
    machine = sum(1 for row in rows if row.machine)
    if any(right > machine for right, _marks in choice.steps):
        reason = _("the rule counts more right parts than item %(item)s has.", item=first.item)
        problems.add(first.row_number, "rule", first.rule, reason)
    elif reach != whole:
        reason = _(
            "the parts of item %(item)s reach %(reach)s marks and its maximum is %(maximum)s. "
            "Correct the maximum, the points or the rule.",
            item=first.item, reach=_marks(reach), maximum=_marks(whole),
        )  # fmt: skip
        problems.add(first.row_number, "max_marks", _marks(whole), reason)
    if any((maximum * 1000).denominator != 1 for maximum in maxima):
        reason = _("marks have at most three decimals.")
        problems.add(first.row_number, "points", "", reason)


def _marks(marks: Fraction) -> str:
    return f"{marks.numerator}" if marks.denominator == 1 else f"{marks}"
