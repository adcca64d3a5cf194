"""A file of rows and columns becomes a table of exact texts, or is refused with the reason."""

import csv
import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.formats.tables import BadCells, BadFile, Limits, Table, read_table
from tests.formats.workbooks import workbook

plain_text = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


def table_of(text: str) -> Table:
    return read_table(text.encode(), "marks.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found_by_how_the_rows_fall_apart(delimiter):
    lines = ["candidate,mark_1,mark_2", "M1,1,2", "M2,,3"]
    table = table_of("\n".join(lines).replace(",", delimiter))
    assert table.columns == ("candidate", "mark_1", "mark_2")
    assert table.rows == (("M1", "1", "2"), ("M2", "", "3"))
    assert table.row_numbers == (2, 3)


def test_decimal_commas_do_not_look_like_delimiters():
    assert table_of("candidate;mark_1\nM1;1,5\nM2;0,5\n").rows == (("M1", "1,5"), ("M2", "0,5"))


def test_the_line_in_which_excel_names_its_separator_is_obeyed_and_counted():
    table = table_of("sep=;\ncandidate;name\nM1;Eva, A\n")
    assert table.rows == (("M1", "Eva, A"),)
    assert table.row_numbers == (3,)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_marked_encodings_are_read_without_a_note(encoding):
    data = "number,name\n1,Nováková\n".encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    table = read_table(data, "people.csv")
    assert table.rows == (("1", "Nováková"),)
    assert table.notes == ()


def test_windows_1252_is_read_with_a_note_and_another_encoding_can_be_chosen():
    data = "number,name\n1,Zoë\n".encode("windows-1252")
    table = read_table(data, "people.csv")
    assert table.rows == (("1", "Zoë"),)
    assert "Windows-1252" in table.notes[0]
    czech = "number,name\n1,Řehoř\n".encode("windows-1250")
    assert read_table(czech, "people.csv", encoding="windows-1250").rows == (("1", "Řehoř"),)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"number,name\n", "no row under its heading"),
        (b"number,name\n1,A\x00B\n", "line 2"),
        (bytes(range(256)), "not a CSV file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "not a CSV file"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "not a CSV file"),
        (b"number,name\n1,\x81\n", "Windows-1252"),
        (b"\xff\xfen\x00u\x00", "no row under its heading"),
        (b"\xff\xfen\x00u\x00m", "byte"),
        (b'number,name\n1,"Eva\n', "cut off"),
        (b'number,name\n1,"Eva"x\n', "after row 1"),
        (b"number,\n1,x\n", "Column B"),
        (b"number,Number\n1,x\n", "more than one column named"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
    ],
)
def test_a_file_that_cannot_be_taken_says_why_and_what_to_do(data, why):
    with pytest.raises(BadFile, match=why) as caught:
        read_table(data, "people.csv")
    assert str(caught.value).endswith(".")
    assert caught.value.message.msgid % caught.value.message.params == str(caught.value)


def test_a_text_file_that_calls_itself_a_workbook_is_refused():
    with pytest.raises(BadFile, match="is not an XLSX workbook"):
        read_table(b"number,name\n1,Eva\n", "people.xlsx")


def test_rows_of_another_length_are_each_named_by_their_row():
    with pytest.raises(BadCells) as caught:
        table_of("number,name\n1,Eva\n2\n3,Jan,x\n")
    assert [error.row for error in caught.value.errors] == [3, 4]
    assert "3 cells and the heading has 2" in caught.value.errors[1].reason


def test_of_many_problems_the_first_hundred_and_the_total_are_told():
    with pytest.raises(BadCells) as caught:
        table_of("number,name\n" + "x\n" * 250)
    assert len(caught.value.errors) == 100
    assert caught.value.total == 250


def test_quoted_line_breaks_belong_to_their_cell_and_rows_are_counted_as_a_spreadsheet_does():
    table = table_of('number,answer\n1,"two\nlines"\n2,"a ""quote"", and\r\nmore"\n')
    assert table.rows == (("1", "two\nlines"), ("2", 'a "quote", and\r\nmore'))
    assert table.row_numbers == (2, 3)


def test_blank_rows_are_skipped_but_counted():
    table = table_of("\nnumber,name\n\n1,Eva\n,\n2,Jan\n")
    assert table.row_numbers == (4, 6)


def test_columns_without_name_and_values_are_left_out_with_a_note():
    table = table_of("number,name,,\n1,Eva,,\n")
    assert table.columns == ("number", "name")
    assert "left out: 2" in table.notes[0]


def test_a_table_past_a_limit_is_refused_whole():
    rows = "number,name\n" + "1,Eva\n" * 65_537
    assert len(table_of(rows).rows) == 65_537
    with pytest.raises(BadFile, match="more than 65537 rows"):
        read_table(rows.encode(), "x.csv", limits=Limits(rows=65_537))
    with pytest.raises(BadFile, match="at most 0 are taken"):
        read_table(rows.encode(), "x.csv", limits=Limits(bytes=1000))
    with pytest.raises(BadFile, match="2 columns and at most 1"):
        read_table(rows.encode(), "x.csv", limits=Limits(columns=1))


def test_one_row_more_than_a_spreadsheet_holds_is_refused_by_default():
    with pytest.raises(BadFile, match="more than 1048576 rows"):
        read_table(b"n\n" + b"1\n" * 1_048_577, "x.csv")


def test_a_cell_larger_than_any_answer_is_refused_and_not_cut():
    with pytest.raises(BadFile, match="field larger"):
        table_of("number,answer\n1," + "x" * 200_000 + "\n")


@given(
    rows=st.lists(st.tuples(plain_text, plain_text, plain_text), min_size=1, max_size=8),
    delimiter=st.sampled_from([",", ";", "\t"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_csv_program_writes_comes_back_cell_by_cell(rows, delimiter, encoding):
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["one", "two", "three"])
    writer.writerows(rows)
    filled = [row for row in rows if "".join(row).strip()]
    if not filled:
        return
    table = read_table(stream.getvalue().encode(encoding), "x.csv", delimiter=delimiter)
    assert list(table.rows) == filled


def test_workbook_cells_become_one_canonical_text():
    rows: list[list[object]] = [
        ["number", "mark", "when", "seen", "free"],
        [5, 0.1, dt.date(2019, 5, 2), True, " as it is "],
        ["007", -2.5, dt.datetime(2019, 5, 2, 9, 30), False, "=cmd()"],
        [123456789012345, 1e-7, None, None, "x"],
    ]
    table = read_table(workbook(rows), "marks.xlsx")
    assert table.rows == (
        ("5", "0.1", "2019-05-02", "TRUE", " as it is "),
        ("007", "-2.5", "2019-05-02 09:30:00", "FALSE", "=cmd()"),
        ("123456789012345", "0.0000001", "", "", "x"),
    )
    assert table.typed
    assert table.sheet == "Marks"


def test_the_first_sheet_with_values_is_read_and_the_others_are_named():
    data = workbook([], Second=[["n"], [1]], Third=[["m"], [2]])
    table = read_table(data, "marks.xlsx")
    assert table.sheet == "Second"
    assert "Third" in table.notes[0]
    assert read_table(data, "marks.xlsx", sheet="Third").columns == ("m",)
    with pytest.raises(BadFile, match="no visible sheet named “Fourth”"):
        read_table(data, "marks.xlsx", sheet="Fourth")


def test_a_workbook_under_a_csv_name_is_read_as_what_it_is():
    assert read_table(workbook([["n"], [1]]), "marks.csv").typed


def test_rows_of_a_workbook_keep_the_numbers_that_people_see():
    table = read_table(workbook([[], ["n", "m"], [1, 2], [], [3, 4]]), "marks.xlsx")
    assert table.row_numbers == (3, 5)
