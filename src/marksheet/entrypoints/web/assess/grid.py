"""The mark sheet: a cell at a time as one types, or a page of cells by a form."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.ledger import clock
from marksheet.apps.marking.actions.drafts import discard_drafts
from marksheet.apps.marking.queries.assess import assessed_for
from marksheet.apps.marking.queries.grid import Grid, grid_of
from marksheet.apps.marking.queries.submissions import FILTERS
from marksheet.apps.results.actions.marks import CellSave, SavedMark, StaleMarks, save_mark, save_marks
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.web.assess.sheets import (
    STOOD,
    Meanwhile,
    Tried,
    answer_cell,
    save_page,
    saved_page,
)
from marksheet.entrypoints.web.assess.views import about, paused
from marksheet.entrypoints.web.exams.scheme_form import step_words
from marksheet.rules.marks import shown
from marksheet.rules.schemes import FINEST


@signed_in
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a page of the mark sheet; without JavaScript, save what was changed on it, all or nothing."""
    person = person_of(request)
    schedule = assessed_for(person, ref)
    if request.method == "GET" and (stopped := paused(request, person, schedule)) is not None:
        return stopped
    tried = Tried()
    if request.method == "POST":
        parts = _parts(schedule)
        tried = save_page(
            request.POST,
            parts,
            lambda cells: save_marks(person, schedule.ref, cells, at=clock.read()),
            steps=steps_of(part.id for part in parts.values() if not part.machine),
            meanwhile=_meanwhile,
        )
        if not tried.errors:
            return saved_page(request, tried)
    status = asking.word(request.GET, "status", FILTERS)
    grid = grid_of(
        person,
        schedule,
        search=request.GET.get("q", "").strip(),
        status=status,
        after=request.GET.get("after", ""),
        range_=asking.whole(request.GET.get("items", ""), digits=5, otherwise=0),
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


def _meanwhile(stale: StaleMarks) -> Meanwhile:
    return Meanwhile(
        stale.message, _("%(by)s saved %(theirs)s meanwhile. Save again to put yours in its place.")
    )


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


@signed_in
@require_POST
def cell(request: HttpRequest, ref: str) -> HttpResponse:
    """Save one cell: attempt, part, version, value ("", "nr" or a number).

    Answers 200 ``{state: saved, version, shown}``, 409 ``{state: stale, theirs, by, version}`` or
    400 ``{state: refused, message}``.
    """
    person = person_of(request)
    schedule = assessed_for(person, ref)

    def save(one: CellSave) -> SavedMark:
        return save_mark(
            person,
            one.script_ref,
            one.part_ref,
            value=one.value,
            no_response=one.no_response,
            against_version=one.against,
            at=clock.read(),
        )

    return answer_cell(request.POST, _parts(schedule), save)


@signed_in
@require_POST
def discard(request: HttpRequest, ref: str) -> HttpResponse:
    """Forget what the reader typed too late: what stands is right."""
    n = discard_drafts(person_of(request), ref)
    done(
        request, ngettext("%(n)s kept mark was discarded.", "%(n)s kept marks were discarded.", n) % {"n": n}
    )
    return redirect("assess:grid", ref)
