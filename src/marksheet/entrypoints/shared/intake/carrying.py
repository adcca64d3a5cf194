"""Look at what a file would do, and carry it in: the one way that pages, commands and the worker share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.imports import (
    ItemsPlan,
    import_items,
    note_nothing_new,
    note_refusal,
    plan_items_import,
)
from marksheet.apps.exams.queries.imports import CANDIDATES, FILES, ITEMS, WORK, Import
from marksheet.apps.ledger.errors import BadInput, Refusal
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.intake import WorkOptions, import_work
from marksheet.apps.results.actions.intake_candidates import (
    CandidatesPlan,
    import_candidates,
    plan_candidates,
)
from marksheet.apps.results.queries.intake import WorkPlan, marker_named, plan_work
from marksheet.entrypoints.shared.intake.archives import carry_files
from marksheet.entrypoints.shared.intake.reading import candidates_of, questions_of, table_of, work_of
from marksheet.formats.distributions import Distribution, distributions
from marksheet.formats.tables import Table
from marksheet.formats.work_layout import WorkMapping

INLINE_ROWS = 1_000
Json = Mapping[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file says and would do; nothing is written.

    Args:
        plan: what would be stored.
        distributions: per used column of a file of work.
        rows: rows of the file.
        notes: what a person should know before trusting the table.
    """

    plan: WorkPlan | CandidatesPlan | ItemsPlan
    rows: int
    distributions: tuple[Distribution, ...] = ()
    ignored: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    has_marks: bool = False


def work_options(row: Import, options: Json) -> WorkOptions:
    """Return how a file of work is carried in, from what a person ticked."""
    ref, decided = str(options.get("marker") or ""), str(options.get("answers") or "")
    return WorkOptions(
        round_=str(options.get("round") or "marker-1"),
        marker=marker_named(row.schedule, ref) if ref and row.schedule else None,
        submit=bool(options.get("submit")),
        leave_out=bool(options.get("leave_out")),
        keep_answers=decided in ("keep", "each"),
        take_answers=decided == "take",
        take_for=frozenset(map(str, options.get("take") or ())) if decided == "each" else frozenset(),
        reason=str(options.get("reason") or ""),
    )


def preview(
    actor: Person,
    row: Import,
    options: Json,
    *,
    at: datetime,
    table: Table | None = None,
    progress: Progress | None = None,
) -> Preview:
    """Return what the file would do, read as its mapping says.

    Args:
        progress: is told (rows done, rows), roughly.

    Raises:
        Unreadable: the file, or some of its cells, cannot be taken.
    """
    table = table or table_of(row)
    rows, tell = len(table.rows), progress or (lambda done, total: None)
    tell(rows * 3 // 10, rows)
    if row.kind == WORK and row.schedule is not None:
        chosen = work_options(row, options)
        work = work_of(actor, table, row.mapping, row.schedule)
        tell(rows * 6 // 10, rows)
        barred = [actor.pk, *([chosen.marker.pk] if chosen.marker else [])]
        wide = row.mapping.get("shape") != "long"
        plan = plan_work(actor, row.schedule, work, round_=chosen.round_, barred=barred, at=at)
        tell(rows * 9 // 10, rows)
        return Preview(
            plan,
            rows,
            distributions(table, WorkMapping.from_json(row.mapping)) if wide else (),
            work.ignored,
            tuple(map(str, table.notes)),
            any(one.marks for one in work.rows),
        )
    if row.kind == CANDIDATES and row.schedule is not None:
        candidates = candidates_of(table, row.mapping)
        enrolling = plan_candidates(row.schedule, candidates, at=at)
        return Preview(enrolling, rows, (), candidates.ignored, tuple(map(str, table.notes)))
    if row.kind == ITEMS and row.version is not None:
        drafts = questions_of(table, row.mapping).drafts
        return Preview(plan_items_import(row.version, drafts), rows, (), (), tuple(map(str, table.notes)))
    raise BadInput(_("This file belongs nowhere any more. Upload it again."))


def carry_in(
    actor: Person, row: Import, options: Json, *, at: datetime, progress: Progress | None = None
) -> dict[str, Any]:
    """Carry the file in, whole or not at all; return the receipt as JSON.

    Raises:
        Refusal: nothing was written; the file keeps why.
    """
    tell = progress or (lambda done, total: None)
    try:
        receipt = _carried(actor, row, options, at, tell)
    except Refusal as refusal:
        note_refusal(row.ref, str(refusal), refusal.details)
        raise
    if receipt.get("nothing_new"):
        note_nothing_new(row.ref, row.content_hash, receipt, at=at)
    return receipt


def _carried(actor: Person, row: Import, options: Json, at: datetime, tell: Progress) -> dict[str, Any]:
    if row.kind == FILES:
        return carry_files(actor, row, options, at=at, progress=tell)
    table = table_of(row)
    rows = len(table.rows)
    tell(0, rows)
    facts = {"import": row.pk, "sha256": row.file_sha256}
    reason = str(options.get("reason") or "")
    if row.kind == WORK and row.schedule is not None:
        work = work_of(actor, table, row.mapping, row.schedule)
        row.content_hash = work.content_hash
        tell(rows // 10, rows)
        chosen = work_options(row, options)
        return import_work(
            actor, row.schedule.ref, work, chosen, import_ref=row.ref, facts=facts, progress=tell, at=at
        ).as_json()
    if row.kind == CANDIDATES and row.schedule is not None:
        candidates = candidates_of(table, row.mapping)
        row.content_hash = candidates.content_hash
        return import_candidates(
            actor, row.schedule.ref, candidates, reason=reason, import_ref=row.ref, facts=facts, at=at
        ).as_json()
    if row.kind == ITEMS and row.version is not None:
        questions = questions_of(table, row.mapping)
        row.content_hash = questions.content_hash
        return import_items(
            actor, row.version.ref, questions.drafts, sections=questions.sections,
            content_hash=questions.content_hash, reason=reason, import_ref=row.ref, facts=facts, at=at,
        )  # fmt: skip
    raise BadInput(_("This file belongs nowhere any more. Upload it again."))
