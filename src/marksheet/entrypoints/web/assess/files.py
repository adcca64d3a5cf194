"""The files of a response: shown beside its scheme, each answered for itself, and none able to do anything here."""

import re
from collections.abc import Sequence
from typing import Any

from csp.constants import SELF
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger.errors import BadInput, WrongState
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.marking.queries.handed_files import ScriptFile, file_for
from marksheet.apps.marking.queries.workshop import Workshop
from marksheet.apps.results.queries.intake_files import size_words
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.intake.files import read_file
from marksheet.formats.file_kinds import AUDIO, CONTENT_TYPES, IMAGES, WORDS, FileKind, text_of
from marksheet.formats.problems import BadFile
from marksheet.formats.texts import words_in

MOST_LINES = 2_000
MOST_LETTERS = 200_000
# The document that a browser makes of a file has no origin, runs nothing, loads nothing, and stands in our pages only.
POLICY = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
RANGE = re.compile(r"bytes=([0-9]{0,12})-([0-9]{0,12})")


@signed_in
@require_GET
def one(request: HttpRequest, ref: str, script: str, part: str, position: int) -> HttpResponse:
    """Answer with one file, to be shown in the page or, with ``?download=1``, to be kept under a neutral name."""
    person = person_of(request)
    found = file_for(person, assessed_for(person, ref), script, part, position)
    kind = FileKind(found.kind)
    try:
        data = read_file(found.path, found.sha256)
    except BadInput:
        raise WrongState(_missing()) from None
    answer = _piece(request.headers.get("Range", ""), data)
    keep = kind is FileKind.TEXT or bool(request.GET.get("download"))
    answer["Content-Type"] = CONTENT_TYPES[kind]
    answer["Content-Disposition"] = f'{"attachment" if keep else "inline"}; filename="{found.name}"'
    answer["Accept-Ranges"] = "bytes"
    answer["Content-Security-Policy"] = POLICY
    answer["X-Frame-Options"] = "SAMEORIGIN"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _piece(asked: str, data: bytes) -> HttpResponse:
    """Return the whole, or the one range that was asked for: without ranges nobody can seek in a recording."""
    found = RANGE.fullmatch(asked.strip())
    if found is None or not (found[1] or found[2]):
        return HttpResponse(data)
    last = len(data) - 1
    if found[1]:
        first, end = int(found[1]), min(int(found[2] or last), last)
    else:
        first, end = max(0, len(data) - int(found[2])), last
    if first > end:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers = {"Content-Range": f"bytes {first}-{end}/{len(data)}"}
    return HttpResponse(data[first : end + 1], status=206, headers=headers)


def allowed_beside(answer: HttpResponse) -> HttpResponse:
    """Let a page show our own answers in frames and as sound, beside what every page may."""
    answer._csp_update = {"frame-src": [SELF], "media-src": [SELF]}  # type: ignore[attr-defined]
    return answer


def shown(schedule: Schedule, seen: Workshop) -> list[dict[str, Any]]:
    """Return what the marking screen shows of each file of a response; texts with their lines."""
    return [_shown(schedule, seen, file, len(seen.files)) for file in seen.files]


def _shown(schedule: Schedule, seen: Workshop, file: ScriptFile, files: int) -> dict[str, Any]:
    kind = FileKind(file.kind)
    url = reverse("assess:file", args=[schedule.ref, seen.script.ref, seen.part.ref, file.position])
    words = WORDS.get(kind) or _("Text")
    named = {"n": file.position, "of": files, "kind": words}
    context: dict[str, Any] = {
        "title": _("File %(n)s of %(of)s: %(kind)s") % named if files > 1 else words,
        "name": file.name,
        "size": size_words(file.size),
        "url": url,
        "as": "image" if kind in IMAGES else "audio" if kind in AUDIO else file.kind,
    }
    return context | (_text(file) if kind is FileKind.TEXT else {})


def _text(file: ScriptFile) -> dict[str, Any]:
    """Return the lines of a text, as many as a page bears, and how many words it has."""
    try:
        text = text_of(read_file(file.path, file.sha256))
    except (BadInput, BadFile):
        return {"missing": _missing()}
    # What a line break at the end begins is no line.
    lines: Sequence[str] = text.removesuffix("\n")[:MOST_LETTERS].split("\n")
    return {
        "lines": lines[:MOST_LINES],
        "words": words_in(text),
        "cut": len(text) > MOST_LETTERS or len(lines) > MOST_LINES,
    }


def _missing() -> str:
    return _("The stored file is missing or damaged. Tell whoever looks after the installation.")
