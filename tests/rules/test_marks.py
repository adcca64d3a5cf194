"""What somebody types into a mark's cell means one thing, or is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.rules.marks import BadMark, TypedMark, read_mark, shown


@pytest.mark.parametrize(
    ("typed", "value", "no_response"),
    [
        ("", None, False),
        ("  ", None, False),
        ("n", None, True),
        ("NR", None, True),
        ("0", 0, False),
        ("2", 2000, False),
        ("2.5", 2500, False),
        ("2,5", 2500, False),
        (".5", 500, False),
        ("2.", 2000, False),
        ("+1", 1000, False),
        ("3", 3000, False),
        ("0.001", 1, False),
    ],
)
def test_a_typed_mark_means_one_thing(typed: str, value: int | None, no_response: bool):
    assert read_mark(typed, 3000) == TypedMark(value, no_response)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("3.001", "maximum"),
        ("4", "maximum"),
        ("-1", "number"),
        ("1.2345", "thousandths"),
        ("two", "number"),
        (".", "number"),
        ("+", "number"),
        ("1.2.3", "number"),
        ("1 000", "number"),
        ("٣", "number"),
        ("1e1", "number"),
    ],
)
def test_what_cannot_be_a_mark_is_refused_with_its_value(typed: str, code: str):
    with pytest.raises(BadMark) as refusal:
        read_mark(typed, 3000)
    assert refusal.value.code == code


@given(st.integers(0, 10**8))
def test_a_mark_as_shown_is_the_mark_as_typed(thousandths: int):
    assert read_mark(shown(thousandths), 10**8) == TypedMark(thousandths)
