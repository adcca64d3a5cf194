"""Answers are compared with the key, and silence is never punished."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.scoring import BadAnswer, BadKey, Key, Match, canonical, score_answer

ONE, ZERO = Fraction(1), Fraction(0)
numbers = st.from_regex(r"[+-]?[0-9]{1,8}([.,][0-9]{1,6})?", fullmatch=True)


@given(st.sampled_from(Match), st.text(min_size=1, max_size=30))
def test_a_stored_spelling_is_its_own_spelling(match: Match, raw: str):
    try:
        stored = canonical(match, raw, ())
    except BadAnswer:
        return
    assert stored
    assert canonical(match, stored, ()) == stored


@given(st.sampled_from(list(Match)), st.fractions(-5, 0))
def test_no_response_is_never_punished(match: Match, wrong: Fraction):
    key = Key(match, ("1",), ONE, wrong)
    assert score_answer(None, key) == score_answer(None, Key(match, ("1",), ONE))
    assert score_answer(None, key).score == 0


@given(st.permutations(["A", "B", "C"]), st.sampled_from(["A,B,C", "A,B", "C"]))
def test_the_order_of_the_key_does_not_matter(order: list[str], answer: str):
    key, sorted_key = (Key(Match.MULTIPLE, tuple(o), ONE) for o in (order, sorted(order)))
    assert score_answer(answer, key) == score_answer(answer, sorted_key)


@given(st.permutations(list("ABCD")))
def test_the_order_of_a_candidates_ticks_does_not_matter(order: list[str]):
    assert canonical(Match.MULTIPLE, ",".join(order), tuple("ABCD")) == "A,B,C,D"


@given(numbers)
def test_a_number_keeps_its_exact_value(text: str):
    assert Fraction(canonical(Match.NUMERIC, text, ())) == Fraction(text.replace(",", "."))


@given(st.integers(-500, 500), st.integers(0, 50), st.integers(-60, 60))
def test_a_tolerance_is_inclusive_and_the_same_on_both_sides(key: int, tolerance: int, away: int):
    exact = Key(Match.NUMERIC, (str(key),), ONE, tolerance=Fraction(tolerance, 10))
    answer = canonical(Match.NUMERIC, str(Fraction(key) + Fraction(away, 10)), ())
    assert score_answer(answer, exact).right == (abs(away) <= tolerance)


@given(st.fractions(0, 5), st.fractions(-5, 0), st.sampled_from(["A", "B", None]))
def test_right_earns_the_points_and_wrong_the_points_of_wrong(
    points: Fraction, wrong: Fraction, answer: str | None
):
    score = score_answer(answer, Key(Match.CHOICE, ("A",), points, wrong)).score
    assert score == {"A": points, "B": wrong, None: ZERO}[answer]


@pytest.mark.parametrize(
    "key",
    [
        {"correct": ()},
        {"correct": (" ",)},
        {"points": Fraction(-1)},
        {"wrong_points": ONE},
        {"tolerance": ONE},
        {"match": Match.NUMERIC, "tolerance": Fraction(-1)},
        {"match": Match.NUMERIC, "correct": ("three",)},
        {"match": Match.TRUE_FALSE, "correct": ("perhaps",)},
    ],
)
def test_a_key_that_nobody_could_be_scored_by_is_refused(key: dict[str, Any]):
    good: dict[str, Any] = {"match": Match.CHOICE, "correct": ("A",), "points": ONE}
    assert Key(**good)
    with pytest.raises(BadKey):
        Key(**(good | key))


def test_a_refused_answer_is_named_with_what_is_allowed():
    with pytest.raises(BadAnswer, match="“E” is not one of A, B, C"):
        canonical(Match.CHOICE, "E", tuple("ABC"))
    with pytest.raises(BadAnswer, match=r"“12 km” is not a number; write it like 3\.5"):
        canonical(Match.NUMERIC, "12 km", ())


def test_options_that_differ_only_in_case_are_told_apart():
    assert canonical(Match.CHOICE, "a", ("a", "A")) == "a"
    assert canonical(Match.CHOICE, "A", ("a", "A")) == "A"


def test_options_of_several_words_are_separated_by_commas():
    assert canonical(Match.MULTIPLE, "new york, oslo", ("Oslo", "New York")) == "Oslo,New York"
