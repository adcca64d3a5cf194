"""A zip of candidates' files: read, matched, looked at, carried in; nothing in it is written by its own name."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.imports import StoredFile
from marksheet.apps.exams.queries.files import HandedFile
from marksheet.apps.exams.queries.imports import Import
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.intake_files import import_files, refuse_open_files
from marksheet.apps.results.queries.intake_files import FilesPlan, SentFile, numbers_at, plan_files
from marksheet.entrypoints.shared.intake.files import (
    gathered,
    keep_content,
    place_of,
    plain_name,
    read_file,
)
from marksheet.entrypoints.shared.intake.reading import as_refusal, translated
from marksheet.formats.archives import Archive, Packed, read_archive
from marksheet.formats.content_hash import content_hash
from marksheet.formats.file_kinds import recognise
from marksheet.formats.file_metadata import without_metadata
from marksheet.formats.file_names import match_files
from marksheet.formats.problems import BadFile

INLINE_FILES, INLINE_BYTES = 200, 20 * 2**20
Json = Mapping[str, Any]


def store_archive(name: str, chunks: Iterable[bytes]) -> StoredFile:
    """Look through a zip, and then store it.

    Raises:
        BadInput: it is not taken; then nothing of it was stored.
    """
    data = gathered(name, chunks)
    _archive(data, plain_name(name))
    return keep_content(name, data)


def files_in(row: Import) -> int:
    """Return how many files are in a stored zip; raises BadInput if it cannot be taken any more."""
    return len(_archive_of(row).files)


def is_large_archive(row: Import) -> bool:
    """Whether a worker carries this zip in."""
    return int(row.report.get("rows", 0)) > INLINE_FILES or int(row.report.get("size", 0)) > INLINE_BYTES


def marked_parts(schedule: Schedule) -> tuple[PartRow, ...]:
    """Return the questions that files can answer: those that people mark, in the order of the paper."""
    return paper_of(schedule.version_id, schedule.key_version_id).unscored_parts


def probable_part(schedule: Schedule) -> str | None:
    """Return the only question that people mark; None where a person has to say which one is meant."""
    parts = marked_parts(schedule)
    return parts[0].label if len(parts) == 1 else None


def look_at_archive(actor: Person, row: Import, *, at: datetime) -> FilesPlan:
    """Return what carrying a zip in would do; nothing is written.

    Raises:
        BadInput: the zip cannot be taken as a whole.
    """
    return plan_files(actor, _schedule(row), _sent(actor, row)[0], barred=[actor.pk], at=at)


def carry_files(
    actor: Person, row: Import, options: Json, *, at: datetime, progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """Carry a zip in, whole or not at all: first the contents are on the disk, then the rows that name them.

    Raises:
        Refusal: nothing was written.
    """
    schedule = _schedule(row)
    sent, hashed = _sent(actor, row)
    row.content_hash = hashed
    progress(len(sent) * 3 // 10, len(sent))
    leave_out, reason = bool(options.get("leave_out")), str(options.get("reason") or "")
    plan = plan_files(actor, schedule, sent, barred=[actor.pk], at=at)
    refuse_open_files(plan, leave_out=leave_out, reason=reason)
    wanted = {one.sha256 for some in (plan.stored | plan.replaced).values() for one in some}
    paths = {one.path for one in sent if one.file is not None and one.file.sha256 in wanted}
    for n, (_one, _file, data) in enumerate(_read(_archive_of(row), paths)):
        keep_content("", data)
        progress(len(sent) * 3 // 10 + n // 2, len(sent))
    return import_files(
        actor,
        schedule.ref,
        sent,
        leave_out=leave_out,
        reason=reason,
        content_hash=hashed,
        import_ref=row.ref,
        facts={"import": row.pk, "sha256": row.file_sha256, "part": str(row.mapping.get("part") or "")},
        at=at,
    ).as_json()


def _schedule(row: Import) -> Schedule:
    if row.schedule is None:
        raise BadInput(_("This file belongs nowhere any more. Upload it again."))
    return row.schedule


def _sent(actor: Person, row: Import) -> tuple[list[SentFile], str]:
    """Return every file of a zip as it was read and matched, and the hash of what it says."""
    schedule, archive = _schedule(row), _archive_of(row)
    part = str(row.mapping.get("part") or "")
    labels = [one.label for one in marked_parts(schedule)]
    if part and part not in labels:
        raise BadInput(_("People mark no question %(part)s here. Choose another one.") % {"part": part})
    matching = match_files([one.path for one in archive.files], numbers_at(actor, schedule), labels, part)
    sizes = {one.path: one.size for one in archive.files}
    found = {
        packed.path: file for packed, file, _data in _read(archive, {one.path for one in matching.owned})
    }
    sent = [_as_sent(one.path, sizes, one.number, one.part, found[one.path]) for one in matching.owned]
    said = sorted([one.number, one.part, one.file.sha256] for one in sent if one.file is not None)
    sent += [
        SentFile(one.path, sizes[one.path], one.number, why=translated(one.why)) for one in matching.unowned
    ]
    return sent, content_hash("files", said)


def _as_sent(path: str, sizes: Mapping[str, int], number: str, part: str, file: HandedFile | str) -> SentFile:
    if isinstance(file, str):
        return SentFile(path, sizes[path], number, part, why=file)
    return SentFile(path, sizes[path], number, part, file)


def _read(archive: Archive, paths: set[str]) -> Iterator[tuple[Packed, HandedFile | str, bytes]]:
    """Yield the files at ``paths`` one at a time: what each is, or why it is not taken, and what is kept of it."""
    try:
        for packed, data in archive.contents(paths):
            try:
                known = recognise(packed.path, data)
                kept = without_metadata(known.kind, data)
            except BadFile as error:
                yield packed, translated(error.message), b""
                continue
            sha256 = hashlib.sha256(kept).hexdigest()
            yield (
                packed,
                HandedFile(known.kind.value, known.ending, len(kept), sha256, place_of(sha256)),
                kept,
            )
    except BadFile as error:
        raise as_refusal(error) from None


def _archive_of(row: Import) -> Archive:
    return _archive(read_file(row.file_path, row.file_sha256), row.file_name)


def _archive(data: bytes, name: str) -> Archive:
    try:
        return read_archive(data, name)
    except BadFile as error:
        raise as_refusal(error) from None
