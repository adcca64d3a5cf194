"""A workbook made to hurt is refused with a reason, in little time and memory."""

import io
import struct
import tracemalloc
import zipfile
import zlib

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from marksheet.formats.tables import BadCells, BadFile, Limits, read_table
from marksheet.formats.wide import read_work
from marksheet.formats.work_layout import Blank, ColumnUse, Kind, PartFacts, WorkMapping
from tests.formats.workbooks import forged, text_cell, workbook

HEADING = f'<row r="1">{text_cell("A1", "n")}{text_cell("B1", "m")}</row>'
GOOD = workbook([["n", "m"], [1, 2], [3, 4]])


def refused(data: bytes, why: str, **options: object) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(BadFile, match=why):
            read_table(data, "marks.xlsx", **options)  # type: ignore[arg-type]
        assert tracemalloc.get_traced_memory()[1] < 100 * 2**20
    finally:
        tracemalloc.stop()


def test_the_forged_workbook_without_malice_is_read():
    data = forged(HEADING + '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>')
    assert read_table(data, "marks.xlsx").rows == (("1", "2"),)


def test_a_zip_bomb_is_refused_by_its_directory():
    refused(forged(HEADING, {"xl/media/a.bin": bytes(600 * 2**20)}), "would unpack to 600 MiB")


def test_a_zip_bomb_that_lies_about_its_size_is_not_unpacked():
    data = bytearray(forged(HEADING, {"xl/sharedStrings.xml": b" " * (50 * 2**20)}))
    for signature, size_at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.index(b"xl/sharedStrings.xml", data.index(signature))
        start = data.rindex(
            signature, 0, data.rindex(b"xl/sharedStrings.xml") if "01" in repr(signature) else at
        )
        data[start + size_at : start + size_at + 4] = struct.pack("<I", 1000)
        crc_at = 16 if size_at == 24 else 14
        data[start + crc_at : start + crc_at + 4] = struct.pack("<I", zlib.crc32(b" " * 1000))
    refused(bytes(data), "damaged or was cut off")


def test_thousands_of_parts_are_refused():
    refused(forged(HEADING, {f"xl/x{at}.xml": b"" for at in range(5_100)}), "5105 parts")


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_that_was_cut_off_is_refused(keep):
    refused(GOOD[: int(len(GOOD) * keep)], "damaged or was cut off")


@pytest.mark.parametrize(
    "declaration",
    [
        '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">]>',
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_refused_and_never_looked_up(declaration):
    refused(forged(HEADING, before=declaration), "declares XML entities")


def test_entities_hidden_in_another_encoding_are_refused():
    sneaky = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a []><sst/>'.encode("utf-16")
    refused(forged(HEADING, {"xl/sharedStrings.xml": sneaky}), "declares XML entities")


def test_macros_are_refused():
    refused(forged(HEADING, {"xl/vbaProject.bin": b"x"}), "contains macros")


def test_a_zip_that_is_no_workbook_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    refused(target.getvalue(), "not an XLSX workbook")


def test_an_encrypted_part_is_refused():
    data = bytearray(GOOD)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    refused(bytes(data), "protected by a password")


def test_one_row_too_many_is_refused_and_not_cut():
    last = '<row r="1048577"><c r="A1048577"><v>1</v></c></row>'
    refused(forged(HEADING + last), "1048577 rows; at most 1048576")


@pytest.mark.parametrize(
    "corner",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="2"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
        '<row r = "1048576"><c t="n" r="XFD1048576"><v>1</v></c></row>',
        '<row r="1048576">' + "<c><v>1</v></c>" * 20 + "</row>",
    ],
)
def test_a_far_corner_does_not_make_the_reader_fill_all_cells_before_it(corner):
    refused(forged(HEADING + corner), "reaches to row|rows; at most")


def test_many_cells_without_references_are_counted_too():
    wide = "<row>" + "<c><v>1</v></c>" * 3_000 + "</row>"
    refused(forged(wide + "<row><c><v>1</v></c></row>" * 5_000), "more than 12000000 cells")


def test_sixty_five_thousand_rows_are_all_read():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet()
    for row in range(65_537):
        sheet.write_number(row, 0, row) if row else sheet.write_string(0, 0, "n")
    book.close()
    table = read_table(target.getvalue(), "marks.xlsx")
    assert [row[0] for row in table.rows] == [str(n) for n in range(1, 65_537)]


def test_a_cell_that_shows_an_error_is_not_taken_for_a_blank():
    row = '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
    with pytest.raises(BadCells) as caught:
        read_table(forged(HEADING + row), "marks.xlsx")
    (error,) = caught.value.errors
    assert (error.row, error.column, error.value) == (2, "m", "#DIV/0!")
    assert "shows an error" in error.reason


def test_a_formula_that_was_never_worked_out_is_not_taken_for_a_blank():
    row = '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f>A2+1</f></c></row>'
    with pytest.raises(BadCells, match="never worked out"):
        read_table(forged(HEADING + row), "marks.xlsx")


def test_a_number_with_digits_that_a_spreadsheet_has_lost_is_refused():
    row = '<row r="2"><c r="A2"><v>1234567890123456</v></c><c r="B2"><v>2</v></c></row>'
    with pytest.raises(BadCells) as caught:
        read_table(forged(HEADING + row), "marks.xlsx")
    assert (caught.value.errors[0].row, caught.value.errors[0].column) == (2, "n")


def test_cells_that_cannot_be_taken_are_named_with_all_else_that_is_wrong():
    rows = (
        '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><v>#REF!</v></c></row>'
        '<row r="3"><c r="A3"><v>2</v></c><c r="B3"><v>99</v></c></row>'
        '<row r="4"><c r="A4"><v>3</v></c><c r="B4"><f>A2+1</f></c></row>'
        '<row r="5"><c r="A5"><v>3</v></c><c r="B5"><v>1</v></c></row>'
    )
    table = read_table(forged(HEADING + rows), "marks.xlsx", with_faults=True)
    assert [(one.row, one.value) for one in table.faults] == [(2, "#REF!"), (4, "")]
    mapping = WorkMapping("n", {"m": ColumnUse(Kind.MARK, "1", Blank.LEAVE)})
    with pytest.raises(BadCells) as caught:
        read_work(table, mapping, [PartFacts("1", False, 5000)])
    assert [(one.row, one.column) for one in caught.value.errors] == [(2, "m"), (3, "m"), (4, "m"), (5, "n")]
    assert caught.value.total == 4


def test_a_heading_that_shows_an_error_is_refused_at_once():
    cells = '<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    with pytest.raises(BadCells, match="#REF!"):
        read_table(forged(cells), "marks.xlsx", with_faults=True)


def test_limits_hold_for_workbooks_too():
    refused(GOOD, "at most 0 MiB", limits=Limits(unpacked_bytes=1000))
    refused(GOOD, "3 rows; at most 2", limits=Limits(rows=2))


@given(at=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_gives_the_same_table_or_a_clear_refusal(at, byte):
    data = bytearray(GOOD)
    data[at] = byte
    try:
        table = read_table(bytes(data), "marks.xlsx")
    except BadFile:
        return
    assert table.rows == (("1", "2"), ("3", "4"))
