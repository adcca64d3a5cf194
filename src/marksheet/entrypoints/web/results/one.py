"""One result beside the list: how it stands, what is missing, its attempts, what can be done."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import Person, verbs_at
from marksheet.apps.results.queries.opened import attempts_of, row_seen_by, versions_of
from marksheet.apps.results.queries.people import Assigned, assigned_at
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.results.acts import Act, acts_on
from marksheet.entrypoints.web.results.lines import lines_of
from marksheet.entrypoints.web.results.words import listed, missing_words


@signed_in
@require_GET
def result(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one result that the reader sees on Results."""
    person = person_of(request)
    row = row_seen_by(person, ref)
    people = assigned_at([row.schedule.node_id])
    return render(request, "results/one.html", _shown(row, person, people))


def _shown(row: Any, person: Person, people: dict[int, Assigned]) -> dict[str, Any]:
    here = people.get(row.schedule.node_id) or Assigned()
    line = lines_of([row], person, people, at=clock.read())[0]
    mine = any(key == person.pk for key, _name in here.publishers) and row.person_id != person.pk
    return {
        "row": row,
        "line": line,
        "missing": missing_words(row.missing) if row.bucket != "published" else [],
        "attempts": attempts_of(row),
        "versions": versions_of(row),
        "publishers": listed([name for _key, name in here.publishers], most=6),
        "markers": listed([name for _key, name in here.markers], most=6),
        "moderators": listed([name for _key, name in here.moderators], most=6),
        "acts": _acts(row, person),
        "published": mine and row.in_force_id is not None,
        "history": history_address(row.ref),
    }


def _acts(row: Any, person: Person) -> list[Act]:
    if row.person_id == person.pk:
        return []
    held = verbs_at(person, row.schedule.node_id)
    return acts_on(row.bucket, row.outcome, held, by_hand=not row.schedule.wholly_machine)


def history_address(ref: str) -> str:
    """Return where the history of a result is told; empty while no page tells it."""
    try:
        return reverse("audit:history", args=[ref])
    except NoReverseMatch:
        return ""
