"""Marks and points are read from text exactly, or refused; a comma is never guessed to be a point."""

import re
from fractions import Fraction

from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

POINT = "."
COMMA = ","
PLAIN = re.compile(r"-?(?:[0-9]{1,9}(?:\.[0-9]{1,20})?|\.[0-9]{1,20})", re.ASCII)


class NotANumber(ValueError):
    """A text that is no number in the declared spelling."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_number(text: str, decimal_sign: str = POINT, *, typed: bool = False) -> Fraction:
    """Return the exact value of ``text``.

    Args:
        decimal_sign: "." or ",", as the person declared for the file; the other one is refused.
        typed: numbers come from a workbook, which spells them with a point whatever it showed.

    Raises:
        NotANumber: thousands separators, exponents, units, the other decimal sign.

    Example: ``parse_number("1,5", ",") == Fraction(3, 2)``.
    """
    plain = text.strip().replace("\u2212", "-")
    if decimal_sign == COMMA and not (typed and "," not in plain):
        if "." in plain:
            raise NotANumber(_("this has a point, and the decimal sign of the file was said to be a comma."))
        plain = plain.replace(",", ".", 1)
    elif "," in plain:
        raise NotANumber(_("this has a comma, and the decimal sign of the file was said to be a point."))
    if not PLAIN.fullmatch(plain):
        raise NotANumber(_("this is not a number."))
    return Fraction(plain)


def parse_thousandths(text: str, decimal_sign: str = POINT, *, typed: bool = False) -> int:
    """Return ``text`` in thousandths of a mark.

    Raises:
        NotANumber: as ``parse_number``, and more than three decimals.

    Example: ``parse_thousandths("0.5") == 500``.
    """
    thousandths = parse_number(text, decimal_sign, typed=typed) * 1000
    if thousandths.denominator != 1:
        raise NotANumber(_("marks have at most three decimals."))
    return thousandths.numerator


def spelled(thousandths: int) -> str:
    """Return thousandths of a mark as people write them, with a point and no needless zeros.

    Example: ``spelled(1500) == "1.5"``, ``spelled(-2000) == "-2"``.
    """
    sign = "-" if thousandths < 0 else ""
    whole, rest = divmod(abs(thousandths), 1000)
    return f"{sign}{whole}.{rest:03}".rstrip("0").rstrip(".")
