"""Check the log, what it tells of, and what follows from that, against what was written."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marksheet.apps.exams.queries.files import stored_contents
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.release.queries.verifying import Fault, Verified, last_link, verify
from marksheet.entrypoints.shared.intake.files import read_file


class Command(BaseCommand):
    """Verify everything and name the first altered entry; exit 1 if anything is not as it was written."""

    help = "Verify the log, versions, marks, answers and results; --checkpoint SEQ:HASH compares with a note."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a checkpoint noted before."""
        parser.add_argument("--checkpoint", default="", metavar="SEQ:HASH")

    def handle(self, *, checkpoint: str, **_: Any) -> None:
        """Print each fault, then how much was checked."""
        known = _checkpoint(checkpoint)
        counts = Verified()
        faults = [*verify(counts, checkpoint=known), *_contents()]
        for fault in faults[:20]:
            self.stderr.write(f"{fault.where}: {fault.what}")
        seq, hashed = last_link()
        self.stdout.write(
            f"Checked {counts.events} events with {counts.lines} lines and {counts.sides} texts, "
            f"{counts.versions} versions, {counts.disclosures} disclosures, {counts.marks} marks, "
            f"{counts.answers} answers, {counts.files} files; {counts.results} results worked out anew."
        )
        if faults:
            raise CommandError(f"{len(faults)} faults. The first: {faults[0].where} {faults[0].what}")
        self.stdout.write(f"All is as it was written. Checkpoint: {seq}:{hashed}")
        if known is None:
            self.stdout.write(
                "Without a checkpoint from before, a log cut at its end or written wholly anew looks the same."
            )


def _contents() -> Iterator[Fault]:
    """Read every stored file of a response, and compare its content with its digest."""
    for sha256, path in stored_contents():
        try:
            read_file(path, sha256)
        except BadInput:
            yield Fault(f"file {sha256[:12]}", f"is not at {path}, or is not what was handed in")


def _checkpoint(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    seq, _, hashed = text.partition(":")
    if not seq.isdigit() or len(hashed) != 64:
        raise CommandError(f"A checkpoint looks like 1204:<64 hexadecimal digits>, not {text!r}.")
    return int(seq), hashed
