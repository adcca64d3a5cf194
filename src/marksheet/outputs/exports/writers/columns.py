"""The columns of an export, and the one spelling of each value in every format."""

import datetime as dt
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum
from fractions import Fraction

Value = str | int | float | Decimal | Fraction | bool | dt.date | dt.datetime | None
Number = int | float | Decimal | Fraction
Row = tuple[Value, ...]
KEPT_DIGITS = Context(prec=15)  # what every spreadsheet program keeps of a number


class Kind(StrEnum):
    """What a column holds; a percentage is written as 0 to 100."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export.

    Args:
        key: stable name for programs.
        label: heading, already in the reader's language.
        width: in characters.
        decimals: how many a spreadsheet program shows; None shows what is there.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    width: int = 12
    decimals: int | None = None


def decimal_of(value: Number) -> Decimal:
    """Return ``value`` as a decimal number of at most 15 digits; thirds are rounded there.

    Raises:
        ValueError: it is not finite.
    """
    if isinstance(value, Fraction):
        number = KEPT_DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))
    else:
        number = KEPT_DIGITS.create_decimal(repr(value) if isinstance(value, float) else value)
    if not number.is_finite():
        raise ValueError(f"{value} is not a number that can be exported")
    return number


def spelled(value: Value) -> str:
    """Return the one spelling of ``value`` that a CSV file shows and the manifest's hash is made of.

    Numbers have a point and no needless zeros, moments are ISO, truths TRUE and FALSE, None is blank.

    Example: ``spelled(Fraction(5, 2)) == "2.5"``, ``spelled(Decimal("3.00")) == "3"``.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat(" ", "seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    text = format(decimal_of(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
