"""Carry the questions of a file into the draft of an exam."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from marksheet.apps.exams.queries.imports import ITEMS, Import
from marksheet.apps.people.queries import Person
from marksheet.entrypoints.intake.command import FileCommand
from marksheet.entrypoints.intake.targets import assessment_ref
from marksheet.entrypoints.shared.intake.reading import suggested_rules
from marksheet.formats.tables import Table


class Command(FileCommand):
    """Add questions with their keys; one row per part."""

    help = "Carry the questions of a CSV or XLSX file (one row per part) into the draft of an exam."
    kind = ITEMS

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the exam, and what the texts of the rule column mean."""
        super().add_arguments(parser)
        parser.add_argument("--exam", required=True, help="code or ref of the exam")
        parser.add_argument(
            "--suggested-rules",
            action="store_true",
            help="take the suggested rule for each text of the rule column",
        )
        parser.add_argument(
            "--rule", action="append", default=[], metavar="TEXT=RULE",
            help="what one text means: sum, all_or_nothing or best_part; counted parts need --mapping",
        )  # fmt: skip

    def target(self, actor: Person, options: dict[str, Any]) -> str:
        """Return the exam."""
        return assessment_ref(actor, options["exam"])

    def suggested(self, row: Import, table: Table, options: dict[str, Any]) -> dict[str, Any]:
        """Return columns by their usual names and rules as said."""
        mapping = super().suggested(row, table, options)
        found = suggested_rules(table, mapping)
        rules = {text: rule for text, rule in found.items() if options["suggested_rules"] or not text}
        for pair in options["rule"]:
            text, equals, word = pair.rpartition("=")
            if not equals or text not in found:
                raise CommandError(f"“{text}” does not stand in the rule column.")
            rules[text] = {"rule": word, "steps": [], "points": None}
        for text, rule in found.items():
            self.stdout.write(f"rule “{text}”: {_word(rules.get(text))} (suggested: {_word(rule)})")
        return mapping | {"rules": rules}


def _word(rule: dict[str, Any] | None) -> str:
    if rule is None:
        return "none"
    steps = ", ".join(f"{right} right = {marks}" for right, marks in rule["steps"])
    each = f"{rule['points']} per right part" if rule["points"] else ""
    return " ".join(part for part in (rule["rule"], steps, each) if part)
