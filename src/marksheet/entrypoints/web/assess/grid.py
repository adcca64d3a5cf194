"""The mark sheet: a cell at a time as one types, or a page of cells by a form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.marking.actions.drafts import discard_drafts
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.marking.queries.grid import Grid, grid_of, shown_mark
from marksheet.apps.marking.queries.submissions import FILTERS
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.marks import BadCells, CellSave, StaleMarks, save_mark, save_marks
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.web.assess.views import about, paused
from marksheet.entrypoints.web.exams.scheme_form import step_words
from marksheet.rules.marks import BadMark, read_mark, shown
from marksheet.rules.schemes import FINEST

FIELD = "m-"
STOOD = "h-"


@signed_in
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a page of the mark sheet; without JavaScript, save what was changed on it, all or nothing."""
    person = person_of(request)
    schedule = assessed_for(person, ref)
    if request.method == "GET" and (refused := paused(request, person, schedule)) is not None:
        return refused
    tried = Tried()
    if request.method == "POST":
        tried = _save_page(person, schedule, request.POST)
        if not tried.errors:
            n = tried.saved
            words = ngettext("%(n)s mark was saved.", "%(n)s marks were saved.", n) % {"n": n}
            done(request, words if n else _("Nothing had changed."))
            return redirect(request.get_full_path())
    status = asking.word(request.GET, "status", FILTERS)
    grid = grid_of(
        person,
        schedule,
        search=request.GET.get("q", "").strip(),
        status=status,
        after=request.GET.get("after", ""),
        range_=whole(request.GET.get("items", "")),
    )
    rows = _rows(grid, tried)
    context = about(person, schedule) | {
        "grid": grid,
        "heads": [
            (
                part,
                step_words(grid.steps[part.id]) if grid.steps.get(part.id, FINEST) != FINEST else "",
                part.id in grid.steps,
            )
            for part in grid.parts
        ],
        "rows": rows,
        "wrong": [one for row in rows for one in row["cells"] if one["error"]],
        "to_check": sum(
            bool(one["prefilled"]) for row in rows for one in row["cells"] if not row["row"].locked
        ),
        "kept": [one for row in rows for one in row["cells"] if one["draft"]],
        "search": request.GET.get("q", "").strip(),
        "status": status,
        "narrowed": bool(request.GET.get("q") or status or request.GET.get("after")),
        "tried": tried,
        "key": f"{schedule.ref}-{person.ref}",
        "tab": "grid",
    }
    return render(request, "assess/grid.html", context, status=tried.status)


@dataclass(slots=True)
class Tried:
    """What became of a page that was sent: typed texts and errors by field, and the answer's status."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""
    saved: int = 0
    status: int = 200


def _save_page(person: Person, schedule: Schedule, post: QueryDict) -> Tried:
    """Save every cell whose text differs from what stood there when the page was made."""
    tried = Tried(typed={name: value for name, value in post.items() if name.startswith(FIELD)})  # type: ignore[misc]
    parts = _parts(schedule)
    steps = steps_of(part.id for part in parts.values() if not part.machine)
    cells: list[CellSave] = []
    for name, text in tried.typed.items():
        script, _dash, part = name.removeprefix(FIELD).partition("-")
        version, stood = stood_there(post.get(STOOD + script, ""), part)
        if part not in parts or text.strip() == stood:
            continue
        try:
            one = parts[part]
            meant = read_mark(
                text,
                one.maximum_thousandths,
                steps.get(one.id, FINEST),
                lowest_thousandths=one.lowest_thousandths,
            )
        except BadMark as bad:
            tried.errors[name] = str(bad)
            continue
        cells.append(CellSave(script, part, meant.value, meant.no_response, version))
    if tried.errors:
        tried.message = _("Nothing was saved yet. Please correct the marked cells.")
        tried.status = 400
    elif cells:
        _save_cells(person, schedule, cells, tried)
    return tried


def _save_cells(person: Person, schedule: Schedule, cells: list[CellSave], tried: Tried) -> None:
    try:
        tried.saved = len(save_marks(person, schedule.ref, cells, at=clock.read()))
    except StaleMarks as stale:
        tried.message, tried.status = stale.message, 409
        for (script, part), theirs in stale.cells.items():
            theirs_shown = shown_mark(theirs.value, theirs.no_response) or _("blank")
            tried.errors[f"{FIELD}{script}-{part}"] = _(
                "%(by)s saved %(theirs)s meanwhile. Save again to put yours in its place."
            ) % {"by": theirs.by, "theirs": theirs_shown}
    except BadCells as bad:
        tried.message, tried.status = bad.message, 400
        tried.errors = {f"{FIELD}{script}-{part}": why for (script, part), why in bad.cells.items()}
    except (WrongState, NotAllowed) as refusal:
        tried.message, tried.status = refusal.message, 409
        tried.errors = {"": refusal.message}


def stood_there(packed: str, part: str) -> tuple[int, str]:
    """Return version and text that stood in a cell when the page was made; (0, "") where nothing did."""
    try:
        version, text = json.loads(packed or "{}").get(part, (0, ""))
        return int(version), str(text)
    except (ValueError, TypeError, AttributeError):
        return 0, ""


def _rows(grid: Grid, tried: Tried) -> list[dict[str, Any]]:
    """Return the rows with what was typed in place of what stands, where a page was refused."""
    rows = []
    for row in grid.rows:
        cells = [
            {
                "part": cell_.part,
                "title": grid.titles[cell_.part.id],
                "script": row.script,
                "version": cell_.version,
                "stands": cell_.shown,
                "text": tried.typed.get(cell_.field, cell_.shown or cell_.prefilled),
                "machine": cell_.machine,
                "prefilled": cell_.prefilled,
                "lowest": shown(cell_.part.lowest_thousandths),
                "field": cell_.field,
                "error": tried.errors.get(cell_.field, ""),
                "draft": cell_.draft,
                "others": cell_.others,
                "maximum": shown(cell_.part.maximum_thousandths),
                "step": shown(cell_.step_thousandths),
            }
            for cell_ in row.cells
        ]
        stood = {cell_.part.ref: (cell_.version, cell_.shown) for cell_ in row.cells}
        rows.append(
            {
                "row": row,
                "cells": cells,
                "stood": json.dumps(stood),
                "name": STOOD + row.script.ref,
                "sum": row.sum_shown,
            }
        )
    return rows


def _parts(schedule: Schedule) -> dict[str, PartRow]:
    return {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).parts}


def whole(text: str) -> int:
    """Return a whole number that a page sent; 0 where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


@signed_in
@require_POST
def cell(request: HttpRequest, ref: str) -> HttpResponse:
    """Save one cell: attempt, part, version, value ("", "nr" or a number).

    Answers 200 ``{state: saved, version, shown}``, 409 ``{state: stale, theirs, by, version}`` or
    400 ``{state: refused, message}``.
    """
    person = person_of(request)
    schedule = assessed_for(person, ref)
    post = request.POST
    script, part = post.get("attempt", ""), _parts(schedule).get(post.get("part", ""))
    if part is None:
        return refused(_("There is no such part in this paper."))
    try:
        meant = read_mark(
            post.get("value", ""), part.maximum_thousandths, lowest_thousandths=part.lowest_thousandths
        )
        saved = save_mark(
            person,
            script,
            part.ref,
            value=meant.value,
            no_response=meant.no_response,
            against_version=whole(post.get("version", "")),
            at=clock.read(),
        )
    except StaleMarks as stale:
        theirs = stale.theirs
        stands = shown_mark(theirs.value, theirs.no_response)
        answer = {"state": "stale", "theirs": stands, "by": theirs.by, "version": theirs.version}
        return JsonResponse(answer, status=409)
    except BadMark as bad:
        return refused(str(bad))
    except BadInput as bad_input:
        return refused(" ".join(bad_input.details) or bad_input.message)
    except (WrongState, NotAllowed) as refusal:
        return refused(refusal.message)
    stands = shown_mark(saved.value, saved.no_response)
    return JsonResponse({"state": "saved", "version": saved.version, "shown": stands})


def refused(message: str) -> JsonResponse:
    """Answer a cell that cannot be saved, with the reason."""
    return JsonResponse({"state": "refused", "message": message}, status=400)


@signed_in
@require_POST
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    """Forget what the reader typed too late: what stands is right."""
    n = discard_drafts(person_of(request), ref)
    done(
        request, ngettext("%(n)s kept mark was discarded.", "%(n)s kept marks were discarded.", n) % {"n": n}
    )
    return redirect("assess:grid", ref)
