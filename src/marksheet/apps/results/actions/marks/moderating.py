"""Decide on scripts in moderation: marks stand or are changed, a script of a sample is doubted, or all goes back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.exams.queries.anonymity import called_to, reads_codes_at, through
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking import steps
from marksheet.apps.marking.models import MARKERS, Decision, Mark, Moderation, Round, Script
from marksheet.apps.marking.queries.counting import Counted, counted_marks
from marksheet.apps.marking.queries.flags import open_flags_of
from marksheet.apps.marking.queries.moderation import moderated_by
from marksheet.apps.marking.queries.plan import agreeing_of, plan_of
from marksheet.apps.marking.steps import moderation as writing
from marksheet.apps.people.models import Person
from marksheet.apps.people.steps import tell
from marksheet.apps.results.actions.marks.scene import marking_at
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb
from marksheet.rules.marks import BadMark, check_mark
from marksheet.rules.moderation import Kind
from marksheet.rules.schemes import FINEST

Given = tuple[int | None, bool]
"""(thousandths of a mark or None, no response)."""


def accept(actor: Person, schedule_ref: str, refs: Sequence[str], *, at: datetime) -> int:
    """Have the marks of these scripts stand as they are; return how many.

    Raises:
        NotFound: one of them is not there for the actor.
        BadInput: none was chosen, or two marks of one differ and a moderator's is needed.
        NotAllowed: the actor does not moderate there.
        Stale: one was decided on, or opened again, meanwhile; nothing is changed.
    """
    if not refs:
        raise BadInput(_("Tick at least one script."))
    schedule = marking_at(actor, schedule_ref, Verb.MARK_MODERATE)
    with change(actor, Verb.MARK_MODERATE, at=at) as opened:
        rows = _locked(actor, schedule, refs)
        late = [row for row in rows if row.decision or not row.ripe]
        if late:
            raise Stale(
                ngettext(
                    "%(n)s of these scripts was decided on or opened again meanwhile. Nothing was changed.",
                    "%(n)s of these scripts were decided on or opened again meanwhile. Nothing was changed.",
                    len(late),
                )
                % {"n": len(late)}
            )
        lacking = {attempt for (attempt, _part), one in _counted(schedule, rows).items() if one.waits}
        if lacking:
            raise BadInput(
                _("The two marks differ there, and yours is needed: open the script and give it."),
                details=[row.attempt.enrolment.name for row in rows if row.attempt_id in lacking],
            )
        writing.decide(opened, rows, actor, Decision.ACCEPTED)
        _settle_flags(opened, actor, schedule, rows, _("A moderator looked at it: the marks stand."))
        _record(opened, schedule, rows, did="moderated", accepted=len(rows))
        return len(rows)


def change_marks(
    actor: Person, ref: str, given: Mapping[str, Given], *, note: str, against: int, at: datetime
) -> int:
    """Give a moderator's marks in a case: they stand, whatever the markers gave. Return how many differ.

    Args:
        given: part's ref -> what is to count; parts left out stay as they are.
        note: why; it stays in the history.
        against: the revision of the script's place in moderation that was on the screen.

    Raises:
        NotFound: there is no such script in moderation, or no such part, for the actor.
        BadInput: no note, no mark where one is needed, one out of range or between steps, or nothing differs.
        NotAllowed: the actor does not moderate there.
        WrongState: it is in a sample only: that changes no single mark; it is being marked, or another decided.
        Stale: somebody decided meanwhile; nothing is changed.
    """
    if not note.strip():
        raise BadInput(_("Say why: the note stays in the history."))
    schedule = _schedule_of(actor, ref)
    parts = {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts}
    if set(given) - set(parts):
        raise NotFound(_("There is no such part in this paper."))
    _check(parts, given)
    with change(actor, Verb.MARK_MODERATE, at=at) as opened:
        row = _one(actor, schedule, ref, against)
        if not row.case:
            raise WrongState(
                _("This script is in a sample, which changes no single mark. Doubt it, or send it back.")
            )
        counted = _counted(schedule, [row])
        stood = {part.id: _stood(counted.get((row.attempt_id, part.id))) for part in parts.values()}
        wanted = {parts[name].id: value for name, value in given.items() if value != stood[parts[name].id]}
        lacking = [
            part.label
            for part in parts.values()
            if not _is_given(wanted.get(part.id, stood[part.id])) and _is_open(counted, row, part)
        ]
        if lacking:
            raise BadInput(_("Give a mark for %(parts)s as well.") % {"parts": ", ".join(lacking)})
        if not wanted:
            raise BadInput(_("These are the marks that stand already. Accept them, or change one."))
        writing.store_moderated(opened, row, actor, stood, wanted)
        writing.decide(opened, [row], actor, Decision.CHANGED)
        _settle_flags(opened, actor, schedule, [row], note.strip())
        _record(opened, schedule, [row], did="moderated", reason=note, changed=len(wanted))
        return len(wanted)


def doubt(actor: Person, ref: str, *, note: str, against: int, at: datetime) -> None:
    """Say of a script in a sample that its marks are not right; no mark changes, and the decision on all says more.

    Raises:
        As ``change_marks``; WrongState: it is a case: its marks can be changed.
    """
    if not note.strip():
        raise BadInput(_("Say what is not right: whoever decides on the sample reads it."))
    schedule = _schedule_of(actor, ref)
    with change(actor, Verb.MARK_MODERATE, at=at) as opened:
        row = _one(actor, schedule, ref, against)
        if row.case:
            raise WrongState(_("This script is a case: change its marks, and yours stand."))
        writing.decide(opened, [row], actor, Decision.DOUBTED)
        _record(opened, schedule, [row], did="moderated", reason=note, doubted=1)


def send_back(
    actor: Person, ref: str, *, to: Sequence[str] = (), note: str, against: int, at: datetime
) -> int:
    """Open a script for its markers again, with a note to them; it comes back when they have submitted it.

    What moderators gave, and what two markers agreed on, counts no more. Return how many markers were asked.

    Args:
        to: refs of the markers who are asked; none for all of them.

    Raises:
        As ``change_marks``; BadInput: somebody is no marker of this script.
    """
    if not note.strip():
        raise BadInput(_("Say what is to be looked at again: the marker reads it."))
    schedule = _schedule_of(actor, ref)
    with change(actor, Verb.MARK_MODERATE, at=at) as opened:
        row = _one(actor, schedule, ref, against)
        scripts = list(
            Script.objects.filter(attempt=row.attempt_id, round__in=MARKERS).select_related("marker")
        )
        known = {script.marker.ref for script in scripts if script.marker}
        if set(to) - known:
            raise BadInput(_("Somebody whom you chose is no marker of this script any more."))
        asked = [one for one in scripts if not to or (one.marker and one.marker.ref in to)]
        writing.decide(opened, [row], actor, Decision.SENT_BACK)
        for script in asked:
            steps.reopen_scripts(opened, schedule, [row.attempt_id], script.round)
        steps.leave_kept_apart(opened, asked)
        writing.take_back(opened, [row.attempt_id], Round.AGREED)
        writing.reopened(opened, schedule, [row.attempt_id])
        for marker in dict.fromkeys(one.marker for one in asked if one.marker is not None):
            codes = reads_codes_at(marker, schedule)
            number = Enrolment.objects.values_list("script_code" if codes else "number", flat=True).get(
                pk=row.attempt.enrolment_id
            )
            tell(
                opened, [marker], "moderation-sent-back",
                path=f"/marking/assess/{schedule.ref}/?q={quote(number)}", title=schedule.title,
                by=called_to(marker, schedule, actor), number=number, note=note.strip(),
            )  # fmt: skip
        _record(opened, schedule, [row], did="moderated", reason=note, sent_back=len(asked))
        return len(asked)


def _settle_flags(
    opened: Change, actor: Person, schedule: Schedule, rows: Sequence[Moderation], answer: str
) -> None:
    """Settle the flags that brought scripts here: the decision answers them, and whoever raised them is told."""
    flagged = [row.attempt_id for row in rows if any(one["kind"] == Kind.FLAGGED for one in row.reasons)]
    flags = open_flags_of(flagged) if flagged else []
    if not flags:
        return
    for flag in flags:
        steps.settle_flag(opened, flag, actor, answer)
        if flag.person_id != actor.pk:
            path = f"/marking/assess/{schedule.ref}/"
            by = called_to(flag.person, schedule, actor)
            tell(opened, [flag.person], "flag-settled", path=path, title=schedule.title, by=by)
    opened.lines(("attempt", flag.attempt_id, {"round": flag.round, "flag_settled": True}) for flag in flags)


def _schedule_of(actor: Person, ref: str) -> Schedule:
    row = moderated_by(actor).filter(ref=ref).select_related("schedule").first()
    if row is None:
        raise NotFound(_("There is no such script in moderation."))
    return marking_at(actor, row.schedule.ref, Verb.MARK_MODERATE)


def _locked(actor: Person, schedule: Schedule, refs: Sequence[str]) -> list[Moderation]:
    """Lock scripts in moderation: first what their markers hold, as whoever submits does."""
    rows = moderated_by(actor).filter(schedule=schedule, ref__in=set(refs))
    found = dict(rows.values_list("pk", "attempt_id"))
    if len(found) < len(set(refs)):
        raise NotFound(_("There is no such script in moderation."))
    scripts = Script.objects.select_for_update(no_key=True).filter(attempt__in=found.values())
    list(scripts.order_by("pk").values_list("pk", flat=True))
    locked = Moderation.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=found)
    rows = locked.select_related("attempt__enrolment", "moderator", "schedule").order_by("pk")
    return list(through(actor, rows))


def _one(actor: Person, schedule: Schedule, ref: str, against: int) -> Moderation:
    rows = _locked(actor, schedule, [ref])
    if not rows:
        raise Stale(_("This script left moderation meanwhile. Nothing was changed."))
    row = rows[0]
    if row.revision != against:
        who = row.moderator.name if row.moderator else ""
        raise Stale(_("%(who)s decided on this script meanwhile. Nothing was changed.") % {"who": who})
    if not row.ripe:
        raise WrongState(_("This script is with its markers: it comes back when they have submitted it."))
    if row.moderator_id not in (None, actor.pk) and row.decision:
        raise NotAllowed(
            _("%(who)s decided on this script, and can change that.")
            % {"who": row.moderator.name if row.moderator else ""}
        )
    return row


def _counted(schedule: Schedule, rows: Sequence[Moderation]) -> dict[tuple[int, int], Counted]:
    human = [part.id for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts]
    marks = Mark.objects.filter(attempt__in=[row.attempt_id for row in rows])
    return counted_marks(marks, agreeing_of(plan_of(schedule)), human)


def _stood(one: Counted | None) -> Given:
    """Return what stood; a mean that is no thousandth stands as no number that a person could give."""
    if one is None or one.value is None:
        return (None, False)
    if one.no_response:
        return (None, True)
    value = one.value * 1000
    return (int(value), False) if value.denominator == 1 else (None, False)


def _is_given(value: Given) -> bool:
    return value[0] is not None or value[1]


def _is_open(counted: Mapping[tuple[int, int], Counted], row: Moderation, part: PartRow) -> bool:
    one = counted.get((row.attempt_id, part.id))
    return one is None or one.value is None


def _check(parts: Mapping[str, PartRow], given: Mapping[str, Given]) -> None:
    known = steps_of([part.id for part in parts.values()])
    bad = []
    for name, (value, blank) in given.items():
        part = parts[name]
        if value is None and not blank:
            bad.append(_("%(part)s: enter a mark.") % {"part": part.label})
        elif value is not None:
            try:
                check_mark(value, part.maximum_thousandths, known.get(part.id, FINEST))
            except BadMark as found:
                bad.append(f"{part.label}: {found}")
    if bad:
        raise BadInput(_("Nothing was saved: some marks need another look."), details=bad)


def _record(
    opened: Change,
    schedule: Schedule,
    rows: Sequence[Moderation],
    *,
    did: str,
    reason: str = "",
    **facts: int,
) -> None:
    kind, key = ("attempt", rows[0].attempt_id) if len(rows) == 1 else ("schedule", schedule.pk)
    rounds = sorted({row.round for row in rows})
    opened.record(
        kind, key, schedule_id=schedule.pk, private={"reason": reason.strip()}, did=did,
        round=rounds[0] if len(rounds) == 1 else "", **facts,
    )  # fmt: skip
    recompute(opened, schedule, sorted({row.attempt.enrolment_id for row in rows}))
    note_activity(opened, schedule)
