"""Who qualifies: exactly so many, in whatever order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.qualifying import State, standing

done = st.lists(st.booleans(), min_size=1, max_size=8)
any_state = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=8)


@given(done, st.integers(1, 8))
def test_exactly_so_many_qualify_and_one_less_does_not(scripts, needed):
    found = standing([], scripts, needed)
    enough = scripts.count(True) >= min(needed, len(scripts))
    assert found.state == (State.QUALIFIED if enough else State.NOT_QUALIFIED)
    assert (standing([], scripts).state == State.QUALIFIED) == all(scripts)
    assert standing([], scripts, needed, let=True).state == State.QUALIFIED


@given(any_state, st.lists(st.booleans(), max_size=4), st.integers(0, 8), st.randoms())
def test_the_order_of_scripts_does_not_matter(scripts, practice, needed, chance):
    found = standing(practice, scripts, needed)
    mixed, other = list(scripts), list(practice)
    chance.shuffle(mixed)
    chance.shuffle(other)
    assert standing(other, mixed, needed) == found
    assert found.qualification_left == scripts.count(None)
    assert found.opens_qualification == all(practice)


def test_nothing_begun_on_the_way_and_nothing_asked():
    assert standing([False], [None]).state == State.NOT_BEGUN
    assert standing([True], [None]).state == State.ON_THE_WAY
    assert standing([False], []).state == State.QUALIFIED
    with pytest.raises(ValueError, match="So many"):
        standing([], [], -1)


def test_the_table_of_the_rulebook():
    rows = [
        ((0, 0, 2, 0), State.NOT_BEGUN), ((1, 0, 1, 0), State.ON_THE_WAY), ((2, 0, 0, 0), State.QUALIFIED),
        ((1, 1, 0, 2), State.NOT_QUALIFIED), ((1, 1, 0, 1), State.QUALIFIED), ((1, 0, 1, 1), State.QUALIFIED),
    ]  # fmt: skip
    for (near, off, left, needed), state in rows:
        assert standing([], [True] * near + [False] * off + [None] * left, needed).state == state
