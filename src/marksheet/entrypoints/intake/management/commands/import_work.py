"""Carry a file of answers and marks into a schedule."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from marksheet.apps.exams.queries.imports import WORK, Import
from marksheet.apps.people.queries import Person, person_by_username
from marksheet.entrypoints.intake.command import FileCommand, matching
from marksheet.entrypoints.intake.targets import schedule_ref
from marksheet.entrypoints.shared.intake.reading import suggested_work
from marksheet.formats.tables import Table
from marksheet.formats.work_layout import Blank


class Command(FileCommand):
    """Bring in handed-in work: answers are scored, marks stored under a round and a marker."""

    help = "Carry the answers and marks of a CSV or XLSX file into a schedule."
    kind = WORK

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the schedule, what blanks mean, and whose marks these are."""
        super().add_arguments(parser)
        parser.add_argument("--schedule", required=True, help="code or ref of the schedule")
        parser.add_argument(
            "--blank", action="append", default=[], metavar="COLUMN=MEANING",
            help=f"what a blank means in the columns that fit: {', '.join(Blank)}; mark_*=no_response",
        )  # fmt: skip
        parser.add_argument(
            "--no-response", action="append", default=[], help="a text that means no response"
        )
        parser.add_argument(
            "--unlisted", action="append", default=[], metavar="COLUMN",
            help="columns in which answers outside the options are taken, as wrong ones; answer_*",
        )  # fmt: skip
        parser.add_argument(
            "--texts", action="store_true",
            help="a file with one row per candidate and part: what it says of parts that people mark are texts",
        )  # fmt: skip
        parser.add_argument("--round", default="marker-1", help="the round of the marks")
        parser.add_argument("--marker", default="", help="sign-in name of who gave the marks")
        parser.add_argument("--submit", action="store_true", help="the marks are final: submit the scripts")
        parser.add_argument("--leave-out", action="store_true", help="leave out rows that cannot go in")
        parser.add_argument(
            "--keep-answers", action="store_true", help="keep answers that were handed in before"
        )
        parser.add_argument(
            "--take-answers",
            action="store_true",
            help="take the file's answers in their place; needs --reason",
        )

    def target(self, actor: Person, options: dict[str, Any]) -> str:
        """Return the schedule."""
        return schedule_ref(actor, options["schedule"])

    def suggested(self, row: Import, table: Table, options: dict[str, Any]) -> dict[str, Any]:
        """Return the columns by their names, with what blanks mean as said; blanks have no default."""
        if row.schedule is None:
            raise CommandError("The schedule is gone.")
        mapping = suggested_work(table, row.schedule)
        mapping |= {"decimal_sign": options["decimal"], "no_response_words": options["no_response"]}
        if mapping["shape"] == "long":
            words = matching(options["blank"], ["blank_answer", "blank_mark"]) if options["blank"] else {}
            return mapping | words | {"unlisted": bool(options["unlisted"]), "texts": options["texts"]}
        columns = mapping["columns"]
        for column, word in matching(options["blank"], list(columns)).items():
            if word not in tuple(Blank):
                raise CommandError(f"“{word}” is no meaning of a blank: {', '.join(Blank)}.")
            columns[column][2] = word
        for column in matching([f"{pattern}=yes" for pattern in options["unlisted"]], list(columns)):
            columns[column][3] = True
        return mapping

    def choices(self, row: Import, options: dict[str, Any]) -> dict[str, Any]:
        """Return whose marks these are and what was decided."""
        marker = person_by_username(options["marker"]) if options["marker"] else None
        if options["marker"] and marker is None:
            raise CommandError(f"Nobody signs in as {options['marker']}.")
        return {
            "reason": options["reason"],
            "round": options["round"],
            "marker": marker.ref if marker else "",
            "submit": options["submit"],
            "leave_out": options["leave_out"],
            "answers": "take" if options["take_answers"] else "keep" if options["keep_answers"] else "",
        }
