"""The page of the audit log, and the same as a file."""

import io
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import Person, zone_of
from marksheet.apps.release.actions.log import take_log
from marksheet.apps.release.queries.log import (
    LogFilter,
    log_lines,
    log_page,
    people_in_log,
    units_in_log,
)
from marksheet.entrypoints.shared import asking
from marksheet.entrypoints.shared.access import needs, person_of
from marksheet.entrypoints.web.audit.asked import history_filter
from marksheet.entrypoints.web.audit.words import VERBS, WORDS, verb_words
from marksheet.entrypoints.web.log.lines import Line, line_of
from marksheet.outputs.exports.declared import local
from marksheet.outputs.exports.writers import Column, Kind, Row, write_csv
from marksheet.rules.access import Verb


@needs(Verb.AUDIT_VIEW)
@require_GET
def log(request: HttpRequest) -> HttpResponse:
    """Show what happened in the reader's units, newest first."""
    person = person_of(request)
    wanted = _asked(request.GET, zone_of(person))
    page = log_page(person, wanted, after=asking.key(request.GET))
    of = wanted.of
    return render(
        request,
        "log/list.html",
        {
            "lines": [line_of(one) for one in page.entries],
            "following": page.next,
            "asked": wanted,
            "people": people_in_log(person),
            "units": units_in_log(person),
            "verbs": sorted(
                ((str(verb), verb_words(verb)) for verb in VERBS), key=lambda one: one[1].lower()
            ),
            "narrowed": any((of.person, of.verb, of.since, of.until, wanted.unit)),
        },
    )


def _asked(given: QueryDict, zone: str) -> LogFilter:
    """Return what is asked for; days are those of the reader's institution.

    Raises:
        BadInput: there is no such verb or day.
    """
    asking.word(given, "verb", frozenset(map(str, WORDS)))
    return LogFilter(history_filter(given, zone), given.get("unit", "")[:32])


@needs(Verb.AUDIT_VIEW)
@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """Hand what is shown over as a file, all pages of it; that it is taken out is logged first."""
    person, at = person_of(request), clock.read()
    zone = zone_of(person)
    wanted = _asked(request.POST, zone)
    newest = take_log(person, wanted, at=at)
    made = io.BytesIO()
    write_csv(made, _columns(zone), _rows(person, wanted, newest, zone))
    name = f"audit-log-{local(at, zone):%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(made.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def _columns(zone: str) -> list[Column]:
    return [
        Column("number", _("Number"), Kind.INTEGER, 10),
        Column("at", _("When (%(zone)s)") % {"zone": zone}, Kind.DATE, 20),
        Column("who", _("Who"), Kind.TEXT, 24),
        Column("what", _("What"), Kind.TEXT, 40),
        Column("about", _("About"), Kind.TEXT, 40),
        Column("more", _("More"), Kind.TEXT, 40),
        Column("reason", _("Reason"), Kind.TEXT, 40),
        Column("verb", _("Verb"), Kind.TEXT, 20),
    ]


def _rows(person: Person, wanted: LogFilter, newest: int, zone: str) -> Iterator[Row]:
    for logged in log_lines(person, wanted, upto=newest):
        line = line_of(logged)
        yield (
            logged.number, local(logged.entry.at, zone), line.who, line.said.text,
            "; ".join(words for words, address in line.things if not _is_a_way(logged.about, address)),
            _more(line), logged.entry.reason, logged.entry.verb,
        )  # fmt: skip


def _is_a_way(about: object, address: str) -> bool:
    """Whether the words only name a way to go, as to a receipt, which a file does not have."""
    return (
        bool(address)
        and getattr(about, "kind", "") in ("result", "publication")
        and "/schedules/" not in address
    )


def _more(line: Line) -> str:
    changes = line.said.changes
    changed = [f"{what}: {old} → {new}" if old else f"{what}: {new}" for what, old, new in changes]
    return "; ".join((*line.said.more, *changed))
