"""Flag a script to the lead marker, and settle the flag: a flagged result is not ready."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import called_to
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import NotAllowed, NotFound, WrongState
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import Flag, Script
from marksheet.apps.marking.queries.flags import lead_markers, leads_at, led_for, open_flag
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers
from marksheet.apps.people.steps import tell
from marksheet.apps.results.actions.marks.reasons import reason_of
from marksheet.apps.results.actions.marks.scene import (
    is_anothers,
    locked,
    marking_at,
    refuse_kept_apart,
)
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb


def flag_script(
    actor: Person, schedule_ref: str, script_ref: str, reason: str, *, part_ref: str = "", at: datetime
) -> Flag:
    """Flag a script that the actor marks; its result waits until a lead marker settles it.

    Moderators and coordinators there are told; the candidate never learns of it.

    Raises:
        BadInput: no reason, or one that is too long.
        WrongState: it is flagged already.
        NotFound, NotAllowed: as ``save_marks``.
    """
    schedule = marking_at(actor, schedule_ref, Verb.MARK_GIVE)
    words = reason_of(reason, _("Say what the lead marker should look at."))
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    part = next((one for one in parts if one.ref == part_ref), None)
    with change(actor, Verb.MARK_GIVE, at=at) as opened:
        script = _locked(actor, schedule, script_ref)
        if is_anothers(actor, script):
            raise NotAllowed(
                _("This script is allocated to somebody else, who can flag it."),
                helpers=helpers(Verb.SCHEDULE_COORDINATE, schedule.node_id),
            )
        if open_flag(actor, script) is not None:
            raise WrongState(_("This script is flagged already. A lead marker settles it."))
        flag = steps.raise_flag(opened, script, actor, words, part.id if part else None)
        _record(opened, schedule, script, "script_flagged", words)
        _tell(opened, actor, schedule)
        return flag


def settle_flag(actor: Person, schedule_ref: str, script_ref: str, answer: str, *, at: datetime) -> None:
    """Settle the open flag of a script, with an answer that whoever raised it reads.

    A lead marker does, or whoever raised it takes it back.

    Raises:
        BadInput: no answer, or one that is too long.
        WrongState: it is settled already.
        NotFound, NotAllowed: the script is hidden from the actor, or the flag is not theirs to settle.
    """
    schedule = _settled_at(actor, schedule_ref)
    words = reason_of(answer, _("Say how it was settled: whoever raised the flag reads it."))
    if leads_at(actor, schedule):
        with change(actor, Verb.MARK_MODERATE, at=at) as opened:
            _settle(opened, actor, schedule, script_ref, words)
    else:
        with change(actor, Verb.MARK_GIVE, at=at) as opened:
            _settle(opened, actor, schedule, script_ref, words)


def _settle(opened: Change, actor: Person, schedule: Schedule, script_ref: str, words: str) -> None:
    script = _locked(actor, schedule, script_ref)
    flag = open_flag(actor, script)
    if flag is None:
        raise WrongState(_("This script is not flagged any more: somebody settled it meanwhile."))
    if not leads_at(actor, schedule) and flag.person_id != actor.pk:
        raise NotAllowed(
            _("A moderator or coordinator settles this flag."),
            helpers=helpers(Verb.SCHEDULE_COORDINATE, schedule.node_id),
        )
    steps.settle_flag(opened, flag, actor, words)
    _record(opened, schedule, script, "flag_settled", words)
    if flag.person_id != actor.pk:
        path = f"/marking/assess/{schedule.ref}/mark/{script.ref}/"
        tell(opened, [flag.person], "flag-settled", path=path, title=schedule.title,
            by=called_to(flag.person, schedule, actor))  # fmt: skip


def _settled_at(actor: Person, ref: str) -> Schedule:
    try:
        return led_for(actor, ref)
    except NotFound:
        return marking_at(actor, ref, Verb.MARK_GIVE)


def _locked(actor: Person, schedule: Schedule, ref: str) -> Script:
    script = locked(actor, schedule, {ref}).get(ref)
    if script is None:
        raise NotFound(_("There is no such script."))
    refuse_kept_apart(actor, [script])
    return script


def _record(opened: Change, schedule: Schedule, script: Script, did: str, words: str) -> None:
    opened.lines([("attempt", script.attempt_id, {"round": script.round, did: True})])
    if did == "script_flagged":
        opened.record(
            "attempt", script.attempt_id, schedule_id=schedule.pk, private={"reason": words},
            did="script_flagged", round=script.round,
        )  # fmt: skip
    else:
        opened.record(
            "attempt", script.attempt_id, schedule_id=schedule.pk, private={"reason": words},
            did="flag_settled", round=script.round,
        )  # fmt: skip
    recompute(opened, schedule, [script.attempt.enrolment_id])


def _tell(opened: Change, actor: Person, schedule: Schedule) -> None:
    path = f"/marking/assess/{schedule.ref}/flags/"
    for one in lead_markers(schedule):
        if one.pk != actor.pk:
            by = called_to(one, schedule, actor)
            tell(opened, [one], "script-flagged", path=path, title=schedule.title, by=by)
