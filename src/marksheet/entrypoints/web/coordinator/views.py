"""The list of schedules that the reader coordinates, and the page of one of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from marksheet.apps.exams.queries.answers import answers_to_enter
from marksheet.apps.marking.queries.people import assessors_of, coordinated_for
from marksheet.apps.marking.queries.schemes import edits_schemes_only
from marksheet.apps.results.actions.hand_in import may_record_hand_in
from marksheet.apps.results.queries.coordination import (
    CoordinatorRow,
    coordination_list,
    coordination_of,
    schedules_to_set_up,
    to_do,
)
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.saved import saved_views
from marksheet.entrypoints.web.coordinator.columns import COLUMNS, VIEWS, asked, query_of, shown_to
from marksheet.entrypoints.web.coordinator.words import STATUS, steps_of
from marksheet.entrypoints.web.reports.asked import export_address

SCHEMES = 50


@signed_in
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show the schedules whose marking the reader sets up."""
    person = person_of(request)
    search, status = asked(request.GET)
    shown = shown_to(person)
    rows, following = coordination_list(
        person,
        search=search,
        status=status,
        after=request.GET.get("after", ""),
    )
    return render(
        request,
        "coordinator/list.html",
        {
            "rows": [(row, *STATUS[row.status]) for row in rows],
            "following": following,
            "search": search,
            "status": status,
            "statuses": [(code, word) for code, (word, _tone) in STATUS.items()],
            "narrowed": bool(search or status or request.GET.get("after")),
            "to_set_up": schedules_to_set_up(person),
            "columns": shown,
            "chosen": [column.key for column in shown],
            "all_columns": [(column, column in shown) for column in COLUMNS if not column.fixed],
            "saved": saved_views(person, VIEWS),
            "query": query_of(search, status),
            "exports": export_address(),
            "schemes": edits_schemes_only(person)[:SCHEMES],
        },
    )


@signed_in
@require_GET
def schedule(request: HttpRequest, ref: str) -> HttpResponse:
    """Show how one schedule stands and what it needs."""
    person = person_of(request)
    row = coordination_of(coordinated_for(person, ref))
    assessors = assessors_of(row.schedule)
    context = about(row) | {
        "steps": steps_of(row, to_do(row, assessors, answers=answers_to_enter(person, row.schedule))),
        "assessors": assessors,
        "may_hand_in": may_record_hand_in(person, row.schedule),
        "exports": export_address(),
        "tab": "overview",
    }
    return render(request, "coordinator/schedule.html", context)


def about(row: CoordinatorRow) -> dict[str, Any]:
    """Return what every page of one schedule shows on top."""
    word, tone = STATUS[row.status]
    return {"row": row, "schedule": row.schedule, "status_word": word, "status_tone": tone}
