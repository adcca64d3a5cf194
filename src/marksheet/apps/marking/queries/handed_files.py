"""The files of a script as its marker sees them: under a name that says nothing of whose they are."""

import re
from dataclasses import dataclass
from datetime import datetime

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.exams.queries.files import files_of, replaced_at
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.models import Mark, Script
from marksheet.apps.marking.queries.marks import CurrentMark
from marksheet.apps.marking.queries.submissions import scripts_for
from marksheet.apps.people.models import Person
from marksheet.formats.file_kinds import safe_ending

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9.]+")


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """One file: its place among those of the response, from 1; what it is; where its content stands.

    ``name`` is for downloads: the script's code, the question, the place. It is not what the candidate called it.
    """

    position: int
    kind: str
    size: int
    sha256: str
    path: str
    name: str


def files_of_script(script: Script, part: PartRow) -> tuple[ScriptFile, ...]:
    """Return the files of one question of a script that the caller may have in hand, in their order."""
    rows = files_of(script.attempt_id, part.id)
    if not rows:
        return ()
    code = Enrolment.objects.values_list("script_code", flat=True).get(pk=script.attempt.enrolment_id)
    label = _NOT_IN_NAMES.sub("", part.label)
    return tuple(
        ScriptFile(
            row.position,
            row.kind,
            row.size,
            row.sha256,
            row.path,
            f"{code}-{label}-{row.position}.{safe_ending(row.kind, row.ending)}",
        )
        for row in rows
    )


def replaced_since(script: Script, part: PartRow, mark: CurrentMark) -> datetime | None:
    """Return when other files took the place of those that ``mark`` was given for; None where they did not."""
    newest = replaced_at(script.attempt_id, part.id) if mark.given else None
    if newest is None:
        return None
    marks = Mark.objects.filter(
        attempt=script.attempt_id, part=part.id, round=script.round, version=mark.version
    )
    given = marks.values_list("at", flat=True).first()
    return newest if given is not None and given < newest else None


def file_for(person: Person, schedule: Schedule, script_ref: str, part_ref: str, position: int) -> ScriptFile:
    """Return one file of a script that ``person`` has in hand, as the marking screen does. The caller was let in.

    Raises:
        NotFound: there is no such file for this person.
    """
    script = scripts_for(person, schedule).filter(ref=script_ref).first()
    parts = paper_of(schedule.version_id, schedule.key_version_id).unscored_parts
    part = next((one for one in parts if one.ref == part_ref), None)
    if script is not None and part is not None:
        for one in files_of_script(script, part):
            if one.position == position:
                return one
    raise NotFound("There is no such file.")
