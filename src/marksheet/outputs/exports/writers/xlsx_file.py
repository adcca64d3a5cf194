"""An export as an XLSX workbook: typed cells, strings that stay strings, and a visible manifest."""

import datetime as dt
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from html import escape
from itertools import chain, islice
from os import PathLike
from typing import Any, BinaryIO

import xlsxwriter

from marksheet.outputs.exports.writers.columns import Column, Kind, Row, Value, decimal_of, spelled
from marksheet.outputs.exports.writers.manifest import Digest, DoesNotFit, Written
from marksheet.outputs.exports.writers.plain_sheet import PlainSheet, moment, number, style_of, text

MOST_ROWS = 1_048_575  # on one sheet, under the heading
MOST_COLUMNS = 16_384
MOST_CHARACTERS = 32_767
MOST_EXACT = 10**15
KNOWN_VALUES = 10_000
DATE_FORMATS = ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")
MANIFEST = "Manifest"
LONG_AGO = dt.datetime(2000, 1, 1)  # so that a file does not depend on a clock that nobody passed
NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

Make = Callable[[Value], tuple[str, str]]


def write_xlsx(
    target: str | PathLike[str] | BinaryIO,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *,
    manifest: Mapping[str, object],
    sheet_name: str = "Results",
    expected_rows: int | None = None,
    at: dt.datetime | None = None,
    most_rows: int = MOST_ROWS,
) -> Written:
    """Write ``rows`` to a workbook, one row in memory at a time, and return what was written.

    More rows than a sheet can hold go on to further sheets, which the manifest names. Whole numbers of
    16 digits and more are written as text, since spreadsheet programs would round them.

    Args:
        target: a path or an open binary file; nothing is written to it before all rows were seen.
        at: stated in the file as its time of making.
        most_rows: rows per sheet under the heading; smaller only in tests.

    Raises:
        DoesNotFit: too many columns, or a text longer than a cell can hold, with its row and column.
        RowsLost: a row of the wrong length, or not ``expected_rows`` of them.
    """
    if len(columns) > MOST_COLUMNS:
        raise DoesNotFit(
            f"A sheet holds {MOST_COLUMNS} columns and this export has {len(columns)}. Choose CSV."
        )
    digest = Digest(columns, expected_rows)
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(target, {"constant_memory": True, "tmpdir": folder})
        try:
            book.set_properties({"created": (at or LONG_AGO).replace(tzinfo=None)})
            sheets = _write_sheets(book, columns, iter(rows), digest, _safe_name(sheet_name), most_rows)
            sha256 = digest.close()
            whole = digest.manifest(manifest, sha256, sheets)
            _write_manifest(book, whole)
        except BaseException:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()
            raise
        book.close()
    return Written(digest.rows, tuple(sheets), sha256, whole)


def _write_sheets(
    book: Any, columns: Sequence[Column], rows: Iterator[Row], digest: Digest, name: str, most_rows: int
) -> list[str]:
    names: list[str] = []
    first = next(rows, None)
    while first is not None or not names:
        names.append(name if not names else f"{name[:24]} ({len(names) + 1})")
        sheet = book.add_worksheet(names[-1], worksheet_class=PlainSheet)
        under = chain([] if first is None else [first], islice(rows, most_rows - 1))
        written = _write_sheet(book, sheet, columns, under, digest)
        _finish(sheet, columns, written)
        first = next(rows, None)
    return names


def _write_sheet(
    book: Any, sheet: PlainSheet, columns: Sequence[Column], rows: Iterable[Row], digest: Digest
) -> int:
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        sheet.write_string(0, at, _harmless(str(column.label)), bold)
    sheet.begin_rows(len(columns))
    makers = [_maker(book, column) for column in columns]
    count = 0
    for count, row in enumerate(rows, start=1):
        digest.check(row)
        made = [make(value) for make, value in zip(makers, row, strict=True)]
        sheet.put_row(count, [cell for cell, _spelled in made])
        digest.add([spelled for _cell, spelled in made])
    sheet.end_rows(count)
    return count


def _finish(sheet: Any, columns: Sequence[Column], rows: int) -> None:
    sheet.freeze_panes(1, 0)
    if columns and rows:
        sheet.autofilter(0, 0, rows, len(columns) - 1)


def _maker(book: Any, column: Column) -> Make:
    """Return what turns one value of ``column`` into a cell and its spelling."""
    number_style = style_of(_number_format(book, column))
    day, second = (style_of(book.add_format({"num_format": shown})) for shown in DATE_FORMATS)
    known: dict[tuple[type, Value], tuple[str, str]] = {}

    def make(value: Value) -> tuple[str, str]:
        if isinstance(value, str):
            return (_text(value, column), value) if value else ("", "")
        if value is None:
            return "", ""
        found = known.get((value.__class__, value))
        if found is None:
            style = number_style
            if isinstance(value, dt.date):
                style = second if isinstance(value, dt.datetime) else day
            found = _made(value, column, style)
            if len(known) < KNOWN_VALUES:
                known[value.__class__, value] = found
        return found

    return make


def _made(value: Value, column: Column, style: int) -> tuple[str, str]:
    """Return a cell and its spelling; a text where only that is exact."""
    spelling = spelled(value)
    cell: str | None = None
    if column.kind is Kind.TEXT or isinstance(value, bool):
        cell = None
    elif isinstance(value, dt.date):
        cell = moment(value, style)
    elif isinstance(value, int):
        cell = number(value, style) if -MOST_EXACT < value < MOST_EXACT else None
    elif isinstance(value, float | Decimal | Fraction):
        cell = number(decimal_of(value), style)
    return (_text(spelling, column) if cell is None else cell), spelling


def _text(value: str, column: Column) -> str:
    if (
        len(value) > MOST_CHARACTERS // 2
        and len(value.encode("utf-16-le", "surrogatepass")) // 2 > MOST_CHARACTERS
    ):
        raise DoesNotFit(
            f"{column.label}: a cell holds {MOST_CHARACTERS} characters and the text that begins with "
            f"“{value[:40]}” has {len(value)}. Choose CSV, or leave the column out."
        )
    return text(value)


def _harmless(text: str) -> str:
    """Return ``text`` so that XlsxWriter shows it as it is; what looks like its markup would pass unescaped."""
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'
    return text


def _number_format(book: Any, column: Column) -> Any:
    if column.kind is Kind.INTEGER or column.decimals == 0:
        return book.add_format({"num_format": "0"})
    return book.add_format({"num_format": "0." + "0" * column.decimals}) if column.decimals else None


def _write_manifest(book: Any, manifest: Mapping[str, object]) -> None:
    sheet = book.add_worksheet(MANIFEST)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    for row, (name, value) in enumerate(manifest.items()):
        sheet.write_string(row, 0, _harmless(name))
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < MOST_EXACT:
            sheet.write_number(row, 1, value)
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
            sheet.write_string(row, 1, _harmless(shown[:MOST_CHARACTERS]))


def _safe_name(name: str) -> str:
    plain = NOT_IN_A_NAME.sub(" ", name).strip().strip("'")[:31].strip().strip("'")
    return plain if plain and plain.casefold() not in ("manifest", "history") else "Rows"
