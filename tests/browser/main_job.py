"""The scene of the main job: an exam brought in by the commands, scored and ready, its publisher not yet named."""

import csv
import io
import shutil
from datetime import timedelta
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from django.core.management import call_command

from marksheet.apps.exams.actions import authoring
from marksheet.apps.exams.actions import settings as options
from marksheet.apps.exams.models import AssessmentVersion, Schedule
from marksheet.apps.results.actions.schedules import activate
from tests import factories as f
from tests.generator import Paper

FINAL = ("--blank", "mark_*=no-response", "--blank", "answer_*=no-response", "--marker", "mo", "--submit")


def written(made: Paper, folder: Path) -> Path:
    """Write the files of a generated paper into ``folder``."""
    for name in ("items", "candidates", "handed_in"):
        (folder / f"{name}.csv").write_text(getattr(made, name), encoding="utf-8")
    return folder


def brought_in(
    world: f.World,
    folder: Path,
    code: str,
    *,
    title: str,
    pass_percent: int = 33,
    candidates: str = "candidates.csv",
) -> Schedule:
    """Bring questions, candidates and marked work in by the three commands; Mo marks, nobody publishes yet."""
    at, quiet = f.OPENS - timedelta(days=30), {"stdout": io.StringIO()}
    made = authoring.create_assessment(world.ada, world.department.ref, code=code, title=title, at=at)
    version = AssessmentVersion.objects.get(assessment=made)
    call_command(
        "import_items", folder / "items.csv", "--exam", code, "--as", "ada", "--suggested-rules", **quiet
    )
    options.edit_scale(world.ada, version.ref, f.a_scale(pass_percent), at=f.OPENS)
    authoring.make_live(world.ada, version.ref, at=f.OPENS)
    version.refresh_from_db()
    schedule = f.a_schedule(
        world, version=version, code=f"{code}-1", candidates=0, active=False, staffed=False
    )
    f.grant(world.mo, "marker", schedule.node)
    there = ("--schedule", schedule.code, "--as", "ada")
    call_command("import_candidates", folder / candidates, *there, **quiet)
    activate(world.ada, schedule.ref, at=f.OPENS)
    call_command("import_work", folder / "handed_in.csv", *there, *FINAL, **quiet)
    return schedule


def mail_into(settings: Any, folder: Path) -> Path:
    """Let messages go to files in ``folder``, as fast as they can be written."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = folder
    settings.MARKSHEET_MAIL_PAUSE = 0
    settings.MARKSHEET_MAIL_PER_SECOND = 1e9
    return folder


def messages(folder: Path) -> list[Message]:
    """Return the head of every message that was handed over; the sink parts them by a line of dashes."""
    reader = BytesHeaderParser()
    return [
        reader.parsebytes(text)
        for file in sorted(folder.iterdir())
        for text in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
        if text.strip()
    ]


def with_addresses(real: Path, folder: Path) -> Path:
    """Copy a real exam's files into ``folder``; give its nameless candidates a name and an address each."""
    for name in ("items.csv", "handed_in.csv"):
        shutil.copy(real / name, folder / name)
    numbers = [row["candidate"] for row in rows_of(real / "handed_in.csv")]
    lines = (f"{number},Candidate {number},c{number.lower()}@example.org\n" for number in numbers)
    (folder / "candidates.csv").write_text("number,name,email\n" + "".join(lines), encoding="utf-8")
    return folder


def rows_of(file: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file by column."""
    with file.open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))
