"""Type marks a second time without seeing the first, and settle where the two differ."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule, ScheduleState
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotFound, Stale, WrongState
from marksheet.apps.marking.models import Script
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.marking.queries.flags import led_for
from marksheet.apps.marking.queries.keying import (
    NEVER_KEYED,
    keying_differences,
    second_keys,
    to_key,
    to_settle,
)
from marksheet.apps.marking.queries.marks import NEVER_MARKED, current_marks
from marksheet.apps.marking.steps.keying import settle_keyed, store_keyed
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
from marksheet.apps.results.actions.marks.scene import locked, marking_at, record
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb
from marksheet.rules.keying import Keyed


def key_marks(
    actor: Person, schedule_ref: str, cells: Sequence[CellSave], *, at: datetime
) -> dict[CellName, SavedMark]:
    """Type marks of wholly marked scripts a second time, all of them or none; no mark changes by it.

    Args:
        cells: as for ``save_marks``; versions are those of the second keying.

    Raises:
        NotFound: schedule, script or part is not there, or not the actor's to key: they marked it, somebody else
            keys it, or it is not wholly marked.
        NotAllowed, WrongState: the actor does not mark there; the schedule is not active, or a cell is settled.
        BadCells: a value is out of range or between the steps of its scheme.
        StaleMarks: the actor typed something else there meanwhile, in another window.
    """
    schedule = marking_at(actor, schedule_ref, Verb.MARK_GIVE)
    parts = {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts}
    _check(parts, cells)
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        scripts = locked(actor, schedule, {cell.script_ref for cell in cells})
        mine = set(to_key(actor, schedule).filter(ref__in=scripts).values_list("ref", flat=True))
        if any(cell.script_ref not in mine for cell in cells):
            raise NotFound(_("There is no such script for you to key a second time."))
        attempts = [one.attempt_id for one in scripts.values()]
        second, marks = second_keys(attempts), current_marks(attempts)
        rows, saved, stale = [], dict[CellName, SavedMark](), dict[CellName, Theirs]()
        for cell in cells:
            name = (cell.script_ref, cell.part_ref)
            place = (scripts[cell.script_ref].attempt_id, parts[cell.part_ref].id)
            key = second.get(place, NEVER_KEYED)
            if key.stands(marks.get(place, NEVER_MARKED)) is Keyed.SETTLED:
                raise WrongState(_("A third look has settled this mark already. Nothing was changed."))
            same = key.typed == (cell.value, cell.no_response)
            if key.version != cell.against and not same:
                stale[name] = Theirs(key.version, *key.typed, actor.name)
            elif not same:
                rows.append((*place, cell.value, cell.no_response))
            saved[name] = SavedMark(key.version + (not same), cell.value, cell.no_response)
        if stale:
            raise StaleMarks(stale)
        if rows:
            store_keyed(opened, actor, rows)
            record(opened, schedule, scripts.values(), keyed=len(rows))
        return saved


def _check(parts: dict[str, PartRow], cells: Sequence[CellSave]) -> None:
    allowed = steps_of([parts[cell.part_ref].id for cell in cells if cell.part_ref in parts])
    wrong: dict[CellName, str] = {}
    for cell in cells:
        part = parts.get(cell.part_ref)
        if part is None:
            raise NotFound(_("There is no such part in this paper."))
        if why := wrong_mark(part, cell.value, allowed):
            wrong[cell.script_ref, cell.part_ref] = f"{part.label}: {why}"
    if wrong:
        raise BadCells(wrong)


def settle_keying(
    actor: Person, script_ref: str, part_ref: str, *, value: int | None, no_response: bool = False,
    note: str, against: tuple[int, int], at: datetime,
) -> None:  # fmt: skip
    """Say which mark holds where two keyings differ: one of the two, or another; it is in force from then on.

    Args:
        note: why; it stays in the history.
        against: the versions of mark and second keying that were on the screen.

    Raises:
        NotFound: there is no such script or part for the actor, who has keyed it neither first nor second.
        BadInput: no mark, one out of range or between the steps of its scheme, or no note.
        WrongState: the two do not differ there, or the schedule is not active.
        Stale: one of the two was changed meanwhile.
    """
    row = Script.objects.filter(ref=script_ref).select_related("schedule").first()
    if row is None:
        raise NotFound(_("There is no such script."))
    schedule = keying_for(actor, row.schedule.ref)
    if schedule.state != ScheduleState.ACTIVE:
        raise WrongState(_("This schedule is not active: its marks cannot be changed now."))
    parts = {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts}
    if part_ref not in parts:
        raise NotFound(_("There is no such part in this paper."))
    part = parts[part_ref]
    if not note.strip():
        raise BadInput(_("Say why: it stays in the history."))
    if value is None and not no_response:
        raise BadInput(_("Choose one of the two marks, or enter another."))
    if why := wrong_mark(part, value, steps_of([part.id])):
        raise BadInput(why)
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        script = locked(actor, schedule, {script_ref}).get(script_ref)
        if script is None or not to_settle(actor, schedule).filter(pk=script.pk).exists():
            raise NotFound(_("There is no such script for you to look at: a third person settles it."))
        found = [
            one
            for one in keying_differences(actor, schedule, script=script, most=None)
            if one.part.id == part.id
        ]
        if not found:
            raise WrongState(_("The two keyings do not differ here any more: there is nothing to settle."))
        if (found[0].mark_version, found[0].key_version) != against:
            raise Stale(_("One of the two was changed since you looked. Look at both again, then settle."))
        settle_keyed(opened, schedule, script, part.id, actor, value, no_response)
        opened.record(
            "attempt", script.attempt_id, schedule_id=schedule.pk, private={"reason": note.strip()},
            did="keying_settled", round=script.round, part=part.label,
        )  # fmt: skip
        recompute(opened, schedule, [script.attempt.enrolment_id])
        note_activity(opened, schedule)


def keying_for(person: Person, ref: str) -> Schedule:
    """Return the schedule whose differences ``person`` may see: who leads the marking there, or marks or moderates.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    try:
        return led_for(person, ref)
    except NotFound:
        return assessed_for(person, ref)
