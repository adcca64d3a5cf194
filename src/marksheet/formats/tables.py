"""A file of rows and columns becomes a table of exact texts, whichever program wrote it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from marksheet.formats import csv_tables, xlsx_tables
from marksheet.formats.problems import BadCells, BadFile, CellError, Problems, listed
from marksheet.formats.rows import Cell, Limits, Raw
from marksheet.formats.wording import Text
from marksheet.formats.wording import say as _

__all__ = ["BadCells", "BadFile", "Cell", "CellError", "Limits", "Problems", "Table", "letters", "read_table"]

WORKBOOK = b"PK\x03\x04"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_ENDINGS = ("csv", "tsv", "txt", "")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns, every cell a text in one canonical spelling.

    A whole number has no ".0", a date is ISO, a truth is TRUE or FALSE, a blank is "".

    Args:
        columns: the headings, trimmed, all different.
        rows: as many cells as columns; wholly blank rows are left out.
        row_numbers: one per row, as a spreadsheet program numbers it.
        sheet: the sheet it came from, "" for CSV.
        typed: numbers were stored as numbers (XLSX), so they are spelled with a point.
        notes: what a person should know before trusting the table.
        faults: cells and rows that cannot be taken. Whoever reads on begins ``Problems`` with them; such a cell
            stands in ``rows`` as it is shown, such a row is left out.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    row_numbers: Sequence[int]
    sheet: str = ""
    typed: bool = False
    notes: tuple[Text, ...] = ()
    faults: tuple[CellError, ...] = ()

    def column(self, name: str) -> list[Cell]:
        """Return the cells under ``name``, top to bottom."""
        at = self.columns.index(name)
        return [row[at] for row in self.rows]


def read_table(
    data: bytes,
    filename: str,
    *,
    limits: Limits | None = None,
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    with_faults: bool = False,
) -> Table:
    """Return the table in ``data``, a CSV file or an XLSX workbook, decided by its content.

    Args:
        filename: for messages and to notice a wrong ending.
        sheet: which sheet of a workbook; "" takes the first visible one that has cells.
        encoding: of a CSV file; "" detects UTF-8, UTF-16 with its mark, else Windows-1252 with a note.
        delimiter: of a CSV file; "" detects comma, semicolon or tab.
        with_faults: return a table of which some cells or rows cannot be taken, with its ``faults``, so that they
            are named together with what is found when it is read on.

    Raises:
        BadFile: the file as a whole cannot be taken.
        BadCells: rows of unequal length or cells that hold an error, unless ``with_faults``; always where they
            are in the heading, or no other row is left.

    Source: docs/rulebook/imports.md#tables.
    """
    limits = limits or Limits()
    _check_size(data, filename, limits)
    if data.startswith(WORKBOOK):
        table = _tidied(xlsx_tables.read(data, filename, limits, sheet), filename, limits)
    else:
        _refuse_what_is_no_text(data, filename)
        table = _tidied(csv_tables.read(data, filename, encoding, delimiter), filename, limits)
    if not with_faults:
        Problems(table.faults).refuse_if_any()
    return table


def _check_size(data: bytes, filename: str, limits: Limits) -> None:
    if not data:
        raise BadFile(_("“%(file)s” is empty. Save it again and send it again.", file=filename))
    if len(data) > limits.bytes:
        most, size = limits.bytes // 2**20, -(-len(data) // 2**20)
        raise BadFile(
            _(
                "“%(file)s” has %(size)s MiB and at most %(most)s are taken. Split it by rows.",
                file=filename, size=size, most=most,
            )
        )  # fmt: skip


def _refuse_what_is_no_text(data: bytes, filename: str) -> None:
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    if data.startswith(OLD_OFFICE):
        raise BadFile(
            _(
                "“%(file)s” is protected by a password or is an old .xls workbook, and cannot be read. "
                "Open it, remove the password, and save it as .xlsx or CSV.",
                file=filename,
            )
        )
    if ending not in TEXT_ENDINGS:
        raise BadFile(
            _(
                "“%(file)s” ends in .%(ending)s but is not an XLSX workbook; it may be cut off or of another "
                "kind. Save it as .xlsx or as .csv.",
                file=filename, ending=ending,
            )
        )  # fmt: skip


def _tidied(raw: Raw, filename: str, limits: Limits) -> Table:
    """Return the table with its heading apart, blank rows and nameless blank columns left out."""
    heading: tuple[Cell, ...] = ()
    rows: list[tuple[Cell, ...]] = []
    numbers: list[int] = []
    problems = Problems()
    for number, row in raw.rows:
        if not any(row) or not "".join(row).strip():
            continue
        if not heading:
            heading = row
            _check_columns(len(heading), filename, limits)
            _note_faults(raw, heading, problems, in_heading=number)
            problems.refuse_if_any()
            continue
        if len(row) != len(heading):
            problems.add(number, "", "", _unequal(len(row), len(heading)))
            continue
        rows.append(row)
        numbers.append(number)
        if len(rows) >= limits.rows or len(rows) * len(heading) > limits.cells:
            raise BadFile(_too_many_rows(filename, limits))
    if not rows:
        problems.refuse_if_any()
        raise BadFile(
            _("“%(file)s” has no row under its heading. Add rows, or choose another sheet.", file=filename)
        )
    _note_faults(raw, heading, problems)
    return _named(heading, rows, numbers, raw, filename, problems.kept())


def _note_faults(raw: Raw, heading: tuple[Cell, ...], problems: Problems, in_heading: int = 0) -> None:
    for (number, column), (shown, reason) in sorted(raw.faults.items()):
        if not in_heading or number == in_heading:
            name = heading[column].strip() if column < len(heading) else ""
            problems.add(number, "" if in_heading else name, shown, reason)


def _unequal(cells: int, columns: int) -> Text:
    return _(
        "this row has %(cells)s cells and the heading has %(columns)s. Put cells that contain the "
        "separator between quotes, and look for a row that was cut.",
        cells=cells, columns=columns,
    )  # fmt: skip


def _check_columns(columns: int, filename: str, limits: Limits) -> None:
    if columns > limits.columns:
        raise BadFile(
            _(
                "“%(file)s” has %(columns)s columns and at most %(most)s are taken. Remove those not needed.",
                file=filename, columns=columns, most=limits.columns,
            )
        )  # fmt: skip


def _too_many_rows(filename: str, limits: Limits) -> Text:
    return _(
        "“%(file)s” has more than %(rows)s rows, or more than %(cells)s cells. Nothing was read. "
        "Split it into several files.",
        file=filename, rows=limits.rows, cells=limits.cells,
    )  # fmt: skip


def _named(
    heading: tuple[Cell, ...],
    rows: list[tuple[Cell, ...]],
    numbers: list[int],
    raw: Raw,
    filename: str,
    faults: tuple[CellError, ...],
) -> Table:
    names = tuple(name.strip() for name in heading)
    kept = [at for at, name in enumerate(names) if name or any(row[at].strip() for row in rows)]
    notes = list(raw.notes)
    if len(kept) < len(names):
        dropped = len(names) - len(kept)
        notes.append(_("Columns without a name and without values were left out: %(n)s.", n=dropped))
        rows = [tuple([row[at] for at in kept]) for row in rows]
    for at in kept:
        if not names[at]:
            raise BadFile(
                _(
                    "Column %(column)s of “%(file)s” has values but no name. Give it a name in the heading.",
                    column=letters(at), file=filename,
                )
            )  # fmt: skip
    kept_names = tuple(names[at] for at in kept)
    twice = [name for name, n in Counter(name.casefold() for name in kept_names).items() if n > 1]
    if twice:
        raise BadFile(
            _(
                "“%(file)s” has more than one column named: %(names)s. Give each column a name of its own.",
                file=filename, names=listed(twice),
            )
        )  # fmt: skip
    return Table(kept_names, tuple(rows), tuple(numbers), raw.sheet, raw.typed, tuple(notes), faults)


def letters(at: int) -> str:
    """Return how a spreadsheet program names the column at position ``at`` (0 is A, 26 is AA)."""
    name = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        name = chr(65 + rest) + name
    return name
