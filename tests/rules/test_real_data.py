"""Two real exams, scored by the rules alone, come out as they were published."""

import csv
import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from marksheet.rules.aggregation import (
    Compiled,
    ItemRule,
    ItemSpec,
    PaperSpec,
    PartOutcome,
    PartSpec,
    SectionSpec,
    compile_paper,
)
from marksheet.rules.grading import Outcome, Scale, grade, pass_at
from marksheet.rules.scoring import Key, Match, canonical, score_answer

DATA = Path(os.environ.get("MARKSHEET_EXAM_DATA") or Path(__file__).parents[3] / "shared" / "data")
ZERO = Fraction(0)

pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the real exams are not in {DATA}; MARKSHEET_EXAM_DATA says where they are"
)

# What each text of the Matura's rule column means: rule, marks by number of right parts.
RULES: dict[str, tuple[ItemRule, tuple[tuple[int, Fraction], ...]]] = {
    "": (ItemRule.SUM, ()),
    "marks as given": (ItemRule.SUM, ()),
    "correct = 2": (ItemRule.SUM, ()),
    "over the item: 1 per correct part": (ItemRule.SUM, ()),
    "over the item: 1 per correct part, plus the mark of 26.3": (ItemRule.SUM, ()),
    "over the item: 4 correct = 2, 3 correct = 1, else 0": (
        ItemRule.COUNT_CORRECT,
        ((4, Fraction(2)), (3, Fraction(1))),
    ),
}


# The inventory's items file names A to D for every item, but these two were also answered with E.
ALSO_ANSWERED = {"12": ("E",), "19": ("E",)}


def rows(path: str) -> Iterator[dict[str, str]]:
    with (DATA / path).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def part_outcome(row: dict[str, str], points: Fraction) -> Callable[[str], PartOutcome]:
    """Return what an entry of this part comes to, each distinct entry being scored once."""
    known: dict[str, PartOutcome] = {}
    options = tuple(row["options"]) + ALSO_ANSWERED.get(row["item"], ())
    key = Key(Match.CHOICE, (row["key"],), points) if row["key"] else None

    def outcome(entry: str) -> PartOutcome:
        if entry not in known:
            known[entry] = scored(entry, key, options)
        return known[entry]

    return outcome


def scored(entry: str, key: Key | None, options: tuple[str, ...]) -> PartOutcome:
    if not entry:
        return PartOutcome(ZERO, False, True)
    if key is None:
        return PartOutcome(Fraction(entry))
    answer = score_answer(canonical(key.match, entry, options), key)
    return PartOutcome(answer.score, answer.right)


class Exam:
    """A paper made from an items file, ready to add up rows of a handed-in file."""

    def __init__(self, path: str) -> None:
        by_item: dict[str, list[dict[str, str]]] = {}
        for row in rows(path):
            by_item.setdefault(row["item"], []).append(row)
        self.labels = list(by_item)
        self.columns: list[list[tuple[str, Callable[[str], PartOutcome]]]] = []
        items = [self.item(label, parts) for label, parts in by_item.items()]
        self.compiled: Compiled = compile_paper(PaperSpec((SectionSpec("all", tuple(items)),)))

    def item(self, label: str, parts: list[dict[str, str]]) -> ItemSpec:
        maximum = Fraction(parts[0]["max_marks"])
        rule, steps = RULES[parts[0].get("rule", "")]
        points = Fraction(1) if len(parts) > 1 else maximum
        self.columns.append(
            [
                (
                    ("answer_" if row["key"] else "mark_") + row.get("part", row["item"]),
                    part_outcome(row, points),
                )
                for row in parts
            ]
        )
        specs = tuple(PartSpec(row.get("part", label), points, bool(row["key"])) for row in parts)
        return ItemSpec(label, specs, maximum, rule, steps)

    def add_up(self, row: dict[str, str]) -> tuple[dict[str, Fraction | None], Fraction | None]:
        """Return item scores by label, and the total."""
        outcomes = [[outcome(row[column]) for column, outcome in item] for item in self.columns]
        result = self.compiled.aggregate(outcomes)
        return dict(zip(self.labels, result.item_scores, strict=True)), result.score


def test_every_item_score_and_total_of_the_matura_comes_out_as_published():
    exam = Exam("matura-maths-2019/items.csv")
    assert len(exam.labels) == 30
    assert exam.compiled.maximum == 50
    handed_in = {row["candidate"]: row for row in rows("matura-maths-2019/handed_in.csv")}
    expected = list(rows("matura-maths-2019/expected_scores.csv"))
    assert len(handed_in) == len(expected) == 15_702
    for row in expected:
        items, total = exam.add_up(handed_in[row["candidate"]])
        assert items == {label: int(row[f"item_{label}"]) for label in exam.labels}, row["candidate"]
        assert total == int(row["total"]), row["candidate"]


def test_the_maturas_pass_mark_divides_its_candidates_at_exactly_17_marks():
    scale = Scale(pass_at(33))
    for row in rows("matura-maths-2019/expected_scores.csv"):
        graded = grade(Fraction(row["total"]), Fraction(50), scale)
        assert (graded.outcome is Outcome.PASSED) == (int(row["total"]) >= 17)


def test_every_total_of_the_homeostasis_inventory_comes_out_as_published():
    exam = Exam("hci/items.csv")
    handed_in = {row["candidate"]: row for row in rows("hci/handed_in.csv")}
    expected = list(rows("hci/expected_totals.csv"))
    assert len(handed_in) == len(expected) == 651
    for row in expected:
        assert exam.add_up(handed_in[row["candidate"]])[1] == int(row["total"]), row["candidate"]
