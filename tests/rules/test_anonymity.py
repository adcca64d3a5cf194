"""Names are read by nobody who marks, until they are read by all; and then for good reason."""

from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.anonymity import (
    Anonymity,
    Sharing,
    Stands,
    all_published,
    numbered,
    reads_codes,
    reads_numbers,
    refusal,
    sees_others,
)
from tests.rules.test_rulebook import table

flags = st.booleans()
settings = st.builds(Anonymity, flags, flags, flags, flags)
counts = st.integers(0, 5)
stands = st.builds(Stands, counts, counts, counts, counts, flags)


def test_the_table_of_candidates_is_the_rules_own():
    for anonymous, hands, lifted, published, reads in table("anonymity", "candidates anonymous"):
        what = Anonymity(anonymous == "yes", False, lifted == "yes", published == "yes")
        assert reads_codes(what, hands=hands == "yes") == (reads == "codes")


def test_the_table_of_settings_is_the_rules_own():
    for was, becomes, begun, lifted, answer in table("anonymity", "was"):
        before = Anonymity(candidates=was == "yes", lifted=lifted == "yes")
        found = refusal(before, becomes == "yes", False, begun=begun == "yes")
        assert found == answer.replace("–", "")


def test_the_table_of_sharing_is_the_rules_own():
    for sharing, on_script, submitted, gave, seen in table("anonymity", "sharing"):
        found = sees_others(
            Sharing(sharing), on_script=on_script == "yes", submitted=submitted == "yes", gave=gave
        )
        assert found == (seen == "yes")


@given(settings)
def test_who_has_no_hand_in_the_marking_reads_names(what: Anonymity):
    assert not reads_codes(what, hands=False)
    assert not reads_numbers(what, hands=False, coordinates=False)


@given(settings, flags)
def test_what_is_published_or_lifted_hides_nothing(what: Anonymity, coordinates: bool):
    if what.lifted or what.published:
        assert not what.holds
        assert not reads_codes(what, hands=True)
        assert not reads_numbers(what, hands=True, coordinates=coordinates)


@given(settings)
def test_coordinators_know_their_markers_and_not_the_candidates_whom_they_mark(what: Anonymity):
    assert not reads_numbers(what, hands=True, coordinates=True)
    assert reads_codes(what, hands=True) == (what.candidates and what.holds)


@given(stands)
def test_names_are_shown_only_when_nothing_that_was_handed_in_waits(now: Stands):
    if all_published(now):
        assert now.published and not now.waiting


@given(stands)
def test_one_more_that_waits_never_shows_names(now: Stands):
    more = Stands(now.published, now.waiting + 1, now.expected, now.late, now.after_the_end)
    assert not all_published(more)


@given(settings, flags, flags)
def test_once_a_mark_is_given_only_lifting_changes_anything(what: Anonymity, candidates: bool, markers: bool):
    same = (what.candidates, what.markers) == (candidates, markers)
    assert (refusal(what, candidates, markers, begun=True) == "") == same


@given(st.sampled_from(Sharing), flags, flags, st.sampled_from(["marker", "moderator"]))
def test_more_sharing_never_hides_what_less_shows(
    sharing: Sharing, on_script: bool, submitted: bool, gave: str
):
    less = sees_others(Sharing.NEVER, on_script=on_script, submitted=submitted, gave=gave)
    middle = sees_others(Sharing.CO_MARKER, on_script=on_script, submitted=submitted, gave=gave)
    assert less <= middle <= sees_others(Sharing.ALL, on_script=on_script, submitted=submitted, gave=gave)


@given(st.lists(st.tuples(counts, counts, st.integers(1, 30)), unique_by=lambda one: one[2]), counts)
def test_a_number_stays_whose_it_was_when_somebody_comes_later(people: list[tuple[int, int, int]], n: int):
    before = numbered(people)
    after = numbered([*people, (6, n, 99)])
    assert {key: after[key] for key in before} == before
    assert sorted(after.values()) == list(range(1, len(people) + 2))
