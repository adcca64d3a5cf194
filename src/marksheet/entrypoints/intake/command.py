"""What the three commands that bring files in have in common: who, which file, look first, then carry in."""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marksheet.apps.exams.actions.imports import StoredFile, discard, note_reading, note_upload
from marksheet.apps.exams.queries.imports import Import
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import Refusal
from marksheet.apps.people.queries import Person, person_by_username
from marksheet.entrypoints.intake.printing import preview_lines, receipt_lines
from marksheet.entrypoints.shared.intake.carrying import carry_in, preview
from marksheet.entrypoints.shared.intake.files import store_file
from marksheet.entrypoints.shared.intake.reading import table_of
from marksheet.formats.tables import Table

CHUNK = 1 << 20
Store = Callable[[str, Iterable[bytes]], StoredFile]


class FileCommand(BaseCommand):
    """Bring one file in the way the pages do: the same checks, the same verbs, the same receipt."""

    kind = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and who acts."""
        parser.add_argument("file", type=Path, help="a CSV file or an XLSX workbook")
        parser.add_argument(
            "--as", dest="username", required=True, help="sign-in name of the person who acts"
        )
        parser.add_argument("--mapping", type=Path, help="JSON file: how the columns are to be read")
        parser.add_argument("--decimal", choices=[".", ","], default=".", help="the decimal sign in the file")
        parser.add_argument("--reason", default="", help="why, where something changes or comes late")
        parser.add_argument("--dry-run", action="store_true", help="show what would happen and write nothing")

    def handle(self, **options: Any) -> None:
        """Look, show, carry in."""
        try:
            self.run(options)
        except Refusal as refusal:
            lines = [str(refusal), *refusal.details, *self._helpers(refusal)]
            raise CommandError("\n".join(lines)) from None

    def run(self, options: dict[str, Any]) -> None:
        """Bring a table in."""
        at = clock.read()
        actor, row = self.uploaded(options, store_file, at)
        table = table_of(row)
        row = note_reading(actor, row.ref, self._mapping(row, table, options))
        chosen = self.choices(row, options)
        for line in preview_lines(preview(actor, row, chosen, at=at, table=table)):
            self.stdout.write(line)
        if options["dry_run"]:
            discard(actor, row.ref)
            self.stdout.write("Dry run: nothing was written.")
            return
        for line in receipt_lines(carry_in(actor, row, chosen, at=at)):
            self.stdout.write(line)

    def uploaded(self, options: dict[str, Any], store: Store, at: datetime) -> tuple[Person, Import]:
        """Return who acts, and the file as it was stored and noted.

        Raises:
            CommandError: nobody signs in so, or the file cannot be read.
        """
        actor, file = self._actor(options["username"]), options["file"]
        target = self.target(actor, options)
        try:
            with file.open("rb") as source:
                stored = store(file.name, iter(lambda: source.read(CHUNK), b""))
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from None
        return actor, note_upload(actor, self.kind, target, stored, at=at)

    def _mapping(self, row: Import, table: Table, options: dict[str, Any]) -> dict[str, Any]:
        mapping = self.suggested(row, table, options)
        if options["mapping"]:
            try:
                mapping |= json.loads(options["mapping"].read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise CommandError(f"{options['mapping']} is no mapping: {error}") from None
        return mapping

    def target(self, actor: Person, options: dict[str, Any]) -> str:
        """Return the ref of what the file goes into."""
        raise NotImplementedError

    def suggested(self, row: Import, table: Table, options: dict[str, Any]) -> dict[str, Any]:
        """Return how the file is read where no mapping says otherwise."""
        return {"columns": {}, "decimal_sign": options["decimal"]}

    def choices(self, row: Import, options: dict[str, Any]) -> dict[str, Any]:
        """Return how the file is carried in."""
        return {"reason": options["reason"]}

    @staticmethod
    def _actor(username: str) -> Person:
        actor = person_by_username(username)
        if actor is None:
            raise CommandError(f"Nobody signs in as {username}.")
        return actor

    @staticmethod
    def _helpers(refusal: Refusal) -> list[str]:
        return [f"Who can help: {', '.join(refusal.helpers)}"] if refusal.helpers else []


def matching(patterns: list[str], columns: list[str]) -> dict[str, str]:
    """Return column -> word for patterns such as ``mark_*=no_response``; later patterns win.

    Raises:
        CommandError: a pattern without "=", or one that fits no column.
    """
    found: dict[str, str] = {}
    for pattern in patterns:
        name, equals, word = pattern.rpartition("=")
        fitting = [column for column in columns if fnmatchcase(column, name)]
        if not equals or not fitting:
            raise CommandError(f"“{pattern}” fits no column. Write it like mark_*=no_response.")
        found |= dict.fromkeys(fitting, word.replace("-", "_"))
    return found
