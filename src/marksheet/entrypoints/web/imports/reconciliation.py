"""Who was expected at a schedule, whose work arrived, and what does not fit."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from marksheet.apps.exams.queries.imports import FILES, WORK, Import, ImportState, imports_of
from marksheet.apps.exams.queries.schedules import schedule_for
from marksheet.apps.exams.queries.work import arrivals, missing_refs
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import verbs_at
from marksheet.apps.results.actions.enrolment import record_attendance
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.acting import carried_out, done, posted
from marksheet.entrypoints.web.imports.places import address
from marksheet.rules.access import Verb

NEWEST = 10


class AbsentForm(forms.Form):
    """Mark everybody absent whose work has not arrived; the count is what the reader saw."""

    expected = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("Reason"), required=False, max_length=500)


@signed_in
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, ref: str) -> HttpResponse:
    """Show expected, arrived, missing and absent with names, and what the last files could not place."""
    person, at = person_of(request), clock.read()
    schedule = schedule_for(person, ref)
    standing = arrivals(person, schedule)
    held = verbs_at(person, schedule.node_id)
    form = AbsentForm(posted(request), initial={"expected": standing.missing_count})

    def mark_absent(typed: dict[str, Any]) -> None:
        refs = missing_refs(person, schedule)
        if len(refs) != typed["expected"]:
            form.add_error(None, _("The list changed since you opened this page. Look at it again."))
            return
        count = record_attendance(person, ref, refs, "absent", reason=typed["reason"], at=at)
        done(
            request,
            ngettext("%(n)s candidate is absent.", "%(n)s candidates are absent.", count) % {"n": count},
        )

    if carried_out(request, form, mark_absent) and not form.errors:
        return redirect("imports:reconciliation", ref)
    files = list(imports_of(person, schedule_id=schedule.pk).filter(kind__in=(WORK, FILES))[:NEWEST])
    unplaced, twice = _listed(files, "unmatched"), _listed(files, "duplicates")
    context = {
        "schedule": schedule,
        "standing": standing,
        "form": form,
        "files": [(one, address(one)) for one in files],
        "unplaced": unplaced,
        "twice": twice,
        "unplaced_count": _counted(unplaced),
        "twice_count": _counted(twice),
        "imports": Verb.WORK_IMPORT in held,
        "records": Verb.ATTENDANCE_RECORD in held,
    }
    return render(request, "imports/reconciliation.html", context)


Listed = tuple[str, Import, Any, Any, Any]


def _listed(files: list[Import], name: str) -> list[Listed]:
    """Return address, file, row, number and why of each line; those of refused files too, which the page says."""
    return [(address(one), one, *line) for one in files for line in _unplaced(one.report, name)]


def _counted(lines: list[Listed]) -> int:
    """Return how many lines count: nothing of a refused file came to this schedule."""
    return sum(one.state != ImportState.REFUSED for _url, one, *_line in lines)


def _unplaced(report: dict[str, Any], name: str) -> list[list[Any]]:
    lines: list[list[Any]] = report.get("preview", {}).get(name, [])
    return lines[:100]
