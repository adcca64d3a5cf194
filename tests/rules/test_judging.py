"""What is chosen beside a response becomes the mark that an examiner would add up, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.judging import Chosen, fits, mark_of, rest_of
from marksheet.rules.marks import BadMark, TypedMark
from marksheet.rules.schemes import NOTHING, Criterion, Level, MethodMark, Scheme

CRITERIA = Scheme(
    step_thousandths=500,
    criteria=(
        Criterion("Issues", (Level(0), Level(1000), Level(2500))),
        Criterion("Law", (Level(0), Level(1500), Level(2500))),
    ),
)
METHOD = Scheme(step_thousandths=500, method_marks=(MethodMark("slope", 2000), MethodMark("unit", 500)))
PLACES = st.one_of(st.none(), st.integers(0, 2))


@given(PLACES, PLACES)
def test_there_is_a_mark_once_every_criterion_has_a_level(one, two):
    mark = mark_of(CRITERIA, Chosen(levels=(one, two)), None, 5000)
    if one is None or two is None:
        assert mark is None
    else:
        assert mark == TypedMark((0, 1000, 2500)[one] + (0, 1500, 2500)[two])


@given(st.sets(st.integers(0, 1)), st.integers(0, 5))
def test_a_step_more_never_lowers_the_mark(earned, rest):
    before = mark_of(METHOD, Chosen(earned=tuple(sorted(earned)), looked=True, rest=rest * 500), None, 5000)
    for more in {0, 1} - earned:
        after = mark_of(METHOD, Chosen(earned=(*earned, more), looked=True, rest=rest * 500), None, 5000)
        assert after.value > before.value


def test_nothing_ticked_is_no_mark_until_somebody_looked():
    assert mark_of(METHOD, Chosen(), None, 5000) is None
    assert mark_of(METHOD, Chosen(looked=True), None, 5000) == TypedMark(0)
    assert (rest_of(METHOD, 5000), rest_of(CRITERIA, 5000)) == (2500, 0)


@pytest.mark.parametrize(
    ("scheme", "chosen"),
    [
        (CRITERIA, Chosen(levels=(0, 3))),
        (CRITERIA, Chosen(levels=(0,))),
        (CRITERIA, Chosen(earned=(0,))),
        (METHOD, Chosen(earned=(2,))),
        (METHOD, Chosen(looked=True, rest=3000)),
        (NOTHING, Chosen(levels=(0, 0))),
    ],
)
def test_what_the_scheme_does_not_offer_is_no_mark(scheme, chosen):
    assert not fits(scheme, chosen, 5000)
    with pytest.raises(ValueError, match="does not offer"):
        mark_of(scheme, chosen, None, 5000)


def test_a_typed_number_keeps_to_maximum_and_step():
    assert mark_of(NOTHING, Chosen(), TypedMark(None, True), 5000) == TypedMark(None, True)
    for value, why in ((5500, "not between"), (2300, "steps of 0.5")):
        with pytest.raises(BadMark, match=why):
            mark_of(METHOD, Chosen(), TypedMark(value), 5000)
    with pytest.raises(BadMark, match=r"steps of 0\.5"):
        mark_of(METHOD, Chosen(earned=(0,), looked=True, rest=300), None, 5000)


@given(st.lists(PLACES, max_size=4), st.sets(st.integers(0, 5)), st.booleans(), st.integers(0, 9000))
def test_a_choice_is_read_back_as_it_was_stored(levels, earned, looked, rest):
    for chosen in (
        Chosen(levels=tuple(levels)),
        Chosen(earned=tuple(sorted(earned)), looked=looked, rest=rest),
    ):
        again = Chosen.from_json(chosen.as_json())
        assert again.as_json() == chosen.as_json()
        assert again.nothing == chosen.nothing
    assert Chosen.from_json({"levels": "x"}) == Chosen.from_json({"earned": [None]}) == Chosen()
