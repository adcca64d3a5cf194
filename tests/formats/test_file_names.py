"""Whose file it is, by its name: never a guess, and never two people's."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.formats.file_names import match_files

NUMBERS = ("1001", "1002", "10010", "C-1", "AB_7", "AB", "7")
PARTS = ("3", "3b", "2.1", "7")
PAGE = Path(__file__).parents[2] / "docs" / "rulebook" / "imports.md"


def whose(*paths: str, part: str = "3") -> list[tuple[str, str, str]]:
    return [(one.path, one.number, one.part) for one in match_files(paths, NUMBERS, PARTS, part).owned]


def why(*paths: str, part: str = "3") -> list[str]:
    return [str(one.why) for one in match_files(paths, NUMBERS, PARTS, part).unowned]


def test_the_examples_of_the_rulebook_hold():
    section = PAGE.read_text().partition("## Whose file it is")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([^`]+)` \| ([^|]*) \| ([^|]*) \|$", section, re.MULTILINE)
    assert len(rows) > 8
    for path, number, part in rows:
        found = match_files([path], NUMBERS, PARTS).owned
        assert [(one.number, one.part) for one in found] == (
            [] if number.strip() == "–" else [(number, part)]
        ), path


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("1001.pdf", "1001"), ("1001_scan.pdf", "1001"), ("1001 scan (2).PDF", "1001"), ("June/1001.pdf", "1001"),
        ("June/1001/whatever.pdf", "1001"), ("1001/pages/a.jpg", "1001"), ("1001_Berg/page 1.jpg", "1001"),
        ("10010.pdf", "10010"), ("C-1.pdf", "C-1"), ("AB_7.pdf", "AB_7"), ("AB_8.pdf", "AB"), (" 1002 .pdf", "1002"),
    ],
)  # fmt: skip
def test_a_name_that_is_the_number_or_goes_on_behind_it_is_the_candidate_s(path, number):
    assert whose(path) == [(path, number, "3")]


@pytest.mark.parametrize("path", ["10011.pdf", "01001.pdf", "scan1001.pdf", "c-1.pdf", "essay.pdf"])
def test_a_name_that_only_looks_like_a_number_is_nobody_s(path):
    assert whose(path) == [] and "no number of a candidate here" in why(path)[0]


@pytest.mark.parametrize("path", ["1001-2.pdf", "June/1001.2/page.pdf"])
def test_a_number_that_goes_on_with_another_sign_is_nobody_s_and_it_is_said_what_to_write(path):
    assert whose(path) == [] and "begins with 1001, but goes on with" in why(path)[0]


@pytest.mark.parametrize("path", ["1001/1002.pdf", "1001/1002/a.pdf", "1001_x/7.pdf"])
def test_a_name_that_fits_two_candidates_is_nobody_s(path):
    assert whose(path) == [] and "fits two candidates" in why(path)[0]


def test_pages_stand_in_the_order_in_which_people_count():
    pages = [f"1001/page {n}.jpg" for n in (10, 2, 1)]
    assert [path for path, _number, _part in whose(*pages)] == pages[::-1]
    beside = ["1001_p2.jpg", "1001_p1.jpg"]
    assert [path for path, _number, _part in whose(*beside)] == beside[::-1]


@pytest.mark.parametrize(
    "paths",
    [
        ("1001.pdf", "1001.jpg"), ("1001.pdf", "1001_b.pdf"), ("1001.pdf", "1001/a.pdf"), ("a/1001.pdf", "b/1001.pdf"),
        ("1001/a.pdf", "1001_old/a.pdf"), ("1001.pdf", "1001.pdf"), ("1001/a.pdf", "1001/A.pdf"),
    ],
)  # fmt: skip
def test_a_candidate_who_stands_twice_is_taken_neither_time(paths):
    assert whose(*paths) == [] and all("stands twice" in one for one in why(*paths))
    assert whose(*paths, "1002.pdf") == [("1002.pdf", "1002", "3")]


def test_no_candidate_has_more_than_forty_files():
    assert "41 files of this candidate" in why(*(f"1001/{n}x.jpg" for n in range(41)))[0]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("1001_3.pdf", "3"), ("1001_3B_scan.pdf", "3b"), ("1001/3b.pdf", "3b"), ("1001/3/a.jpg", "3"),
        ("3b/1001.pdf", "3b"), ("1001_2.1.pdf", "2.1"), ("1001/3 page 2.jpg", "3"),
    ],
)  # fmt: skip
def test_the_question_is_read_off_the_name_where_nobody_says_it(path, part):
    assert whose(path, part="") == [(path, "1001", part)]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("1001.pdf", "says no question"),
        ("1001_9.pdf", "says no question"),
        ("3/1001_3b.pdf", "fits two questions"),
    ],
)
def test_a_name_without_one_question_is_not_taken(path, words):
    assert whose(path, part="") == [] and words in why(path, part="")[0]


def test_two_questions_of_one_candidate_are_not_twice():
    assert len(whose("1001_3.pdf", "1001_3b.pdf", part="")) == 2
    assert "stands twice" in why("1001_3.pdf", "1001_3.jpg", part="")[0]


NAMES = st.lists(
    st.tuples(
        st.sampled_from(["", "June/", "1001/", "3/", "AB/"]),
        st.sampled_from([*NUMBERS, "9", "x"]),
        st.sampled_from(["", "_3", " 3b", "_a", "-1", "/p1", "/p2"]),
        st.sampled_from([".pdf", ".PDF", ".jpg", ""]),
    ).map("".join),
    max_size=12,
)


@given(NAMES, st.sampled_from(["", "3"]), st.randoms())
def test_every_file_is_somebody_s_or_told_and_order_does_not_matter(paths, part, chance):
    found = match_files(paths, NUMBERS, PARTS, part)
    told = [one.path for one in (*found.owned, *found.unowned)]
    assert sorted(told) == sorted(paths)
    assert all(one.why for one in found.unowned)
    mixed = list(paths)
    chance.shuffle(mixed)
    assert match_files(mixed, NUMBERS, PARTS, part).owned == found.owned


@given(NAMES)
def test_a_file_is_only_ever_of_a_candidate_whose_number_stands_in_its_name(paths):
    for one in match_files(paths, NUMBERS, PARTS, "3").owned:
        pieces = [piece.rpartition(".")[0] or piece for piece in one.path.split("/")] + one.path.split("/")
        assert any(
            piece == one.number or piece.startswith((f"{one.number}_", f"{one.number} ")) for piece in pieces
        )


@given(NAMES, NAMES)
def test_the_files_of_one_candidate_do_not_change_whose_the_others_are(paths, others):
    """Whoever is added to the zip, nobody else's files move."""
    alone = match_files([p for p in paths if "1001" in p], ["1001"], PARTS, "3").owned
    both = match_files(
        [p for p in paths if "1001" in p] + [p for p in others if "1001" not in p], ["1001"], PARTS, "3"
    )
    assert both.owned == alone
