"""Pass marks and boundaries are inclusive, and nothing that is shown contradicts the outcome."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from marksheet.rules import grading
from marksheet.rules.grading import (
    Adjustment,
    AdjustmentKind,
    BadScale,
    Boundary,
    Outcome,
    Piecewise,
    Rounding,
    RoundingPolicy,
    Scale,
    Unit,
    grade,
    pass_at,
    rounded,
    scale_from_json,
    scale_to_json,
    shown,
)
from tests.rules.strategies import deciding_roundings, exact_roundings, pass_marks, roundings, scales, scores

Score = tuple[Fraction, Fraction]
TINY = Fraction(1, 10**9)
adjustments = st.lists(
    st.builds(
        Adjustment,
        st.sampled_from(AdjustmentKind),
        st.fractions(0, 20, max_denominator=4),
        st.sampled_from(Unit),
        st.just("a reason"),
    ),
    max_size=4,
)


@given(scales(exact_roundings), st.integers(1, 60))
def test_the_pass_mark_itself_passes_and_a_hair_less_fails(scale: Scale, maximum: int):
    cut = scale.pass_mark.marks(Fraction(maximum))
    assert grade(cut, Fraction(maximum), scale).outcome is Outcome.PASSED
    assert grade(cut - TINY, Fraction(maximum), scale).outcome is Outcome.FAILED


@given(scales(exact_roundings), st.integers(1, 60))
def test_a_boundary_itself_has_the_grade_and_a_hair_less_the_one_below(scale: Scale, maximum: int):
    for rank, band in enumerate(scale.bands):
        start = band.marks(Fraction(maximum))
        assert grade(start, Fraction(maximum), scale).grade == band.label
        if rank:
            below = grade(start - TINY, Fraction(maximum), scale)
            assert (below.grade, below.grade_rank) == (scale.bands[rank - 1].label, rank - 1)


@given(scores(), scales(exact_roundings))
def test_what_is_shown_never_contradicts_the_outcome(score: Score, scale: Scale):
    graded = grade(*score, scale)
    passed = graded.outcome is Outcome.PASSED
    assert (Fraction(graded.shown_percent) >= scale.pass_mark.at) == passed
    if scale.pass_mark.at:
        assert (Fraction(graded.shown_score) >= scale.pass_mark.marks(score[1])) == passed
    if scale.piecewise:
        passes_at, number = scale.piecewise.passing, Fraction(graded.grade)
        rising = scale.piecewise.top > scale.piecewise.lowest
        assert (number >= passes_at if rising else number <= passes_at) == passed


@given(scores(), scales(exact_roundings, ("bands",)))
def test_a_shown_percentage_never_belongs_to_another_band(score: Score, scale: Scale):
    graded = grade(*score, scale)
    reached = [band.label for band in scale.bands if Fraction(graded.shown_percent) >= band.at]
    assert reached[-1] == graded.grade


@given(scores(), scales(deciding_roundings, ("bands", "neither")))
def test_a_rounded_decision_is_taken_on_the_number_that_is_shown(score: Score, scale: Scale):
    graded = grade(*score, scale)
    passed = Fraction(graded.shown_percent) >= scale.pass_mark.at
    assert (graded.outcome is Outcome.PASSED) == passed


@given(scores(), st.fractions(0, 1), scales())
def test_a_higher_score_never_has_a_lower_grade_or_outcome(score: Score, share: Fraction, scale: Scale):
    high, maximum = score
    low = high * share
    better, worse = grade(high, maximum, scale), grade(low, maximum, scale)
    assert better.grade_rank >= worse.grade_rank
    assert (better.outcome is Outcome.PASSED) >= (worse.outcome is Outcome.PASSED)
    assert Fraction(better.shown_score) >= Fraction(worse.shown_score)


@given(scores(), scales())
def test_who_misses_a_minimum_fails_with_a_failing_grade_and_the_true_score(score: Score, scale: Scale):
    plain, missed = grade(*score, scale), grade(*score, scale, below_minimum=True)
    assert missed.outcome is Outcome.FAILED
    assert (missed.score, missed.shown_score, missed.shown_percent) == (
        plain.score,
        plain.shown_score,
        plain.shown_percent,
    )
    assert missed.grade_rank <= plain.grade_rank
    if scale.piecewise:
        passing, number = scale.piecewise.passing, Fraction(missed.grade)
        assert number < passing if scale.piecewise.top > scale.piecewise.lowest else number > passing
    elif scale.bands and scale.pass_mark.at:
        starts = {band.label: band.at for band in scale.bands}
        assert starts[missed.grade] < scale.pass_mark.at


@given(scores(), scales(), adjustments, st.randoms())
def test_the_order_of_adjustments_does_not_matter(
    score: Score, scale: Scale, changes: list[Adjustment], chance
):
    shuffled = list(changes)
    chance.shuffle(shuffled)
    one, other = (grade(*score, scale, adjustments=each) for each in (changes, shuffled))
    assert (one.score, one.grade, one.outcome) == (other.score, other.grade, other.outcome)


@given(scores(), scales(), adjustments)
def test_an_adjusted_score_stays_within_the_paper_and_names_its_steps(
    score: Score, scale: Scale, changes: list[Adjustment]
):
    graded = grade(*score, scale, adjustments=changes)
    assert 0 <= graded.score <= score[1]
    steps = [step for step in graded.steps if step.name in set(AdjustmentKind)]
    assert len(steps) == len(changes)
    assert all(before.after == after.before for before, after in pairwise(steps))
    assert all(step.reason == "a reason" for step in steps)


@given(scores(), scales())
def test_steps_lead_from_the_score_to_what_is_shown(score: Score, scale: Scale):
    graded = grade(*score, scale)
    names = [step.name for step in graded.steps]
    assert names[0] == "percent" and names[-1] == "rounding"
    assert "pass_mark" in names
    assert graded.steps[0].after == graded.percent
    assert graded.steps[-1].after == Fraction(graded.shown_score)


@given(st.fractions(-100, 100), st.integers(0, 4), st.sampled_from(RoundingPolicy))
def test_rounding_moves_a_value_by_less_than_one_place_and_only_once(
    value: Fraction, places: int, policy: RoundingPolicy
):
    once = rounded(value, places, policy)
    unit = Fraction(1, 10**places)
    assert abs(once - value) <= (unit / 2 if policy is not RoundingPolicy.DOWN_1 else unit)
    assert rounded(once, places, policy) == once
    assert policy is not RoundingPolicy.DOWN_1 or once <= value


@given(st.fractions(0, 100), st.fractions(0, 100), st.integers(0, 3), st.sampled_from(RoundingPolicy))
def test_a_shown_value_stays_on_its_side_of_a_boundary(
    value: Fraction, edge: Fraction, places: int, policy: RoundingPolicy
):
    assume(value != edge)
    if value < edge and edge - value > Fraction(1, 10**12):
        assert Fraction(shown(value, places, policy, below=edge)) < edge
    elif value > edge:
        assert Fraction(shown(value, places, policy, low=edge)) >= edge


@given(scales())
def test_a_scale_survives_being_stored(scale: Scale):
    assert scale_from_json(scale_to_json(scale)) == scale


@given(scores(), scales(), st.booleans())
def test_a_remembered_grade_is_the_grade(score: Score, scale: Scale, below: bool):
    first = grade(*score, scale, below_minimum=below)
    grading._graded.clear()
    assert grade(*score, scale, below_minimum=below) == first
    assert grade(*score, replace(scale), below_minimum=below) == first


@given(pass_marks, roundings)
def test_a_scale_without_grades_has_an_outcome_only(pass_mark: Boundary, rounding: Rounding):
    graded = grade(Fraction(1), Fraction(1), Scale(pass_mark, rounding=rounding))
    assert (graded.grade, graded.grade_exact, graded.outcome) == ("", None, Outcome.PASSED)


def test_nothing_that_counts_has_no_percentage():
    with pytest.raises(ValueError, match="Nothing counts in this paper"):
        grade(Fraction(0), Fraction(0), Scale(pass_at(50)))


PLAIN = {"pass_mark": {"at": "55", "unit": "percent"}}


@pytest.mark.parametrize(
    ("stored", "complaint"),
    [
        ({}, "needs a pass mark"),
        (PLAIN | {"bandz": []}, "has no bandz"),
        (PLAIN | {"bands": "F"}, "are a list"),
        (PLAIN | {"bands": [{"label": "", "at": "0"}]}, "needs a label"),
        (PLAIN | {"bands": [{"label": "P", "at": "10"}]}, "lowest band must start at 0"),
        (PLAIN | {"bands": [{"label": "F", "at": "0"}, {"label": "F", "at": "50"}]}, "same label"),
        (PLAIN | {"bands": [{"label": "F", "at": "0"}, {"label": "P", "at": "0"}]}, "same value"),
        (PLAIN | {"bands": [{"label": "F", "at": "0"}, {"label": "P", "at": "101"}]}, "outside the scale"),
        (PLAIN | {"bands": [{"label": "F", "at": 0.0}]}, "Expected a number for the start of “F”"),
        (PLAIN | {"bands": [{"label": "F", "at": "nought"}]}, "Expected a number"),
        (PLAIN | {"bands": [{"label": "F", "at": "1/0"}]}, "Expected a number"),
        ({"pass_mark": {"at": "55", "unit": "stars"}}, "choose one of percent, marks"),
        ({"pass_mark": "55"}, "Expected a boundary"),
        (PLAIN | {"piecewise": {"lowest": "1", "passing": "5.5"}}, "the top grade"),
        (PLAIN | {"piecewise": {"lowest": "1", "passing": "1", "top": "10"}}, "rise or fall"),
        (PLAIN | {"rounding": {"policy": "half-up-9"}}, "choose one of half-up-1"),
        (PLAIN | {"rounding": {"score_decimals": "2"}}, "score_decimals is a whole number"),
        (PLAIN | {"rounding": {"score_decimals": 7}}, "it can be 0 to 6"),
        (PLAIN | {"rounding": {"decide_on": "chance"}}, "choose one of exact, rounded"),
    ],
)
def test_a_bad_stored_scale_is_refused_in_words(stored: dict[str, Any], complaint: str):
    with pytest.raises(BadScale, match=complaint):
        scale_from_json(stored)


def test_bands_and_a_piecewise_line_exclude_each_other():
    line = Piecewise(Fraction(1), Fraction(5), Fraction(10))
    with pytest.raises(BadScale, match="not both"):
        Scale(pass_at(50), (Boundary("F", Fraction(0)),), line)
    with pytest.raises(BadScale, match="cannot start from zero"):
        Piecewise(Fraction(5), Fraction(4), Fraction(1), grading.Below.FROM_ZERO)
