"""What the address of a page of Audit asks for."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.release.queries.narrowing import Filter
from marksheet.apps.results.queries import finished
from marksheet.apps.results.queries.reports import SCORE_SORTS, SORTS, Asked
from marksheet.entrypoints.shared.asking import day, known_word, word
from marksheet.entrypoints.web.reports.asked import OUTCOMES, SHOWN

KNOWN = {*SORTS, *SCORE_SORTS, *finished.SORTS}


def asked(given: QueryDict, *, sort: str) -> Asked:
    """Return what is asked for.

    Raises:
        BadInput: the address says an order, an outcome or a word that there is not.
    """
    known_word(sort.removeprefix("-"), "sort", KNOWN)
    outcomes = tuple(filter(None, given.getlist("outcome")))
    for one in outcomes:
        known_word(one, "outcome", OUTCOMES)
    return Asked(
        text=given.get("q", "").strip()[:200],
        units=tuple(given.getlist("unit"))[:50],
        outcomes=outcomes,
        shown=word(given, "shown", SHOWN),
        sort=sort,
    )


def history_filter(given: QueryDict, zone: str) -> Filter:
    """Return who, what and when a history is asked for; days are those of ``zone``.

    Raises:
        BadInput: a day is none, or the last one is before the first.
    """
    since, until = _day(given.get("from", ""), zone), _day(given.get("until", ""), zone, after=True)
    if since and until and until <= since:
        raise BadInput(_("The last day is before the first one, so nothing fits. Swap the two."))
    return Filter(given.get("person", "")[:32], given.get("verb", "")[:60], since, until)


def _day(text: str, zone: str, *, after: bool = False) -> datetime | None:
    found = day(text)
    if found is None:
        return None
    return datetime.combine(found + timedelta(days=after), time(), ZoneInfo(zone)).astimezone(UTC)
