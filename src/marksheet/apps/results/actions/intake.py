"""Bring in files of candidates and of work: all of a file in one change, or nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Schedule, ScheduleState
from marksheet.apps.exams.queries.work import IMPORTED, digest_of_cells
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.exams.steps.imports import lock_import, settle_import
from marksheet.apps.exams.steps.schedules import lock_schedule
from marksheet.apps.exams.steps.work import change_responses, hand_in_attempts, store_responses
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, WrongState
from marksheet.apps.marking.models import Round
from marksheet.apps.marking.queries.plan import rounds_of
from marksheet.apps.marking.steps import (
    lock_scripts,
    open_scripts,
    reopen_scripts,
    store_marks,
    submit_scripts,
)
from marksheet.apps.marking.steps.moderation import reopened as back_to_moderation
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import demand, people_with
from marksheet.apps.results.queries.intake import Cell, Conflict, Difference, Outsider, WorkPlan, plan_work
from marksheet.apps.results.steps.attendance import tell_markers_of_more
from marksheet.apps.results.steps.recompute import recompute
from marksheet.formats.work_layout import Work
from marksheet.rules.access import Verb

NAMED = 200


@dataclass(frozen=True, slots=True)
class WorkOptions:
    """How a file of work is carried in, as a person confirmed it.

    Args:
        round_: the round of its marks.
        marker: who gave them; None for a file without marks.
        submit: these marks are final: submit the scripts, none of which may lack a mark.
        leave_out: rows that cannot go in (unknown numbers, absent candidates) are left out, and recorded.
        keep_answers: answers that differ from what was handed in are left as they are, and recorded.
        take_answers: the file's are taken instead, of everybody; ``take_for``: of these candidate numbers.
        reason: needed where marks or answers change, or scripts come late.
    """

    round_: str = Round.MARKER_1
    marker: Person | None = None
    submit: bool = False
    leave_out: bool = False
    keep_answers: bool = False
    take_answers: bool = False
    take_for: frozenset[str] = frozenset()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was written; all zero when the file said nothing new."""

    rows: int = 0
    handed_in: int = 0
    responses: int = 0
    responses_same: int = 0
    answers_kept: int = 0
    answers_changed: int = 0
    marks: int = 0
    marks_same: int = 0
    marks_changed: int = 0
    left_out: tuple[str, ...] = field(default=())
    submitted: int = 0
    nothing_new: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the receipt as JSON values, to be kept with the import."""
        return {name: getattr(self, name) for name in self.__slots__} | {"left_out": list(self.left_out)}


def import_work(
    actor: Person,
    schedule_ref: str,
    work: Work,
    options: WorkOptions,
    *,
    import_ref: str = "",
    facts: Mapping[str, Any] | None = None,
    progress: Callable[[int, int], None] | None = None,
    at: datetime,
) -> Receipt:
    """Carry a file of answers and marks in, whole or not at all.

    Candidates are found by number. Who has no work yet hands in now; answers are scored by the key; marks are
    stored under the round and marker named; scripts are opened, and submitted if asked; results recomputed.
    The same file again writes nothing.

    Args:
        work: as ``formats`` read it; answers canonical, marks within the parts' maxima.
        import_ref: the uploaded file that this is, if any.
        facts: what the audit log should know of the file: its hash, its mapping.
        progress: is told (rows done, rows); the rows are written by one transaction, so only roughly.

    Raises:
        NotFound, NotAllowed: the actor does not see the schedule, or may not import there.
        WrongState: the schedule is not active, or the file was carried in meanwhile.
        BadInput: something has to be decided or corrected first; ``details`` lists it.
    """
    with change(actor, Verb.WORK_IMPORT, at=at) as opened:
        inactive = _("Work comes in at an active schedule. Activate this one first.")
        schedule = schedule_for_work(opened, actor, schedule_ref, inactive)
        row = lock_import(opened, import_ref)
        lock_scripts(opened, schedule, options.round_)
        barred = [actor.pk, *([options.marker.pk] if options.marker else [])]
        plan = plan_work(actor, schedule, work, round_=options.round_, barred=barred, at=at)
        _refuse_what_is_open(actor, schedule, plan, options, has_marks=any(one.marks for one in work.rows))
        taken = plan.taken(options.take_answers, options.take_for)
        if plan.nothing_new and not taken and not _would_submit(plan, options):
            return _receipt(plan, taken, submitted=0)
        receipt = _carry_in(opened, schedule, plan, options, progress or (lambda done, total: None))
        settle_import(
            opened,
            row,
            content_hash=work.content_hash,
            report=receipt.as_json(),
            reason=options.reason,
        )
        _record(opened, schedule, plan, options, receipt, dict(facts or {}), work.content_hash)
        return receipt


def schedule_for_work(opened: Change, actor: Person, ref: str, inactive: str) -> Schedule:
    """Return the schedule, locked, if the actor brings in work there; ``inactive`` says why it must be active.

    Raises:
        NotFound, NotAllowed: it is hidden from the actor, or work is not theirs to bring in.
        WrongState: it is not active.
    """
    schedule = lock_schedule(opened, actor, ref)
    demand(
        actor,
        Verb.WORK_IMPORT,
        schedule.node_id,
        _("You may see this schedule but not bring in work there."),
        helper_verb=Verb.SCHEDULE_COORDINATE,
    )
    if schedule.state != ScheduleState.ACTIVE:
        raise WrongState(inactive)
    return schedule


def _refuse_what_is_open(
    actor: Person, schedule: Schedule, plan: WorkPlan, options: WorkOptions, *, has_marks: bool
) -> None:
    """Refuse while something is undecided: nothing is guessed, nothing overwritten."""
    if plan.outsider_count and not options.leave_out:
        raise BadInput(
            ngettext(
                "Nothing was written: %(n)s row cannot go in. Correct the file, or leave this row out.",
                "Nothing was written: %(n)s rows cannot go in. Correct the file, or leave these rows out.",
                plan.outsider_count,
            )
            % {"n": plan.outsider_count},
            details=[outsider_words(one) for one in plan.outsiders[:NAMED]],
        )
    if not plan.matched:
        raise BadInput(_("Nothing was written: no row belongs to a candidate of this schedule."))
    if plan.responses.changed_count and not (options.keep_answers or options.take_answers):
        raise BadInput(
            ngettext(
                "Nothing was written: %(n)s answer differs from what was handed in before. Decide: keep what is "
                "there, or take the file's with a reason.",
                "Nothing was written: %(n)s answers differ from what was handed in before. Decide: keep what is "
                "there, or take the file's with a reason.",
                plan.responses.changed_count,
            )
            % {"n": plan.responses.changed_count},
            details=[difference_words(one) for one in plan.responses.changed],
        )
    if has_marks:
        _refuse_wrong_marker(schedule, options)
    _refuse_without_reason(actor, schedule, plan, options)
    if options.submit and plan.unmarked:
        raise BadInput(
            _("Nothing was written: %(n)s scripts would lack a mark, so they cannot be submitted.")
            % {"n": len(plan.unmarked)},
            details=[
                _("%(number)s: a part is not yet marked") % {"number": one} for one in plan.unmarked[:NAMED]
            ],
        )


def _refuse_wrong_marker(schedule: Schedule, options: WorkOptions) -> None:
    if options.round_ not in rounds_of(schedule):
        raise BadInput(
            _("This schedule has no such round: say whose marks these are, of the first or second marker.")
        )
    if options.marker is None:
        raise BadInput(_("Say who gave these marks."))
    if not people_with(Verb.MARK_GIVE, schedule.node_id).filter(pk=options.marker.pk).exists():
        raise BadInput(
            _("%(name)s does not mark at this schedule. Its coordinators can add assessors.")
            % {"name": options.marker.name}
        )


def _refuse_without_reason(actor: Person, schedule: Schedule, plan: WorkPlan, options: WorkOptions) -> None:
    if plan.given.changed_count and not options.reason.strip():
        raise BadInput(
            ngettext(
                "Nothing was written: %(n)s mark would change. Look at old and new, and say why.",
                "Nothing was written: %(n)s marks would change. Look at old and new, and say why.",
                plan.given.changed_count,
            )
            % {"n": plan.given.changed_count},
            details=[difference_words(one) for one in plan.given.changed],
        )
    taken = plan.taken(options.take_answers, options.take_for)
    if taken and not options.reason.strip():
        raise BadInput(
            ngettext(
                "Nothing was written: %(n)s stored answer would change. Look at old and new, and say why.",
                "Nothing was written: %(n)s stored answers would change. Look at old and new, and say why.",
                len(taken),
            )
            % {"n": len(taken)}
        )
    if plan.late and not options.reason.strip():
        raise BadInput(
            _("Nothing was written: %(n)s scripts come late, after the window. Say why.")
            % {"n": len(plan.fresh)}
        )
    if plan.reopened:
        demand(
            actor,
            Verb.RESULT_REOPEN,
            schedule.node_id,
            _("This file changes marks of submitted scripts, and you may not reopen those."),
        )


def outsider_words(one: Outsider) -> str:
    """Return one row that cannot go in as a sentence."""
    return _("row %(row)s, candidate %(number)s: %(why)s") % {
        "row": one.row,
        "number": one.number,
        "why": one.why,
    }


def difference_words(one: Difference) -> str:
    """Return one changed cell as a sentence."""
    return _(
        "row %(row)s, candidate %(number)s, part %(part)s: “%(before)s” is stored, the file says “%(after)s”"
    ) % {
        "row": one.row,
        "number": one.number,
        "part": one.part,
        "before": one.before,
        "after": one.after,
    }


def _would_submit(plan: WorkPlan, options: WorkOptions) -> bool:
    return options.submit and bool(plan.unsubmitted)


def _carry_in(
    opened: Change,
    schedule: Schedule,
    plan: WorkPlan,
    options: WorkOptions,
    progress: Callable[[int, int], None],
) -> Receipt:
    progress(plan.rows * 2 // 10, plan.rows)
    taken = plan.taken(options.take_answers, options.take_for)
    attempts = hand_in_attempts(opened, schedule, _with_work(plan, taken), IMPORTED)
    store_responses(
        opened,
        schedule,
        ((attempts[enrolment], part, value) for (enrolment, part), value in plan.answers.items()),
    )
    change_responses(
        opened, schedule, [(attempts[enrolment], part, one.after) for (enrolment, part), one in taken.items()]
    )
    progress(plan.rows * 4 // 10, plan.rows)
    open_scripts(opened, schedule, attempts.values())
    if plan.reopened:
        reopen_scripts(opened, schedule, [attempts[one] for one in plan.reopened], options.round_)
        back_to_moderation(opened, schedule, [attempts[one] for one in plan.reopened])
    if plan.marks and options.marker is not None:
        store_marks(opened, schedule, options.marker, options.round_, _marks(plan, attempts))
    submitted = 0
    if options.submit:
        submitted = submit_scripts(opened, schedule, list(attempts.values()), options.round_)
    progress(plan.rows * 7 // 10, plan.rows)
    recompute(opened, schedule, list(attempts))
    note_activity(opened, schedule)
    opened.lines(_lines(plan, taken, attempts))
    return _receipt(plan, taken, submitted=submitted)


def _with_work(plan: WorkPlan, taken: Mapping[Cell, Conflict]) -> list[int]:
    """Return the enrolments of the file that have handed in, now or before."""
    touched = {enrolment for enrolment, _part in (*plan.answers, *plan.marks, *taken)}
    return list(dict.fromkeys([*plan.fresh, *plan.unsubmitted, *sorted(touched - set(plan.fresh))]))


def _marks(plan: WorkPlan, attempts: Mapping[int, int]) -> Iterator[tuple[int, int, int | None, bool]]:
    for (enrolment, part), (value, no_response) in plan.marks.items():
        yield attempts[enrolment], part, value, no_response


def _lines(
    plan: WorkPlan, taken: Mapping[Cell, Conflict], attempts: Mapping[int, int]
) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """One line per attempt: whether it was handed in now, how many answers came or changed, a digest of all cells."""
    cells: dict[int, list[list[Any]]] = defaultdict(list)
    counts: dict[int, int] = defaultdict(int)
    for (enrolment, part), value in plan.answers.items():
        cells[enrolment].append([part, "answer", value])
        counts[enrolment] += 1
    changed: dict[int, int] = defaultdict(int)
    for (enrolment, part), one in taken.items():
        cells[enrolment].append([part, "answer", one.after])
        changed[enrolment] += 1
    for (enrolment, part), given in plan.marks.items():
        cells[enrolment].append([part, "mark", *given])
    fresh = set(plan.fresh)
    for enrolment, said in cells.items():
        yield (
            "attempt",
            attempts[enrolment],
            {
                "imported": True,
                "handed_in": enrolment in fresh,
                "responses": counts[enrolment],
                "digest": digest_of_cells(said),
            }
            | ({"answers_changed": changed[enrolment]} if changed[enrolment] else {}),
        )


def _receipt(plan: WorkPlan, taken: Mapping[Cell, Conflict], *, submitted: int) -> Receipt:
    return Receipt(
        rows=plan.rows,
        handed_in=len(plan.fresh),
        responses=len(plan.answers),
        responses_same=plan.responses.same,
        answers_kept=plan.responses.changed_count - len(taken),
        answers_changed=len(taken),
        marks=len(plan.marks),
        marks_same=plan.given.same,
        marks_changed=plan.given.changed_count,
        left_out=tuple(one.number for one in plan.outsiders),
        submitted=submitted,
        nothing_new=plan.nothing_new and not taken and not submitted,
    )


def _record(
    opened: Change,
    schedule: Schedule,
    plan: WorkPlan,
    options: WorkOptions,
    receipt: Receipt,
    facts: dict[str, Any],
    content_hash: str,
) -> None:
    counts = {name: value for name, value in receipt.as_json().items() if name != "left_out"}
    opened.record(
        "schedule",
        schedule.pk,
        schedule_id=schedule.pk,
        private={
            "reason": options.reason.strip(),
            "left_out": ", ".join(receipt.left_out),
            "answers": "; ".join(
                one.told for one in plan.taken(options.take_answers, options.take_for).values()
            ),
        },
        did="work_imported",
        content=content_hash,
        round=str(options.round_),
        marker=options.marker.pk if options.marker else None,
        left_out=plan.outsider_count,
        **counts,
        **facts,
    )
    if plan.late and not options.submit:
        tell_markers_of_more(opened, schedule, list(plan.fresh))
