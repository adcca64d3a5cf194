"""Where seeds stand, how markers compare, how fast they go."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.quality import Agreement, agreement, minutes_a_script, seed_places
from tests.rules.test_rulebook import table

NINE = datetime(2026, 6, 1, 9, tzinfo=UTC)
marks = st.fractions(0, 10, max_denominator=4)


@given(st.integers(0, 60), st.integers(2, 12), st.text(max_size=8))
def test_one_script_in_so_many_is_a_seed_and_no_two_stand_side_by_side(scripts, every, chance):
    places = seed_places(scripts, every, chance)
    assert all(later > one for one, later in pairwise(places))
    assert all(0 <= place < scripts for place in places)
    whole = scripts // (every - 1)
    assert [place // (every - 1) for place in places][:whole] == list(range(whole))
    assert len(places) in (whole, whole + 1)


def test_where_seeds_stand_only_chance_decides_and_it_can_be_repeated():
    drawn = {chance: seed_places(90, 10, chance) for chance in map(str, range(60))}
    assert drawn == {chance: seed_places(90, 10, chance) for chance in drawn}
    assert {places[0] for places in drawn.values()} == set(range(9))
    with pytest.raises(ValueError, match="second"):
        seed_places(9, 1, "")


@given(st.lists(st.tuples(marks, marks)))
def test_who_is_severe_to_another_finds_the_other_as_lenient(pairs):
    one, other = agreement(pairs), agreement([(theirs, own) for own, theirs in pairs])
    assert (one.n, one.same, one.apart) == (other.n, other.same, other.apart)
    assert one == Agreement() or one.severity == -other.severity
    assert one.apart is None or one.apart >= abs(one.severity)


def test_a_pause_is_no_work_and_exactly_at_its_length_there_is_none_yet():
    moments = [NINE + timedelta(minutes=n) for n in (0, 4, 34, 65)]
    assert minutes_a_script(moments) == 17
    assert minutes_a_script(moments[2:]) is None
    assert minutes_a_script([]) is None


def test_the_table_of_the_rulebook_is_right():
    for own, others, same, severity, apart in table("quality", "own"):
        pairs = list(
            zip(*([Fraction(one) for one in text.split(", ")] for text in (own, others)), strict=True)
        )
        found = agreement(pairs)
        assert (f"{found.percent} %", found.severity, found.apart) == (
            same,
            Fraction(severity),
            Fraction(apart),
        )
