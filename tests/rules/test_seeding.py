"""Seeds judge what was given them alone; who is stopped loses nothing that was settled."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.agreement import Measured
from marksheet.rules.seeding import Done, Judged, Seed, Stopping, judge, standing
from tests.rules.test_rulebook import table

marks = st.fractions(0, 10, max_denominator=4)
definitive = st.dictionaries(st.integers(1, 5), marks, min_size=1)
done = st.lists(
    st.builds(
        Done,
        st.integers(1, 99),
        st.booleans(),
        st.one_of(st.none(), st.builds(Judged, st.booleans(), st.fractions(-5, 5, max_denominator=4))),
    ),
    max_size=15,
    unique_by=lambda one: one.script,
)


@given(definitive, marks, st.sampled_from(Measured))
def test_the_definitive_marks_are_always_near_enough(given, tolerance, measured):
    assert judge(Seed(given, tolerance, measured), given) == Judged(True, Fraction(0))


@given(definitive, st.data(), marks, st.sampled_from(Measured))
def test_a_wider_tolerance_forgives_no_less(settled, data, tolerance, measured):
    marked = {item: data.draw(marks) for item in settled}
    strict, wide = (judge(Seed(settled, some, measured), marked) for some in (tolerance, tolerance + 1))
    assert strict.severity == wide.severity == sum(marked.values()) - sum(settled.values())
    assert wide.within or not strict.within


@given(done, st.integers(1, 4), st.data())
def test_so_many_misses_of_the_last_so_many_stop_and_one_less_does_not(history, of_last, data):
    misses = data.draw(st.integers(1, of_last))
    found = standing(history, Stopping(misses, of_last))
    missed = [not one.seed.within for one in history if one.seed is not None]
    assert found.misses == sum(missed[len(missed) - min(of_last, len(missed)) :])
    assert found.stopped == (found.misses >= misses)
    assert (found.severity is None) == (not missed)


@given(marks, marks, st.fractions(-9, 9, max_denominator=4), st.sampled_from(Measured))
def test_only_beyond_the_hard_tolerance_one_seed_stops_whatever_is_allowed(tolerance, more, off, measured):
    seed = Seed({1: Fraction(10)}, tolerance, measured, hard=tolerance + more)
    judged = judge(seed, {1: Fraction(10) + off})
    assert judged.far == (abs(off) > tolerance + more)
    assert judged.within == (abs(off) <= tolerance)
    assert standing([Done(1, seed=judged)], Stopping(2, 9)).stopped == judged.far


@given(done)
def test_what_is_submitted_or_a_seed_or_before_a_good_seed_is_not_marked_again(history: list[Done]):
    found = standing(history)
    by_key = {one.script: one for one in history}
    assert found.stopped or not found.again
    for script in found.again:
        assert not by_key[script].submitted and by_key[script].seed is None
        after = history[history.index(by_key[script]) :]
        assert not any(one.seed is not None and one.seed.within for one in after)


def test_a_seed_is_judged_whole_and_has_marks():
    with pytest.raises(ValueError, match="all of it"):
        judge(Seed({1: Fraction(2), 2: Fraction(3)}, Fraction(1)), {1: Fraction(2)})
    for settled, tolerance, hard in (({}, 1, None), ({1: Fraction(1)}, -1, None), ({1: Fraction(1)}, 2, 1)):
        with pytest.raises(ValueError, match="seed"):
            Seed(settled, Fraction(tolerance), hard=hard)
    for misses, of_last in ((0, 1), (2, 1)):
        with pytest.raises(ValueError, match="so many"):
            Stopping(misses, of_last)


def test_the_table_of_the_rulebook_is_right():
    for settled, marked, tolerance, *answers in table("seeding", "definitive"):
        one, other = (dict(enumerate(map(Fraction, text.split(", ")))) for text in (settled, marked))
        found = [
            judge(Seed(one, Fraction(tolerance), measured), other).within
            for measured in (Measured.SCRIPT, Measured.ITEM)
        ]
        assert found == [answer == "yes" for answer in answers]
