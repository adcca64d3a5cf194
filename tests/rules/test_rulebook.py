"""The rulebook is held against the rules: its examples run, its tables are theirs."""

import doctest
import re
from pathlib import Path

import pytest

from marksheet.rules import access, publication, readiness, rounding, visibility
from tests.rules.by_hand import rounding as rounded_by_hand
from tests.rules.loading import rules

ROOT = Path(__file__).parents[2]
BOOK = ROOT / "docs" / "rulebook"
MODULES = sorted(path.stem for path in (ROOT / "src" / "marksheet" / "rules").glob("[a-z]*.py"))
# Modules that are told about on the page of another.
TOLD_IN = {
    "paper": "aggregation",
    "scale": "grading",
    "account": "visibility",
    "problems": "authoring",
    "judging": "marks",
}


def table(page: str, first_column: str) -> list[list[str]]:
    """Return the rows of the table whose head begins with ``first_column``."""
    lines = (BOOK / f"{page}.md").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first_column} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


@pytest.mark.parametrize("module", MODULES)
def test_every_module_is_told_about(module: str):
    page = BOOK / f"{TOLD_IN.get(module, module)}.md"
    assert page.exists()
    assert f"marksheet.rules.{module}" in page.read_text()


@pytest.mark.parametrize("page", sorted(BOOK.glob("*.md")), ids=lambda page: page.stem)
def test_every_example_runs(page: Path):
    text = re.sub(r"^```\w*$", "", page.read_text(), flags=re.MULTILINE)
    parsed = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert runner.run(parsed).failed == 0


def test_the_rounding_table_is_right():
    rows = table("rounding", "value")
    assert len(rows) > 10
    for value, places, *texts in rows:
        assert rounded_by_hand(rules(), (value, int(places)))[2:] == tuple(texts)
    assert {policy.value for policy in rounding.RoundingPolicy} == {"half-up-1", "half-even-1", "down-1"}


def test_the_option_table_is_the_rules_own():
    yes = {True: "yes", False: "no"}
    assert table("publication", "option") == [
        [
            option.value.replace("_", " "),
            yes[machine],
            cell.publishes.value.replace("_", " "),
            yes[cell.asks],
            yes[cell.shown_at_publication],
            cell.candidate_word.replace("_", " "),
            yes[cell.needs_last_attempt],
        ]
        for (option, machine), cell in publication.TABLE.items()
    ]


def test_everything_that_can_be_missing_is_listed():
    listed = [(row[0], row[1]) for row in table("readiness", "missing")]
    assert listed == [(code, state.value) for code, state in readiness.WAITS_IN.items()]


def test_every_verb_and_role_is_listed():
    assert table("access", "verb") == [[verb.value, text] for verb, text in access.DESCRIPTIONS.items()]
    listed = [(row[0], set(re.findall(r"[a-z]+\.[a-z]+", row[2]))) for row in table("access", "role")]
    assert listed == [(role.name, set(role.verbs)) for role in access.SHIPPED_ROLES.values()]


def test_every_switch_is_listed_with_its_default():
    listed = {row[0]: (row[1] == "yes", row[3] == "yes") for row in table("visibility", "switch")}
    defaults = visibility.Switches().to_json()
    waits = visibility.WAITING_SWITCHES
    assert listed == {name: (on, name in waits) for name, on in defaults.items()}
