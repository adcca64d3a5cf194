"""Give marks: one, or a page of them, all or none; a save against an old version keeps what was typed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import veil_of
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.ledger.change import Change, change, draft
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import MarkDraft, Script
from marksheet.apps.marking.queries.hands import with_trials
from marksheet.apps.marking.queries.marks import NEVER_MARKED, CurrentMark, marks_of_scripts
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks.cells import (
    BadCells,
    CellName,
    CellSave,
    SavedMark,
    StaleMarks,
    Theirs,
    wrong_mark,
)
from marksheet.apps.results.actions.marks.scene import (
    by_round,
    locked,
    marking_at,
    record,
    refuse_closed,
)
from marksheet.apps.results.actions.marks.stopping import Stopped, refuse_stopped, watch
from marksheet.rules.access import Verb


def save_mark(
    actor: Person,
    script_ref: str,
    part_ref: str,
    *,
    value: int | None,
    no_response: bool = False,
    against_version: int,
    at: datetime,
) -> SavedMark:
    """Give one mark; see ``save_marks``."""
    found = with_trials().filter(ref=script_ref).select_related("schedule").first()
    if found is None:
        raise NotFound(_("There is no such script."))
    cell = CellSave(script_ref, part_ref, value, no_response, against_version)
    return save_marks(actor, found.schedule.ref, [cell], at=at)[script_ref, part_ref]


def save_marks(
    actor: Person, schedule_ref: str, cells: Sequence[CellSave], *, at: datetime
) -> dict[CellName, SavedMark]:
    """Give marks, all of them or none.

    The same save again by the same person, after an answer that was lost, answers the same.

    Args:
        cells: values are thousandths, 0 to the part's maximum.

    Raises:
        NotFound: schedule, script or part is not there, or hidden from the actor.
        NotAllowed: the actor does not mark there, or the script is their own.
        WrongState: a script was submitted, or its work was not handed in.
        BadCells: a value is out of range or between the steps of its scheme, or the part is not marked by hand.
        StaleMarks: somebody else was faster; what was typed is kept as a draft.
        Stopped: the actor is stopped there by what they gave seeds; what was typed is kept as a draft.
    """
    schedule = marking_at(actor, schedule_ref, Verb.MARK_GIVE)
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    parts = {part.ref: part for part in paper.parts}
    _check(parts, cells, hand_check=paper.hand_check)
    try:
        with change(actor, Verb.MARK_GIVE, at=at) as opened:
            return _save(opened, actor, schedule, parts, cells)
    except StaleMarks as stale:
        _keep(actor, parts, [cell for cell in cells if (cell.script_ref, cell.part_ref) in stale.cells], at)
        raise
    except Stopped:
        _keep(actor, parts, cells, at)
        raise


def _check(parts: dict[str, PartRow], cells: Sequence[CellSave], *, hand_check: bool) -> None:
    wrong: dict[CellName, str] = {}
    allowed = steps_of({parts[cell.part_ref].id for cell in cells if cell.part_ref in parts})
    for cell in cells:
        part = parts.get(cell.part_ref)
        if part is None:
            raise NotFound(_("There is no such part in this paper."))
        if part.machine and not hand_check:
            wrong[cell.script_ref, cell.part_ref] = _("%(part)s is scored by its key, not by hand.") % {
                "part": part.label
            }
        elif why := wrong_mark(part, cell.value, allowed):
            wrong[cell.script_ref, cell.part_ref] = f"{part.label}: {why}"
    if wrong:
        raise BadCells(wrong)


def _save(
    opened: Change, actor: Person, schedule: Schedule, parts: dict[str, PartRow], cells: Sequence[CellSave]
) -> dict[CellName, SavedMark]:
    scripts = locked(actor, schedule, {cell.script_ref for cell in cells})
    if any(cell.script_ref not in scripts for cell in cells):
        raise NotFound(_("There is no such script."))
    refuse_closed(actor, list(scripts.values()))
    refuse_stopped(actor, schedule, scripts.values())
    current = marks_of_scripts(scripts.values())
    saved: dict[CellName, SavedMark] = {}
    stale: dict[CellName, CurrentMark] = {}
    rows: dict[str, list[steps.GivenMark]] = {}
    for cell in cells:
        name = (cell.script_ref, cell.part_ref)
        script = scripts[cell.script_ref]
        place = (script.attempt_id, parts[cell.part_ref].id)
        held = current.get((script.round, *place), NEVER_MARKED)
        same = held.same_as(cell.value, cell.no_response)
        repeated = same and held.marker_id == actor.pk and held.version == cell.against + 1
        if held.version != cell.against and not repeated:
            stale[name] = held
        elif not same:
            rows.setdefault(script.round, []).append((*place, cell.value, cell.no_response))
        saved[name] = SavedMark(held.version + (not same), cell.value, cell.no_response)
    if stale:
        raise StaleMarks(_theirs(actor, schedule, stale))
    stored = [row for some in rows.values() for row in some]
    if _store(opened, actor, schedule, rows):
        record(opened, schedule, scripts.values(), marks=len(stored))
        steps.drop_drafts(opened, actor, [(attempt, part) for attempt, part, *_rest in stored])
        watch(opened, actor, schedule, in_hand={script.pk for script in scripts.values()})
    return saved


def _store(opened: Change, actor: Person, schedule: Schedule, rows: dict[str, list[steps.GivenMark]]) -> int:
    """Store the marks of each round; return how many were new."""
    return sum(steps.store_marks(opened, schedule, actor, round_, some) for round_, some in rows.items())


def _theirs(actor: Person, schedule: Schedule, stale: dict[CellName, CurrentMark]) -> dict[CellName, Theirs]:
    people = Person.objects.filter(pk__in={held.marker_id for held in stale.values() if held.marker_id})
    names = veil_of(actor, [schedule]).named(schedule.pk, dict(people.values_list("id", "name")))
    return {
        name: Theirs(held.version, held.value, held.no_response, names.get(held.marker_id or 0, ""))
        for name, held in stale.items()
    }


def _keep(actor: Person, parts: dict[str, PartRow], cells: Iterable[CellSave], at: datetime) -> None:
    """Keep what was typed against old versions, in a transaction of its own."""
    wanted = list(cells)
    scripts = Script.objects.filter(ref__in={cell.script_ref for cell in wanted})
    attempts = dict(scripts.values_list("ref", "attempt_id"))
    with draft():
        steps.keep_drafts(
            MarkDraft(
                attempt_id=attempts[cell.script_ref],
                part_id=parts[cell.part_ref].id,
                person=actor,
                typed=cell.typed,
                against_version=cell.against,
                at=at,
            )
            for cell in wanted
        )


def give_no_response(actor: Person, schedule_ref: str, script_refs: Sequence[str], *, at: datetime) -> int:
    """Say of every part still unmarked in these scripts that nothing was answered; return how many."""
    schedule = marking_at(actor, schedule_ref, Verb.MARK_GIVE)
    human = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        scripts = locked(actor, schedule, set(script_refs))
        if set(script_refs) - set(scripts):
            raise NotFound(_("There is no such script."))
        refuse_closed(actor, list(scripts.values()))
        refuse_stopped(actor, schedule, scripts.values())
        current = marks_of_scripts(scripts.values())
        rows: dict[str, list[steps.GivenMark]] = {
            round_: [
                (script.attempt_id, part.id, None, True)
                for script in some
                for part in human
                if not current.get((round_, script.attempt_id, part.id), NEVER_MARKED).given
            ]
            for round_, some in by_round(scripts.values()).items()
        }
        n = _store(opened, actor, schedule, rows)
        if n:
            record(opened, schedule, scripts.values(), marks=n)
            watch(opened, actor, schedule, in_hand={script.pk for script in scripts.values()})
        return n
