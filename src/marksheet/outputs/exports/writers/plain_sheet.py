"""A worksheet of XlsxWriter that takes whole rows, and takes every text for a text."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_|^\\s|\\s$")
UNDERSCORE_OF_AN_ESCAPE = re.compile("_(?=x[0-9a-fA-F]{4}_)")
NOT_IN_XML = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
DAY_ZERO = dt.datetime(1899, 12, 30)
FIRST_DAY = dt.datetime(1900, 3, 1)  # before it, spreadsheet programs disagree by a day


class PlainSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose rows are written at once: several times faster than cell by cell.

    XlsxWriter passes a text that looks like its own rich-text markup unescaped; here nothing is.
    """

    def begin_rows(self, columns: int) -> None:
        """Write out the heading, after which only ``put_row`` may add rows."""
        self._write_single_row(1)
        self._letters = [xl_col_to_name(at) for at in range(columns)]

    def put_row(self, row: int, cells: Sequence[str]) -> None:
        """Write one row (0 is the heading's) of cells made by ``text``, ``number`` and ``moment``."""
        name = f'{row + 1}"'
        body = "".join(
            [f'<c r="{at}{name}{cell}' for at, cell in zip(self._letters, cells, strict=True) if cell]
        )
        self.fh.write(f'<row r="{name}>{body}</row>')

    def end_rows(self, last_row: int) -> None:
        """Note how far the rows reach, and leave nothing for XlsxWriter to write again."""
        self.previous_row = last_row + 1
        self.dim_rowmax = last_row  # the heading is row 0, so it is never more


def text(value: str) -> str:
    """Return a cell that holds ``value`` as text, whatever it looks like."""
    if not SPECIAL.search(value):
        return f' t="inlineStr"><is><t>{value}</t></is></c>'
    plain = UNDERSCORE_OF_AN_ESCAPE.sub("_x005F_", value)
    plain = NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", plain)
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f' t="inlineStr"><is><t xml:space="preserve">{plain}</t></is></c>'


def number(value: int | Decimal, style: int) -> str:
    """Return a cell that holds a number of at most 15 digits."""
    return f' s="{style}"><v>{value}</v></c>' if style else f"><v>{value}</v></c>"


def moment(value: dt.date, style: int) -> str | None:
    """Return a cell that holds a date, or a date and time; None where programs disagree about it."""
    if isinstance(value, dt.datetime):
        local = value.replace(tzinfo=None, microsecond=0)
    else:
        local = dt.datetime(value.year, value.month, value.day)
    if local < FIRST_DAY:
        return None
    since = local - DAY_ZERO
    serial = since.days + Decimal(since.seconds) / 86_400
    return f' s="{style}"><v>{serial:.16G}</v></c>'


def style_of(cell_format: Any) -> int:
    """Return the number under which cells name a format; 0 is the workbook's own."""
    return 0 if cell_format is None else int(cell_format._get_xf_index())
