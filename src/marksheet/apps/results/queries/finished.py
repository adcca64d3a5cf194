"""The Audit tab: the finished schedules that a reader sees."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person, UnitPath
from marksheet.apps.people.queries import nodes_where
from marksheet.apps.results.queries.completion import finished
from marksheet.apps.results.queries.reports import SIGHT, Asked, Page, ScheduleReport, Tally, tallies_of

SORTS = {
    "opens": "opens_at", "-opens": "-opens_at", "title": "title", "-title": "-title", "code": "code",
    "-code": "-code", "ended": "ends_at", "-ended": "-ends_at",
}  # fmt: skip


def finished_seen_by(person: Person, at: datetime) -> QuerySet[Schedule]:
    """Return the finished schedules that ``person`` sees in Audit: "view reports", or "view published" there."""
    return finished(Schedule.objects.filter(node_id__in=nodes_where(person, *SIGHT)), at)


def finished_found(person: Person, asked: Asked, at: datetime) -> QuerySet[Schedule]:
    """Return the finished schedules that ``person`` sees and that fit; in no order.

    Args:
        asked: ``schedules``, ``text`` (title, code or unit) and ``units`` count here.
    """
    found = finished_seen_by(person, at)
    if asked.schedules:
        found = found.filter(ref__in=asked.schedules)
    for word in asked.text.split()[:6]:
        found = found.filter(
            Q(title__icontains=word) | Q(code__icontains=word) | Q(unit__name__icontains=word)
        )
    if asked.units:
        below = UnitPath.objects.filter(ancestor__ref__in=asked.units).values("descendant")
        found = found.filter(unit__in=below)
    return found


def finished_order(asked: Asked) -> tuple[str, str]:
    """Return the order of the Audit tab, of which none are equal."""
    sort = SORTS.get(asked.sort, "-opens_at")
    return sort, "-id" if sort[0] == "-" else "id"


def finished_page(person: Person, asked: Asked, *, at: datetime, after: str = "", size: int = 25) -> Page:
    """Return a page of the Audit tab; a constant number of statements.

    Args:
        asked: ``text`` (title, code or unit), ``units`` and ``sort`` count here.
        after: the ref of the last schedule of the page before.
    """
    order = finished_order(asked)
    found = _after(finished_found(person, asked, at), after, order[0])
    some = list(found.select_related("unit", "version__assessment").order_by(*order)[: size + 1])
    return Page(_lines(person, some[:size]), some[size - 1].ref if len(some) > size else "")


def finished_lines(person: Person, keys: Sequence[int], at: datetime) -> list[ScheduleReport]:
    """Return the lines of the finished schedules ``keys`` that ``person`` sees, in this order."""
    seen = finished_seen_by(person, at).filter(pk__in=list(keys))
    found = {one.pk: one for one in seen.select_related("unit", "version__assessment")}
    return _lines(person, [found[key] for key in keys if key in found])


def _lines(person: Person, some: Sequence[Schedule]) -> list[ScheduleReport]:
    tallies = tallies_of(person, [one.pk for one in some])
    return [ScheduleReport(one, tallies.get(one.pk, Tally()), True) for one in some]


def _after(found: QuerySet[Schedule], after: str, sort: str) -> QuerySet[Schedule]:
    last: Any = Schedule.objects.filter(ref=after).first() if after else None
    if last is None:
        return found
    column, way = sort.removeprefix("-"), "lt" if sort.startswith("-") else "gt"
    value = getattr(last, column)
    return found.filter(Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": last.pk}))


def finished_schedule_for(person: Person, ref: str, at: datetime) -> Schedule:
    """Return the finished schedule named ``ref`` if ``person`` sees it in Audit.

    Raises:
        NotFound: there is none, it is hidden, or it is not finished (any more).
    """
    found = (
        finished_seen_by(person, at)
        .filter(ref=ref)
        .select_related("unit", "version__assessment", "node")
        .first()
    )
    if found is None:
        raise NotFound("There is no such schedule in Audit.")
    return found
