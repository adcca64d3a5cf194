"""A zip of candidates' files on its way in: which question it answers, what it would do, carrying it in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.imports import note_preview, note_reading, start_import
from marksheet.apps.exams.queries.imports import Import, ImportState, import_for
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Refusal, WrongState
from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.intake import SHOWN
from marksheet.apps.results.queries.intake_files import FilesPlan, size_words
from marksheet.entrypoints.shared.intake.archives import (
    files_in,
    is_large_archive,
    look_at_archive,
    marked_parts,
    probable_part,
)
from marksheet.entrypoints.shared.intake.carrying import carry_in
from marksheet.entrypoints.web.imports.places import address
from marksheet.formats.file_kinds import WORDS, FileKind

BY_NAME = "by-name"
OPEN = (ImportState.UPLOADED, ImportState.CHECKED, ImportState.REFUSED)
Frame = dict[str, Any]


def columns(request: HttpRequest, person: Person, row: Import, frame: Frame) -> HttpResponse:
    """Say which question the files answer, or that their names say it."""
    if row.schedule is None:
        raise NotFound(_("There is no such file."))
    parts = marked_parts(row.schedule)
    context = frame | {"parts": parts, "by_name": BY_NAME, "chosen": _chosen(request, row)}
    status = 200
    if request.method == "POST":
        try:
            part = _part(request, [one.label for one in parts])
            note_reading(person, row.ref, {"part": part}, rows=files_in(row))
            return redirect(address(row, "preview"))
        except (BadInput, WrongState) as refusal:
            context |= _problem(refusal)
            status = 400
    return render(request, "imports/columns_files.html", context, status=status)


def _chosen(request: HttpRequest, row: Import) -> str:
    """Return which question is chosen on the page: what was sent, else what was said, else the only one."""
    if request.method == "POST":
        return request.POST.get("part", "")
    if row.mapping:
        return str(row.mapping.get("part") or BY_NAME)
    return (probable_part(row.schedule) if row.schedule else None) or ""


def _part(request: HttpRequest, labels: Sequence[str]) -> str:
    sent = request.POST.get("part", "")
    if sent == BY_NAME:
        return ""
    if sent not in labels:
        raise BadInput(_("Say which question these files answer, or that their names say it."))
    return sent


def look(request: HttpRequest, person: Person, row: Import, frame: Frame, at: datetime) -> HttpResponse:
    """Show what the zip would do, with what is to be decided; carry it in."""
    options = _options(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            return _carried(request, person, row, options, at)
        except (BadInput, NotAllowed, WrongState) as refused:
            refusal = refused
            row = import_for(person, row.ref)
            if row.state not in OPEN:
                return redirect(address(row))
    context = frame | {"row": row, "options": options}
    try:
        plan = look_at_archive(person, row, at=at)
    except Refusal as refused:
        return render(request, "imports/unreadable.html", context | _problem(refused), status=400)
    unmatched = [["", one.path, one.why] for one in plan.left_over[:500]]
    note_preview(row.ref, {"unmatched": unmatched, "duplicates": []})
    context |= _shown(plan, row) | (_problem(refusal) if refusal else {})
    return render(request, "imports/preview_files.html", context, status=400 if refusal else 200)


def _options(request: HttpRequest) -> dict[str, Any]:
    sent = request.POST if request.method == "POST" else request.GET
    return {"leave_out": bool(sent.get("leave_out")), "reason": sent.get("reason", "").strip()[:2000]}


def _carried(
    request: HttpRequest, person: Person, row: Import, options: dict[str, Any], at: datetime
) -> HttpResponseRedirect:
    if is_large_archive(row):
        start_import(person, row.ref, options, rows=int(row.report["rows"]), at=at)
    elif carry_in(person, row, options, at=at).get("nothing_new"):
        messages.info(request, _("Nothing was written: the file says nothing new."))
    else:
        messages.success(request, _("The file was carried in."))
    return HttpResponseRedirect(address(row))


def _shown(plan: FilesPlan, row: Import) -> dict[str, Any]:
    return {
        "plan": plan,
        "size": size_words(plan.size),
        "kinds": [(_kind_words(kind), n) for kind, n in plan.kinds.most_common()],
        "left_over": [(one, size_words(one.size)) for one in plan.left_over[:SHOWN]],
        "replacing": plan.replacing[:SHOWN],
        "needs_reason": bool(plan.late or plan.replaced),
        "nothing_new": plan.nothing_new and not plan.left_over_count,
        "going_in": sum(map(len, (plan.stored | plan.replaced).values())),
        "background": is_large_archive(row),
        "part": row.mapping.get("part"),
    }


def _kind_words(kind: str) -> str:
    return WORDS.get(FileKind(kind)) or _("text")


def _problem(refusal: Refusal) -> dict[str, Any]:
    return {"refusal": refusal, "details": refusal.details}


def errors(person: Person, row: Import, at: datetime) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return heading and lines of what keeps a zip out, and of whose files are waited for: file, number, reason."""
    heading = [_("file"), _("candidate"), _("reason")]
    try:
        plan = look_at_archive(person, row, at=at)
    except BadInput as refusal:
        return heading, [(row.file_name, "", refusal.message)]
    lines: list[tuple[str, ...]] = [(one.path, one.number, one.why) for one in plan.left_over]
    stored = _("stored: %(before)s")
    lines += [("", one.number, stored % {"before": one.before}) for one in plan.replacing]
    return heading, [*lines, *(("", one.number, _("no file of this candidate")) for one in plan.waiting)]
