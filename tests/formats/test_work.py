"""Responses and marks are read column by column as a person says, all or nothing."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marksheet.formats.decimals import spelled
from marksheet.formats.distributions import distribution, distributions, unlisted_answers
from marksheet.formats.long_layout import read_long_work
from marksheet.formats.problems import BadCells, BadFile
from marksheet.formats.tables import read_table
from marksheet.formats.wide import read_work
from marksheet.formats.work_layout import (
    Blank,
    ColumnUse,
    Kind,
    LongMapping,
    PartFacts,
    WorkMapping,
    suggest_columns,
)
from marksheet.rules.scoring import Match, canonical
from tests.formats.workbooks import workbook


def letter(raw: str) -> str:
    return canonical(Match.CHOICE, raw, ("A", "B", "C"))


def any_letter(raw: str) -> str:
    return canonical(Match.CHOICE, raw, ())


PARTS = [
    PartFacts("3.1", machine=False, maximum_thousandths=2000),
    PartFacts("17", machine=True, maximum_thousandths=1000, canonical=letter, unlisted=any_letter),
    PartFacts("26.3", machine=False, maximum_thousandths=1500),
]
TEXT = "candidate,mark_3.1,answer_17,mark_26.3,school\nM1,2,A,1.5,ST1\nM2,,,,ST2\nM3,0,c,0.5,ST1\n"
USES = {
    "mark_3.1": ColumnUse(Kind.MARK, "3.1", Blank.NO_RESPONSE),
    "answer_17": ColumnUse(Kind.ANSWER, "17", Blank.NO_RESPONSE),
    "mark_26.3": ColumnUse(Kind.MARK, "26.3", Blank.NOT_YET_MARKED),
}
MAPPING = WorkMapping("candidate", USES)


def table_of(text: str):
    return read_table(text.encode(), "work.csv")


def with_use(column: str, **changes: object) -> WorkMapping:
    return replace(MAPPING, columns={**USES, column: replace(USES[column], **changes)})  # type: ignore[arg-type]


def test_a_blank_is_what_its_column_says_and_never_a_zero():
    work = read_work(table_of(TEXT), MAPPING, PARTS)
    one, two, three = work.rows
    assert (one.answers, one.marks) == ({"17": "A"}, {"3.1": 2000, "26.3": 1500})
    assert (two.answers, two.marks) == (
        {"17": None},
        {"3.1": Blank.NO_RESPONSE, "26.3": Blank.NOT_YET_MARKED},
    )
    assert three.answers == {"17": "C"}
    assert work.ignored == ("school",)
    left = read_work(table_of(TEXT), with_use("mark_3.1", blank=Blank.LEAVE), PARTS)
    assert "3.1" not in left.rows[1].marks


def test_a_column_with_blanks_that_nobody_explained_is_an_error_that_names_it():
    with pytest.raises(BadCells) as caught:
        read_work(table_of(TEXT), with_use("mark_26.3", blank=None), PARTS)
    (error,) = caught.value.errors
    assert (error.row, error.column) == (3, "mark_26.3")
    assert "what a blank" in error.reason


def test_a_column_without_blanks_needs_no_explanation():
    text = TEXT.replace("M2,,,,ST2\n", "")
    assert len(read_work(table_of(text), with_use("mark_26.3", blank=None), PARTS).rows) == 2


def test_a_blank_answer_cannot_be_not_yet_marked():
    with pytest.raises(BadCells, match="cannot mean"):
        read_work(table_of(TEXT), with_use("answer_17", blank=Blank.NOT_YET_MARKED), PARTS)


@pytest.mark.parametrize(
    ("cell", "column", "why"),
    [
        ("3,A,1", "mark_3.1", "maximum of part 3.1 is 2"),
        ("-1,A,1", "mark_3.1", "0 or more"),
        ("x,A,1", "mark_3.1", "not a number"),
        ('"1,5",A,1', "mark_3.1", "has a comma"),
        ("0.0001,A,1", "mark_3.1", "three decimals"),
        ("1,Q,1", "answer_17", "A, B, C"),
    ],
)
def test_a_wrong_cell_is_named_by_row_column_value_and_reason(cell, column, why):
    with pytest.raises(BadCells) as caught:
        read_work(table_of(TEXT + f"M4,{cell},ST1\n"), MAPPING, PARTS)
    (error,) = caught.value.errors
    assert (error.row, error.column) == (5, column)
    assert error.value
    assert why in error.reason


def test_answers_outside_the_options_are_taken_only_where_a_person_said_so():
    table = table_of(TEXT + "M4,1,E,1,ST1\n")
    assert unlisted_answers(table, MAPPING, PARTS) == {"answer_17": (("E", 1),)}
    with pytest.raises(BadCells, match="row 5, answer_17: “E”"):
        read_work(table, MAPPING, PARTS)
    assert read_work(table, with_use("answer_17", unlisted=True), PARTS).rows[3].answers == {"17": "E"}


def test_a_candidate_that_stands_twice_is_an_error_with_both_rows():
    with pytest.raises(BadCells) as caught:
        read_work(table_of(TEXT + "M1,1,A,1,ST1\n,1,A,1,ST1\n"), MAPPING, PARTS)
    assert "row 2" in caught.value.errors[0].reason
    assert caught.value.errors[0].row == 5
    assert "names its candidate" in caught.value.errors[1].reason


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        (replace(MAPPING, candidate="who"), "no such column: who"),
        (replace(MAPPING, columns={"school": ColumnUse(Kind.IGNORE)}), "No column was chosen"),
        (replace(MAPPING, columns={**USES, "school": USES["mark_3.1"]}), "More than one column"),
        (replace(MAPPING, columns={**USES, "candidate": ColumnUse(Kind.MARK, "17")}), "as well"),
        (replace(MAPPING, columns={"school": ColumnUse(Kind.MARK, "99")}), "no part “99”"),
        (replace(MAPPING, columns={"school": ColumnUse(Kind.MARK, "17")}), "machine-scored"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(mapping, why):
    with pytest.raises(BadFile, match=why):
        read_work(table_of(TEXT), mapping, PARTS)


def test_words_for_no_response_can_be_declared():
    table = table_of("candidate,mark_3.1\nM1,-\nM2,1\n")
    mapping = WorkMapping("candidate", {"mark_3.1": USES["mark_3.1"]}, no_response_words=frozenset("-"))
    assert read_work(table, mapping, PARTS).rows[0].marks == {"3.1": Blank.NO_RESPONSE}


def test_usual_headings_are_recognised_and_blanks_counted_but_not_explained():
    found = suggest_columns(table_of(TEXT), PARTS)
    assert found.candidate == "candidate"
    assert found.columns == {
        "mark_3.1": ColumnUse(Kind.MARK, "3.1"),
        "answer_17": ColumnUse(Kind.ANSWER, "17"),
        "mark_26.3": ColumnUse(Kind.MARK, "26.3"),
        "school": ColumnUse(Kind.IGNORE),
    }
    assert found.blanks == {"mark_3.1": 1, "answer_17": 1, "mark_26.3": 1, "school": 0}
    assert found.long is None


@pytest.mark.parametrize("heading", ["Q17", "17", "item 17", "Answer: 17", "response_17", "Question 17"])
def test_a_part_is_recognised_under_its_usual_names(heading):
    found = suggest_columns(table_of(f"number,{heading},q26_3,total\n1,A,1,2\n"), PARTS)
    assert found.columns[heading] == ColumnUse(Kind.ANSWER, "17")
    assert found.columns["q26_3"] == ColumnUse(Kind.MARK, "26.3")
    assert found.columns["total"].kind is Kind.IGNORE


@pytest.mark.parametrize(
    "heading", ["Student no", "Student number", "Cand. no.", "Candidate No", "Matric. no."]
)
def test_the_column_of_candidates_is_recognised_under_its_usual_names(heading):
    assert suggest_columns(table_of(f"{heading},17\nM1,A\n"), PARTS).candidate == heading


@pytest.mark.parametrize(("marks", "sign"), [("4,5", ","), ("4", "."), ("4.5", "."), ("1,5 of 2", ".")])
def test_the_decimal_sign_starts_as_the_marks_are_written(marks, sign):
    table = table_of(f"candidate;mark_3.1;mark_26.3\nM1;{marks};2\nM2;;1\n")
    assert suggest_columns(table, PARTS).decimal_sign == sign


def test_marks_with_a_point_and_with_a_comma_start_on_a_point():
    table = table_of("candidate;mark_3.1\nM1;1,5\nM2;1.5\n")
    assert suggest_columns(table, PARTS).decimal_sign == "."


def test_scores_of_machine_scored_parts_are_not_taken_for_marks():
    assert suggest_columns(table_of("number,score_17\n1,1\n"), PARTS).columns["score_17"].kind is Kind.IGNORE


def test_the_same_content_has_the_same_hash_in_another_file():
    rows = [line.split(",") for line in TEXT.splitlines()]
    typed = [
        [float(cell) if cell[:1].isdigit() else cell or None for cell in row] for row in reversed(rows[1:])
    ]
    again = read_table(workbook([rows[0], *typed]), "work.xlsx")
    assert again.rows[0][1] == "0"
    first = read_work(table_of(TEXT), MAPPING, PARTS)
    assert read_work(again, MAPPING, PARTS).content_hash == first.content_hash
    changed = read_work(table_of(TEXT.replace("M3,0", "M3,1")), MAPPING, PARTS)
    assert changed.content_hash != first.content_hash


def test_a_mapping_is_kept_as_json_and_comes_back():
    mapping = replace(
        with_use("answer_17", unlisted=True), decimal_sign=",", no_response_words=frozenset({"-"})
    )
    assert WorkMapping.from_json(mapping.as_json()) == mapping


def test_each_column_is_shown_as_counts_before_anything_is_written():
    marks, answers, _last = distributions(table_of(TEXT), MAPPING)
    assert [marks.minimum, marks.mean, marks.maximum] == [Fraction(0), Fraction(1), Fraction(2)]
    assert marks.blanks == 1
    assert answers.counts == (("A", 1), ("c", 1))
    assert answers.mean is None
    wrong = distribution(table_of(TEXT), "school", ColumnUse(Kind.MARK, "3.1"), ".")
    assert (wrong.unreadable, wrong.mean) == (3, None)


def test_a_rare_text_among_many_is_still_counted():
    rows = "".join(f"M{n},answer {n}\n" for n in range(50))
    found = distribution(table_of("candidate,essay\n" + rows), "essay", ColumnUse(Kind.ANSWER, "3.1"), ".")
    assert (len(found.counts), found.others, found.distinct) == (30, 20, 50)


LONG = "candidate,part,value\nM1,3.1,2\nM1,17,a\nM2,17,\nM2,3.1,\n"
LONG_MAPPING = LongMapping("candidate", "part", "value", Blank.NO_RESPONSE, Blank.NOT_YET_MARKED)


def test_a_long_file_is_gathered_by_candidate():
    assert suggest_columns(table_of(LONG), PARTS).long == ("part", "value")
    one, two = read_long_work(table_of(LONG), LONG_MAPPING, PARTS).rows
    assert (one.answers, one.marks) == ({"17": "A"}, {"3.1": 2000})
    assert (two.answers, two.marks) == ({"17": None}, {"3.1": Blank.NOT_YET_MARKED})


def test_long_and_wide_files_of_the_same_work_have_the_same_hash():
    wide = table_of("candidate,3.1,17\nM1,2,A\n")
    uses = {"3.1": ColumnUse(Kind.MARK, "3.1"), "17": ColumnUse(Kind.ANSWER, "17")}
    long = table_of("candidate,part,value\nM1,17,A\nM1,3.1,2\n")
    assert (
        read_work(wide, WorkMapping("candidate", uses), PARTS).content_hash
        == read_long_work(long, LONG_MAPPING, PARTS).content_hash
    )


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("M1,3.1,1", "part", "row 2 for this candidate"),
        ("M9,99,1", "part", "no such part"),
        ("M9,3.1,7", "value", "maximum"),
        (",3.1,1", "candidate", "names its candidate"),
    ],
)
def test_a_wrong_row_of_a_long_file_is_named(row, column, why):
    with pytest.raises(BadCells) as caught:
        read_long_work(table_of(LONG + row + "\n"), LONG_MAPPING, PARTS)
    assert (caught.value.errors[0].row, caught.value.errors[0].column) == (6, column)
    assert why in caught.value.errors[0].reason


def test_blanks_of_a_long_file_need_an_explanation_too():
    with pytest.raises(BadCells, match="what a blank"):
        read_long_work(table_of(LONG), LongMapping("candidate", "part", "value"), PARTS)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=30), st.sampled_from([".", ","]))
def test_rows_in_are_rows_out_by_candidate_and_mark(marks, sign):
    lines = [f"C{at};{spelled(mark).replace('.', sign)}" for at, mark in enumerate(marks)]
    table = read_table(("candidate;m\n" + "\n".join(lines) + "\n").encode(), "w.csv", delimiter=";")
    mapping = WorkMapping("candidate", {"m": ColumnUse(Kind.MARK, "3.1")}, decimal_sign=sign)
    work = read_work(table, mapping, PARTS)
    expected = {f"C{at}": mark for at, mark in enumerate(marks)}
    assert {row.candidate: row.marks["3.1"] for row in work.rows} == expected
