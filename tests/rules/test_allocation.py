"""Work is given evenly, never across a bar, and the same again from the same seed."""

import time
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.allocation import Marker, Work, allocate, marking_order, may_have, shuffled
from tests.rules.test_rulebook import table

CANDIDATES = st.integers(100, 115)
works = st.lists(
    st.builds(Work, st.integers(1, 60), CANDIDATES, st.frozensets(st.integers(1, 6), max_size=3)),
    max_size=30,
    unique_by=lambda work: work.script,
)
markers = st.lists(
    st.builds(
        Marker, st.integers(1, 6), st.integers(1, 4), st.integers(0, 9), st.frozensets(CANDIDATES, max_size=4)
    ),
    max_size=6,
    unique_by=lambda marker: marker.key,
)
equals = st.integers(1, 8).map(lambda n: [Marker(key) for key in range(1, n + 1)])


@given(works, markers)
def test_every_script_is_with_somebody_who_may_have_it_or_nobody_may(
    works: list[Work], markers: list[Marker]
):
    found, by_key = allocate(works, markers), {marker.key: marker for marker in markers}
    assert found.given.keys() | set(found.nobody) == {work.script for work in works}
    assert len(found.given) + len(found.nobody) == len(works)
    for work in works:
        if work.script in found.given:
            assert may_have(by_key[found.given[work.script]], work)
        else:
            assert not any(may_have(marker, work) for marker in markers)


@given(st.integers(0, 60), equals)
def test_equal_shares_differ_by_at_most_one(n: int, markers: list[Marker]):
    counts = allocate([Work(key, 100 + key) for key in range(n)], markers).counts
    numbers = [counts.get(marker.key, 0) for marker in markers]
    assert sum(numbers) == n and max(numbers) - min(numbers) <= 1


@given(st.integers(0, 60), st.lists(st.integers(1, 5), min_size=1, max_size=6))
def test_nobody_could_have_had_one_less_for_his_share(n: int, shares: list[int]):
    markers = [Marker(key, share) for key, share in enumerate(shares)]
    counts = allocate([Work(key, 100 + key) for key in range(n)], markers).counts
    most = max((Fraction(counts.get(one.key, 0), one.share) for one in markers), default=Fraction(0))
    assert all(Fraction(counts.get(one.key, 0) + 1, one.share) >= most for one in markers)


@given(st.integers(0, 40), st.lists(st.integers(0, 20), min_size=1, max_size=6))
def test_what_comes_late_goes_to_whoever_has_the_fewest_left(n: int, left: list[int]):
    markers = [Marker(key, left=some) for key, some in enumerate(left)]
    counts = allocate([Work(key, 100 + key) for key in range(n)], markers).counts
    after = [one.left + counts.get(one.key, 0) for one in markers]
    assert all(
        count <= min(after) + 1 for one, count in zip(markers, after, strict=True) if counts.get(one.key)
    )


@given(st.sets(st.integers(), max_size=30), st.text(max_size=5), st.randoms())
def test_a_seed_alone_decides_an_order(keys: set[int], seed: str, chance):
    some = list(keys)
    chance.shuffle(some)
    assert shuffled(some, seed) == shuffled(keys, seed)
    assert set(marking_order(some, seed, 7)) == keys


def test_each_marker_has_an_order_of_his_own():
    orders = {tuple(marking_order(range(50), "spring", marker)) for marker in range(20)}
    assert len(orders) == 20


def test_nothing_is_named_twice():
    with pytest.raises(ValueError, match="script"):
        allocate([Work(1, 100), Work(1, 101)], [])
    with pytest.raises(ValueError, match="marker"):
        allocate([], [Marker(1), Marker(1)])
    with pytest.raises(ValueError, match="share"):
        Marker(1, share=0)


def test_the_table_of_the_rulebook_is_right():
    everybody = frozenset(range(100, 120))
    cases = {
        "three, equal shares": [Marker(1), Marker(2), Marker(3)],
        "shares 2 and 1": [Marker(1, share=2), Marker(2)],
        "5 left and 1 left": [Marker(1, left=5), Marker(2, left=1)],
        "one of two barred from everybody": [Marker(1, barred=everybody), Marker(2)],
        "none": [],
    }
    for who, number, expected in table("allocation", "markers"):
        works = [Work(n, 100 + n) for n in range(int(number.split()[0]))]
        found = allocate(works, cases[who])
        counts = [found.counts.get(marker.key, 0) for marker in cases[who]]
        assert (
            expected == f"{len(found.nobody)} with nobody" or [int(n) for n in expected.split(",")] == counts
        )


def test_fifty_thousand_scripts_over_two_hundred_markers_take_seconds():
    works = [Work(n, n, frozenset({n % 200})) for n in range(50_000)]
    markers = [Marker(key, barred=frozenset(range(key, 50_000, 997))) for key in range(200)]
    began = time.perf_counter()
    found = allocate([works[n] for n in shuffled(range(50_000), "spring")], markers)
    assert time.perf_counter() - began < 10
    assert not found.nobody and max(Counter(found.given.values()).values()) == 250
