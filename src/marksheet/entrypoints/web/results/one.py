"""One result beside the list: how it stands, what is missing, its attempts, what can be done."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from marksheet.apps.exams.queries.answers import answers_to_enter
from marksheet.apps.ledger import clock
from marksheet.apps.people.queries import Person, verbs_at
from marksheet.apps.release.queries.receipts import receipts_of
from marksheet.apps.results.queries.adjustments import adjustments_of, steps_of
from marksheet.apps.results.queries.opened import (
    VersionLine,
    attempts_of,
    row_seen_by,
    versions_of,
    why_withheld,
)
from marksheet.apps.results.queries.people import Assigned, assigned_at
from marksheet.apps.results.queries.unmarked import Unmarked, unmarked_of
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.addresses import address
from marksheet.entrypoints.web.results.acts import acts_on
from marksheet.entrypoints.web.results.lines import lines_of
from marksheet.entrypoints.web.results.words import adjustment_words, listed, missing_words, unmarked_words
from marksheet.rules.access import Verb
from marksheet.rules.grading import scale_from_json

# Who reads why a result is held back; markers see only that it is.
READ_REASONS = frozenset({Verb.REPORT_VIEW, Verb.RESULT_WITHHOLD, Verb.RESULT_PUBLISH})


@signed_in
@require_GET
def result(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one result that the reader sees on Results."""
    person = person_of(request)
    row = row_seen_by(person, ref)
    people = assigned_at(person, [row.schedule.node_id])
    return render(request, "results/one.html", _shown(row, person, people))


def _shown(row: Any, person: Person, people: dict[int, Assigned]) -> dict[str, Any]:
    here = people.get(row.schedule.node_id) or Assigned()
    line = lines_of([row], person, people, at=clock.read())[0]
    held = verbs_at(person, row.schedule.node_id)
    mine = any(key == person.pk for key, _name in here.publishers)
    return {
        "row": row,
        "line": line,
        "missing": _missing(row, person) if row.bucket != "published" else [],
        "why_withheld": why_withheld(row) if held & READ_REASONS else "",
        "attempts": attempts_of(row),
        "versions": versions_with_receipts(versions_of(row)),
        "publishers": listed([name for _key, name in here.publishers], most=6),
        "markers": listed([name for _key, name in here.markers], most=6),
        "moderators": listed([name for _key, name in here.moderators], most=6),
        "acts": acts_on(row.bucket, row.outcome, held, by_hand=not row.schedule.wholly_machine),
        "adjustments": _adjustments(row, line.numbers.outcome != ""),
        "adjusts": Verb.RESULT_ADJUST in held,
        "published": mine and row.in_force_id is not None,
        "history": history_address(row.ref),
    }


def versions_with_receipts(versions: Sequence[VersionLine]) -> list[tuple[VersionLine, str]]:
    """Return each version of a result that its reader sees with the ref of the receipt that tells of it."""
    found = receipts_of(line.publication_id for line in versions)
    return [(line, found.get(line.publication_id, "")) for line in versions]


def _missing(row: Any, person: Person) -> list[tuple[str, str]]:
    """What is missing in words, each with where to bring it; what is unmarked by the names of its questions."""
    found: list[tuple[str, str]] = []
    for one in row.missing:
        unmarked = unmarked_of(row) if one["code"] == "unmarked" else Unmarked()
        if not unmarked.count:
            found += [(words, "") for words in missing_words([one])]
            continue
        found += [(words, "") for words in unmarked_words(unmarked)]
        if unmarked.answers and answers_to_enter(person, row.schedule, row.enrolment_id):
            found[-1] = (
                found[-1][0],
                f"{address('schedules:answers', row.schedule.ref)}?q={quote(row.number)}",
            )
    return found


def _adjustments(row: Any, with_numbers: bool) -> list[dict[str, Any]]:
    """The adjustments that hold, each with what it changed where the score may be shown."""
    lines = adjustments_of(row)
    one = row.in_force if row.bucket == "published" else row
    steps = steps_of(one, scale_from_json(row.schedule.scale).rounding) if lines and with_numbers else []
    changed = {step.kind: step for step in steps}
    return [
        {
            "words": adjustment_words(line.kind, line.amount, line.unit),
            "line": line,
            "step": changed.get(line.kind),
        }
        for line in lines
    ]


def history_address(ref: str) -> str:
    """Return where the history of a result is told; empty while no page tells it."""
    try:
        return reverse("audit:history", args=[ref])
    except NoReverseMatch:
        return ""
