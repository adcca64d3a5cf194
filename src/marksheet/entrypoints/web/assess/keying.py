"""Second keying: the sheet on which marks are typed again, unseen, and the differences that a third look settles."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.marking.queries.assess import assessed_by, assessed_for
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.keying import (
    KeyingDifference,
    KeyingSheet,
    keying_counts,
    keying_differences,
    keying_sheet,
    to_key,
)
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.marks import (
    BadCells,
    CellSave,
    StaleMarks,
    key_marks,
    keying_for,
    settle_keying,
)
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.assess.grid import FIELD, STOOD, Tried, refused, stood_there, whole
from marksheet.entrypoints.web.assess.views import about
from marksheet.entrypoints.web.exams.scheme_form import step_words
from marksheet.rules.marks import BadMark, read_mark, shown
from marksheet.rules.schemes import FINEST


def _asked_for(person: Person, ref: str) -> Schedule:
    schedule = assessed_for(person, ref)
    if not plan_of(schedule).second_keying:
        raise NotFound("Marks are typed once at this schedule.")
    return schedule


@signed_in
@require_http_methods(["GET", "POST"])
def sheet(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the marks that the reader typed a second time; without JavaScript, save a page of them, all or nothing."""
    person = person_of(request)
    schedule = _asked_for(person, ref)
    tried = Tried()
    if request.method == "POST":
        tried = _save_page(request, person, schedule)
        if not tried.errors:
            n = tried.saved
            words = ngettext("%(n)s mark was saved.", "%(n)s marks were saved.", n) % {"n": n}
            done(request, words if n else _("Nothing had changed."))
            return redirect(request.get_full_path())
    search = request.GET.get("q", "").strip()
    found = keying_sheet(
        person,
        schedule,
        search=search,
        after=request.GET.get("after", ""),
        range_=whole(request.GET.get("items", "")),
    )
    rows = _rows(found, tried)
    context = about(person, schedule) | {
        "sheet": found,
        "heads": [(part, _steps(found, part.id)) for part in found.dozen.parts],
        "rows": rows,
        "wrong": [one for row in rows for one in row["cells"] if one["error"]],
        "counts_here": keying_counts(to_key(person, schedule), schedule),
        "search": search,
        "narrowed": bool(search or request.GET.get("after")),
        "tried": tried,
        "key": f"k-{schedule.ref}-{person.ref}",
        "tab": "keying",
    }
    return render(request, "assess/keying.html", context, status=tried.status)


def _steps(found: KeyingSheet, part: int) -> str:
    step = found.steps.get(part, FINEST)
    return step_words(step) if step != FINEST else ""


def _rows(found: KeyingSheet, tried: Tried) -> list[dict[str, Any]]:
    return [
        {
            "script": row,
            "cells": [
                {
                    "one": cell_,
                    "text": tried.typed.get(cell_.field, cell_.shown),
                    "error": tried.errors.get(cell_.field, ""),
                    "maximum": shown(cell_.part.maximum_thousandths),
                    "lowest": shown(cell_.part.lowest_thousandths),
                    "step": shown(cell_.step_thousandths),
                    "name": row.name,
                }
                for cell_ in row.cells
            ],
            "stood": json.dumps({one.part.ref: (one.version, one.shown) for one in row.cells}),
            "name": STOOD + row.ref,
        }
        for row in found.rows
    ]


def _save_page(request: HttpRequest, person: Person, schedule: Schedule) -> Tried:
    post = request.POST
    tried = Tried(typed={name: str(value) for name, value in post.items() if name.startswith(FIELD)})
    parts = {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts}
    cells: list[CellSave] = []
    for name, text in tried.typed.items():
        script, _dash, ref = name.removeprefix(FIELD).partition("-")
        version, stood = stood_there(post.get(STOOD + script, ""), ref)
        if ref not in parts or text.strip() == stood:
            continue
        part = parts[ref]
        try:
            meant = read_mark(text, part.maximum_thousandths, lowest_thousandths=part.lowest_thousandths)
        except BadMark as bad:
            tried.errors[name] = str(bad)
            continue
        cells.append(CellSave(script, ref, meant.value, meant.no_response, version))
    if tried.errors:
        tried.message = _("Nothing was saved yet. Please correct the marked cells.")
        tried.status = 400
    elif cells:
        _save(person, schedule, cells, tried)
    return tried


def _save(person: Person, schedule: Schedule, cells: list[CellSave], tried: Tried) -> None:
    try:
        tried.saved = len(key_marks(person, schedule.ref, cells, at=clock.read()))
    except BadCells as bad:
        tried.message, tried.status = bad.message, 400
        tried.errors = {f"{FIELD}{script}-{part}": why for (script, part), why in bad.cells.items()}
    except StaleMarks as stale:
        tried.message, tried.status = _("You typed something else here meanwhile, in another window."), 409
        for (script, part), theirs in stale.cells.items():
            stands = shown_mark(theirs.value, theirs.no_response) or _("blank")
            words = _("%(mark)s was saved meanwhile. Save again to put this in its place.")
            tried.errors[f"{FIELD}{script}-{part}"] = words % {"mark": stands}
    except (WrongState, NotAllowed, NotFound) as refusal:
        tried.message, tried.status = refusal.message, 409
        tried.errors = {"": refusal.message}


@signed_in
@require_POST
def cell(request: HttpRequest, ref: str) -> HttpResponse:
    """Save one cell of the second keying; asks and answers as a cell of the mark sheet does."""
    person, post = person_of(request), request.POST
    schedule = _asked_for(person, ref)
    script, wanted = post.get("attempt", ""), post.get("part", "")
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    part = next((one for one in paper.human_parts if one.ref == wanted), None)
    if part is None:
        return refused(_("There is no such part in this paper."))
    try:
        lowest = part.lowest_thousandths
        meant = read_mark(post.get("value", ""), part.maximum_thousandths, lowest_thousandths=lowest)
        version = whole(post.get("version", ""))
        one = CellSave(script, part.ref, meant.value, meant.no_response, version)
        saved = key_marks(person, schedule.ref, [one], at=clock.read())[script, part.ref]
    except StaleMarks as stale:
        theirs = stale.theirs
        stands = shown_mark(theirs.value, theirs.no_response)
        answer = {"state": "stale", "theirs": stands, "by": theirs.by, "version": theirs.version}
        return JsonResponse(answer, status=409)
    except BadMark as bad:
        return refused(str(bad))
    except BadInput as bad_input:
        return refused(" ".join(bad_input.details) or bad_input.message)
    except (WrongState, NotAllowed, NotFound) as refusal:
        return refused(refusal.message)
    stands = shown_mark(saved.value, saved.no_response)
    return JsonResponse({"state": "saved", "version": saved.version, "shown": stands})


FIRST, SECOND, OTHER = "first", "second", "other"


class Settle(forms.Form):
    """Which mark holds, and why."""

    which = forms.ChoiceField(label=gettext_lazy("Which mark holds"), widget=forms.RadioSelect)
    mark = forms.CharField(label=gettext_lazy("Another mark"), max_length=12, required=False)
    note = forms.CharField(
        label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    against = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, one: KeyingDifference) -> None:
        self.field = f"{one.script.ref}-{one.part.ref}"
        self.one = one
        super().__init__(
            data, prefix=self.field, initial={"against": f"{one.mark_version}-{one.key_version}"}
        )
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            (FIRST, _("%(mark)s, as typed first") % {"mark": one.first}),
            (SECOND, _("%(mark)s, as typed the second time") % {"mark": one.second}),
            (OTHER, _("another mark")),
        ]

    def clean(self) -> dict[str, Any]:
        """Read the mark that is meant as the mark sheet reads it."""
        typed: dict[str, Any] = super().clean() or {}
        part, which = self.one.part, typed.get("which")
        text = {FIRST: self.one.first, SECOND: self.one.second}.get(which or "", typed.get("mark", ""))
        if which == OTHER and not text.strip():
            self.add_error("mark", _("Enter the mark that holds."))
        try:
            typed["meant"] = read_mark(
                text, part.maximum_thousandths, lowest_thousandths=part.lowest_thousandths
            )
        except BadMark as bad:
            self.add_error("mark", str(bad))
        mark, _dash, key = typed.get("against", "").partition("-")
        typed["versions"] = (whole(mark), whole(key))
        return typed


@signed_in
@require_http_methods(["GET", "POST"])
def differences(request: HttpRequest, ref: str) -> HttpResponse:
    """List where two keyings differ, with both values, for whoever typed neither; settle one of them."""
    person, at = person_of(request), clock.read()
    schedule = keying_for(person, ref)
    if not plan_of(schedule).second_keying:
        raise NotFound("Marks are typed once at this schedule.")
    found = keying_differences(person, schedule)
    sent = request.POST.get("difference", "")
    lines = []
    for one in found:
        bound = sent == f"{one.script.ref}-{one.part.ref}"
        form = Settle(request.POST if bound else None, one=one)
        lines.append((one, form))

        def settle(typed: dict[str, Any], one: KeyingDifference = one) -> None:
            settle_keying(
                person, one.script.ref, one.part.ref, value=typed["meant"].value,
                no_response=typed["meant"].no_response, note=typed["note"], against=typed["versions"], at=at,
            )  # fmt: skip

        if bound and carried_out(request, form, settle):
            done(request, _("It is settled: this mark holds."))
            return redirect(request.get_full_path())
    gone = bool(sent) and not any(form.is_bound for _one, form in lines)
    context = {
        "schedule": schedule,
        "lines": lines,
        "gone": gone,
        "assesses": assessed_by(person).filter(pk=schedule.pk).exists(),
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "assess/keying_differences.html", context, status=status)
