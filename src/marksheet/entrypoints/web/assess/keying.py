"""Second keying: the sheet on which marks are typed again, unseen, and the differences that a third look settles."""

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.queries.schedules import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.queries.assess import assessed_by, assessed_for
from marksheet.apps.marking.queries.keying import (
    KeyingDifference,
    KeyingSheet,
    keying_differences,
    keying_sheet,
)
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.people.queries import Person
from marksheet.apps.results.actions.marks import (
    CellSave,
    SavedMark,
    StaleMarks,
    key_marks,
    keying_for,
    settle_keying,
)
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done
from marksheet.entrypoints.web.assess.sheets import (
    REFUSALS,
    STOOD,
    Meanwhile,
    Tried,
    answer_cell,
    save_page,
    saved_page,
)
from marksheet.entrypoints.web.assess.views import about
from marksheet.entrypoints.web.exams.scheme_form import step_words
from marksheet.rules.marks import BadMark, read_mark, shown
from marksheet.rules.schemes import FINEST

# Somebody else may have begun to key a script meanwhile: it is gone then.
REFUSED = (*REFUSALS, NotFound)


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
        tried = save_page(
            request.POST,
            _parts(schedule),
            lambda cells: key_marks(person, schedule.ref, cells, at=clock.read()),
            meanwhile=_meanwhile,
            refusals=REFUSED,
        )
        if not tried.errors:
            return saved_page(request, tried)
    search = request.GET.get("q", "").strip()
    found = keying_sheet(
        person,
        schedule,
        search=search,
        after=request.GET.get("after", ""),
        range_=asking.whole(request.GET.get("items", ""), digits=5, otherwise=0),
    )
    rows = _rows(found, tried)
    context = about(person, schedule) | {
        "sheet": found,
        "heads": [(part, _steps(found, part.id)) for part in found.dozen.parts],
        "rows": rows,
        "wrong": [one for row in rows for one in row["cells"] if one["error"]],
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


def _parts(schedule: Schedule) -> dict[str, PartRow]:
    return {part.ref: part for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts}


def _meanwhile(_stale: StaleMarks) -> Meanwhile:
    return Meanwhile(
        _("You typed something else here meanwhile, in another window."),
        _("%(theirs)s was saved meanwhile. Save again to put this in its place."),
    )


@signed_in
@require_POST
def cell(request: HttpRequest, ref: str) -> HttpResponse:
    """Save one cell of the second keying; asks and answers as a cell of the mark sheet does."""
    person = person_of(request)
    schedule = _asked_for(person, ref)

    def save(one: CellSave) -> SavedMark:
        return key_marks(person, schedule.ref, [one], at=clock.read())[one.script_ref, one.part_ref]

    return answer_cell(request.POST, _parts(schedule), save, refusals=REFUSED)


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
        typed["versions"] = tuple(asking.whole(one, digits=5, otherwise=0) for one in (mark, key))
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
