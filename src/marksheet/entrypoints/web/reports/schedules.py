"""Reports > Schedules, and the page of one schedule in numbers."""

from fractions import Fraction
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from marksheet.apps.ledger import clock
from marksheet.apps.results.queries import reports
from marksheet.apps.results.queries.cohorts import Cohort, cohort_of
from marksheet.apps.results.queries.completion import is_finished
from marksheet.entrypoints.shared.access import person_of, signed_in
from marksheet.entrypoints.shared.moments import zones_told
from marksheet.entrypoints.shared.templatetags.ui import one_decimal
from marksheet.entrypoints.web.reports.asked import (
    asked,
    chips,
    export_address,
    filters_of,
    kept_fields,
    query_of,
)
from marksheet.rules.publication import stage


@signed_in
@require_GET
def schedules(request: HttpRequest) -> HttpResponse:
    """List the schedules of which something is published."""
    person = person_of(request)
    wanted = asked(request.GET, sort="-opens", at=clock.read())
    page = reports.schedule_page(person, wanted, after=request.GET.get("after", ""))
    choices = reports.choices_for(person)
    return render(
        request,
        "reports/schedules.html",
        {
            "rows": page.rows,
            **zones_told(row.schedule.timezone for row in page.rows),
            "following": page.next,
            "asked": wanted,
            "choices": choices,
            "chips": chips(request.GET, wanted, choices),
            "narrowed": bool(filters_of(request.GET)),
            "filters": query_of(request.GET),
            "exports": export_address(),
            "kept": kept_fields(request.GET, "assessment", "unit", "complete", "sort"),
        },
    )


@signed_in
@require_GET
def schedule(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what is published of one schedule in numbers, each with its n and its rule."""
    person = person_of(request)
    found = reports.schedule_for_reports(person, ref)
    cohort, over = cohort_of(person, found), is_finished(found, clock.read())
    return render(
        request,
        "reports/schedule.html",
        {
            "schedule": found,
            "cohort": cohort,
            "facts": facts_of(cohort),
            "apart": apart_of(cohort),
            "grades": _grades(cohort),
            "finished": over,
            "stage": stage(cohort.published, cohort.handed_in, finished=over),
        },
    )


def facts_of(cohort: Cohort) -> list[tuple[str, str]]:
    """Return the numbers on top of the page, each with its rule."""
    n, one = cohort.percents.n, cohort.percents
    if not n:
        return [("0", _("published results with a grade"))]
    over = _("over n = %(n)s") % {"n": f"{n:,}"}
    facts = [
        (f"{n:,}", _("n: published results with a grade")),
        (f"{one_decimal(one.mean or 0)} %", _("mean percentage, %(over)s") % {"over": over}),
        (
            "–" if one.sd is None else f"{one_decimal(one.sd)} %",
            _("spread: standard deviation of the percentages, divisor n - 1"),
        ),
        (
            f"{_rounded((one.pass_rate or 0) * 100, 0)} %",
            _("pass rate: passed / n, %(over)s") % {"over": over},
        ),
    ]
    if cohort.maximum is not None:
        facts.insert(
            2,
            (
                _rounded(cohort.scores.mean, 2),
                _("mean score of %(maximum)s marks, %(over)s")
                % {"maximum": _rounded(float(cohort.maximum), 2), "over": over},
            ),
        )
    if one.quartiles:
        low, middle, high = (_rounded(value, 0) for value in one.quartiles)
        facts.append(
            (f"{middle} %", _("median; half lie from %(low)s to %(high)s %%") % {"low": low, "high": high})
        )
    return facts


def _rounded(value: float | Fraction | None, places: int) -> str:
    if value is None:
        return "–"
    text = f"{float(value):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def apart_of(cohort: Cohort) -> list[tuple[int, str]]:
    """Return who is not in the numbers, counted apart; only what there is."""
    apart = cohort.apart
    found = (
        (apart.void, _("void: published without a score")),
        (apart.not_published, _("handed in, not published yet")),
        (apart.withheld, _("withheld")),
        (apart.nothing_handed_in, _("nothing handed in")),
        (apart.absent, _("absent")),
        (apart.excused, _("excused")),
        (apart.deferred, _("deferred")),
    )
    return [(n, words) for n, words in found if n]


def _grades(cohort: Cohort) -> list[dict[str, Any]]:
    total = sum(n for _label, n in cohort.grades) or 1
    return [{"label": label or "–", "n": n, "share": round(100 * n / total)} for label, n in cohort.grades]
