"""Bring in files: note what was uploaded and how it is to be read, have it carried in, carry in questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.authoring import editing
from marksheet.apps.exams.models import AssessmentVersion, Import, ImportState, Item, Section
from marksheet.apps.exams.queries.assessments import assessment_for, content_of, draft_of
from marksheet.apps.exams.queries.imports import ITEMS, import_for, verb_for
from marksheet.apps.exams.queries.problems import sentences
from marksheet.apps.exams.queries.schedules import schedule_for
from marksheet.apps.exams.steps.authoring import add_items, replace_item
from marksheet.apps.exams.steps.imports import lock_import, settle_import
from marksheet.apps.ledger.change import change, draft
from marksheet.apps.ledger.errors import BadInput, WrongState
from marksheet.apps.ledger.models import Work, WorkState
from marksheet.apps.people.models import Person
from marksheet.rules.authoring import ItemDraft, item_problems, key_of
from marksheet.rules.schemes import NOTHING

CAN_BE_READ_AGAIN = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.REFUSED)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the private storage: its name as sent, its SHA-256, its place and its size in bytes."""

    name: str
    sha256: str
    path: str
    size: int


def note_upload(actor: Person, kind: str, target_ref: str, file: StoredFile, *, at: datetime) -> Import:
    """Note a file that was stored; ``target_ref`` names a schedule, or an assessment for questions.

    Raises:
        NotFound: the target is hidden from this person, or they may not bring in such a file there.
        WrongState: questions for an exam without a draft.
    """
    verb = verb_for(kind)
    target: dict[str, Any]
    if kind == ITEMS:
        assessment = assessment_for(actor, target_ref, verb)
        version = draft_of(assessment)
        if version is None:
            raise WrongState(_("Questions go into a draft. Start a new version of this exam first."))
        target = {"version": version, "unit": assessment.unit}
    else:
        target = {"schedule": schedule_for(actor, target_ref, verb)}
    with draft():
        return Import.objects.create(
            kind=kind,
            person=actor,
            file_name=file.name[:255],
            file_sha256=file.sha256,
            file_path=file.path,
            report={"size": file.size},
            created_at=at,
            **target,
        )


def note_reading(actor: Person, ref: str, mapping: Mapping[str, Any], *, rows: int = 0) -> Import:
    """Keep how a person said the columns of a file are to be read, and how many rows it has.

    Raises:
        WrongState: the file is being carried in, or was.
    """
    row = import_for(actor, ref)
    if row.state not in CAN_BE_READ_AGAIN:
        raise WrongState(_("This file is being carried in, or was. Upload it again to read it otherwise."))
    with draft():
        Import.objects.filter(pk=row.pk, state__in=CAN_BE_READ_AGAIN).update(
            mapping=dict(mapping), state=ImportState.CHECKED, report={**row.report, "rows": rows}
        )
    row.refresh_from_db()
    return row


def note_preview(ref: str, found: Mapping[str, Any]) -> None:
    """Keep what a look at a file found that could not be placed, for the reconciliation page."""
    with draft():
        row = Import.objects.filter(ref=ref, state__in=CAN_BE_READ_AGAIN).first()
        if row is not None and row.report.get("preview") != found:
            Import.objects.filter(pk=row.pk).update(report={**row.report, "preview": dict(found)})


def note_look(ref: str, actor: Person, found: Mapping[str, Any]) -> None:
    """Keep what a look at a large file found for ``actor``, so that its page need not read it again."""
    with draft():
        rows = Import.objects.select_for_update(no_key=True).filter(ref=ref, state__in=CAN_BE_READ_AGAIN)
        row = rows.first()
        if row is not None:
            looks = {**row.report.get("looks", {}), str(actor.pk): dict(found)}
            Import.objects.filter(pk=row.pk).update(report={**row.report, "looks": looks})


def start_look(actor: Person, row: Import, *, language: str, at: datetime) -> Work:
    """Have the worker look at a large file that ``actor`` was let into; whoever asks meanwhile waits with them."""
    with change(actor, verb_for(row.kind), at=at) as opened:
        done = Work.objects.filter(
            key__startswith=f"look:{row.ref}:{actor.pk}:", state=WorkState.DONE
        ).count()
        opened.record("import", row.pk, looked=True, sha256=row.file_sha256)
        payload = {"import": row.ref, "language": language}
        key = f"look:{row.ref}:{actor.pk}:{done + 1}"
        return opened.queue("import-look", key, payload, total=int(row.report.get("rows", 0)))


def note_refusal(ref: str, message: str, details: Sequence[str]) -> None:
    """Keep why a file was not carried in; nothing of it was written."""
    with draft():
        row = Import.objects.filter(ref=ref, state__in=(*CAN_BE_READ_AGAIN, ImportState.APPLYING)).first()
        if row is not None:
            row.report = {**row.report, "refusal": {"message": message, "details": list(details)[:200]}}
            row.state = ImportState.REFUSED
            row.save(update_fields=["report", "state"])


def note_nothing_new(ref: str, content_hash: str, report: Mapping[str, Any], *, at: datetime) -> None:
    """Keep that a file said nothing that was not known; nothing was written."""
    with draft():
        row = Import.objects.filter(ref=ref).exclude(state=ImportState.APPLIED).first()
        if row is not None:
            row.report = {**row.report, "receipt": dict(report)}
            row.state, row.content_hash, row.applied_at = ImportState.APPLIED, content_hash, at
            row.save(update_fields=["report", "state", "content_hash", "applied_at"])


def discard(actor: Person, ref: str) -> None:
    """Throw an uploaded file away before it was carried in."""
    row = import_for(actor, ref)
    with draft():
        Import.objects.filter(pk=row.pk, state__in=CAN_BE_READ_AGAIN).update(state=ImportState.DISCARDED)


def start_import(actor: Person, ref: str, options: Mapping[str, Any], *, rows: int, at: datetime) -> Work:
    """Have a large file carried in by the worker; who asked for it is in the audit log.

    Args:
        options: how to carry it in, as the person confirmed it; the worker does exactly that.
        rows: how many rows it has, for the progress page.

    Raises:
        WrongState: it is being carried in, or was.
    """
    row = import_for(actor, ref)
    with change(actor, verb_for(row.kind), at=at) as opened:
        taken = Import.objects.filter(pk=row.pk, state__in=CAN_BE_READ_AGAIN).update(
            state=ImportState.APPLYING, report={**row.report, "options": dict(options)}
        )
        if not taken:
            raise WrongState(_("This file is being carried in already, or was. Look at its page."))
        opened.record(
            "import", row.pk, schedule_id=row.schedule_id, started=True, what=row.kind, sha256=row.file_sha256
        )
        tries = Work.objects.filter(key__startswith=f"import:{row.ref}:").count()
        return opened.queue("import", f"import:{row.ref}:{tries + 1}", {"import": row.ref}, total=rows)


@dataclass(frozen=True, slots=True)
class SectionWeight:
    """A section that the file names, with its weight in thousandths."""

    name: str
    weight_thousandths: int


@dataclass(frozen=True, slots=True)
class ItemsPlan:
    """What a file of questions would do to a draft: labels of new, equal and different ones.

    ``drafts`` has each new and different question of the file, behind what is stored of it now (None: nothing).
    """

    added: tuple[str, ...]
    same: tuple[str, ...]
    changed: tuple[str, ...]
    problems: tuple[str, ...]
    drafts: tuple[tuple[ItemDraft | None, ItemDraft], ...] = ()


def plan_items_import(version: AssessmentVersion, wanted: Sequence[ItemDraft]) -> ItemsPlan:
    """Return what carrying these questions into a draft would do. The caller was let into the exam."""
    known = {
        item.draft.label.casefold(): item.draft for section in content_of(version) for item in section.items
    }
    wanted = [_with_floor(one, known.get(one.label.casefold())) for one in wanted]
    problems = [problem for one in wanted for problem in item_problems(one)]
    sides = {one.label: _compared(known.get(one.label.casefold()), one) for one in wanted}
    return ItemsPlan(
        added=tuple(label for label, side in sides.items() if side == "added"),
        same=tuple(label for label, side in sides.items() if side == "same"),
        changed=tuple(label for label, side in sides.items() if side == "changed"),
        problems=tuple(sentences(problems)),
        drafts=tuple((known.get(one.label.casefold()), one) for one in wanted if sides[one.label] != "same"),
    )


def _with_floor(wanted: ItemDraft, known: ItemDraft | None) -> ItemDraft:
    """Where a file is silent on the lowest score, what is stored stays."""
    if wanted.floor_stated or known is None:
        return replace(wanted, floor_stated=True)
    return replace(wanted, floor_thousandths=known.floor_thousandths, floor_stated=True)


def _compared(known: ItemDraft | None, wanted: ItemDraft) -> str:
    if known is None:
        return "added"
    blind = replace(
        known,
        section=known.section if wanted.section else "",
        parts=tuple(replace(part, scheme=NOTHING) for part in known.parts),
    )
    return "same" if _plain(blind) == _plain(wanted) else "changed"


def _plain(one: ItemDraft) -> object:
    """What a file can say of a question, in one form."""
    parts = tuple(
        (p.label, p.machine, p.points if p.machine else p.maximum_thousandths)
        + (
            (
                p.match,
                tuple(p.options),
                frozenset(key_of(p).correct),
                p.wrong_thousandths,
                key_of(p).tolerance,
            )
            if p.machine
            else ()
        )
        for p in one.parts
    )
    return (
        one.label,
        one.title,
        one.section.casefold(),
        one.maximum_thousandths,
        one.floor_thousandths,
        one.rule,
        tuple(one.steps),
        parts,
    )


def import_items(
    actor: Person,
    version_ref: str,
    wanted: Sequence[ItemDraft],
    *,
    sections: Sequence[SectionWeight] = (),
    content_hash: str = "",
    reason: str = "",
    import_ref: str = "",
    facts: Mapping[str, Any] | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Carry the questions of a file into a draft, all or none; return counts of added, same and changed.

    A question that is there already and says the same stays; one that says something else is written anew and
    needs a reason; parts that keep their name keep their schemes. The same file again
    writes nothing.

    Raises:
        NotFound, NotAllowed, WrongState: as ``authoring.editing``.
        BadInput: questions that cannot be used, or changed ones without a reason.
    """
    with editing(actor, version_ref, at=at) as (opened, version):
        row = lock_import(opened, import_ref)
        plan = plan_items_import(version, wanted)
        _refuse_items(plan, reason)
        # A question of several parts has several rows.
        rows = int(row.report.get("rows", 0)) if row is not None else 0
        receipt = {
            "rows": rows or len(wanted), "added": len(plan.added), "same": len(plan.same), "changed": len(plan.changed),
        }  # fmt: skip
        if not (plan.added or plan.changed):
            return receipt | {"nothing_new": True}
        by_label = {new.label: new for _old, new in plan.drafts}
        stored = {
            item.label.casefold(): item
            for item in Item.objects.filter(version=version).select_related("version")
        }
        for label in plan.changed:
            replace_item(opened, stored[label.casefold()], by_label[label])
        if plan.added:
            add_items(opened, version, [by_label[label] for label in plan.added])
        for one in sections:
            Section.objects.filter(version=version, name=one.name).update(
                weight_thousandths=one.weight_thousandths
            )
        opened.record(
            "assessment",
            version.assessment_id,
            did="items_imported",
            private={"reason": reason.strip()},
            version=version.ref,
            added_labels=list(plan.added),
            changed_labels=list(plan.changed),
            content=content_hash,
            **dict(facts or {}),
        )
        settle_import(opened, row, content_hash=content_hash, report=receipt, reason=reason)
        return receipt | {"nothing_new": False}


def _refuse_items(plan: ItemsPlan, reason: str) -> None:
    if plan.problems:
        raise BadInput(_("No question was added: some need correcting."), details=list(plan.problems))
    if plan.changed and not reason.strip():
        raise BadInput(
            _("Nothing was written: questions %(labels)s are there already and would change. Say why.")
            % {"labels": ", ".join(plan.changed[:20])}
        )
