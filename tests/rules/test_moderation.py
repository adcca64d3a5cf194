"""A trigger sends what it says and nothing else, and chance can be repeated."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.moderation import CASES, Kind, Marked, Sent, Trigger, sent_to_moderation
from tests.rules.test_rulebook import table

scores = st.fractions(0, 40, max_denominator=4)
totals = st.lists(st.tuples(st.integers(1, 4), scores), min_size=1, max_size=2, unique_by=lambda one: one[0])
scripts = st.lists(
    st.builds(
        Marked,
        st.integers(1, 99),
        totals.map(tuple),
        st.one_of(st.none(), scores),
        st.booleans(),
        st.integers(0, 20),
    ),
    max_size=25,
    unique_by=lambda one: one.script,
)
triggers = st.lists(
    st.builds(Trigger, st.sampled_from(Kind), st.integers(0, 40).map(Fraction), st.integers(1, 4)), max_size=4
)
boundaries = st.lists(scores, max_size=3)


def sent(scripts: list[Marked], kind: Kind, amount: int = 0, **known) -> set[int]:
    marker = known.pop("marker", 0)
    return set(sent_to_moderation(scripts, [Trigger(kind, Fraction(amount), marker)], **known))


@given(scripts, triggers, boundaries, st.text(max_size=3))
def test_triggers_combine_by_or_and_each_reason_is_told(
    scripts: list[Marked], triggers: list[Trigger], boundaries: list[Fraction], seed: str
):
    known = {"boundaries": boundaries, "seed": seed}
    together = sent_to_moderation(scripts, triggers, **known)
    alone = [sent_to_moderation(scripts, [trigger], **known) for trigger in triggers]
    assert together.keys() == set().union(*alone)
    for script, found in together.items():
        reasons = tuple(t for t, hit in zip(triggers, alone, strict=True) if script in hit)
        assert found.triggers == reasons
        assert found.is_case == any(trigger.kind in CASES for trigger in reasons)


@given(scripts, st.integers(0, 10), boundaries)
def test_cases_are_exactly_those(scripts: list[Marked], amount: int, boundaries: list[Fraction]):
    for one in scripts:
        apart = abs(one.totals[0][1] - one.totals[-1][1])
        assert (one.script in sent(scripts, Kind.DIFFERENCE, amount)) == (apart > amount)
        near = one.score is not None and any(abs(one.score - at) <= amount for at in boundaries)
        assert (one.script in sent(scripts, Kind.NEAR_BOUNDARY, amount, boundaries=boundaries)) == near
    assert sent(scripts, Kind.FLAGGED) == {one.script for one in scripts if one.flagged}
    assert sent(scripts, Kind.EVERY) == {one.script for one in scripts}


@given(scripts, st.integers(0, 100), st.text(max_size=3))
def test_a_share_is_of_each_marker_and_a_larger_one_holds_it(scripts: list[Marked], share: int, seed: str):
    chosen = sent(scripts, Kind.RANDOM_SHARE, share, seed=seed)
    assert chosen <= sent(scripts, Kind.RANDOM_SHARE, min(share + 10, 100), seed=seed)
    assert chosen == sent(list(reversed(scripts)), Kind.RANDOM_SHARE, share, seed=seed)
    for marker in range(1, 5):
        own = sent(scripts, Kind.OF_MARKER, marker=marker)
        assert own == {one.script for one in scripts if marker in dict(one.totals)}
        assert len(chosen & own) * 100 >= len(own) * share


@given(scripts, st.integers(0, 6))
def test_the_first_are_the_first_of_each_marker(scripts: list[Marked], n: int):
    chosen = sent(scripts, Kind.FIRST, n)
    for marker in range(1, 5):
        own = sorted(
            (one for one in scripts if marker in dict(one.totals)), key=lambda one: (one.place, one.script)
        )
        assert {one.script for one in own[:n]} <= chosen


def test_amounts_that_make_no_sense_are_refused():
    for kind, amount in ((Kind.DIFFERENCE, -1), (Kind.RANDOM_SHARE, 101), (Kind.FIRST, Fraction(1, 2))):
        with pytest.raises(ValueError, match=r"amount|number"):
            Trigger(kind, Fraction(amount))


def test_the_table_of_the_rulebook_is_right():
    rows = {kind: makes for kind, makes, _sends in table("moderation", "trigger")}
    assert rows == {kind.value: "cases" if kind in CASES else "sample" for kind in Kind}
    assert Sent((Trigger(Kind.FIRST), Trigger(Kind.FLAGGED))).is_case
