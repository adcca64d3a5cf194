"""Carry the files of candidates in a zip into a schedule."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from marksheet.apps.exams.actions.imports import discard, note_reading
from marksheet.apps.exams.queries.imports import FILES
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import Person
from marksheet.entrypoints.intake.command import FileCommand
from marksheet.entrypoints.intake.printing import files_lines, receipt_lines
from marksheet.entrypoints.intake.targets import schedule_ref
from marksheet.entrypoints.shared.intake.archives import (
    files_in,
    look_at_archive,
    probable_part,
    store_archive,
)
from marksheet.entrypoints.shared.intake.carrying import carry_in


class Command(FileCommand):
    """Bring in files that candidates handed in, matched by candidate number."""

    help = "Carry the files of candidates in a zip into a schedule: PDF, images, audio, text and code."
    kind = FILES

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the zip, the schedule, the question, and what is decided."""
        parser.add_argument("file", type=Path, help="a zip of files named by candidate number")
        parser.add_argument(
            "--as", dest="username", required=True, help="sign-in name of the person who acts"
        )
        parser.add_argument("--schedule", required=True, help="code or ref of the schedule")
        parser.add_argument("--part", default="", help="the question that the files answer, by its label")
        parser.add_argument(
            "--part-in-name", action="store_true",
            help="the name of each file says its question behind the number: 1001_3.pdf",
        )  # fmt: skip
        parser.add_argument("--leave-out", action="store_true", help="leave out files that cannot go in")
        parser.add_argument("--reason", default="", help="why, where something changes or comes late")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")

    def run(self, options: dict[str, Any]) -> None:
        """Look, show, carry in."""
        at = clock.read()
        if options["part"] and options["part_in_name"]:
            raise CommandError("Say --part or --part-in-name, not both.")
        actor, row = self.uploaded(options, store_archive, at)
        part = options["part"]
        if not part and not options["part_in_name"]:
            part = probable_part(row.schedule) if row.schedule else None
            if part is None:
                discard(actor, row.ref)
                raise CommandError("Say which question the files answer: --part LABEL or --part-in-name.")
        row = note_reading(actor, row.ref, {"part": part}, rows=files_in(row))
        for line in files_lines(look_at_archive(actor, row, at=at)):
            self.stdout.write(line)
        if options["dry_run"]:
            discard(actor, row.ref)
            self.stdout.write("Dry run: nothing was written.")
            return
        chosen = {"leave_out": options["leave_out"], "reason": options["reason"]}
        for line in receipt_lines(carry_in(actor, row, chosen, at=at)):
            self.stdout.write(line)

    def target(self, actor: Person, options: dict[str, Any]) -> str:
        """Return the schedule."""
        return schedule_ref(actor, options["schedule"])
