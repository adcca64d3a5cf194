"""Mistakes planted in the rules are each caught, by a row by hand or by the second implementation."""

from collections import Counter

import pytest

from tests.rules.by_hand import wrong_rows
from tests.rules.loading import changed_rules, rules
from tests.rules.second.agreement import differences

# module, what it says, what it would say: each a mistake that somebody made somewhere
AGGREGATION_AND_GRADING = [
    ("paper", "if item.treatment is not Treatment.LEFT_OUT]", "]"),  # left out stays in the denominator
    ("paper", "sorted(maxima, reverse=True)[: self.pick_n]", "sorted(maxima)[: self.pick_n]"),
    ("paper", "(section.weight * section.maximum for", "(section.maximum for"),
    ("aggregation", " if item.treatment is not Treatment.LEFT_OUT", ""),  # ... in the numerator
    ("aggregation", "if self.spec.treatment is Treatment.FULL_MARKS:", "if False:"),
    ("aggregation", "] = self.within(self.number(mark))", "] = self.number(mark)"),
    ("aggregation", "if len(marks) < len(outcomes):", "if not marks:"),  # unmarked is not zero
    ("aggregation", "total < section.minimum", "total <= section.minimum"),
    ("aggregation", "score if score is None or spec.weight == 1 else spec.weight * score", "score"),
    (
        "aggregation",
        "return self.floor if self.floor is not None and score < self.floor else score",
        "return score",
    ),
    (
        "aggregation",
        "return self.floor if self.floor is not None and total < self.floor else total",
        "return total",
    ),
    ("aggregation", "if paper.floor is not None and total < paper.floor:", "if False:"),
    ("aggregation", "if score > self.maximum:", "if False:"),
    ("aggregation", "-cast(Amount, scores[place])", "cast(Amount, scores[place])"),  # the worst n
    ("aggregation", "return tuple(answered)[:n]", "return tuple(answered)[-n:]"),
    ("aggregation", "if 1000 % denominator:\n        raise _NotWhole", "if False:\n        raise _NotWhole"),
    ("aggregation", "return item.steps.get(right, 0) + by_hand", "return item.steps.get(right, 0)"),
    ("aggregation", "return max(marks)", "return sum(marks)"),
    ("aggregation", "item.maximum if everything else 0", "sum(marks) if everything else 0"),
    ("attempts", "attempt.score or Fraction(0)", "-(attempt.score or Fraction(0))"),
    ("attempts", 'return handed_in[-1], "last"', 'return handed_in[0], "last"'),
    (
        "attempts",
        "attempt for attempt in attempts if attempt.state == AttemptState.HANDED_IN",
        "attempt for attempt in attempts",
    ),
    ("attempts", "awaited = handed_in if policy == AttemptCounts.BEST else [chosen]", "awaited = [chosen]"),
    (
        "grading",
        "return self.decided_on(boundary.unit) >= boundary.at",
        "return self.decided_on(boundary.unit) > boundary.at",
    ),
    ("grading", "if rounding.decide_on is DecideOn.EXACT:", "if rounding.decide_on is DecideOn.ROUNDED:"),
    ("grading", "max(ZERO, before - marks)", "before - marks"),
    ("grading", "min(maximum, before + marks)", "before + marks"),
    ("grading", "key=lambda one: order.index(one.kind)", "key=lambda one: 0"),
    ("grading", "(score - cut) / (maximum - cut)", "(score - cut) / maximum"),
    ("grading", "max(line.lowest, line.passing * score / cut)", "line.passing * score / cut"),
    ("grading", "(line.passing - line.lowest) * score / cut", "line.passing * score / cut"),
    ("grading", "return not self.below_minimum and (", "return ("),
    ("rounding", "(low is None or candidate >= low) and (below is None or candidate < below)", "True"),
    (
        "rounding",
        "return (abs(value) + Fraction(1, 2)).__floor__() * (1 if value >= 0 else -1)",
        "return round(value)",
    ),
    ("scale", "self.at * maximum / HUNDRED", "self.at * maximum // HUNDRED"),
    (
        "scoring",
        'if value is None:\n        return PartScore(ZERO, False, "no_response")',
        'if value is None:\n        value = ""',
    ),
    ("scoring", "<= tolerance for correct", "< tolerance for correct"),
    (
        "scoring",
        'frozenset(value.split(",")) == frozenset(key.correct)',
        'frozenset(value.split(",")) <= frozenset(key.correct)',
    ),
]

THE_REST = [
    ("readiness", "facts.attempts) and void and", "facts.attempts) or void and"),
    ("readiness", '"unmarked": State.MARKING', '"unmarked": State.READY'),
    ("readiness", '"stale": int(facts.stale),\n        "no_key"', '"stale": 0,\n        "no_key"'),
    ("publication", '"withheld": row.withheld', '"withheld": False'),
    ("publication", "row.state is not State.READY", "row.state is State.WAITING"),
    ("publication", "and row.attempts_left and not row.window_closed", "and row.attempts_left"),
    (
        "publication",
        "(ShowResults.NEVER, False): Cell(BY_HAND, False, False,",
        "(ShowResults.NEVER, False): Cell(BY_HAND, False, True,",
    ),
    ("access", "(grant.distance == 0 or not direct)", "True"),
    ("access", "if not sight.allowed:", "if False:"),
    ("access", 'return Decision(False, "own_result") if own else OK', "return OK"),
    ("lifecycle", "(State.READY, Move.REOPEN): State.MARKING,", "(State.READY, Move.REOPEN): State.READY,"),
]


def first_disagreement(mutated: object) -> str | None:
    for seed in range(40):
        try:
            for difference in differences(mutated, seed, 40):
                return difference
        except Exception as error:  # a mistake may as well break the rules
            return repr(error)
    return None


@pytest.mark.parametrize(("module", "old", "new"), AGGREGATION_AND_GRADING + THE_REST)
def test_a_planted_mistake_changes_a_row_by_hand(module: str, old: str, new: str):
    assert next(wrong_rows(changed_rules(module, old, new)), None) is not None


@pytest.mark.parametrize(("module", "old", "new"), AGGREGATION_AND_GRADING)
def test_a_planted_mistake_disagrees_with_the_second_implementation(module: str, old: str, new: str):
    assert first_disagreement(changed_rules(module, old, new)) is not None


def test_without_a_mistake_nothing_is_caught():
    assert next(wrong_rows(rules()), None) is None
    assert first_disagreement(rules()) is None


def test_at_least_25_mistakes_are_planted_and_no_two_are_the_same():
    planted = Counter(AGGREGATION_AND_GRADING + THE_REST)
    assert len(planted) >= 25
    assert planted.most_common(1)[0][1] == 1
