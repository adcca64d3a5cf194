"""An XLSX workbook is read cell by cell into exact texts, after it was found harmless."""

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal
from itertools import islice
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from marksheet.formats import workbook_safety
from marksheet.formats.problems import BadFile, listed
from marksheet.formats.rows import Cell, Limits, Raw
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta
MOST_EXACT = 10**15
UNREADABLE = (CalamineError, zipfile.BadZipFile, OSError, ValueError, RuntimeError)
FAULTS_KEPT = 10_000
ERROR_SHOWN = re.compile(
    rb'<c r="([A-Z]+)([0-9]+)"[^<>]*\bt="e"[^<>]*>(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)?(?:<v>([^<]{0,40}))?'
)
NEVER_WORKED_OUT = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^<>]*><f(?:\s[^<>]*/>|[^<>]*>[^<>]*</f>)</c>')
Faults = dict[tuple[int, int], tuple[str, Text]]
"""(row, position of the column) -> what the cell shows, and why it cannot be taken."""
NO_VALUE = "="
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class TooLong(ValueError):
    """A number with more digits than a spreadsheet keeps."""


def read(data: bytes, filename: str, limits: Limits, sheet: str) -> Raw:
    """Return the rows of one sheet of a workbook, and the cells that cannot be taken.

    Those show an error, hold a formula that was never worked out, or a number of 16 digits and more.

    Raises:
        BadFile: hostile, damaged or protected workbook, or no such sheet.
    """
    workbook_safety.check(data, filename, limits)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            found, notes = _chosen(book, filename, sheet)
            faults = _faults(data, found.name)
            rows = found.to_python(skip_empty_area=False)
    except BaseException as error:
        # a panic of the reader is no Exception, and hostile bytes may cause one
        expected = isinstance(error, UNREADABLE)
        if isinstance(error, BadFile) or not (expected or type(error).__name__ == "PanicException"):
            raise
        raise BadFile(
            _(
                "“%(file)s” cannot be read as a workbook: %(why)s. Open it, save it, and send it again.",
                file=filename, why=error,
            )
        ) from None  # fmt: skip
    texts = _texts(rows, faults)
    return Raw(texts, found.name, typed=True, notes=notes, faults=faults)


def _chosen(book: CalamineWorkbook, filename: str, wanted: str) -> tuple[CalamineSheet, tuple[Text, ...]]:
    seen = [
        meta.name
        for meta in book.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
    ]
    if wanted and wanted not in seen:
        raise BadFile(
            _(
                "“%(file)s” has no visible sheet named “%(sheet)s”; it has %(sheets)s.",
                file=filename, sheet=wanted, sheets=listed(seen),
            )
        )  # fmt: skip
    for name in [wanted] if wanted else seen:
        sheet = book.get_sheet_by_name(name)
        if sheet.height:
            return sheet, _others(name, seen, wanted)
    raise BadFile(_("“%(file)s” has no visible sheet with values.", file=filename))


def _others(name: str, seen: list[str], wanted: str) -> tuple[Text, ...]:
    if wanted or len(seen) == 1:
        return ()
    others = listed(other for other in seen if other != name)
    note = _("The sheet “%(sheet)s” was read; the workbook also has %(others)s.", sheet=name, others=others)
    return (note,)


def _texts(rows: list[list[Value]], faults: Faults) -> list[tuple[int, tuple[Cell, ...]]]:
    """Return the rows as texts; what cannot be taken is noted in ``faults`` and stands there as it is shown."""
    texts: list[tuple[int, tuple[Cell, ...]]] = []
    spelled = Spelled()
    for number, row in enumerate(rows, start=1):
        try:
            cells = tuple(  # the innermost line of every import
                [
                    cell
                    if cell.__class__ is str
                    else spelled[cell]
                    if cell.__class__ is float
                    else text_of(cell)
                    for cell in row
                ]
            )
        except TooLong:
            cells = _without_long_numbers(number, row, faults)
        texts.append((number, cells))
    for (number, column), (shown, _reason) in faults.items():
        if number <= len(texts) and column < len(texts[number - 1][1]):
            before = texts[number - 1][1]
            # Not blank, whatever stands there: a blank means something else.
            texts[number - 1] = (number, (*before[:column], shown or NO_VALUE, *before[column + 1 :]))
    return texts


def _without_long_numbers(number: int, row: list[Value], faults: Faults) -> tuple[Cell, ...]:
    cells = []
    for column, value in enumerate(row):
        try:
            cells.append(text_of(value))
        except TooLong:
            cells.append(f"{value}")
            reason = _("a spreadsheet keeps 15 digits of a number. Make the column text, and enter it again.")
            faults[number, column] = (f"{value}", reason)
    return tuple(cells)


def text_of(value: Value) -> Cell:
    """Return the one canonical spelling of a cell's value.

    Raises:
        TooLong: a number of 16 digits or more, of which a spreadsheet has lost the last ones.

    Example: ``text_of(5.0) == "5"``, ``text_of(0.1) == "0.1"``, ``text_of(True) == "TRUE"``.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return value.isoformat()


class Spelled(dict[float, str]):
    """The spelling of each number met so far: an exam has few different marks and many cells."""

    def __missing__(self, value: float) -> str:
        text = self[value] = _number(value)
        return text


def _number(value: int | float) -> str:
    if not -MOST_EXACT < value < MOST_EXACT:
        raise TooLong(value)
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    text = repr(value)
    return format(Decimal(text), "f") if "e" in text else text


def _faults(data: bytes, sheet: str) -> Faults:
    """Return the cells that show an error, and formulas never worked out: both would be read as blank."""
    content = _sheet_part(data, sheet)
    faults: Faults = {}
    if b't="e"' in content:
        reason = _("this cell shows an error in the workbook. Mend it there.")
        for cell in islice(ERROR_SHOWN.finditer(content), FAULTS_KEPT):
            faults[_place(cell)] = ((cell[3] or b"").decode(errors="replace").strip(), reason)
    if b"<f" in content:
        blank = _("this formula was never worked out. Open the workbook, save it, and send it again.")
        for cell in islice(NEVER_WORKED_OUT.finditer(content), FAULTS_KEPT):
            faults[_place(cell)] = ("", blank)
    return faults


def _place(cell: re.Match[bytes]) -> tuple[int, int]:
    return int(cell[2]), workbook_safety.position(cell[1]) - 1


def _sheet_part(data: bytes, sheet: str) -> bytes:
    """Return the XML of one sheet; the workbook was checked before, so that this unpacks nothing large."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            # entities were refused before, in workbook_safety
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314
            relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        except (KeyError, ElementTree.ParseError):
            return b""
        target = {item.get("Id"): item.get("Target", "") for item in relations}
        for item in book.iter():
            if item.tag.endswith("}sheet") and item.get("name") == sheet:
                path = target.get(item.get(RELATION), "")
                path = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
                return archive.read(path) if path in archive.namelist() else b""
    return b""
