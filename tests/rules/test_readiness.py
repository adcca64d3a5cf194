"""A result is ready exactly when nothing is missing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.attempts import AttemptFact, AttemptState
from marksheet.rules.lifecycle import State
from marksheet.rules.readiness import ENROLLED_FACTS, WAITS_IN, Facts, assess_readiness

few = st.integers(0, 2)
facts = st.builds(
    Facts,
    st.lists(st.builds(AttemptFact, st.integers(1, 3), st.sampled_from(AttemptState)), max_size=3).map(tuple),
    st.booleans(),
    few,
    few,
    few,
    few,
    few,
    st.booleans(),
    st.sampled_from(ENROLLED_FACTS),
    st.booleans(),
    few,
    few,
    few,
    few,
    few,
)
DONE = Facts((AttemptFact(1, "handed_in"),))


@given(facts)
def test_ready_is_the_same_as_nothing_missing(known: Facts):
    found = assess_readiness(known)
    assert (found.state is State.READY) == (not found.missing) == found.ready
    assert [one.code for one in found.missing] == [
        code for code in WAITS_IN if code in {one.code for one in found.missing}
    ]
    assert all(one.count > 0 for one in found.missing)


@given(facts)
def test_a_stale_result_is_never_ready(known: Facts):
    assert not assess_readiness(replace(known, stale=True)).ready


@given(facts)
def test_an_attempt_in_progress_holds_the_result_back(known: Facts):
    found = assess_readiness(replace(known, any_in_progress=True))
    assert found.state is State.WAITING


@given(facts, st.sampled_from(["absent", "excused", "deferred"]))
def test_who_was_not_there_is_never_ready(known: Facts, fact: str):
    found = assess_readiness(replace(known, enrolled_fact=fact))
    assert found.state is State.WAITING
    assert found.missing[0].code == fact


@given(
    facts,
    st.sampled_from(
        ["unmarked", "unchecked", "unsubmitted", "moderation_open", "flags_open", "imports_open"]
    ),
)
def test_one_more_thing_in_the_way_never_makes_a_result_ready(known: Facts, what: str):
    if not assess_readiness(known).ready:
        assert not assess_readiness(replace(known, **{what: getattr(known, what) + 1})).ready


@pytest.mark.parametrize(
    "change",
    [
        {"unmarked": 1},
        {"unsubmitted": 1},
        {"moderation_open": 1},
        {"flags_open": 1},
        {"imports_open": 1},
        {"stale": True},
        {"key_pinned": False},
        {"any_in_progress": True},
        {"enrolled_fact": "absent"},
        {"attempts": ()},
    ],
)
def test_each_thing_alone_is_enough_to_hold_a_result_back(change: dict[str, Any]):
    assert assess_readiness(DONE).ready
    assert not assess_readiness(replace(DONE, **change)).ready


def test_an_unknown_enrolment_is_refused():
    with pytest.raises(ValueError, match="not “ill”"):
        Facts((), enrolled_fact="ill")
