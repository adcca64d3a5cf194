"""An items file becomes items with parts, keys and rules that a person confirmed."""

from fractions import Fraction

import pytest

from marksheet.formats.item_plans import plan_items
from marksheet.formats.item_rules import NamedRule, RuleChoice, suggest
from marksheet.formats.items_layout import KeyMatch, distinct_rules, read_items, split_options
from marksheet.formats.problems import BadCells, BadFile
from marksheet.formats.tables import read_table
from marksheet.rules.aggregation import ItemRule
from marksheet.rules.scoring import Match

MIXED = """item,part,marked_by,options,key,max_marks,rule
1,1,human,,,1,marks as given
17,17,machine,ABCDE,D,2,correct = 2
16,16.1,machine,AB,A,2,"over the item: 2 correct = 2, 1 correct = 1, else 0"
16,16.2,machine,AB,B,2,"over the item: 2 correct = 2, 1 correct = 1, else 0"
26,26.1,machine,ABC,C,3,"over the item: 1 per correct part, plus the mark of 26.3"
26,26.2,machine,ABC,A,3,"over the item: 1 per correct part, plus the mark of 26.3"
26,26.3,human,,,3,"over the item: 1 per correct part, plus the mark of 26.3"
"""


def items(text: str, mapping: dict[str, str] | None = None, decimal_sign: str = "."):
    return read_items(read_table(text.encode(), "items.csv"), mapping, decimal_sign=decimal_sign)


def plans(text: str, **choices: RuleChoice):
    rows = items(text).rows
    suggested = {rule.text: choices.get(rule.text, rule.suggestion) for rule in distinct_rules(rows)}
    return plan_items(rows, {rule: choice for rule, choice in suggested.items() if choice})


def test_the_names_are_those_of_the_rules():
    assert [rule.value for rule in NamedRule] == [rule.value for rule in ItemRule]
    assert [match.value for match in KeyMatch] == [match.value for match in Match]


def test_a_mixed_paper_is_planned_whole():
    (section,) = plans(MIXED)
    assert (section.name, section.weight) == ("", 1)
    by_label = {item.label: item for item in section.items}
    assert list(by_label) == ["1", "17", "16", "26"]
    assert by_label["17"].parts[0].points == 2
    assert by_label["17"].parts[0].key == ("D",)
    assert by_label["16"].rule is NamedRule.COUNT_CORRECT
    assert by_label["16"].steps == ((2, Fraction(2)), (1, Fraction(1)))
    assert [part.maximum_thousandths for part in by_label["16"].parts] == [1000, 1000]
    mixed = by_label["26"].parts
    assert [(part.label, part.machine, part.maximum_thousandths) for part in mixed] == [
        ("26.1", True, 1000),
        ("26.2", True, 1000),
        ("26.3", False, 1000),
    ]


def test_a_short_file_is_one_part_per_item_worth_its_maximum():
    (section,) = plans("item,options,key,max_marks\n1,ABCD,D,2\n2,,,4\n")
    assert [(item.maximum_thousandths, item.parts[0].machine) for item in section.items] == [
        (2000, True),
        (4000, False),
    ]
    assert section.items[0].parts[0].points == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("marks as given", RuleChoice(NamedRule.SUM)),
        ("Correct = 2", RuleChoice(NamedRule.SUM, points_per_part=Fraction(2))),
        ("correct = 0.5", RuleChoice(NamedRule.SUM, points_per_part=Fraction(1, 2))),
        (
            "over the item: 4 correct = 2, 3 correct = 1, else 0",
            RuleChoice(NamedRule.COUNT_CORRECT, ((4, Fraction(2)), (3, Fraction(1)))),
        ),
        ("over the item: 1 per correct part", RuleChoice(NamedRule.SUM, points_per_part=Fraction(1))),
        (
            "over the item: 1 per correct part, plus the mark of 26.3",
            RuleChoice(NamedRule.SUM, points_per_part=Fraction(1)),
        ),
        ("all or nothing", RuleChoice(NamedRule.ALL_OR_NOTHING)),
        ("best part", RuleChoice(NamedRule.BEST_PART)),
        ("", None),
        ("see the handbook", None),
        ("over the item: 4 correct = 2, else 1", None),
        ("over the item: 4 correct = 2, 4 correct = 1", None),
        ("over the item: 1 per correct part, minus 1", None),
    ],
)
def test_usual_rules_are_recognised_and_unusual_ones_left_to_a_person(text, expected):
    assert suggest(text, several_parts=True) == expected


def test_each_different_text_is_listed_once_with_its_parts():
    found = distinct_rules(items(MIXED).rows)
    assert [(rule.text[:14], rule.parts) for rule in found] == [
        ("marks as given", ("1",)),
        ("correct = 2", ("17",)),
        ("over the item:", ("16.1", "16.2")),
        ("over the item:", ("26.1", "26.2", "26.3")),
    ]


def test_a_text_without_a_choice_is_an_error_and_not_a_guess():
    rows = items("item,part,key,max_marks,rule\n1,a,A,2,by magic\n1,b,B,2,by magic\n").rows
    with pytest.raises(BadCells, match="no rule was chosen"):
        plan_items(rows, {})


def test_options_are_written_in_several_ways():
    assert (
        split_options("ABCD") == split_options("A, B,C;D") == split_options("A|B|C|D") == ("A", "B", "C", "D")
    )
    assert split_options("yes|no") == ("yes", "no")
    assert split_options("") == ()


def test_other_kinds_of_keys_are_read():
    text = (
        "item,type,options,key,max_marks,tolerance,wrong_points\n"
        "1,multiple,ABCD,AC,2,,-0.5\n"
        "2,numeric,,3.14|22,1,0.01,\n"
        "3,text_folded,,Paris|Paris (France),1,,\n"
        "4,choice,ABCD,A|B,1,,\n"
        "5,,,42,1,0,\n"
    )
    rows = items(text).rows
    assert rows[0].key == ("A", "C")
    assert rows[0].wrong_points == Fraction(-1, 2)
    assert (rows[1].match, rows[1].key, rows[1].tolerance) == (
        KeyMatch.NUMERIC,
        ("3.14", "22"),
        Fraction(1, 100),
    )
    assert rows[2].key == ("Paris", "Paris (France)")
    assert rows[3].key == ("A", "B")
    assert rows[4].match is KeyMatch.NUMERIC


@pytest.mark.parametrize(
    ("row", "column", "why"),
    [
        ("1,1,robot,AB,A,1,", "marked_by", "machine"),
        ("1,1,human,AB,A,1,", "key", "has no key"),
        ("1,1,machine,AB,,1,", "key", "needs a key"),
        ("1,1,machine,AB,C,1,", "key", "not among the options A, B"),
        ("1,1,machine,ABC,AC,1,", "key", "several options"),
        ("1,1,machine,AB,A,one,", "max_marks", "not a number"),
        ("1,1,machine,AB,A,-1,", "max_marks", "0 or more"),
        ("1,1,machine,AB,A,0.0005,", "max_marks", "three decimals"),
        (",1,machine,AB,A,1,", "item", "names its item"),
    ],
)
def test_a_wrong_cell_is_named_by_row_column_and_reason(row, column, why):
    with pytest.raises(BadCells) as caught:
        items(f"item,part,marked_by,options,key,max_marks,rule\n{row}\n")
    assert (caught.value.errors[0].row, caught.value.errors[0].column) == (2, column)
    assert why in caught.value.errors[0].reason


def test_parts_of_one_item_must_agree_and_stand_once():
    with pytest.raises(BadCells) as caught:
        items("item,part,key,max_marks\n1,a,A,2\n1,b,B,3\n2,a,A,1\n")
    assert [(error.row, error.column) for error in caught.value.errors] == [(3, "max_marks"), (4, "part")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "item,part,key,max_marks,rule\n1,a,A,3,1 per correct part\n1,b,B,3,1 per correct part\n",
            "reach 2 marks",
        ),
        ("item,part,key,max_marks,rule\n1,a,A,2,3 correct = 2\n1,b,B,2,3 correct = 2\n", "more right parts"),
        ("item,part,key,max_marks,rule\n1,a,,4,marks as given\n1,b,,4,marks as given\n", "column “points”"),
        (
            "item,part,key,max_marks,rule,points\n1,a,,4,marks as given,1\n1,b,,4,marks as given,2\n",
            "reach 3 marks",
        ),
    ],
)
def test_parts_that_do_not_make_their_item_are_refused(text, why):
    with pytest.raises(BadCells, match=why):
        plans(text)


def test_points_of_their_own_and_sections_with_weights():
    (first, second) = plans(
        "section,weight,item,part,marked_by,key,max_marks,rule,points\n"
        "A,1,1,1a,human,,4,marks as given,1.5\n"
        "A,1,1,1b,human,,4,marks as given,2.5\n"
        "B,0.5,2,2,machine,x,1,,\n"
    )
    assert [part.maximum_thousandths for part in first.items[0].parts] == [1500, 2500]
    assert (second.name, second.weight) == ("B", Fraction(1, 2))


def test_the_file_needs_items_and_maxima():
    with pytest.raises(BadFile, match="item, max_marks"):
        items("a,b\n1,2\n")


def test_the_hash_follows_the_content_and_not_the_file():
    assert items(MIXED).content_hash == items(MIXED.replace("\n", "\r\n")).content_hash
    assert items(MIXED).content_hash != items(MIXED.replace("AB,B", "AB,A")).content_hash


WRONG = "item,part,key,options,max_marks,wrong_points,lowest score,rule\n"


def test_a_file_says_the_lowest_score_of_a_question_or_nothing_of_it() -> None:
    text = WRONG + "1,,A,AB,2,-1,-0.5,\n2,,A,AB,2,-1,none,\n3,,A,AB,2,-1,,\n"
    rows = items(text).rows
    assert [(row.floor, row.floor_stated) for row in rows] == [
        (Fraction(-1, 2), True),
        (None, True),
        (None, False),
    ]
    found = plans(text)[0].items
    assert [(item.floor, item.floor_stated) for item in found] == [
        (Fraction(-1, 2), True),
        (None, True),
        (Fraction(0), False),
    ]
    assert items(text).content_hash != items(text.replace("none", "0")).content_hash


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("1,,A,AB,2,-1,1,\n", "0 or less"),
        ("1,,A,AB,2,-1,-0.0001,\n", "three decimals"),
        ("1,,A,AB,2,-1,low,\n", "lowest score"),
        ("1,1a,A,AB,2,-1,-1,\n1,1b,A,AB,2,-1,,\n", "all its parts must agree"),
    ],
)
def test_a_lowest_score_that_cannot_be_is_named(cells, why) -> None:
    with pytest.raises(BadCells, match=why):
        items(WRONG + cells)
