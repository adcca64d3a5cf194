"""Names are searched by the starts of their words and sorted by family name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.formats.names import folded, sort_name, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nováková, Eva-Marie", ("novakova", "eva", "marie")),
        ("Łukasz Großmann", ("lukasz", "grossmann")),
        ("O'Brien", ("o", "brien")),
        ("MATH_2019/A7", ("math", "2019", "a7")),
        ("İbrahim Ünlü", ("ibrahim", "unlu")),
        ("Ærø Þór", ("aero", "thor")),
        ("李 小龍", ("李", "小龍")),
        ("Anna anna", ("anna",)),
        (" ,.- ", ()),
    ],
)
def test_the_words_of_a_name_are_folded(text, expected):
    assert words(text) == expected


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text):
    assert words(" ".join(words(text))) == words(text)


@given(st.text(st.characters(categories=("Lu", "Ll")), min_size=1, max_size=10))
def test_capitals_and_accents_never_hide_a_name(name):
    assert folded(name.upper()) == folded(name.lower()) or len(name.upper()) != len(name.lower())


def test_both_ways_of_writing_a_name_sort_alike():
    assert sort_name("Eva Nováková") == sort_name("Nováková, Eva") == "novakova eva"
    assert sort_name("Plato") == "plato"
    assert sort_name("") == ""
