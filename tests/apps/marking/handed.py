"""Files of candidates, brought in the way the pages do it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marksheet.apps.exams.actions.imports import note_reading, note_upload
from marksheet.apps.exams.models import Import, Schedule
from marksheet.apps.people.models import Person
from marksheet.entrypoints.shared.intake.archives import files_in, store_archive
from marksheet.entrypoints.shared.intake.carrying import carry_in
from tests.factories import NOW
from tests.formats.zips import zipped


def uploaded(
    person: Person, schedule: Schedule, files: Mapping[str, bytes], *, part: str = "", at: datetime = NOW
) -> Import:
    """Upload a zip of path -> content, and say which question it answers ("": the names say it)."""
    row = note_upload(person, "files", schedule.ref, store_archive("june.zip", [zipped(files)]), at=at)
    return note_reading(person, row.ref, {"part": part}, rows=files_in(row))


def brought_in(
    person: Person,
    schedule: Schedule,
    files: Mapping[str, bytes],
    *,
    part: str = "",
    at: datetime = NOW,
    **options: Any,
) -> dict[str, Any]:
    """Carry such a zip in; return the receipt."""
    return carry_in(person, uploaded(person, schedule, files, part=part, at=at), options, at=at)
