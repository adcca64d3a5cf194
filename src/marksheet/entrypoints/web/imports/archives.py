"""A zip of candidates' files on its way in: which question it answers, what it would do, carrying it in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.imports import note_preview, note_reading
from marksheet.apps.exams.queries.imports import Import
from marksheet.apps.ledger.errors import BadInput, NotFound, WrongState
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
from marksheet.entrypoints.web.imports.places import address
from marksheet.entrypoints.web.imports.problems import problems
from marksheet.formats.file_kinds import WORDS, FileKind

BY_NAME = "by-name"
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
            context |= problems(refusal)
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


def asked(sent: QueryDict) -> dict[str, Any]:
    """Return what was decided about a zip on its preview."""
    return {"leave_out": bool(sent.get("leave_out")), "reason": sent.get("reason", "").strip()[:2000]}


def shown(person: Person, row: Import, at: datetime) -> dict[str, Any]:
    """Return what the preview shows of a zip.

    Raises:
        BadInput: the zip cannot be taken.
    """
    plan = look_at_archive(person, row, at=at)
    unmatched = [["", one.path, one.why] for one in plan.left_over[:500]]
    note_preview(row.ref, {"unmatched": unmatched, "duplicates": []})
    return _shown(plan, row)


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
