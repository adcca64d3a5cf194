"""Marks are read exactly as they are written, or refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.formats.decimals import NotANumber, parse_number, parse_thousandths, spelled


@given(st.integers(-(10**9), 10**9), st.sampled_from([".", ","]))
def test_every_mark_in_thousandths_is_read_as_it_is_written(thousandths, sign):
    assert parse_thousandths(spelled(thousandths).replace(".", sign), sign) == thousandths


@given(st.text(alphabet="0123456789.,-+ eE ", max_size=10), st.sampled_from([".", ","]))
def test_a_text_is_a_number_of_one_reading_or_none(text, sign):
    try:
        number = parse_number(text, sign)
    except NotANumber:
        return
    assert number == Fraction(text.strip().replace(sign, "."))


@pytest.mark.parametrize(
    ("text", "sign", "why"),
    [
        ("1,5", ".", "has a comma"),
        ("1.5", ",", "has a point"),
        ("1.000,5", ",", "has a point"),
        ("1,000,5", ",", "not a number"),
        ("1e3", ".", "not a number"),
        ("½", ".", "not a number"),
        ("٣", ".", "not a number"),
        ("3 marks", ".", "not a number"),
        ("", ".", "not a number"),
        ("5.", ".", "not a number"),
        ("+5", ".", "not a number"),
        ("1" * 5000, ".", "not a number"),
        ("0.0001", ".", "three decimals"),
    ],
)
def test_what_is_not_surely_a_mark_is_refused(text, sign, why):
    with pytest.raises(NotANumber, match=why):
        parse_thousandths(text, sign)


def test_a_workbook_spells_its_numbers_with_a_point_whatever_sign_was_declared():
    assert parse_thousandths("1.5", ",", typed=True) == 1500
    assert parse_thousandths("1,5", ",", typed=True) == 1500
    with pytest.raises(NotANumber):
        parse_thousandths("1,5", ".", typed=True)


def test_needless_zeros_and_the_typographic_minus_are_fine():
    assert parse_thousandths("1.5000") == 1500
    assert parse_thousandths(".5") == 500
    assert parse_number("\u22122") == -2
