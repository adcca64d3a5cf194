"""Enrol the candidates of a file at a schedule."""

from argparse import ArgumentParser
from typing import Any

from marksheet.apps.exams.queries.imports import CANDIDATES
from marksheet.apps.people.queries import Person
from marksheet.entrypoints.intake.command import FileCommand
from marksheet.entrypoints.intake.targets import schedule_ref


class Command(FileCommand):
    """Enrol candidates; who is there already stays as they are."""

    help = "Enrol the candidates of a CSV or XLSX file: number, name, e-mail, unit, language."
    kind = CANDIDATES

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the schedule."""
        super().add_arguments(parser)
        parser.add_argument("--schedule", required=True, help="code or ref of the schedule")

    def target(self, actor: Person, options: dict[str, Any]) -> str:
        """Return the schedule."""
        return schedule_ref(actor, options["schedule"])
