"""Numbers about a cohort, against Python's own and against what can be counted by hand."""

import statistics as python

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.statistics import MICRO, histogram, item_statistics, summary

cohorts = st.lists(st.tuples(st.integers(0, 100 * MICRO), st.booleans()), min_size=2, max_size=40)


@given(cohorts)
def test_a_summary_agrees_with_pythons_own_statistics(cohort: list[tuple[int, bool]]):
    marks = [score / MICRO for score, _ in cohort]
    found = summary([score for score, _ in cohort], [passed for _, passed in cohort])
    assert found.n == len(cohort)
    assert found.mean == pytest.approx(python.fmean(marks))
    assert found.sd == pytest.approx(python.stdev(marks), abs=1e-6)
    assert found.quartiles == pytest.approx(tuple(python.quantiles(marks, n=4, method="inclusive")))
    assert (found.minimum, found.maximum) == (min(marks), max(marks))
    assert found.pass_rate == sum(passed for _, passed in cohort) / len(cohort)


def test_nobody_has_no_mean_and_one_candidate_no_spread():
    assert summary([], []).mean is None
    assert (summary([5 * MICRO], [True]).mean, summary([5 * MICRO], [True]).sd) == (5.0, None)


def test_scores_and_outcomes_belong_together():
    with pytest.raises(ValueError, match="2 scores but 1 outcomes"):
        summary([1, 2], [True])


@given(st.lists(st.integers(-MICRO, 101 * MICRO), max_size=50), st.integers(1, 30))
def test_every_result_is_in_exactly_one_bar(percents: list[int], bins: int):
    bars = histogram(percents, bins)
    assert len(bars) == bins
    assert sum(bar.n for bar in bars) == len(percents)
    assert bars[0].from_ == 0 and bars[-1].until == pytest.approx(100)


@pytest.mark.parametrize(
    ("percent", "place"), [(0, 0), (4.999999, 0), (5, 1), (55, 11), (99.9, 19), (100, 19)]
)
def test_a_value_on_an_edge_belongs_to_the_bar_that_starts_there(percent: float, place: int):
    assert [bar.n for bar in histogram([round(percent * MICRO)])].index(1) == place


def test_a_histogram_needs_a_bar():
    with pytest.raises(ValueError, match="at least one bin"):
        histogram([1], 0)


def test_item_statistics_agree_with_numpys_correlation():
    scores = np.random.default_rng(1).integers(0, 3, (200, 6)) * 1000
    scores[:, 5] = 1000
    found = item_statistics(scores, [2000] * 6)
    for place in range(5):
        rest = scores.sum(axis=1) - scores[:, place]
        assert found[place].item_rest == pytest.approx(np.corrcoef(scores[:, place], rest)[0, 1])
        assert found[place].facility == pytest.approx(scores[:, place].mean() / 2000)
    assert (found[5].facility, found[5].item_rest) == (0.5, None)


def test_an_empty_cohort_has_no_item_statistics():
    assert item_statistics([], [1000, 2000])[1].facility is None
    assert item_statistics([[0, 0]], [0, 2000])[0].facility is None
