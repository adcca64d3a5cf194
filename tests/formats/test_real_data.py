"""The real exams are read as any user's files are, and nothing of them is lost."""

import csv
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from marksheet.formats.item_plans import PartPlan, plan_items
from marksheet.formats.items_layout import distinct_rules, read_items
from marksheet.formats.tables import Table, read_table
from marksheet.formats.wide import read_work
from marksheet.formats.work_layout import Blank, Kind, PartFacts, WorkMapping, suggest_columns
from marksheet.rules.scoring import Match, canonical

EXAMS = {"matura-maths-2019": (50_000, 38, 15_702), "hci": (20_000, 20, 651)}


def table(folder: Path, name: str) -> Table:
    return read_table((folder / name).read_bytes(), name)


def facts(part: PartPlan) -> PartFacts:
    if part.match is None:
        return PartFacts(part.label, False, part.maximum_thousandths)
    listed = partial(canonical, Match(part.match), options=part.options)
    unlisted = partial(canonical, Match(part.match), options=())
    return PartFacts(part.label, True, part.maximum_thousandths, listed, unlisted)


def planned_parts(folder: Path) -> list[PartPlan]:
    rows = read_items(table(folder, "items.csv")).rows
    rules = distinct_rules(rows)
    assert all(rule.suggestion for rule in rules)
    sections = plan_items(rows, {rule.text: rule.suggestion for rule in rules if rule.suggestion})
    return [part for section in sections for item in section.items for part in item.parts]


@pytest.mark.parametrize("exam", EXAMS)
def test_every_rule_of_a_real_exam_is_recognised_and_its_items_reach_the_maximum(exam, exam_data):
    rows = read_items(table(exam_data / exam, "items.csv")).rows
    choices = {rule.text: rule.suggestion for rule in distinct_rules(rows)}
    (section,) = plan_items(rows, {text: choice for text, choice in choices.items() if choice})
    maximum, parts, _candidates = EXAMS[exam]
    assert sum(item.maximum_thousandths for item in section.items) == maximum
    assert sum(len(item.parts) for item in section.items) == parts


@pytest.mark.parametrize("exam", EXAMS)
def test_every_cell_of_a_real_exam_comes_through(exam, exam_data):
    parts = [facts(part) for part in planned_parts(exam_data / exam)]
    handed_in = table(exam_data / exam, "handed_in.csv")
    found = suggest_columns(handed_in, parts)
    assert {use.part for use in found.columns.values() if use.part} == {part.label for part in parts}
    uses = {
        name: replace(use, blank=Blank.NO_RESPONSE, unlisted=use.kind is Kind.ANSWER)
        for name, use in found.columns.items()
    }
    work = read_work(handed_in, WorkMapping(found.candidate, uses), parts)
    assert len(work.rows) == EXAMS[exam][2]
    with (exam_data / exam / "handed_in.csv").open(newline="") as stream:
        for row, source in zip(work.rows, csv.DictReader(stream), strict=True):
            assert row.candidate == source["candidate"]
            for name, use in uses.items():
                cell = source[name]
                if use.kind is Kind.ANSWER:
                    assert row.answers[use.part] == (cell or None)
                elif use.kind is Kind.MARK:
                    assert row.marks[use.part] == (int(cell) * 1000 if cell else Blank.NO_RESPONSE)


def test_the_background_of_candidates_is_not_imported(exam_data):
    parts = [facts(part) for part in planned_parts(exam_data / "matura-maths-2019")]
    found = suggest_columns(table(exam_data / "matura-maths-2019", "handed_in.csv"), parts)
    ignored = [name for name, use in found.columns.items() if use.kind is Kind.IGNORE]
    assert ignored == ["school_type", "first_attempt"]
