"""The files that candidates handed in: what they are and where their content stands, without their content."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marksheet.apps.exams.models import ResponseFile
from marksheet.apps.ledger.bulk import among

Cell = tuple[int, int]
"""(attempt key, part key)."""


@dataclass(frozen=True, slots=True)
class HandedFile:
    """One file as it is stored: kind and ending as ``formats.file_kinds`` knows them, size in bytes."""

    kind: str
    ending: str
    size: int
    sha256: str
    path: str


def files_at(schedule_id: int) -> dict[Cell, tuple[HandedFile, ...]]:
    """Return (attempt, part) -> its current files in their order, of a schedule that the caller was let into."""
    rows = ResponseFile.objects.filter(attempt__schedule_id=schedule_id, current=True)
    found: dict[Cell, list[HandedFile]] = defaultdict(list)
    fields = ("attempt_id", "part_id", "kind", "ending", "size", "sha256", "path")
    for attempt, part, *file in rows.order_by("position").values_list(*fields).iterator(chunk_size=5_000):
        found[attempt, part].append(HandedFile(*file))
    return {cell: tuple(some) for cell, some in found.items()}


def files_of(attempt_id: int, part_id: int) -> list[ResponseFile]:
    """Return the current files of one response in their order; whether the reader may see them is for the caller."""
    rows = ResponseFile.objects.filter(attempt=attempt_id, part=part_id, current=True)
    return list(rows.order_by("position"))


def contents_of(attempts: Sequence[int]) -> dict[tuple[int, int, int], str]:
    """Return (attempt, part, position) -> digest of the content of each current file of these attempts."""
    rows = ResponseFile.objects.filter(attempt_id__in=among(attempts), current=True)
    columns = ("attempt_id", "part_id", "position", "sha256")
    return {(a, part, position): sha256 for a, part, position, sha256 in rows.values_list(*columns)}


def replaced_at(attempt_id: int, part_id: int) -> datetime | None:
    """Return when the current files of a response took the place of others; None where they are the first."""
    rows = ResponseFile.objects.filter(attempt=attempt_id, part=part_id)
    if not rows.filter(current=False).exists():
        return None
    return rows.filter(current=True).order_by("-stored_at").values_list("stored_at", flat=True).first()


def stored_contents() -> list[tuple[str, str]]:
    """Return SHA-256 and place of every content that is or was a response, each once; for the check of the whole."""
    rows = ResponseFile.objects.order_by("sha256").values_list("sha256", "path").distinct()
    return [(sha256, path) for sha256, path in rows]
