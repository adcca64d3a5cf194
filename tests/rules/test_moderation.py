"""A trigger sends what it says and nothing else, and chance can be repeated."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.moderation import (
    CASES,
    Held,
    Kind,
    Marked,
    Round,
    Sent,
    Trigger,
    boundaries_of,
    concerns,
    is_case_of,
    rounds_from_json,
    rounds_to_json,
    sampled,
    sent_to_moderation,
)
from marksheet.rules.scale import Boundary, Scale, pass_at
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


@given(scripts, st.integers(0, 10), boundaries)
def test_the_order_of_markers_does_not_matter(scripts: list[Marked], amount: int, boundaries: list[Fraction]):
    turned = [replace(one, totals=tuple(reversed(one.totals))) for one in scripts]
    for kind in Kind:
        known = {"boundaries": boundaries, "seed": "spring", "marker": 2}
        assert sent(scripts, kind, amount, **known) == sent(turned, kind, amount, **known)


@given(st.integers(1, 60), st.integers(0, 100), st.integers(0, 12), st.text(max_size=3))
def test_a_share_has_its_exact_size_and_late_scripts_join_it(n: int, share: int, late: int, seed: str):
    trigger = Trigger(Kind.RANDOM_SHARE, Fraction(share))
    before = sampled([Held(key) for key in range(n)], trigger, 7, seed=seed)
    assert len(before) == math.ceil(n * share / 100)
    assert before == sampled([Held(key) for key in reversed(range(n))], trigger, 7, seed=seed)
    confirmed = [Held(key, drawn=key in before, settled=key not in before) for key in range(n)]
    after = sampled([*confirmed, *(Held(n + key) for key in range(late))], trigger, 7, seed=seed)
    assert before <= after
    assert after - before <= set(range(n, n + late)), "what a confirmed sample left out is left in peace"
    assert len(after) == math.ceil((n + late) * share / 100)


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 6))
def test_the_first_are_drawn_as_they_are_submitted(submitted: list[bool], n: int):
    own = [Held(key, done, place=-key) for key, done in enumerate(submitted)]
    found = sampled(own, Trigger(Kind.FIRST, Fraction(n)), 7, seed="")
    assert found == set(sorted((key for key, done in enumerate(submitted) if done), reverse=True)[:n])


def test_chance_is_not_asked_before_a_pile_is_empty():
    own = [Held(key) for key in range(10)]
    trigger = Trigger(Kind.RANDOM_SHARE, Fraction(50))
    assert sampled(own, trigger, 7, seed="", whole=False) == frozenset()
    assert len(sampled(own, trigger, 7, seed="")) == 5


def test_the_worked_tables_of_the_rulebook_are_right():
    at = [Fraction(55, 2)]
    rows = table("moderation", "trigger and amount")
    assert len(rows) == 7
    for trigger, first, second, score, wanted in rows:
        kind, _, amount = trigger.partition(" ")
        totals = tuple((n, Fraction(one)) for n, one in enumerate((first, second)) if one != "–")
        one = Marked(1, totals, Fraction(score))
        assert is_case_of(one, Trigger(Kind(kind), Fraction(amount or 0)), at) == (wanted == "yes"), trigger
    for share, n, drawn in table("moderation", "share"):
        own = [Held(key) for key in range(int(n))]
        assert len(sampled(own, Trigger(Kind.RANDOM_SHARE, Fraction(share)), 1, seed="")) == int(drawn)


def test_rounds_are_stored_exactly_and_make_sense():
    rounds = (
        Round((Trigger(Kind.DIFFERENCE, Fraction(7, 3)), Trigger(Kind.OF_MARKER, marker=4)), notes=False),
        Round((Trigger(Kind.EVERY),)),
    )
    assert rounds_from_json(rounds_to_json(rounds)) == rounds
    for triggers in ((), (Trigger(Kind.EVERY), Trigger(Kind.EVERY))):
        with pytest.raises(ValueError, match="trigger"):
            Round(triggers)


def test_every_boundary_of_a_scale_is_one_but_nought():
    bands = tuple(Boundary(label, Fraction(at)) for label, at in (("A", 80), ("B", 55), ("C", 0)))
    assert boundaries_of(Scale(pass_at(55), bands), Fraction(50)) == (Fraction(55, 2), Fraction(40))
    assert concerns(Trigger(Kind.OF_MARKER, marker=4), 4)
    assert not concerns(Trigger(Kind.OF_MARKER, marker=4), 5)
    assert not concerns(Trigger(Kind.EVERY), 4)
