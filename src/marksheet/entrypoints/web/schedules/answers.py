"""The answer sheet: answers to machine-scored parts of scripts on paper, typed a page at a time."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.answers import AnswerSheet, answer_sheet, answers_lacking
from marksheet.apps.exams.queries.paper import PartRow
from marksheet.apps.exams.queries.schedules import Schedule, ScheduleState, schedule_for
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotAllowed, WrongState
from marksheet.apps.people.queries import Person, verbs_at
from marksheet.apps.results.actions.answers import (
    AnswerSave,
    BadAnswers,
    Entered,
    ReasonNeeded,
    StaleAnswers,
    enter_answers,
)
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import done
from marksheet.formats.texts import brief
from marksheet.rules.access import Verb
from marksheet.rules.scoring import Match

FIELD = "a-"
STOOD = "h-"


@dataclass(slots=True)
class Tried:
    """What became of a page that was sent: what was typed, what it was typed over, and errors, all by field."""

    typed: dict[str, str] = field(default_factory=dict)
    over: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""
    details: tuple[str, ...] = ()
    needs_reason: bool = False
    status: int = 200


@signed_in
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a page of the answer sheet, or save what was typed on it, all or nothing."""
    person = person_of(request)
    schedule = schedule_for(person, ref, Verb.WORK_IMPORT)
    tried = Tried()
    if request.method == "POST":
        entered = _save_page(person, schedule, request.POST, tried)
        if entered is not None:
            done(request, said(entered))
            return redirect(request.get_full_path())
    search = request.GET.get("q", "").strip()[:200]
    lacking = request.GET.get("show") == "lacking"
    found = answer_sheet(
        person,
        schedule,
        search=search,
        lacking=lacking,
        after=request.GET.get("after", "")[:64],
        range_=asking.whole(request.GET.get("items", ""), digits=5, otherwise=0),
    )
    rows = _rows(found, tried)
    context = {
        "schedule": schedule,
        "sheet": found,
        "columns": [(part, found.titles[part.id], _kind(part)) for part in found.parts],
        "rows": rows,
        "wrong": [cell for row in rows for cell in row["cells"] if cell["error"]],
        "search": search,
        "lacking": answers_lacking(person, schedule),
        "narrowed": bool(search or lacking or request.GET.get("after")),
        "any_stored": any(cell["stands"] for row in rows for cell in row["cells"]),
        "open": schedule.state == ScheduleState.ACTIVE,
        "coordinates": schedule.workflow == "coordinated"
        and Verb.SCHEDULE_COORDINATE in verbs_at(person, schedule.node_id),
        "tried": tried,
    }
    return render(request, "schedules/answers.html", context, status=tried.status)


def _save_page(person: Person, schedule: Schedule, post: QueryDict, tried: Tried) -> Entered | None:
    """Save every answer whose text differs from what stood there when the page was made; None when refused."""
    tried.reason = post.get("reason", "").strip()[:500]
    saves = []
    for name, text in ((str(name), str(text)) for name, text in post.items()):
        if not name.startswith(FIELD):
            continue
        script, _dash, part = name.removeprefix(FIELD).partition("-")
        stood = _stood(post.get(STOOD + script, ""), part)
        if text.strip() != stood:
            saves.append(AnswerSave(script, part, text, stood))
            tried.typed[name], tried.over[name] = text, stood
    if not saves:
        return Entered()
    return tried_to_enter(person, schedule, saves, tried)


def tried_to_enter(
    person: Person, schedule: Schedule, saves: list[AnswerSave], tried: Tried
) -> Entered | None:
    """Enter answers; None when they were refused, and ``tried`` says why beside what was typed."""
    try:
        return enter_answers(person, schedule.ref, saves, reason=tried.reason, at=clock.read())
    except BadAnswers as bad:
        tried.message, tried.details, tried.status = bad.message, bad.details, 400
        tried.errors = {field_of(name): why for name, why in bad.cells.items()}
    except StaleAnswers as stale:
        tried.message, tried.status = stale.message, 409
        tried.errors = {
            field_of(name): _("%(stands)s is stored here now. Save again to put yours in its place.")
            % {"stands": brief(stands)}
            for name, stands in stale.cells.items()
        }
        tried.over |= {field_of(name): stands for name, stands in stale.cells.items()}
    except ReasonNeeded as needed:
        tried.message, tried.details, tried.status = needed.message, needed.details, 400
        tried.needs_reason = True
    except (WrongState, NotAllowed) as refusal:
        tried.message, tried.status = refusal.message, 409
    return None


def said(entered: Entered) -> str:
    """Return what was stored, as the page says it."""
    found = []
    if entered.added or not entered.changed:
        words = ngettext("%(n)s answer was saved.", "%(n)s answers were saved.", entered.added)
        found.append(words % {"n": entered.added} if entered.added else _("Nothing had changed."))
    if entered.changed:
        words = ngettext(
            "%(n)s stored answer was changed.", "%(n)s stored answers were changed.", entered.changed
        )
        found.append(words % {"n": entered.changed})
    return " ".join(found)


def field_of(name: tuple[str, str]) -> str:
    """Return the name of the field of (script, part)."""
    return f"{FIELD}{name[0]}-{name[1]}"


def _stood(packed: str, part: str) -> str:
    """Return the answer that stood in a cell when the page was made; "" where nothing did."""
    try:
        return str(json.loads(packed or "{}").get(part, ""))
    except (ValueError, TypeError, AttributeError):
        return ""


def _rows(found: AnswerSheet, tried: Tried) -> list[dict[str, Any]]:
    """Return the rows with what was typed in place of what stands, where a page was refused."""
    return [
        {
            "row": row,
            "name": STOOD + row.script_ref,
            "stood": json.dumps(
                {cell.part.ref: tried.over.get(cell.field, cell.shown) for cell in row.cells}
            ),
            "cells": [
                {
                    "row": row,
                    "part": cell.part,
                    "field": cell.field,
                    "stands": cell.shown,
                    "text": tried.typed.get(cell.field, cell.shown),
                    "error": tried.errors.get(cell.field, ""),
                }
                for cell in row.cells
            ],
        }
        for row in found.rows
    ]


def _kind(part: PartRow) -> str:
    """Return what is typed for a part: its options, or what kind of answer it takes."""
    if part.options:
        options = ", ".join(part.options)
        return _("any of %(options)s") % {"options": options} if part.match == Match.MULTIPLE else options
    words = {Match.NUMERIC: _("a number"), Match.TRUE_FALSE: _("true or false")}
    return words.get(Match(part.match), _("a text"))
