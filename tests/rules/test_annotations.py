"""Annotations stand where their marker put them, and show the whole text, whatever overlaps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.annotations import (
    BadAnchor,
    Kind,
    Spot,
    Stretch,
    cut,
    fits,
    of_quote,
    of_words,
    quoted,
    spot,
    stretch,
)

TEXTS = st.text(alphabet="ab é\n🦉", min_size=1, max_size=40)


@st.composite
def placed(draw):
    """A text, and stretches of it that hold a word."""
    text = draw(TEXTS.filter(str.strip))
    found = []
    for n in range(draw(st.integers(0, 6))):
        a, b = draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))
        if text[min(a, b) : max(a, b)].strip():
            found.append((n + 1, stretch(text, a, b)))
    return text, found


@given(placed())
def test_spans_are_the_text_and_say_of_each_letter_what_holds_it(one):
    text, some = one
    spans = cut(len(text), some)
    assert "".join(text[span.start : span.end] for span in spans) == text
    for span in spans:
        for at in range(span.start, span.end):
            assert set(span.numbers) == {n for n, where in some if where.start <= at < where.end}
    assert sorted(n for span in spans for n in span.ends) == [n for n, _where in some]


@given(TEXTS, st.integers(-2, 42), st.integers(-2, 42))
def test_a_stretch_is_the_same_from_either_end_and_begins_and_ends_with_a_word(text, a, b):
    try:
        found = stretch(text, a, b)
    except BadAnchor:
        with pytest.raises(BadAnchor):
            stretch(text, b, a)
        return
    assert found == stretch(text, b, a)
    words = found.of(text)
    assert words == words.strip() != ""
    assert fits(text, found, quoted(words))


@given(placed(), TEXTS)
def test_what_fits_a_changed_text_stands_on_the_same_words(one, changed):
    text, some = one
    for _n, where in some:
        assert fits(changed, where, quoted(where.of(text))) == (where.of(changed) == where.of(text))


def test_words_are_named_by_number_or_by_themselves():
    text = "One two,\nthree  two."
    assert of_words(text, 2, 3).of(text) == "two,\nthree"
    assert of_quote(text, "two, three") == of_words(text, 2, 3)
    assert of_quote(text, "two", 2).start == 16
    for code, ask in (
        ("several", lambda: of_quote(text, "two")),
        ("missing", lambda: of_quote(text, "two", 3)),
        ("missing", lambda: of_quote(text, "four")),
        ("blank", lambda: of_quote(text, "  ")),
        ("outside", lambda: of_words(text, 0, 1)),
        ("outside", lambda: of_words(text, 4, 5)),
        ("order", lambda: of_words(text, 3, 2)),
    ):
        with pytest.raises(BadAnchor) as refused:
            ask()
        assert refused.value.code == code
    assert not fits(text, Stretch(0, 99), quoted(text))


def test_a_region_ends_at_the_edge_and_a_pin_is_a_point():
    assert spot(Kind.PIN, 1000, 0, 50, 50) == Spot(1000, 0)
    assert spot(Kind.REGION, 900, 100, 250, 50) == Spot(900, 100, 100, 50)
    for x, y, width, height in ((1001, 0, 1, 1), (0, -1, 1, 1), (0, 0, 0, 5), (1000, 0, 5, 5), (0, 0, -1, 5)):
        with pytest.raises(BadAnchor):
            spot(Kind.REGION, x, y, width, height)
