"""Bring in the files of candidates: all of a zip in one change, or nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.files import HandedFile
from marksheet.apps.exams.queries.work import IMPORTED
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.exams.steps.files import store_response_files
from marksheet.apps.exams.steps.imports import lock_import, settle_import
from marksheet.apps.exams.steps.work import hand_in_attempts
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.models import Round
from marksheet.apps.marking.steps import lock_scripts, open_scripts
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.intake import NAMED, schedule_for_work
from marksheet.apps.results.queries.intake_files import FilesPlan, LeftOver, Replacing, SentFile, plan_files
from marksheet.apps.results.steps.attendance import tell_markers_of_more
from marksheet.apps.results.steps.recompute import recompute
from marksheet.rules.access import Verb


@dataclass(frozen=True, slots=True)
class FilesReceipt:
    """What was written; all zero when the zip said nothing new."""

    rows: int = 0
    handed_in: int = 0
    files: int = 0
    responses: int = 0
    replaced: int = 0
    same: int = 0
    left_out: tuple[str, ...] = field(default=())
    nothing_new: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the receipt as JSON values, to be kept with the import."""
        return {name: getattr(self, name) for name in self.__slots__} | {"left_out": list(self.left_out)}


def import_files(
    actor: Person,
    schedule_ref: str,
    sent: Sequence[SentFile],
    *,
    leave_out: bool = False,
    reason: str = "",
    content_hash: str = "",
    import_ref: str = "",
    facts: Mapping[str, Any] | None = None,
    at: datetime,
) -> FilesReceipt:
    """Carry the files of candidates in, all or none, and return what was written.

    Who has no work yet hands in now; scripts are opened, results recomputed. Files that are stored already stay;
    others replace what is stored with a reason. The same zip again writes nothing.

    Args:
        sent: every file of the zip, read and matched; their content stands in the private storage.
        leave_out: files that cannot go in are left out, and recorded.
        facts: what the audit log should know of the zip: its hash, the question.

    Raises:
        NotFound, NotAllowed: the actor does not see the schedule, or may not bring in work there.
        WrongState: the schedule is not active, or the zip was carried in meanwhile.
        BadInput: something has to be decided or corrected first; ``details`` lists it.
    """
    with change(actor, Verb.WORK_IMPORT, at=at) as opened:
        inactive = _("Work comes in at an active schedule. Activate this one first.")
        schedule = schedule_for_work(opened, actor, schedule_ref, inactive)
        row = lock_import(opened, import_ref)
        lock_scripts(opened, schedule, Round.MARKER_1)
        plan = plan_files(actor, schedule, sent, barred=[actor.pk], at=at)
        refuse_open_files(plan, leave_out=leave_out, reason=reason)
        if plan.nothing_new:
            return _receipt(plan)
        _carry_in(opened, schedule, plan)
        receipt = _receipt(plan)
        settle_import(opened, row, content_hash=content_hash, report=receipt.as_json(), reason=reason)
        _record(opened, schedule, plan, reason, receipt, {"content": content_hash, **(facts or {})})
        return receipt


def refuse_open_files(plan: FilesPlan, *, leave_out: bool, reason: str) -> None:
    """Refuse while something is undecided: nothing is guessed, nothing replaced without a reason.

    Raises:
        BadInput: files that cannot go in, none that can, or no reason where one is needed.
    """
    if plan.left_over_count and not leave_out:
        raise BadInput(
            ngettext(
                "Nothing was written: %(n)s file cannot go in. Correct the zip, or leave this file out.",
                "Nothing was written: %(n)s files cannot go in. Correct the zip, or leave these files out.",
                plan.left_over_count,
            )
            % {"n": plan.left_over_count},
            details=[left_over_words(one) for one in plan.left_over[:NAMED]],
        )
    if not plan.matched:
        raise BadInput(_("Nothing was written: no file belongs to a candidate of this schedule."))
    if plan.replaced and not reason.strip():
        raise BadInput(
            ngettext(
                "Nothing was written: the files of %(n)s response would change. Look at old and new, and say why.",
                "Nothing was written: the files of %(n)s responses would change. Look at old and new, and say why.",
                len(plan.replaced),
            )
            % {"n": len(plan.replaced)},
            details=[replacing_words(one) for one in plan.replacing[:NAMED]],
        )
    if plan.late and not reason.strip():
        raise BadInput(
            _("Nothing was written: %(n)s scripts come late, after the window. Say why.")
            % {"n": len(plan.fresh)}
        )


def left_over_words(one: LeftOver) -> str:
    """Return one file that cannot go in as a sentence."""
    return f"{one.path}: {one.why}"


def replacing_words(one: Replacing) -> str:
    """Return one response whose files would change as a sentence."""
    words = _("candidate %(number)s, question %(part)s: stored is %(before)s; the zip has %(after)s") % {
        "number": one.number, "part": one.part, "before": one.before, "after": one.after,
    }  # fmt: skip
    return f"{words} ({_('marked already')})" if one.marked else words


def _carry_in(opened: Change, schedule: Schedule, plan: FilesPlan) -> None:
    enrolments = [enrolment for enrolment, _part in (*plan.stored, *plan.replaced)]
    attempts = hand_in_attempts(opened, schedule, enrolments, IMPORTED)
    files: dict[tuple[int, int], tuple[HandedFile, ...]] = {
        (attempts[enrolment], part): some for (enrolment, part), some in (plan.stored | plan.replaced).items()
    }
    store_response_files(opened, files, [(attempts[enrolment], part) for enrolment, part in plan.replaced])
    open_scripts(opened, schedule, attempts.values())
    recompute(opened, schedule, list(attempts))
    note_activity(opened, schedule)
    opened.lines(_lines(plan, attempts))


def _lines(plan: FilesPlan, attempts: Mapping[int, int]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """One line per attempt: whether it was handed in now, and the digests of its files, by question."""
    fresh = set(plan.fresh)
    cells: dict[int, dict[int, tuple[HandedFile, ...]]] = defaultdict(dict)
    for (enrolment, part), some in (plan.stored | plan.replaced).items():
        cells[enrolment][part] = some
    for enrolment, attempt in attempts.items():
        own = cells[enrolment]
        yield (
            "attempt",
            attempt,
            {
                "imported": True,
                "handed_in": enrolment in fresh,
                "files": {str(part): [one.sha256 for one in some] for part, some in own.items()},
                "replaced": sum((enrolment, part) in plan.replaced for part in own),
            },
        )


def _receipt(plan: FilesPlan) -> FilesReceipt:
    cells = plan.stored | plan.replaced
    return FilesReceipt(
        rows=plan.files,
        handed_in=len(plan.fresh),
        files=sum(map(len, cells.values())),
        responses=len(cells),
        replaced=len(plan.replaced),
        same=plan.same,
        left_out=tuple(one.path for one in plan.left_over),
        nothing_new=plan.nothing_new,
    )


def _record(
    opened: Change,
    schedule: Schedule,
    plan: FilesPlan,
    reason: str,
    receipt: FilesReceipt,
    facts: Mapping[str, Any],
) -> None:
    opened.record(
        "schedule",
        schedule.pk,
        schedule_id=schedule.pk,
        private={
            "reason": reason.strip(),
            "left_out": ", ".join(receipt.left_out),
            "files": "; ".join(map(replacing_words, plan.replacing)),
        },
        did="files_imported",
        handed_in=receipt.handed_in,
        files=receipt.files,
        replaced=receipt.replaced,
        left_out=plan.left_over_count,
        **facts,
    )
    if plan.late:
        tell_markers_of_more(opened, schedule, list(plan.fresh))
