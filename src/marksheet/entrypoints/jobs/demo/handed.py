"""The demo's files of candidates: a zip as an office would get it, carried in, and some of it marked."""

import io
import random
import zipfile
from collections.abc import Sequence
from datetime import datetime, timedelta

from marksheet.apps.exams.actions.imports import note_reading, note_upload
from marksheet.apps.exams.queries.imports import FILES
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.marking.queries.submissions import scripts_for
from marksheet.apps.results.actions.marks import CellSave, save_marks
from marksheet.entrypoints.jobs.demo.papers import pdf, picture, program
from marksheet.entrypoints.jobs.demo.people import Cast
from marksheet.entrypoints.shared.intake.archives import files_in, marked_parts, store_archive
from marksheet.entrypoints.shared.intake.carrying import carry_in

REASONS = (
    "The search stands first, because nine of ten visits begin with it.",
    "Two columns keep the list in sight while one entry is read.",
    "Nothing moves under the pointer while the page loads.",
    "The heading says where you are; the way back is always at the same place.",
    "Errors stand beside the field, and what was typed is kept.",
    "On a phone the list becomes a page of its own.",
    "Colour never says anything alone: each state has its word.",
)
MARKED = 3


def hand_in_files(cast: Cast, schedule: Schedule, numbers: Sequence[str], *, at: datetime) -> None:
    """Bring in a drawing, a report and a program of each candidate but the last, and mark a few."""
    chance = random.Random(schedule.code)  # noqa: S311 - a demo, the same every time
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in numbers[:-1]:
            lines = chance.sample(REASONS, chance.randrange(3, 6))
            archive.writestr(f"{number}_1.png", picture(chance))
            archive.writestr(f"{number}_2.pdf", pdf("Why the page is laid out so", lines))
            archive.writestr(f"{number}_3.py", program(chance))
    stored = store_archive("interface-design.zip", [packed.getvalue()])
    row = note_upload(cast.ada, FILES, schedule.ref, stored, at=at)
    row = note_reading(cast.ada, row.ref, {"part": ""}, rows=files_in(row))
    carry_in(cast.ada, row, {"reason": "collected from the portal"}, at=at)
    parts = marked_parts(schedule)
    for script in scripts_for(cast.mo, schedule)[:MARKED]:
        cells = [
            CellSave(
                script.ref, part.ref, 500 * chance.randrange(4, part.maximum_thousandths // 500 + 1), False, 0
            )
            for part in parts
        ]
        save_marks(cast.mo, schedule.ref, cells, at=at + timedelta(hours=5))
