"""One list of verbs, and the Publish right that no unit confers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.access import (
    DESCRIPTIONS,
    DIRECT_ONLY,
    SHIPPED_ROLES,
    GrantFact,
    ResultAccess,
    Verb,
    gives,
    handles,
    holds,
    publishes,
    sees_results,
)

grants = st.lists(
    st.builds(GrantFact, st.frozensets(st.sampled_from(Verb), max_size=4), st.integers(0, 3)), max_size=4
).map(tuple)
people = st.builds(ResultAccess, grants, st.booleans(), st.booleans(), st.booleans())


def test_every_verb_is_described_and_spelt_as_noun_and_verb():
    assert set(DESCRIPTIONS) == set(Verb)
    assert all(verb.count(".") == 1 for verb in Verb)


@pytest.mark.parametrize("name", SHIPPED_ROLES)
def test_a_shipped_role_has_known_verbs_and_a_sentence(name: str):
    role = SHIPPED_ROLES[name]
    assert role.verbs <= set(Verb)
    assert role.description.endswith(".")


def test_only_the_publisher_role_publishes():
    assert [name for name, role in SHIPPED_ROLES.items() if role.verbs & DIRECT_ONLY] == ["publisher"]


@given(grants)
def test_the_publish_right_never_comes_from_above(given_: tuple[GrantFact, ...]):
    above = tuple(GrantFact(grant.verbs, grant.distance + 1) for grant in given_)
    assert not holds(Verb.RESULT_PUBLISH, above)


@given(grants, st.sampled_from([verb for verb in Verb if verb not in DIRECT_ONLY]))
def test_any_other_right_reaches_everything_below(given_: tuple[GrantFact, ...], verb: Verb):
    above = tuple(GrantFact(grant.verbs, grant.distance + 1) for grant in given_)
    assert holds(verb, above) == holds(verb, given_)


@given(people)
def test_seeing_never_implies_publishing_and_publishing_always_implies_seeing(person: ResultAccess):
    if publishes(person).allowed:
        assert sees_results(person).allowed
        assert person.runs_alone or holds(Verb.RESULT_PUBLISH, person.grants)


@given(people)
def test_nobody_publishes_their_own(person: ResultAccess):
    assert not (person.own and publishes(person).allowed)
    assert handles(own=True).code == "own_result"


@given(people)
def test_a_publisher_who_loses_sight_can_no_longer_publish(person: ResultAccess):
    kept = tuple(g for g in person.grants if Verb.REPORT_VIEW not in g.verbs)
    blind = ResultAccess(kept, False, False, person.own)
    assert publishes(blind).code == "no_sight"


@pytest.mark.parametrize(
    ("role", "held", "own", "code"),
    [
        ({"report.view"}, {"person.manage"}, False, "ok"),
        ({"report.view"}, {"report.view"}, False, "no_right"),
        ({"report.view"}, {"person.manage"}, True, "own_grant"),
        ({"result.publish"}, {"person.manage", "result.publish"}, False, "direct_only"),
        ({"unit.manage"}, {"person.manage"}, False, "more_than_own"),
        ({"unit.manage"}, {"person.manage", "unit.manage"}, False, "ok"),
    ],
)
def test_nobody_hands_on_more_than_they_may(role: set[str], held: set[str], own: bool, code: str):
    assert gives(role, held, own=own).code == code
