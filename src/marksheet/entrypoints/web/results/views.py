"""The list of results: by candidate or by schedule, with what is in the way and what can be published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from marksheet.apps.ledger import clock
from marksheet.apps.people.actions.preferences import keep
from marksheet.apps.people.queries import Person, preference
from marksheet.apps.results.queries import finder
from marksheet.apps.results.queries.by_schedule import ScheduleLine, schedule_lines
from marksheet.apps.results.queries.people import Assigned, assigned_at
from marksheet.apps.results.queries.sight import SIGHT
from marksheet.entrypoints.shared.access import held_by, person_of, signed_in
from marksheet.entrypoints.shared.errors import wants_json
from marksheet.entrypoints.shared.moments import zones_told
from marksheet.entrypoints.shared.saved import saved_views
from marksheet.entrypoints.web.reports.asked import export_address
from marksheet.entrypoints.web.results.asked import Asked, Misread, asked
from marksheet.entrypoints.web.results.bar import acts_for, list_address, ticks_done
from marksheet.entrypoints.web.results.chips import chips_for
from marksheet.entrypoints.web.results.columns import COLUMNS, KEY, Choice, choice_from
from marksheet.entrypoints.web.results.lines import lines_of, publisher_words
from marksheet.entrypoints.web.results.search import filters, names_for
from marksheet.entrypoints.web.results.tips import obstacle_words, tips_for
from marksheet.entrypoints.web.results.views_saved import KEY as VIEWS
from marksheet.entrypoints.web.results.words import grouped
from marksheet.rules.access import Verb

SIZE = 50


@signed_in
@require_GET
def results(request: HttpRequest) -> HttpResponse:
    """Show the tab as it is asked for; what was chosen last holds where the address says nothing."""
    person = person_of(request)
    if held_by(request).isdisjoint(SIGHT):
        sleeps = Verb.RESULT_PUBLISH in held_by(request)
        return render(request, "results/nothing_yet.html", {"sleeps": sleeps})
    choice = choice_from(preference(person, KEY))
    try:
        wanted = asked(request.GET, sort=choice.sort, by=choice.by, at=clock.read())
    except Misread as misread:
        # Somebody who typed it mends it where it was typed; a program, or a part of a page, reads what is wrong.
        if wants_json(request) or request.headers.get("HX-Request"):
            raise
        return filters(request, misread.wrong)
    choice = _remembered(person, choice, wanted, request.GET)
    context = _common(request, person, wanted, choice)
    if wanted.by == "schedule":
        return render(
            request, "results/by_schedule.html", context | _schedules(person, wanted, context["lines"])
        )
    context["acts"] = acts_for(held_by(request))
    # A list without filters is everything, which is counted already.
    known = None if wanted.filters else context["everything"]
    return render(request, "results/by_candidate.html", context | _candidates(person, wanted, known))


def _remembered(person: Person, choice: Choice, wanted: Asked, given: QueryDict) -> Choice:
    """Remember the order and the view that an address asks for by name."""
    fresh = Choice(
        choice.columns,
        wanted.criteria.sort if "sort" in given else choice.sort,
        wanted.by if "by" in given else choice.by,
    )
    if fresh != choice:
        keep(person, KEY, fresh.to_json())
    return fresh


def _common(request: HttpRequest, person: Person, wanted: Asked, choice: Choice) -> dict[str, Any]:
    everything = finder.Criteria(at=wanted.criteria.at)
    lines = schedule_lines(person, _places(wanted))
    tips, more_tips = tips_for(lines, wanted) if wanted.criteria.show != "published" else ([], 0)
    all_waiting = finder.total(person, everything, exact=True)[0]
    mine = finder.tickable_total(person, everything, exact=True)[0]
    return {
        "asked": wanted,
        "lines": lines,
        "everything": (Total(all_waiting, exact=True), Total(mine, exact=True)),
        "sentence": sentence(wanted, mine, all_waiting),
        "tips": tips,
        "more_tips": more_tips,
        "by_schedule": wanted.query(by="schedule", state=None),
        "chips": chips_for(wanted, lines, names_for(person, wanted, {line.schedule.ref for line in lines})),
        "columns": choice.shown,
        "chosen": [column.key for column in choice.shown],
        "all_columns": [(column, column in choice.shown) for column in COLUMNS if not column.fixed],
        "saved": saved_views(person, VIEWS),
        "shows": _shows(wanted),
        "views": [
            (_("By schedule"), wanted.query(by="schedule", state=None), wanted.by == "schedule"),
            (_("By candidate"), wanted.query(by="candidate"), wanted.by == "candidate"),
        ],
        "done_key": ticks_done(request),
    }


def _places(wanted: Asked) -> finder.Criteria:
    """Return the criteria of the schedules above or in the list: the states asked for do not hide a tip."""
    criteria = wanted.criteria
    return finder.Criteria(
        schedules=criteria.schedules,
        assessments=criteria.assessments,
        units=criteria.units,
        day_from=criteria.day_from,
        day_until=criteria.day_until,
        show=criteria.show,
        at=criteria.at,
        text=criteria.text if wanted.by == "schedule" else "",
    )


def sentence(wanted: Asked, mine: int, everything: int) -> str:
    """Return what this list is, and how much of the whole tab is the reader's."""
    if wanted.criteria.show == "published":
        return _(
            "Published already, at schedules that are not finished. All that is published stands in Reports."
        )
    if not everything:
        return _("Scored and submitted, not yet published. Nothing waits here now.")
    words = (
        _(
            "Scored and submitted, not yet published. Without these filters you can publish %(mine)s of %(all)s."
        )
        if wanted.narrowed
        else _("Scored and submitted, not yet published. You can publish %(mine)s of %(all)s.")
    )
    return words % {"mine": grouped(mine), "all": grouped(everything)}


def _shows(wanted: Asked) -> list[tuple[str, str, bool]]:
    labels = (
        ("all", _("All")),
        ("mine", _("You can publish")),
        ("not-mine", _("You cannot publish")),
        ("published", _("Published")),
    )
    now = wanted.criteria.show
    return [
        (label, wanted.query(show=None if name == "all" else name, state=None), name == now)
        for name, label in labels
    ]


@dataclass(frozen=True, slots=True)
class Total:
    """How many results fit: exactly, or at least."""

    n: int
    exact: bool


def _candidates(person: Person, wanted: Asked, known: tuple[Total, Total] | None) -> dict[str, Any]:
    published = wanted.criteria.show == "published"
    page = finder.page(person, wanted.criteria, after=wanted.after, size=SIZE)
    people = assigned_at(person, {row.schedule.node_id for row in page.rows})
    lines = lines_of(page.rows, person, people, at=wanted.criteria.at or clock.read(), published=published)
    total, matching = known or _totals(person, wanted.criteria)
    start = wanted.start if wanted.after else 0
    return {
        "rows": lines,
        **zones_told(line.zone for line in lines),
        "published": published,
        "total": total,
        "first": start + 1 if lines else 0,
        "last": start + len(lines),
        "following": wanted.query(after=f"{start + len(lines)}~{page.next}") if page.next else "",
        "beginning": wanted.query(after=None) if wanted.after else "",
        "matching": matching.n,
        "all_label": all_label(matching),
        "all_selected": _all_selected(matching),
        "exports": export_address(),
        "can_tick": matching.n > 0 or any(line.tickable for line in lines),
    }


def _totals(person: Person, criteria: finder.Criteria) -> tuple[Total, Total]:
    total = Total(*finder.total(person, criteria))
    if criteria.show == "published":
        return total, Total(0, exact=True)
    return total, Total(*finder.tickable_total(person, criteria))


def all_label(matching: Total) -> str:
    """Return *Select all 312 ready that match*."""
    if not matching.exact:
        return _("Select all ready that match, %(n)s or more") % {"n": grouped(matching.n)}
    return ngettext(
        "Select the %(n)s ready that matches", "Select all %(n)s ready that match", matching.n
    ) % {"n": grouped(matching.n)}


def _all_selected(matching: Total) -> str:
    if not matching.exact:
        return _("All ready that match are selected")
    return ngettext(
        "The %(n)s ready that matches is selected", "All %(n)s ready that match are selected", matching.n
    ) % {"n": grouped(matching.n)}


def _schedules(person: Person, wanted: Asked, lines: Sequence[ScheduleLine]) -> dict[str, Any]:
    people = assigned_at(person, [line.schedule.node_id for line in lines])
    return {
        "schedules": [_schedule_row(line, person, people, wanted) for line in lines],
        **zones_told(line.schedule.timezone for line in lines),
    }


def _schedule_row(
    line: ScheduleLine, person: Person, people: dict[int, Assigned], wanted: Asked
) -> dict[str, Any]:
    return {
        "schedule": line.schedule,
        "counts": line.counts,
        "ready": line.ready,
        "waiting": line.waiting,
        "everybody": line.everybody,
        "obstacles": obstacle_words(line),
        "publisher": publisher_words(people.get(line.schedule.node_id) or Assigned(), person),
        "publishable": line.ready if line.publishable else 0,
        "query": wanted.query(schedule=line.schedule.ref, by="candidate", q=None),
    }


@signed_in
@require_GET
def exact_total(request: HttpRequest) -> HttpResponse:
    """Answer with the exact number of results that fit, counted to the end."""
    wanted = asked(request.GET, at=clock.read())
    n, _exact = finder.total(person_of(request), wanted.criteria, exact=True)
    return HttpResponse(grouped(n))


@signed_in
@require_POST
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Remember which columns this person wants to see, and go back to the list."""
    person = person_of(request)
    choice = choice_from(preference(person, KEY))
    chosen = [column.key for column in COLUMNS if column.key in request.POST.getlist("column")]
    keep(person, KEY, Choice(tuple(chosen), choice.sort, choice.by).to_json())
    return redirect(list_address(request.POST.get("query", "")))
