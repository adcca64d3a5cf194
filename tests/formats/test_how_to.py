"""The examples of the how-to are files that the readers take."""

import re
from pathlib import Path

from marksheet.formats.candidates_layout import read_candidates
from marksheet.formats.item_plans import plan_items
from marksheet.formats.items_layout import distinct_rules, read_items
from marksheet.formats.tables import read_table
from marksheet.formats.work_layout import Kind, PartFacts, suggest_columns

HOW_TO = Path(__file__).parents[2] / "docs" / "howto" / "import.md"


def test_the_examples_of_the_how_to_are_read():
    items, candidates, work = re.findall(r"```csv\n(.*?)```", HOW_TO.read_text(), re.DOTALL)
    rows = read_items(read_table(items.encode(), "items.csv")).rows
    choices = {rule.text: rule.suggestion for rule in distinct_rules(rows)}
    (section,) = plan_items(rows, {text: choice for text, choice in choices.items() if choice})
    parts = [
        PartFacts(part.label, part.machine, part.maximum_thousandths)
        for item in section.items
        for part in item.parts
    ]
    assert read_candidates(read_table(candidates.encode(), "people.csv")).rows[0].number == "0007"
    found = suggest_columns(read_table(work.encode(), "work.csv"), parts)
    assert {use.kind for use in found.columns.values()} == {Kind.ANSWER, Kind.MARK}
