"""A marking scheme fits its part or says why not; what is chosen adds up; marks come in its steps."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules import schemes as rules
from marksheet.rules.marks import BadMark, TypedMark, read_mark, stepped
from marksheet.rules.schemes import (
    Criterion,
    Level,
    MethodMark,
    Scheme,
    ascending,
    scheme_problems,
    tidied,
    total_of_levels,
    total_of_method,
    what_changed,
)
from tests.rules.test_rulebook import table

STEPS = st.sampled_from([1, 250, 500, 1000])
words = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=12).filter(
    str.strip
)


@st.composite
def fitting(draw: st.DrawFn) -> tuple[Scheme, int]:
    """A scheme of criteria with the maximum that their best levels come to."""
    step = draw(STEPS)
    names = draw(st.lists(words, min_size=1, max_size=4, unique_by=lambda name: name.strip().casefold()))
    criteria = []
    for name in names:
        points = draw(st.sets(st.integers(0, 20), min_size=2, max_size=6))
        criteria.append(Criterion(name, tuple(Level(point * step, draw(words)) for point in points)))
    scheme = tidied(Scheme("Look", "", step, tuple(criteria)))
    return scheme, sum(one.best for one in scheme.criteria)


def codes(scheme: Scheme, maximum: int) -> list[str]:
    return list(dict.fromkeys(problem.code for problem in scheme_problems(scheme, maximum)))


@given(fitting())
def test_the_best_of_every_criterion_is_full_marks(one: tuple[Scheme, int]):
    scheme, maximum = one
    assert codes(scheme, maximum) == []
    best = [len(criterion.levels) - 1 for criterion in scheme.criteria]
    assert total_of_levels(scheme.criteria, best) == maximum


@given(fitting(), st.data())
def test_whatever_is_chosen_is_a_mark_that_the_scheme_allows(one: tuple[Scheme, int], data: st.DataObject):
    scheme, maximum = one
    chosen = [data.draw(st.integers(0, len(criterion.levels) - 1)) for criterion in scheme.criteria]
    total = total_of_levels(scheme.criteria, chosen)
    assert total is not None and 0 <= total <= maximum
    assert rules.allows(total, scheme.step_thousandths)
    place = data.draw(st.integers(0, len(chosen) - 1))
    if chosen[place] + 1 < len(scheme.criteria[place].levels):
        higher = total_of_levels(scheme.criteria, [level + (n == place) for n, level in enumerate(chosen)])
        assert higher is not None and higher > total, "a higher level is a higher mark"


@given(fitting(), st.integers(1, 10_000))
def test_another_maximum_is_never_reached_exactly(one: tuple[Scheme, int], more: int):
    scheme, maximum = one
    assert "scheme_best" in codes(scheme, maximum + more)


@given(st.lists(st.integers(1, 10), min_size=1, max_size=8), st.data())
def test_steps_add_up_in_any_order_and_each_once(points: list[int], data: st.DataObject):
    method = [MethodMark(f"step {n}", point * 500) for n, point in enumerate(points)]
    earned = data.draw(st.lists(st.integers(0, len(points) - 1)))
    total = total_of_method(method, earned)
    assert total == total_of_method(method, list(reversed(earned))) <= sum(points) * 500
    assert total_of_method(method, range(len(points))) == sum(points) * 500
    assert codes(Scheme(method_marks=tuple(method)), sum(points) * 500) == []
    assert codes(Scheme(method_marks=tuple(method)), sum(points) * 500 - 1) != []


@given(st.integers(0, 60_000), STEPS)
def test_a_mark_is_taken_exactly_when_its_step_allows_it(value: int, step: int):
    typed = f"{value // 1000}.{value % 1000:03}"
    if value % step == 0:
        assert read_mark(typed, 60_000, step) == TypedMark(value)
    else:
        with pytest.raises(BadMark) as refusal:
            read_mark(typed, 60_000, step)
        assert refusal.value.code == "step"


def test_a_step_is_refused_with_the_mark_and_the_step():
    with pytest.raises(BadMark, match=r"2\.3 is not possible: marks here go in steps of 0\.5\."):
        read_mark("2.3", 3000, 500)
    assert stepped(1000) == "are whole marks"


def test_an_open_criterion_gives_no_mark_and_a_wrong_choice_is_a_mistake():
    criteria = [Criterion("A", (Level(0), Level(1000))), Criterion("B", (Level(0), Level(2000)))]
    assert total_of_levels(criteria, [1, None]) is None
    assert total_of_levels(criteria, [0, 0]) == 0
    for wrong in ([1], [1, 2], [1, -1], [1, 1, 1]):
        with pytest.raises(ValueError):
            total_of_levels(criteria, wrong)
    for place in (-1, 1):
        with pytest.raises(ValueError):
            total_of_method([MethodMark("a", 1000)], [place])


def test_levels_are_kept_from_the_lowest_and_texts_without_blanks_around():
    typed = Scheme(" Look \r\n here ", "", 1, (Criterion(" A ", (Level(2000, " good "), Level(0, "none"))),))
    levels = (Level(0, "none"), Level(2000, "good"))
    assert tidied(typed) == Scheme("Look \n here", "", 1, (Criterion("A", levels),))
    assert tidied(tidied(typed)) == tidied(typed)
    assert ascending(3) == (0, 1000, 2000) and ascending(0) == ()


@given(fitting())
def test_what_is_stored_is_read_as_it_was(one: tuple[Scheme, int]):
    scheme, _maximum = one
    assert rules.criteria_from_json(rules.criteria_to_json(scheme.criteria)) == scheme.criteria
    method = (MethodMark("a", 1), MethodMark("b", 2))
    assert rules.method_from_json(rules.method_to_json(method)) == method


def test_what_changed_is_named():
    before = Scheme(
        "Look", "Yes", 500, (Criterion("A", (Level(0), Level(1000))), Criterion("B", (Level(0),)))
    )
    after = replace(before, guidance="Look well", criteria=(Criterion("A", (Level(0),)), Criterion("C", ())))
    assert [(one.what, one.added, one.removed, one.changed) for one in what_changed(before, after)] == [
        ("guidance", (), (), ()),
        ("criteria", ("C",), ("B",), ("A",)),
    ]
    assert what_changed(before, before) == ()
    method = replace(before, step_thousandths=1000, model_answer="", method_marks=(MethodMark("a", 1),))
    assert [one.what for one in what_changed(before, method)] == [
        "model_answer", "step_thousandths", "method_marks",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (Scheme("x" * 20_001), ["scheme_long"]),
        (Scheme("", "x" * 20_000), []),
        (Scheme(criteria=(Criterion("", (Level(0), Level(5000))),)), ["scheme_no_name"]),
        (
            Scheme(criteria=tuple(Criterion(name, (Level(0), Level(2500))) for name in ("Logic", "logic"))),
            ["scheme_name_twice"],
        ),
        (Scheme(criteria=(Criterion("A", (Level(0, "x" * 201), Level(5000))),)), ["scheme_long_words"]),
        (Scheme(method_marks=(MethodMark("", 5000),)), ["scheme_method_no_text"]),
        (Scheme(method_marks=(MethodMark("x" * 2001, 5000),)), ["scheme_long_words"]),
        (
            Scheme(criteria=(Criterion("A", tuple(Level(n * 100) for n in (*range(12), 50))),)),
            ["scheme_many_levels"],
        ),
        (Scheme(method_marks=tuple(MethodMark("a", 1) for _ in range(51))), ["scheme_many_method"]),
        (
            Scheme(criteria=tuple(Criterion(str(n), (Level(0), Level(250))) for n in range(21))),
            ["scheme_many_criteria", "scheme_best"],
        ),
    ],
)
def test_what_cannot_be_used_says_why(scheme: Scheme, expected: list[str]):
    assert codes(scheme, 5000) == expected


def thousandths(text: str) -> int:
    return round(float(text) * 1000)


def test_the_tables_of_the_rulebook_are_right():
    steps = table("schemes", "step")
    head = ("0", "0.25", "0.5", "2.3", "2.5", "3")
    for name, *cells in steps:
        size = thousandths(re.findall(r"\(([0-9.]+)\)", name)[0])
        assert cells == ["yes" if rules.allows(thousandths(value), size) else "no" for value in head]
    rows = table("schemes", "criteria, points of levels")
    assert len(rows) == 18
    for criteria, method, step, problems in rows:
        groups = [] if criteria == "-" else [group for group in criteria.split(";") if group.strip()]
        scheme = Scheme(
            step_thousandths=thousandths(step),
            criteria=tuple(
                Criterion(str(n), tuple(Level(thousandths(one)) for one in group.split()))
                for n, group in enumerate(groups)
            ),
            method_marks=()
            if method == "-"
            else tuple(MethodMark(one, thousandths(one)) for one in method.split()),
        )
        assert codes(scheme, 5000) == ([] if problems == "-" else re.findall(r"\w+", problems)), criteria


def test_every_problem_is_in_the_rulebook():
    root = Path(__file__).parents[2]
    named = set(re.findall(r'Problem\("(\w+)"', (root / "src/marksheet/rules/schemes.py").read_text()))
    page = (root / "docs/rulebook/schemes.md").read_text()
    assert len(named) > 15 and {code for code in named if f"`{code}`" not in page} == set()
