"""What the address of a page of Audit asks for."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import QueryDict

from marksheet.apps.release.queries.history import Filter
from marksheet.apps.results.queries import finished
from marksheet.apps.results.queries.reports import SCORE_SORTS, SORTS, Asked

KNOWN = {*SORTS, *SCORE_SORTS, *finished.SORTS}


def asked(given: QueryDict, *, sort: str) -> Asked:
    """Return what is asked for; words that are not ours are left out."""
    known = sort in KNOWN or sort.removeprefix("-") in KNOWN
    return Asked(
        text=given.get("q", "").strip()[:200],
        units=tuple(given.getlist("unit"))[:50],
        outcomes=tuple(o for o in given.getlist("outcome") if o in ("passed", "failed", "void")),
        shown=given.get("shown", "") if given.get("shown") in ("shown", "hidden") else "",
        sort=sort if known else "name",
    )


def history_filter(given: QueryDict, zone: str) -> Filter:
    """Return who, what and when a schedule's history is asked for; days are those of the schedule's zone."""
    return Filter(
        person=given.get("person", "")[:32],
        verb=given.get("verb", "")[:60],
        since=_day(given.get("from", ""), zone),
        until=_day(given.get("until", ""), zone, after=True),
    )


def _day(text: str, zone: str, *, after: bool = False) -> datetime | None:
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        return None
    if after:
        day += timedelta(days=1)
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
