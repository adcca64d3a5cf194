"""The exports of one person: the list, how far one is, its file and its manifest; for nobody else."""

import json
from typing import Any

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotFound, WrongState
from marksheet.apps.release.actions.exports import fetch_export
from marksheet.apps.release.queries.exports.asked import Asked, export_for, exports_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.exports.files import open_file
from marksheet.outputs.exports import EXPORTS
from marksheet.outputs.exports import export as declared

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
CHARSETS = {"utf-8-sig": "utf-8"}


@signed_in
@require_GET
def exports(request: HttpRequest) -> HttpResponse:
    """List what this person took out, newest first."""
    found = exports_of(person_of(request), clock.read())
    return render(request, "exports/list.html", {"exports": [_context(one) for one in found]})


@signed_in
@require_GET
def export(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one export: on its way, finished with its file, failed or thrown away."""
    found = export_for(person_of(request), ref, clock.read())
    return render(request, "exports/show.html", _context(found))


@signed_in
@require_GET
def progress(request: HttpRequest, ref: str) -> HttpResponse:
    """Answer with how far an export is; when it is over, with the way to its file."""
    found = export_for(person_of(request), ref, clock.read())
    return render(request, "exports/state.html", _context(found))


@signed_in
@require_GET
def file(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Hand the file over to whoever asked for it; that it was fetched is logged first."""
    found = fetch_export(person_of(request), ref, at=clock.read())
    order = found.work.payload["order"]
    try:
        stream = open_file(found.file["path"])
    except FileNotFoundError:
        raise WrongState(_("This file is not there any more. Export again.")) from None
    kind = CONTENT_TYPES[order["file_type"]]
    if order["file_type"] == "csv":
        kind += f"; charset={CHARSETS.get(order['encoding'], order['encoding'])}"
    answer = FileResponse(stream, as_attachment=True, filename=found.file["name"], content_type=kind)
    answer["Cache-Control"] = "no-store, private"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@signed_in
@require_GET
def manifest(request: HttpRequest, ref: str) -> HttpResponse:
    """Hand over what the file holds, with counts and hashes, to lie beside it."""
    found = export_for(person_of(request), ref, clock.read())
    if found.state != "done":
        raise NotFound(_("There is no such export."))
    body = json.dumps(found.file["manifest"], ensure_ascii=False, indent=2, sort_keys=True)
    name = f"{found.file['name']}.manifest.json"
    return HttpResponse(
        body,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name.encode("ascii", "replace").decode()}"'},
    )


def _context(found: Asked) -> dict[str, Any]:
    order = found.work.payload["order"]
    name = order["format"]
    return {
        "export": found,
        "title": declared(name).title if name in EXPORTS else name,
        "file_type": order["file_type"].upper(),
        "parts": len(found.file.get("sheets", ())),
    }
