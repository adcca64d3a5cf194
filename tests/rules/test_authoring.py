"""Whatever keeps an exam from being used is named, and a good exam has nothing in its way."""

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from marksheet.rules.authoring import (
    ItemDraft,
    PartDraft,
    SectionDraft,
    any_by_hand,
    item_problems,
    key_of,
    option_problems,
    paper_maximum,
    paper_problems,
    reachable,
)
from marksheet.rules.grading import Boundary, Piecewise, Scale, Unit, pass_at
from marksheet.rules.problems import Problem
from marksheet.rules.scoring import score_answer

BY_HAND = PartDraft("1", machine=False, maximum_thousandths=2000)
BY_MACHINE = PartDraft("2", True, 1000, "choice", ("A", "B"), ("A",))
ESSAY = ItemDraft("1", 2000, (BY_HAND,))
CHOICE = ItemDraft("2", 1000, (BY_MACHINE,))
TABLE = ItemDraft(
    "3",
    2000,
    tuple(replace(BY_MACHINE, label=f"3.{n}") for n in range(4)),
    rule="count_correct",
    steps=((4, 2000), (3, 1000)),
)
SECTION = SectionDraft("All")
SCALE = Scale(pass_at(55))


def codes(problems: Sequence[Problem]) -> set[str]:
    return {problem.code for problem in problems}


@pytest.mark.parametrize("item", [ESSAY, CHOICE, TABLE])
def test_a_good_question_has_nothing_in_its_way(item: ItemDraft):
    assert item_problems(item) == ()


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (replace(ESSAY, label=" "), "no_label"),
        (replace(ESSAY, maximum_thousandths=0), "bad_maximum"),
        (replace(ESSAY, maximum_thousandths=10**10), "bad_maximum"),
        (replace(ESSAY, parts=()), "no_part"),
        (replace(ESSAY, rule="chance"), "unknown_rule"),
        (replace(ESSAY, parts=(BY_HAND, BY_HAND)), "label_twice"),
        (replace(ESSAY, parts=(replace(BY_HAND, label=""),)), "no_label"),
        (replace(ESSAY, parts=(replace(BY_HAND, maximum_thousandths=0),)), "bad_maximum"),
        (replace(ESSAY, maximum_thousandths=3000), "unreachable"),
        (replace(CHOICE, parts=(replace(BY_MACHINE, match="guess"),)), "unknown_match"),
        (replace(CHOICE, parts=(replace(BY_MACHINE, correct=()),)), "no_key"),
        (replace(CHOICE, parts=(replace(BY_MACHINE, correct=("C",)),)), "bad_key"),
        (replace(CHOICE, parts=(replace(BY_MACHINE, wrong_thousandths=1),)), "bad_key"),
        (replace(CHOICE, parts=(replace(BY_MACHINE, tolerance="much"),)), "bad_key"),
        (replace(TABLE, steps=()), "no_steps"),
        (replace(TABLE, steps=((4, 2000), (4, 1000))), "step_twice"),
        (replace(TABLE, steps=((5, 2000),)), "step_beyond_parts"),
        (replace(TABLE, steps=((4, 2001),)), "step_above_maximum"),
    ],
)
def test_what_is_wrong_with_a_question_is_named(item: ItemDraft, code: str):
    assert code in codes(item_problems(item))


@pytest.mark.parametrize(
    ("sections", "scale", "code"),
    [
        ([], SCALE, "no_items"),
        ([(SECTION, [])], SCALE, "empty_section"),
        ([(replace(SECTION, name=""), [ESSAY])], SCALE, "no_section_name"),
        ([(replace(SECTION, weight_thousandths=-1), [ESSAY])], SCALE, "bad_weight"),
        ([(replace(SECTION, minimum_thousandths=-1), [ESSAY])], SCALE, "bad_minimum"),
        ([(replace(SECTION, minimum_thousandths=2001), [ESSAY])], SCALE, "minimum_above_section"),
        ([(replace(SECTION, pick="best"), [ESSAY])], SCALE, "bad_pick"),
        ([(replace(SECTION, pick="best", pick_n=2), [ESSAY])], SCALE, "pick_too_many"),
        ([(SECTION, [ESSAY, ESSAY])], SCALE, "label_twice"),
        ([(SECTION, [ESSAY])], None, "no_scale"),
        ([(replace(SECTION, weight_thousandths=0), [ESSAY])], SCALE, "nothing_counts"),
        ([(SECTION, [ESSAY])], Scale(pass_at(3, Unit.MARKS)), "boundary_above_maximum"),
        (
            [(SECTION, [ESSAY])],
            Scale(pass_at(1), (Boundary("F", Fraction(0)), Boundary("P", Fraction(9), Unit.MARKS))),
            "boundary_above_maximum",
        ),
        (
            [(SECTION, [ESSAY])],
            Scale(pass_at(100), piecewise=Piecewise(Fraction(1), Fraction(5), Fraction(10))),
            "cut_at_the_end",
        ),
    ],
)
def test_what_is_wrong_with_a_paper_is_named(sections: list[Any], scale: Scale | None, code: str):
    assert code in codes(paper_problems(sections, scale))


def test_a_good_paper_has_nothing_in_its_way():
    assert paper_problems([(SECTION, [ESSAY, CHOICE, TABLE])], SCALE) == ()
    assert paper_maximum([(replace(SECTION, weight_thousandths=500), [ESSAY, CHOICE])]) == Fraction(3, 2)


@pytest.mark.parametrize(
    ("workflow", "show", "by_hand", "check", "code"),
    [
        ("machine_only", "never", True, False, "machine_only_by_hand"),
        ("machine_only", "never", False, True, None),
        ("scheduler_marks", "never", True, False, None),
        ("nobody_marks", "never", True, False, "workflow_not_offered"),
        ("machine_only", "after_each_attempt", False, False, "show_not_offered"),
        ("coordinated", "sometimes", True, False, "unknown_show"),
        ("machine_only", "never", False, False, None),
        ("coordinated", "after_each_attempt", True, False, None),
        ("coordinated", "after_last_attempt", False, True, None),
    ],
)
def test_options_that_cannot_be_had_are_named(workflow, show, by_hand, check, code):
    found = codes(option_problems(workflow, show, any_by_hand=by_hand, hand_check=check))
    assert found == ({code} if code else set())


def test_the_key_of_a_part_scores_as_the_author_meant():
    several = PartDraft("1", True, 2000, "multiple", ("A", "B", "C"), ("c,a",))
    assert score_answer("A,C", key_of(several)).score == 2
    near = PartDraft("1", True, 1000, "numeric", correct=("3,5",), tolerance="0,5", wrong_thousandths=-250)
    assert score_answer("4", key_of(near)).right
    assert score_answer("4.1", key_of(near)).score == Fraction(-1, 4)


def test_the_most_an_item_can_give_follows_its_rule():
    mixed = replace(TABLE, parts=(*TABLE.parts, replace(BY_HAND, label="3.9")), maximum_thousandths=4000)
    assert reachable(mixed) == 4000
    assert reachable(replace(TABLE, rule="best_part")) == 1000
    assert any_by_hand([CHOICE, mixed]) and not any_by_hand([CHOICE, TABLE])


def test_every_problem_is_in_the_rulebook():
    root = Path(__file__).parents[2]
    source = (root / "src/marksheet/rules/authoring.py").read_text()
    named = set(re.findall(r'Problem\("(\w+)"', source)) | {"show_not_offered", "unknown_show"}
    page = (root / "docs/rulebook/authoring.md").read_text()
    assert {code for code in named if f"`{code}`" not in page} == set()
