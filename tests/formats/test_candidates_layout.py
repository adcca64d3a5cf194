"""A candidates file is understood by its headings, and every doubt is told by row."""

import pytest

from marksheet.formats.candidates_layout import CandidateRow, read_candidates
from marksheet.formats.problems import BadCells, BadFile
from marksheet.formats.tables import read_table


def candidates(text: str, mapping: dict[str, str] | None = None):
    return read_candidates(read_table(text.encode(), "people.csv"), mapping)


def test_usual_headings_are_recognised_and_the_rest_is_listed():
    found = candidates(
        "Student Number;Name;E-Mail;School;Lang;shoe size\n7;Cas Ander;cas@example.org;ST1;nl_BE;42\n"
    )
    assert found.rows == (CandidateRow(2, "7", "Cas Ander", "cas@example.org", "ST1", "nl-BE"),)
    assert found.ignored == ("shoe size",)


def test_given_and_family_names_are_put_together():
    assert candidates("id,first name,surname\n1,Eva,Nováková\n").rows[0].name == "Eva Nováková"


def test_a_person_can_say_which_column_is_which():
    text = "wie,number,name\nN1,7,Cas\n"
    assert candidates(text).rows[0].number == "7"
    assert candidates(text, {"number": "wie", "name": ""}).rows[0] == CandidateRow(2, "N1")
    with pytest.raises(BadFile, match="no such field or column: shoe"):
        candidates(text, {"number": "shoe"})
    with pytest.raises(BadFile, match="chosen for two fields"):
        candidates(text, {"number": "wie", "name": "wie"})


def test_without_a_number_nothing_is_read():
    with pytest.raises(BadFile, match="No column was found for: number"):
        candidates("who,what\n1,2\n")


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        (",Eva,,", "number", "needs a number"),
        ("1,,,", "name", "needs a name"),
        ("1,Eva,eva@,", "email", "not one e-mail address"),
        ("1,Eva,a@b.cd b@c.de,", "email", "not one e-mail address"),
        ("1,Eva\x7f,,", "name", "cannot be printed"),
        ('1,Eva,"e@v.aa\r\nBcc: x@y.zz",', "email", "line break"),
        (f"1,{'x' * 201},,", "name", "longer than 200"),
        ("1,Eva,,Dutch!", "language", "language tag"),
    ],
)
def test_a_wrong_cell_is_named_by_row_column_and_reason(row, column, why):
    with pytest.raises(BadCells) as caught:
        candidates(f"number,name,email,language\n{row}\n")
    assert (caught.value.errors[0].row, caught.value.errors[0].column) == (2, column)
    assert why in caught.value.errors[0].reason


def test_numbers_and_addresses_that_stand_twice_name_both_rows():
    with pytest.raises(BadCells) as caught:
        candidates("number,name,email\n1,Eva,a@b.cc\n2,Jan,A@B.CC\n1,Ian,\n")
    assert [(error.row, error.column) for error in caught.value.errors] == [(3, "email"), (4, "number")]
    assert all("row 2" in error.reason for error in caught.value.errors)


def test_the_same_people_in_another_order_have_the_same_hash():
    one = candidates("number,name\n1,Eva\n2,Jan\n")
    other = candidates("name;number\nJan;2\nEva;1\n")
    assert one.content_hash == other.content_hash
    assert one.content_hash != candidates("number,name\n1,Eva\n2,Ian\n").content_hash
