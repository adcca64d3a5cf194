"""What happened to a result, or at a schedule: who, what, when, why, before and after."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from marksheet.apps.ledger import clock
from marksheet.apps.release.queries.history import (
    Entry,
    history_for,
    schedule_history,
    schedule_history_for,
    who_and_what,
)
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.web.audit.asked import history_filter
from marksheet.entrypoints.web.audit.words import Said, actor_words, say, verb_words


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it."""

    entry: Entry
    said: Said
    who: str


def lines(entries: tuple[Entry, ...]) -> list[Line]:
    """Return entries in words."""
    return [Line(entry, say(entry), actor_words(entry)) for entry in entries]


@signed_in
@require_GET
def result(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell the history of one result, oldest first."""
    history = history_for(person_of(request), ref)
    return render(
        request,
        "audit/history.html",
        {"row": history.row, "history": history, "lines": lines(history.entries)},
    )


@signed_in
@require_GET
def schedule(request: HttpRequest, ref: str) -> HttpResponse:
    """Tell what happened at one schedule, newest first."""
    person = person_of(request)
    found = schedule_history_for(person, ref, clock.read())
    wanted = history_filter(request.GET, found.timezone)
    page = schedule_history(person, found, wanted, after=request.GET.get("after", ""))
    people, verbs = who_and_what(person, found)
    return render(
        request,
        "audit/schedule_history.html",
        {
            "schedule": found,
            "lines": lines(page.entries),
            "following": page.next,
            "asked": wanted,
            "people": people,
            "verbs": [(verb, verb_words(verb)) for verb in verbs],
            "narrowed": any((wanted.person, wanted.verb, wanted.since, wanted.until)),
        },
    )
