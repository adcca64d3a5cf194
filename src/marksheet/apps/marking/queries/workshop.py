"""The marking screen: one question of one script, with what was answered, how to mark it and what stands."""

from dataclasses import dataclass
from datetime import datetime

from marksheet.apps.exams.models import Item, Part, Response, Schedule
from marksheet.apps.exams.queries.anonymity import veil_of
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schemes import newest_schemes, schedules_with_schemes, written
from marksheet.apps.exams.queries.scored import machine_scores
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.models import Flag, MarkDraft, Script
from marksheet.apps.marking.queries.annotations import Placed, annotations_of
from marksheet.apps.marking.queries.comments import Comment, comments_of
from marksheet.apps.marking.queries.flags import open_flag
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.handed_files import ScriptFile, files_of_script, replaced_since
from marksheet.apps.marking.queries.judgements import CurrentJudgement, judgement_of
from marksheet.apps.marking.queries.marks import NEVER_MARKED, CurrentMark, current_marks, drafts_of
from marksheet.apps.marking.queries.qualifying import trials_of
from marksheet.apps.marking.queries.sharing import Other, others_of
from marksheet.apps.marking.queries.submissions import Submission, scripts_for, submission
from marksheet.apps.marking.queries.walking import NOTHING_AROUND, Around, around, first_open
from marksheet.apps.people.models import Person
from marksheet.rules import schemes


@dataclass(frozen=True, slots=True)
class Written:
    """What was answered: a text; "" with ``blank`` for an explicit no response; neither where nothing came in."""

    text: str = ""
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as far as it is kept here."""

    title: str
    body: str
    prompt: str


@dataclass(frozen=True, slots=True)
class Workshop:
    """Everything on the marking screen.

    Args:
        files: that the candidate handed in to this question, in their order.
        replaced_at: when they took the place of those that the mark was given for.
        marks: of every part of the script that people mark, in the order of ``parts``.
        scheme: the newest version; ``number`` is 0 without one. It says nothing where the reader may not read it.
        hidden: there is a scheme, and it is not for this reader, who is a candidate with the paper.
        by: who gave the mark, where it was somebody else.
        others: what others gave in other rounds, as far as marks are shared.
        annotations: what stands on the response, of this round and, as far as marks are shared, of others.
    """

    script: Script
    row: Submission
    parts: tuple[PartRow, ...]
    part: PartRow
    question: Question
    written: Written
    files: tuple[ScriptFile, ...]
    replaced_at: datetime | None
    marks: tuple[CurrentMark, ...]
    mark: CurrentMark
    said: CurrentJudgement
    by: str
    scheme: schemes.Scheme
    number: int
    hidden: bool
    draft: MarkDraft | None
    flag: Flag | None
    comments: list[Comment]
    around: Around
    others: tuple[Other, ...] = ()
    annotations: tuple[Placed, ...] = ()
    machine: str = ""


def workshop_of(
    person: Person,
    schedule: Schedule,
    script_ref: str,
    part_ref: str = "",
    *,
    by_candidate: bool = False,
    walking: bool = True,
) -> Workshop:
    """Return the marking screen of one question of a script; without a question, of the first unmarked one.

    The same scripts as in the list of submissions: never another marker's before both have submitted, never one's own
    work, nor what a conflict of interest keeps from the person. The caller was let into the schedule.

    Args:
        walking: what lies around is asked for, too, and the files; a save in passing needs neither.

    Raises:
        NotFound: there is no such script or question for this person.
    """
    scripts = scripts_for(person, schedule)
    script = scripts.filter(ref=script_ref).first()
    if script is None:
        scripts = trials_of(person, schedule)
        script = scripts.filter(ref=script_ref).first()
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    if script is None or not parts:
        raise NotFound("There is no such script to mark.")
    part = _part(script, parts, part_ref)
    held = current_marks([script.attempt_id], script.round)
    marks = tuple(held.get((script.attempt_id, one.id), NEVER_MARKED) for one in parts)
    mark = held.get((script.attempt_id, part.id), NEVER_MARKED)
    row = newest_schemes([part.id]).get(part.id)
    reads = schedules_with_schemes(person).filter(pk=schedule.pk).exists()
    scheme = written(row) if reads else schemes.Scheme(step_thousandths=row.step_thousandths if row else 1)
    files = files_of_script(script, part) if walking else ()
    answered = _written(script, part)
    return Workshop(
        script=script,
        row=submission(script, len(parts)),
        parts=parts,
        part=part,
        question=_question(part),
        written=answered,
        files=files,
        replaced_at=replaced_since(script, part, mark) if files else None,
        marks=marks,
        mark=mark,
        said=judgement_of(script, part.id),
        by=_other(person, schedule, mark),
        scheme=scheme,
        number=row.number if row else 0,
        hidden=row is not None and not reads,
        draft=drafts_of(person.pk, [script.attempt_id]).get((script.attempt_id, part.id)),
        flag=open_flag(person, script),
        comments=comments_of(person, part.id),
        around=around(scripts, script, parts, part, by_candidate=by_candidate) if walking else NOTHING_AROUND,
        machine=_machine(schedule, script, part),
        others=others_of(person, schedule, [script]).get((script.pk, part.id), ()) if walking else (),
        annotations=annotations_of(
            person,
            schedule,
            script,
            part.id,
            text=answered.text,
            files={one.position: one.sha256 for one in files},
        )
        if walking
        else (),
    )


def _machine(schedule: Schedule, script: Script, part: PartRow) -> str:
    """Return what the key scored of a part that people check, as the mark sheet shows it; "" where it did not."""
    scored = machine_scores(schedule, [script.attempt_id], [part.id] if part.machine else [])
    place = (script.attempt_id, part.id)
    return shown_mark(scored[place], scored[place] is None) if place in scored else ""


def first_to_mark(person: Person, schedule: Schedule, part_ref: str = "") -> tuple[str, str] | None:
    """Return where marking goes on: the first script with something unmarked, or the first; None without scripts.

    Args:
        part_ref: of this question; "" for the script's first unmarked one.
    """
    scripts = scripts_for(person, schedule)
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    script = scripts.filter(submitted_at=None, unmarked__gt=0).first() or scripts.first()
    if script is None or not parts:
        return None
    part = next((one for one in parts if one.ref == part_ref), None)
    if part is None:
        return script.ref, first_open(script, parts).ref
    marks = current_marks([script.attempt_id], script.round)
    if not marks.get((script.attempt_id, part.id), NEVER_MARKED).given:
        return script.ref, part.ref
    return around(scripts, script, parts, part, by_candidate=False).unmarked or (script.ref, part.ref)


def _part(script: Script, parts: tuple[PartRow, ...], ref: str) -> PartRow:
    if not ref:
        return first_open(script, parts)
    found = next((one for one in parts if one.ref == ref), None)
    if found is None:
        raise NotFound("There is no such question that people mark.")
    return found


def _question(part: PartRow) -> Question:
    row = Part.objects.filter(pk=part.id).values_list("item_id", "prompt").get()
    title, body = Item.objects.filter(pk=row[0]).values_list("title", "body").get()
    return Question(title, body, row[1])


def _written(script: Script, part: PartRow) -> Written:
    rows = Response.objects.filter(attempt=script.attempt_id, part=part.id)
    found = list(rows.values_list("answer__value", flat=True)[:1])
    if not found:
        return Written()
    return Written(found[0] or "", found[0] is None)


def _other(person: Person, schedule: Schedule, mark: CurrentMark) -> str:
    if mark.marker_id in (None, person.pk) or not mark.given:
        return ""
    name = Person.objects.filter(pk=mark.marker_id).values_list("name", flat=True).first() or ""
    return veil_of(person, [schedule]).colleague(schedule.pk, mark.marker_id, name)
