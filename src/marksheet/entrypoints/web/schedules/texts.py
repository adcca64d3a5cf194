"""The texts of one script on paper: what the candidate wrote to the parts that people mark, typed as it stands."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.answers import NO_RESPONSE
from marksheet.apps.exams.queries.schedules import ScheduleState, schedule_for
from marksheet.apps.exams.queries.texts import TextSheet, text_sheet
from marksheet.apps.results.actions.answers import AnswerSave, Entered
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.entrypoints.web.schedules.answers import STOOD, Tried, said, tried_to_enter
from marksheet.formats.cells import LONGEST_ANSWER
from marksheet.formats.texts import as_typed, words_in
from marksheet.rules.access import Verb


@signed_in
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, ref: str, script: str) -> HttpResponse:
    """Show the texts of one script, or save what was typed, all or nothing."""
    person = person_of(request)
    schedule = schedule_for(person, ref, Verb.WORK_IMPORT)
    found = text_sheet(person, schedule, script)
    tried = Tried()
    if request.method == "POST":
        saves = _saves(request, found, tried)
        entered = tried_to_enter(person, schedule, saves, tried) if saves else Entered()
        if entered is not None:
            done(request, said(entered))
            return redirect(request.get_full_path())
    context = {
        "schedule": schedule,
        "sheet": found,
        "cells": _cells(found, tried),
        "any_stored": any(cell.stands for cell in found.cells),
        "open": schedule.state == ScheduleState.ACTIVE,
        "most": LONGEST_ANSWER,
        "tried": tried,
    }
    return render(request, "schedules/texts.html", context, status=tried.status)


def _saves(request: HttpRequest, found: TextSheet, tried: Tried) -> list[AnswerSave]:
    """Return the texts that differ from what stood there when the page was made."""
    tried.reason = request.POST.get("reason", "").strip()[:500]
    saves = []
    for cell in found.cells:
        typed = as_typed(request.POST.get(cell.field, ""))
        stood = as_typed(request.POST.get(f"{STOOD}{cell.field}", ""))
        if cell.field in request.POST and typed != stood:
            saves.append(AnswerSave(found.script_ref, cell.ref, typed, stood))
            tried.typed[cell.field], tried.over[cell.field] = typed, stood
    return saves


def _cells(found: TextSheet, tried: Tried) -> list[dict[str, Any]]:
    """Return the fields with what was typed in place of what stands, where a page was refused."""
    return [
        {
            "cell": cell,
            "text": tried.typed.get(cell.field, cell.stands),
            "over": tried.over.get(cell.field, cell.stands),
            "over_name": f"{STOOD}{cell.field}",
            "error": tried.errors.get(cell.field, ""),
            "words": None if cell.stands == NO_RESPONSE else words_in(cell.stands),
        }
        for cell in found.cells
    ]
