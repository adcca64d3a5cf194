"""The candidate's dashboard and one result."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from marksheet.apps.ledger import clock
from marksheet.apps.release.actions.viewing import note_seen
from marksheet.apps.release.queries.candidate import CandidateLine, dashboard_of, result_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.my.words import Shown, explained, shown_of, state_word


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the dashboard with its words."""

    line: CandidateLine
    word: str
    shown: Shown | None


def listed(line: CandidateLine) -> Listed:
    """Return ``line`` with its words."""
    return Listed(line, state_word(line), shown_of(line))


@signed_in
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """List what is to come and what is done."""
    at = clock.read()
    found = dashboard_of(person_of(request), at)
    note_seen(found, at=at)
    lines = [listed(line) for line in found]
    upcoming = sorted((one for one in lines if not one.line.completed), key=lambda one: one.line.opens_at)
    completed = [one for one in lines if one.line.completed]
    return render(request, "my/dashboard.html", {"upcoming": upcoming, "completed": completed})


@signed_in
@require_safe
def result(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one exam: what the switches allow, or why there is nothing to see."""
    at = clock.read()
    line = result_of(person_of(request), ref, at)
    note_seen([line], at=at)
    return render(request, "my/result.html", context_of(line))


def context_of(line: CandidateLine) -> dict[str, object]:
    """Return what the result page needs; the publish dialog's preview uses the very same page."""
    return {
        "line": line,
        "shown": shown_of(line),
        "explained": explained(line),
    }
