"""Of several attempts one counts, and their order on paper does not matter."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.attempts import AttemptCounts, AttemptFact, AttemptState, attempt_that_counts

facts = st.lists(
    st.builds(
        AttemptFact,
        st.integers(1, 6),
        st.sampled_from(AttemptState),
        st.one_of(st.none(), st.fractions(0, 5, max_denominator=3)),
    ),
    max_size=5,
    unique_by=lambda attempt: attempt.number,
)
policies = st.sampled_from(AttemptCounts)


@given(facts, policies, st.randoms())
def test_the_order_of_attempts_does_not_matter(attempts: list[AttemptFact], policy: AttemptCounts, chance):
    shuffled = list(attempts)
    chance.shuffle(shuffled)
    assert attempt_that_counts(shuffled, policy) == attempt_that_counts(attempts, policy)


@given(facts, policies)
def test_a_void_attempt_never_counts_and_changes_nothing(attempts: list[AttemptFact], policy: AttemptCounts):
    chosen = attempt_that_counts(attempts, policy)
    states = {attempt.number: attempt.state for attempt in attempts}
    assert chosen.number is None or states[chosen.number] == AttemptState.HANDED_IN
    rest = [attempt for attempt in attempts if attempt.state != AttemptState.VOID]
    if rest:
        assert attempt_that_counts(rest, policy) == chosen


@given(facts, policies)
def test_a_settled_choice_has_its_score_and_nothing_in_progress(
    attempts: list[AttemptFact], policy: AttemptCounts
):
    chosen = attempt_that_counts(attempts, policy)
    if chosen.settled:
        assert all(attempt.state != AttemptState.IN_PROGRESS for attempt in attempts)
        counting = [attempt for attempt in attempts if attempt.number == chosen.number]
        assert all(attempt.score is not None for attempt in counting)
        assert bool(counting) == (chosen.reason != "all_void")


@given(facts)
def test_no_handed_in_attempt_beats_the_best(attempts: list[AttemptFact]):
    chosen = attempt_that_counts(attempts, AttemptCounts.BEST)
    if chosen.settled and chosen.number:
        scores = {a.number: a.score for a in attempts if a.state == AttemptState.HANDED_IN}
        best = scores[chosen.number]
        assert best == max(score for score in scores.values() if score is not None)
        assert chosen.number == min(number for number, score in scores.items() if score == best)


@given(facts, st.sampled_from([AttemptCounts.FIRST, AttemptCounts.LAST]))
def test_first_and_last_never_look_at_scores(attempts: list[AttemptFact], policy: AttemptCounts):
    chosen = attempt_that_counts(attempts, policy)
    other = [AttemptFact(a.number, a.state, None if a.score is None else a.score + 7) for a in attempts]
    assert attempt_that_counts(other, policy) == chosen


def test_a_third_beats_its_rounded_self():
    attempts = [
        AttemptFact(1, "handed_in", Fraction(333, 1000)),
        AttemptFact(2, "handed_in", Fraction(1, 3)),
    ]
    assert attempt_that_counts(attempts, AttemptCounts.BEST).number == 2
