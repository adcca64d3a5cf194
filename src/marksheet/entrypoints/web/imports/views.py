"""One file on its way in: its columns, what it would do, carrying it in, its receipt."""

import csv
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marksheet.apps.exams.actions.imports import (
    ItemsPlan,
    discard,
    note_reading,
    start_import,
    start_look,
)
from marksheet.apps.exams.queries.imports import (
    FILES,
    WORK,
    Import,
    ImportState,
    import_for,
    look_of_import,
    work_of_import,
)
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotAllowed, Refusal, WrongState
from marksheet.apps.ledger.work import Work, WorkState
from marksheet.apps.people.queries import Person, zone_of
from marksheet.apps.results.actions.intake_candidates import CandidatesPlan
from marksheet.apps.results.queries.intake import WorkPlan, markers_at
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.intake.archives import is_large_archive
from marksheet.entrypoints.shared.intake.carrying import INLINE_ROWS, Preview, carry_in, preview
from marksheet.entrypoints.shared.intake.looking import (
    is_large,
    kept_look,
    refusal_of,
    remember,
    seen_as_json,
)
from marksheet.entrypoints.shared.intake.reading import Unreadable, in_words, table_of, translated
from marksheet.entrypoints.web.imports import archives
from marksheet.entrypoints.web.imports import mapping as pages
from marksheet.entrypoints.web.imports.places import above, address, again
from marksheet.entrypoints.web.imports.problems import problems
from marksheet.entrypoints.web.imports.questions import lines_of
from marksheet.entrypoints.web.imports.start import KINDS
from marksheet.outputs.exports.writers.csv_file import guarded

OPEN = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.REFUSED)
MOST_QUESTIONS = 200
TICKS = ("submit", "leave_out")


def _frame(row: Import) -> dict[str, Any]:
    """What every page of a file shows around its own."""
    url, title = above(row)
    names = ("file", "columns", "preview", "progress", "errors", "discard")
    return {
        "row": row,
        "kind": KINDS[row.kind],
        "above_url": url,
        "above": title,
        "again": again(row),
        "urls": {name: address(row, name) for name in names},
    }


@signed_in
@require_GET
def file(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what became of a file, or where it stands on its way in."""
    row = import_for(person_of(request), ref)
    if row.state in (ImportState.UPLOADED, ImportState.CHECKED):
        return redirect(address(row, "columns" if row.state == ImportState.UPLOADED else "preview"))
    zone = row.schedule.timezone if row.schedule else zone_of(person_of(request))
    context = _frame(row) | {
        "receipt": row.report.get("receipt"),
        "refusal": row.report.get("refusal") if row.state == ImportState.REFUSED else None,
        "zone": zone,
        "running": _running(row),
    }
    return render(request, "imports/file.html", context)


@signed_in
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, ref: str) -> HttpResponse:
    """Say what each column is."""
    person = person_of(request)
    row = import_for(person, ref)
    if row.state not in OPEN:
        return redirect(address(row))
    context = _frame(row)
    if row.kind == FILES:
        return archives.columns(request, person, row, context)
    try:
        table = table_of(row)
    except Refusal as refusal:
        return render(request, "imports/unreadable.html", context | problems(refusal), status=400)
    mapping = pages.kept_or_suggested(row, table)
    if request.GET.get("shape") in ("wide", "long"):
        mapping["shape"] = request.GET["shape"]
    status = 200
    if request.method == "POST":
        typed = pages.work_typed if row.kind == WORK else pages.fields_typed
        try:
            mapping = typed(row, table, request.POST)
            row = note_reading(person, ref, mapping, rows=len(table.rows))
            return redirect(address(row, "preview"))
        except BadInput as refusal:
            context |= problems(refusal)
            status = 400
    shown = pages.work_page if row.kind == WORK else pages.fields_page
    context |= shown(row, table, mapping) | {
        "table": table,
        "notes": [translated(note) for note in table.notes],
        "faults": [in_words(one) for one in table.faults[:1]],
        "fault_count": len(table.faults),
    }
    name = "imports/columns_work.html" if row.kind == WORK else "imports/columns_fields.html"
    return render(request, name, context, status=status)


@signed_in
@require_http_methods(["GET", "POST"])
def look(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what the file would do, with what is to be decided; carry it in."""
    person, at = person_of(request), clock.read()
    row = import_for(person, ref)
    if row.state not in OPEN:
        return redirect(address(row))
    if not row.mapping:
        return redirect(address(row, "columns"))
    options = _options(request, row)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            return _carried(request, person, row, options, at)
        except (BadInput, NotAllowed, WrongState) as refused:
            refusal = refused
            row = import_for(person, ref)
            if row.state not in OPEN:
                return redirect(address(row))
    context = _frame(row) | {"options": options}
    try:
        shown = _shown(person, row, options, at)
    except Refusal as refused:
        return render(request, "imports/unreadable.html", context | problems(refused), status=400)
    if shown is None:
        return render(request, "imports/looking.html", context | {"running": _looked_at(person, row, at)})
    context |= shown | (problems(refusal) if refusal else {})
    name = "imports/preview_files.html" if row.kind == FILES else "imports/preview.html"
    return render(request, name, context, status=400 if refusal else 200)


def _shown(person: Person, row: Import, options: dict[str, Any], at: datetime) -> dict[str, Any] | None:
    """Return what the preview shows; None while a worker is to read a large file.

    Raises:
        Unreadable: the file cannot be taken.
    """
    if row.kind == FILES:
        return archives.shown(person, row, at)
    if is_large(row):
        kept = kept_look(person, row, at=at)
        if kept is None:
            return None
        if "refusal" in kept:
            raise refusal_of(kept["refusal"])
        return _work_shown(row, kept["seen"])
    try:
        seen = preview(person, row, options, at=at)
    except Refusal as refused:
        remember(row, None, refused)
        raise
    remember(row, seen, None)
    return _work_shown(row, seen_as_json(seen)) if isinstance(seen.plan, WorkPlan) else _seen(seen)


def _looked_at(person: Person, row: Import, at: datetime) -> dict[str, Any]:
    """Return how far the worker is with a large file, having asked it to look if nobody did."""
    work = look_of_import(person, row)
    if work is None or work.state == WorkState.DONE:
        work = start_look(person, row, language=get_language() or "", at=at)
    return _progress_of(work, _("Being read"))


def _options(request: HttpRequest, row: Import) -> dict[str, Any]:
    sent = request.POST if request.method == "POST" else request.GET
    if row.kind == FILES:
        return archives.asked(sent)
    ticked: dict[str, Any] = {name: bool(sent.get(name)) for name in TICKS}
    return ticked | {
        "round": "marker-1",
        "marker": sent.get("marker", ""),
        "answers": sent.get("answers", ""),
        "take": sent.getlist("take"),
        "reason": sent.get("reason", "").strip()[:2000],
    }


def _carried(
    request: HttpRequest, person: Person, row: Import, options: dict[str, Any], at: datetime
) -> HttpResponseRedirect:
    rows = int(row.report.get("rows") or 0) or len(table_of(row).rows)
    if is_large_archive(row) if row.kind == FILES else rows > INLINE_ROWS:
        start_import(person, row.ref, options, rows=rows, at=at)
    else:
        receipt = carry_in(person, row, options, at=at)
        if receipt.get("nothing_new"):
            messages.info(request, _("Nothing was written: the file says nothing new."))
        else:
            messages.success(request, _("The file was carried in."))
    return HttpResponseRedirect(address(row))


def _work_shown(row: Import, seen: dict[str, Any]) -> dict[str, Any]:
    """What the preview of a file of work shows of what ``looking`` found."""
    plan = seen["plan"]
    open_ = plan["outsider_count"] or plan["responses"]["changed_count"]
    return {
        "seen": seen,
        "plan": plan,
        "is_work": True,
        "background": seen["rows"] > INLINE_ROWS,
        "markers": list(markers_at(row.schedule)) if seen["has_marks"] and row.schedule else [],
        "outsiders": plan["outsiders"],
        "unmarked": plan["unmarked"],
        "needs_reason": bool(plan["late"] or plan["given"]["changed_count"]),
        "nothing_new": plan["nothing_new"] and not open_,
    }


def _seen(seen: Preview) -> dict[str, Any]:
    plan = seen.plan
    context: dict[str, Any] = {
        "seen": seen,
        "plan": plan,
        "is_candidates": isinstance(plan, CandidatesPlan),
        "is_items": isinstance(plan, ItemsPlan),
        "background": seen.rows > INLINE_ROWS,
    }
    if isinstance(plan, CandidatesPlan):
        context |= {
            "needs_reason": plan.late,
            "blocked": bool(plan.problem_count),
            "nothing_new": not plan.fresh,
        }
    elif isinstance(plan, ItemsPlan):
        context |= {
            "needs_reason": bool(plan.changed),
            "blocked": bool(plan.problems),
            "nothing_new": not (plan.added or plan.changed),
            "questions": lines_of(plan.drafts[:MOST_QUESTIONS]),
            "more_questions": max(0, len(plan.drafts) - MOST_QUESTIONS),
            "marks": sum(new.maximum_thousandths for _old, new in plan.drafts),
        }
    return context


def _running(row: Import) -> dict[str, Any] | None:
    work = work_of_import(row) if row.state == ImportState.APPLYING else None
    return None if work is None else _progress_of(work, _("Being carried in"))


def _progress_of(work: Work, label: str) -> dict[str, Any]:
    waiting = work.state == WorkState.WAITING and not work.done
    return {
        "work": work,
        "label": _("Waiting for a worker") if waiting else label,
        "failed": work.state == WorkState.PARKED,
    }


@signed_in
@require_GET
def progress(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with how far a large file is, being read or carried in; the page asks for this until it is done."""
    person = person_of(request)
    row = import_for(person, ref)
    running, onward = _running(row), address(row)
    if row.state in OPEN and (work := look_of_import(person, row)):
        onward = address(row, "preview")
        running = None if work.state == WorkState.DONE else _progress_of(work, _("Being read"))
    return render(request, "imports/progress.html", _frame(row) | {"running": running, "onward": onward})


@signed_in
@require_GET
def errors(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with everything that keeps a file out, as a CSV file: row, column, value, reason."""
    person, at = person_of(request), clock.read()
    row = import_for(person, ref)
    if row.kind == FILES:
        return _as_csv(*archives.errors(person, row, at))
    found: list[tuple[Any, ...]] = []
    try:
        plan = preview(person, row, {}, at=at).plan
        if isinstance(plan, WorkPlan):
            found = [(one.row, "", one.number, one.why) for one in plan.outsiders]
            tallies = (*plan.responses.changed, *plan.given.changed)
            stored = _("stored: %(before)s")
            found += [(one.row, one.part, one.after, stored % {"before": one.before}) for one in tallies]
        elif isinstance(plan, CandidatesPlan | ItemsPlan):
            found = [("", "", "", problem) for problem in plan.problems]
    except Unreadable as refusal:
        found = [(one.row, one.column, one.value, translated(one.reason)) for one in refusal.cells]
        found = found or [("", "", "", str(refusal))]
    return _as_csv((_("row"), _("column"), _("value"), _("reason")), found)


def _as_csv(heading: Sequence[str], found: Sequence[Sequence[Any]]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="errors.csv"'
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(heading)
    writer.writerows([cell if isinstance(cell, int) else guarded(str(cell)) for cell in one] for one in found)
    return response


@signed_in
@require_POST
def throw_away(request: HttpRequest, ref: str) -> HttpResponse:
    """Throw an uploaded file away."""
    person = person_of(request)
    row = import_for(person, ref)
    discard(person, ref)
    messages.info(request, _("The file was put aside. Nothing was written."))
    return redirect(again(row))
