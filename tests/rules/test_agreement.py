"""What stands of two marks lies between them, is exact, and never comes from one of them alone."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.agreement import Agreeing, Beyond, Measured, Pair, Within, brought_together
from tests.rules.test_rulebook import table

marks = st.one_of(st.none(), st.fractions(0, 10, max_denominator=4))
pairs = st.dictionaries(st.integers(1, 5), st.builds(Pair, marks, marks, marks), max_size=5)
rules = st.builds(
    Agreeing,
    st.fractions(0, 4, max_denominator=4),
    st.sampled_from(Within),
    st.sampled_from(Beyond),
    st.sampled_from(Measured),
)


@given(pairs, rules)
def test_a_missing_mark_is_waited_for_and_never_zero(pairs: dict[int, Pair], rule: Agreeing):
    found = brought_together(pairs, rule)
    assert found.keys() == pairs.keys()
    for item, pair in pairs.items():
        if pair.first is None or pair.second is None:
            assert found[item].value is None and found[item].reason.endswith("_missing")


@given(pairs, rules)
def test_what_stands_lies_between_the_two_or_was_agreed(pairs: dict[int, Pair], rule: Agreeing):
    for item, stands in brought_together(pairs, rule).items():
        pair = pairs[item]
        if stands.value is None:
            continue
        assert pair.first is not None and pair.second is not None
        if stands.reason == "agreed":
            assert stands.value == pair.agreed
        else:
            assert min(pair.first, pair.second) <= stands.value <= max(pair.first, pair.second)


@given(pairs, rules)
def test_who_marked_first_does_not_matter(pairs: dict[int, Pair], rule: Agreeing):
    turned = {item: Pair(pair.second, pair.first, pair.agreed) for item, pair in pairs.items()}
    there, back = brought_together(pairs, rule), brought_together(turned, rule)
    assert {item: one.value for item, one in there.items()} == {item: one.value for item, one in back.items()}


@given(pairs, rules)
def test_a_wider_tolerance_settles_no_less(pairs: dict[int, Pair], rule: Agreeing):
    wider = Agreeing(rule.tolerance + 1, rule.within, rule.beyond, rule.measured)
    for item, stands in brought_together(pairs, rule).items():
        if stands.value is not None:
            assert brought_together(pairs, wider)[item] == stands


def test_by_script_only_what_is_the_same_stands_before_both_are_done():
    rule = Agreeing(Fraction(5), measured=Measured.SCRIPT)
    pairs = {
        1: Pair(Fraction(2), Fraction(2)),
        2: Pair(Fraction(2), Fraction(3)),
        3: Pair(Fraction(1), None),
    }
    found = brought_together(pairs, rule)
    assert [one.reason for one in found.values()] == ["same", "script_incomplete", "second_missing"]


def test_a_tolerance_is_not_negative():
    with pytest.raises(ValueError, match="tolerance"):
        Agreeing(Fraction(-1))


def test_the_table_of_the_rulebook_is_right():
    for first, second, tolerance, within, expected in table("agreement", "first"):
        given = [None if text == "–" else Fraction(text) for text in (first, second)]
        found = brought_together({1: Pair(*given)}, Agreeing(Fraction(tolerance), Within(within)))[1]
        assert expected == (found.reason if found.value is None else f"{found.value}, {found.reason}")
