"""The prose of a rule column is turned into a named rule by a person; the usual texts are recognised."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class NamedRule(StrEnum):
    """The rules over an item's parts, under the names that rules/aggregation.py gives them."""

    SUM = "sum"
    COUNT_CORRECT = "count_correct"
    ALL_OR_NOTHING = "all_or_nothing"
    BEST_PART = "best_part"


@dataclass(frozen=True, slots=True)
class RuleChoice:
    """What one text of the rule column means.

    Args:
        item_rule: the rule over the item's parts.
        steps: for COUNT_CORRECT, (number of right parts, marks); any other number earns 0.
        points_per_part: marks of one right machine-scored part; None takes the item's maximum
            where it has one part, and 1 where it has several.
    """

    item_rule: NamedRule
    steps: tuple[tuple[int, Fraction], ...] = ()
    points_per_part: Fraction | None = None


@dataclass(frozen=True, slots=True)
class DistinctRule:
    """One different text of the rule column, where it stands, and what it probably means.

    ``suggestion`` is None where a person has to choose.
    """

    text: str
    parts: tuple[str, ...]
    items: tuple[str, ...]
    suggestion: RuleChoice | None


NUMBER = r"([0-9]{1,6}(?:\.[0-9]{1,3})?)"
OVER = r"(?:over the item\s*:\s*)?"
GIVEN = re.compile(r"(?:marks? )?as (?:given|marked)|marks? given|sum(?: of (?:the )?(?:parts|marks))?")
RIGHT = re.compile(rf"(?:correct|right)\s*[=:]\s*{NUMBER}")
STEPS = re.compile(
    rf"{OVER}((?:[0-9]{{1,3}} (?:correct|right)\s*[=:]\s*{NUMBER}\s*[,;]?\s*)+)"
    r"(?:(?:else|otherwise)\s*:?\s*0)?"
)
STEP = re.compile(rf"([0-9]{{1,3}}) (?:correct|right)\s*[=:]\s*{NUMBER}")
EACH = re.compile(
    rf"{OVER}{NUMBER} (?:marks? |points? )?(?:per|for each) (?:correct|right) part"
    r"(?:\s*,?\s*plus the marks? (?:of|for) .{1,100})?"
)
ALL = re.compile(rf"{OVER}(?:all or nothing|all (?:parts )?(?:correct|right) or (?:0|nothing))")
BEST = re.compile(rf"{OVER}(?:the )?(?:best|highest) part(?: counts)?")


def suggest(text: str, *, several_parts: bool) -> RuleChoice | None:
    """Return what ``text`` probably means, None where a person has to say it.

    A blank over one part means the part's own marks; over several parts it means nothing certain.

    Example: ``suggest("over the item: 4 correct = 2, 3 correct = 1, else 0", several_parts=True)``
    counts right parts with the steps (4, 2) and (3, 1).
    """
    plain = " ".join(text.lower().split()).rstrip(".")
    if not plain:
        return None if several_parts else RuleChoice(NamedRule.SUM)
    if GIVEN.fullmatch(plain):
        return RuleChoice(NamedRule.SUM)
    if (found := RIGHT.fullmatch(plain)) or (found := EACH.fullmatch(plain)):
        return RuleChoice(NamedRule.SUM, points_per_part=Fraction(found[1]))
    if found := STEPS.fullmatch(plain):
        return _counted(STEP.findall(found[1]))
    if ALL.fullmatch(plain):
        return RuleChoice(NamedRule.ALL_OR_NOTHING)
    return RuleChoice(NamedRule.BEST_PART) if BEST.fullmatch(plain) else None


def _counted(found: Sequence[tuple[str, str]]) -> RuleChoice | None:
    steps = tuple((int(right), Fraction(marks)) for right, marks in found)
    if len({right for right, _marks in steps}) < len(steps):
        return None  # the text says two things about one number
    return RuleChoice(NamedRule.COUNT_CORRECT, steps)
