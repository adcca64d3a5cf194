"""What goes into an export comes out of its file, cell by cell, and nothing is worked out on the way."""

import csv
import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from marksheet.outputs.exports.writers import (
    Column,
    DoesNotFit,
    Kind,
    RowsLost,
    Written,
    rows_digest,
    write_csv,
    write_xlsx,
)
from marksheet.outputs.exports.writers.columns import Row, Value, spelled

pytestmark = pytest.mark.once
COLUMNS = [
    Column("number", "Number"),
    Column("name", "Name", width=30),
    Column("score", "Score", Kind.DECIMAL),
    Column("percent", "%", Kind.PERCENT, decimals=1),
    Column("items", "Items", Kind.INTEGER),
    Column("taken", "Taken", Kind.DATE),
]
ROWS: list[Row] = [
    ("007", "Nováková, Eva", Fraction(5, 2), Decimal("63.5"), 30, dt.date(2019, 5, 2)),
    ("8", "=cmd()", Decimal("-0.10"), 100, -1, dt.datetime(2019, 5, 2, 9, 30, tzinfo=dt.UTC)),
    ("9", None, None, None, None, None),
]
FORMULAS = ["=1+1", "+1+cmd", "-1+cmd", "@SUM(A1)", "|calc", "%x", "\t=1", "\r=1", "\n=1", "=HYPERLINK(1)"]


def in_xlsx(columns: Sequence[Column], rows: Sequence[Row], **options: object) -> tuple[bytes, Written]:
    target = io.BytesIO()
    written = write_xlsx(target, columns, iter(rows), manifest={"rules": "1"}, **options)  # type: ignore[arg-type]
    return target.getvalue(), written


def in_csv(columns: Sequence[Column], rows: Sequence[Row], **options: object) -> tuple[bytes, Written]:
    target = io.BytesIO()
    written = write_csv(target, columns, iter(rows), **options)  # type: ignore[arg-type]
    return target.getvalue(), written


def sheets_of(data: bytes) -> dict[str, list[list[object]]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        names = book.sheet_names
        return {
            name: list(map(list, book.get_sheet_by_name(name).to_python(skip_empty_area=False)))
            for name in names
        }


def part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def test_a_workbook_holds_typed_cells_that_come_back():
    data, written = in_xlsx(COLUMNS, ROWS, sheet_name="Results")
    assert sheets_of(data)["Results"] == [
        ["Number", "Name", "Score", "%", "Items", "Taken"],
        ["007", "Nováková, Eva", 2.5, 63.5, 30, dt.date(2019, 5, 2)],
        ["8", "=cmd()", -0.1, 100, -1, dt.datetime(2019, 5, 2, 9, 30)],
        ["9", "", "", "", "", ""],
    ]
    assert (written.rows, written.sheets, written.split) == (3, ("Results",), False)


def test_the_heading_stays_in_sight_and_can_filter_and_no_sheet_is_hidden():
    data, _written = in_xlsx(COLUMNS, ROWS)
    sheet = part(data, "xl/worksheets/sheet1.xml")
    assert 'ySplit="1"' in sheet
    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:F4"' in sheet
    assert '<dimension ref="A1:F4"' in sheet
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        assert all(meta.visible == SheetVisibleEnum.Visible for meta in book.sheets_metadata)


def test_the_manifest_says_what_the_file_holds():
    data, written = in_xlsx(COLUMNS, ROWS)
    manifest = {row[0]: row[1] for row in sheets_of(data)["Manifest"]}
    assert manifest["rows"] == 3
    assert manifest["rules"] == "1"
    assert manifest["schema_version"] == 1
    assert manifest["sha256"] == written.sha256 == rows_digest(COLUMNS, ROWS)
    assert manifest["columns"] == "number, name, score, percent, items, taken"


def test_the_hash_can_be_made_again_by_hand_from_a_csv_file():
    data, written = in_csv(COLUMNS, [ROWS[0], ROWS[2]])
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    by_hand = hashlib.sha256()
    for line in lines:
        by_hand.update(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    assert by_hand.hexdigest() == written.sha256
    assert json.loads(written.manifest_json)["sha256"] == written.sha256


def test_both_formats_state_the_same_hash():
    assert (
        in_csv(COLUMNS, ROWS, decimal_sign=",", delimiter=";")[1].sha256 == in_xlsx(COLUMNS, ROWS)[1].sha256
    )


@pytest.mark.parametrize(
    "text", [*FORMULAS, "{=1}", "http://example.org", "mailto:a@b.cc", "<r><t>x</t></r>", "<r>"]
)
def test_no_text_becomes_a_formula_or_a_link_in_a_workbook(text):
    columns = [Column("a", text), Column("b", "B", Kind.DECIMAL)]
    data, _written = in_xlsx(columns, [(text, text)])
    assert sheets_of(data)["Results"] == [[text, "B"], [text, text]]
    sheet = part(data, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert "<r>" not in sheet.replace("<is><r><t", "")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_becomes_a_formula_from_a_csv_file(text):
    data, _written = in_csv([Column("a", text)], [(text,)])
    heading, row = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert heading[0].startswith("'")
    assert row[0].startswith("'")


def test_negative_numbers_stay_numbers_in_a_csv_file():
    data, _written = in_csv(COLUMNS, [ROWS[1]], decimal_sign=",", delimiter=";")
    assert data.decode("utf-8-sig").splitlines()[1] == "8;'=cmd();-0,1;100;-1;2019-05-02 09:30:00"


@pytest.mark.parametrize(
    ("encoding", "begins"), [("utf-8", b"Num"), ("utf-8-sig", b"\xef\xbb\xbf"), ("utf-16", b"\xff\xfe")]
)
def test_a_csv_file_is_written_in_the_encoding_asked_for(encoding, begins):
    data, _written = in_csv(COLUMNS, ROWS, encoding=encoding)
    assert data.startswith(begins)
    assert "Nováková" in data.decode(encoding)


@pytest.mark.parametrize("options", [{"encoding": "latin-1"}, {"decimal_sign": "·"}, {"delimiter": "|"}])
def test_an_unknown_way_of_writing_csv_is_refused(options):
    with pytest.raises(ValueError, match="unknown"):
        in_csv(COLUMNS, ROWS, **options)


def test_the_stream_of_a_csv_file_stays_open():
    target = io.BytesIO()
    write_csv(target, COLUMNS, ROWS)
    target.write(b"more")
    assert target.getvalue().endswith(b"more")


@pytest.mark.parametrize("write", [in_xlsx, in_csv])
def test_rows_in_are_rows_out_or_the_file_is_refused(write):
    assert write(COLUMNS, ROWS, expected_rows=3)[1].rows == 3
    with pytest.raises(RowsLost, match="4 rows were to be exported and 3 came"):
        write(COLUMNS, ROWS, expected_rows=4)
    with pytest.raises(RowsLost, match="Row 2 has 1 cells for 6 columns"):
        write(COLUMNS, [ROWS[0], ("x",)])


def test_a_refused_workbook_leaves_nothing_behind(tmp_path):
    with pytest.raises(RowsLost):
        write_xlsx(tmp_path / "out.xlsx", COLUMNS, ROWS, manifest={}, expected_rows=9)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_fails_leaves_nothing_behind(tmp_path):
    def failing() -> Iterator[Row]:
        yield ROWS[0]
        raise ConnectionError("the database went away")

    with pytest.raises(ConnectionError):
        write_xlsx(tmp_path / "out.xlsx", COLUMNS, failing(), manifest={})
    assert list(tmp_path.iterdir()) == []


def test_an_export_without_rows_is_a_heading_and_a_manifest():
    data, written = in_xlsx(COLUMNS, [])
    assert sheets_of(data)["Results"] == [["Number", "Name", "Score", "%", "Items", "Taken"]]
    assert written.rows == 0


def test_rows_that_do_not_fit_on_one_sheet_go_on_to_the_next_and_the_manifest_says_so():
    rows: list[Row] = [(str(n), n) for n in range(7)]
    columns = [Column("a", "A"), Column("b", "B", Kind.INTEGER)]
    data, written = in_xlsx(columns, rows, sheet_name="Results", most_rows=3)
    sheets = sheets_of(data)
    assert written.sheets == ("Results", "Results (2)", "Results (3)")
    assert written.split
    together = [row for name in written.sheets for row in sheets[name][1:]]
    assert together == [[str(n), n] for n in range(7)]
    assert all(sheets[name][0] == ["A", "B"] for name in written.sheets)
    assert ["sheets", "Results, Results (2), Results (3)"] in sheets["Manifest"]


def test_rows_that_just_fit_stay_on_one_sheet():
    columns = [Column("a", "A")]
    assert in_xlsx(columns, [("x",)] * 3, most_rows=3)[1].sheets == ("Results",)


def test_one_row_more_than_a_sheet_holds_is_split_and_not_cut():
    columns = [Column("a", "A", Kind.INTEGER)]
    target = io.BytesIO()
    rows = ((n,) for n in range(1_048_577))
    written = write_xlsx(target, columns, rows, manifest={}, expected_rows=1_048_577)
    assert written.sheets == ("Results", "Results (2)")
    last = part(target.getvalue(), "xl/worksheets/sheet2.xml")
    assert re.findall(r"<v>(\d+)</v>", last) == ["1048575", "1048576"]
    first = part(target.getvalue(), "xl/worksheets/sheet1.xml")
    assert first.count("<row ") == 1_048_576


def test_a_text_too_long_for_a_cell_is_refused_and_not_cut():
    columns = [Column("a", "Essay")]
    assert len(sheets_of(in_xlsx(columns, [("x" * 32_767,)])[0])["Results"][1][0]) == 32_767  # type: ignore[arg-type]
    with pytest.raises(DoesNotFit, match=r"Essay: a cell holds 32767 .* Choose CSV"):
        in_xlsx(columns, [("x" * 32_768,)])
    with pytest.raises(DoesNotFit):
        in_xlsx(columns, [("😀" * 16_384,)])
    assert in_csv(columns, [("x" * 100_000,)])[1].rows == 1


def test_too_many_columns_are_refused():
    with pytest.raises(DoesNotFit, match="16384 columns"):
        in_xlsx([Column(str(n), str(n)) for n in range(16_385)], [])


def test_whole_numbers_that_a_spreadsheet_would_round_are_written_as_text():
    columns = [Column("a", "A", Kind.INTEGER)]
    rows: list[Row] = [(10**15 - 1,), (10**15,), (-(10**20),)]
    assert sheets_of(in_xlsx(columns, rows)[0])["Results"][1:] == [
        [999999999999999],
        ["1000000000000000"],
        ["-100000000000000000000"],
    ]


def test_what_is_not_a_number_is_refused_as_one():
    for wrong in (float("nan"), float("inf"), Decimal("NaN")):
        with pytest.raises(ValueError, match="not a number"):
            in_xlsx([Column("a", "A", Kind.DECIMAL)], [(wrong,)])


def test_old_dates_on_which_programs_disagree_are_written_as_text():
    columns = [Column("a", "A", Kind.DATE)]
    rows: list[Row] = [(dt.date(1900, 1, 1),), (dt.date(1900, 3, 1),)]
    assert sheets_of(in_xlsx(columns, rows)[0])["Results"][1:] == [["1900-01-01"], [dt.date(1900, 3, 1)]]


def test_a_sheet_name_is_made_one_that_programs_take():
    for name, expected in {
        "A/B: [x]?": "A B   x",
        "x" * 40: "x" * 31,
        "Manifest": "Rows",
        "''": "Rows",
    }.items():
        assert in_xlsx(COLUMNS, [], sheet_name=name)[1].sheets == (expected,)


def test_the_same_rows_give_the_same_bytes():
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert in_xlsx(COLUMNS, ROWS, at=at)[0] == in_xlsx(COLUMNS, ROWS, at=at)[0]


def test_a_workbook_can_be_written_to_a_path(tmp_path: Path):
    write_xlsx(tmp_path / "out.xlsx", COLUMNS, ROWS, manifest={})
    assert len(sheets_of((tmp_path / "out.xlsx").read_bytes())["Results"]) == 4


texts = st.text(st.characters(codec="utf-8"), max_size=20)


@given(st.lists(st.tuples(texts, texts), max_size=10))
def test_every_text_comes_back_from_a_workbook(rows):
    data, _written = in_xlsx([Column("a", "A"), Column("b", "B")], rows)
    read = sheets_of(data)["Results"][1:]
    blank = [["", ""]] * (len(rows) - len(read))  # a reader drops blank rows at the end
    assert read + blank == [list(row) for row in rows]


@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
    )
)
def test_every_mark_comes_back_exactly_from_a_workbook(marks):
    data, _written = in_xlsx([Column("a", "A", Kind.DECIMAL)], [(mark,) for mark in marks])
    read = [Decimal(repr(row[0])) for row in sheets_of(data)["Results"][1:]]
    assert read == marks


@given(st.lists(st.tuples(texts, texts), max_size=10), st.sampled_from([",", ";", "\t"]))
def test_every_text_comes_back_from_a_csv_file_but_for_the_apostrophe_of_formulas(rows, delimiter):
    data, _written = in_csv([Column("a", "A"), Column("b", "B")], rows, delimiter=delimiter)
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))[1:]
    assert len(read) == len(rows)
    for row, source in zip(read, rows, strict=True):
        for cell, value in zip(row, source, strict=True):
            assert cell in (value, "'" + value)


def test_of_a_text_that_looks_like_a_formula_only_an_apostrophe_is_added():
    data, _written = in_csv([Column("a", "A")], [("=cmd()|x",), ("-1.5",), ("a|b",), ("\t=1",)])
    read = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1:]
    assert read == [["'=cmd()|x"], ["-1.5"], ["a|b"], ["'\t=1"]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(1, 3), "0.333333333333333"),
        (Fraction(5, 2), "2.5"),
        (Decimal("3.000"), "3"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0"), "0"),
        (0.1, "0.1"),
        (10**20, "100000000000000000000"),
        (True, "TRUE"),
        (None, ""),
    ],
)
def test_a_value_has_one_spelling(value: Value, expected: str):
    assert spelled(value) == expected
