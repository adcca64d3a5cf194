"""Every published result that a reader sees, found, sorted and counted by its version in force."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F, OrderBy, Q, QuerySet

from marksheet.apps.exams.queries.anonymity import veil_over
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.people.models import Person, Unit, UnitPath
from marksheet.apps.people.queries import candidate_units_of, nodes_where
from marksheet.apps.results.models import Result, Word
from marksheet.apps.results.queries.finder import SAYS_WHO
from marksheet.apps.results.queries.searching import called_so
from marksheet.apps.results.queries.sight import published_seen_by
from marksheet.formats.names import words
from marksheet.rules.access import Verb

COUNTED_AT_ONCE = 10_000
AFTER_EVERY_WORD = "\U0010ffff"
SIZE = 50

# What the list of results is sorted by: anything only within schedules or assessments, where scores compare and
# the rows are few enough; all that is published only by what has an index.
SORTS = {"name": "sort_name", "published": "published_at"}
SCORE_SORTS = {
    "score": "in_force__score_micro", "percent": "in_force__percent_micro", "number": "number", "code": "code",
}  # fmt: skip
NULLABLE = ("in_force__score_micro", "in_force__percent_micro")

SIGHT = (Verb.REPORT_VIEW, Verb.PUBLISHED_VIEW)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of Reports; everything empty means all that is published.

    Args:
        text: start of any word of name, number, title or code; several words must all fit.
        schedules, assessments, units: refs; a unit stands for all below it.
        outcomes: passed, failed, void.
        shown: ``shown`` or ``hidden``: whether the candidate sees the result.
        complete: for schedules: only those that are finished, with all that was handed in published.
        status: for schedules that somebody coordinates: where their marking stands.
        sort: a key of ``SORTS`` or ``SCORE_SORTS``, with ``-`` in front for descending.
        at: the moment that decides what is finished; a list of schedules needs it.
    """

    text: str = ""
    schedules: tuple[str, ...] = ()
    assessments: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    shown: str = ""
    complete: bool = False
    status: str = ""
    sort: str = "name"
    at: datetime | None = None

    @property
    def unsearchable(self) -> bool:
        """Whether the text holds nothing that a search could begin with: it then finds nothing."""
        return bool(self.text.strip()) and not words(self.text)

    @property
    def compares_scores(self) -> bool:
        """Whether the list is narrow enough to be sorted by anything."""
        return bool(self.schedules or self.assessments)


@dataclass(frozen=True, slots=True)
class Page:
    """One page and how to get the next; ``next`` is empty on the last."""

    rows: list[Any] = field(default_factory=list)
    next: str = ""


def published_for(person: Person) -> QuerySet[Result]:
    """Return the results in force that ``person`` may read in Reports and Audit; never one's own.

    What a person may know of a result of their own stands on their own dashboard, when it is released.
    """
    return published_seen_by(person).exclude(person=person)


def find(person: Person, asked: Asked) -> QuerySet[Result]:
    """Return the published results that ``person`` sees and that fit, in no order yet."""
    rows = published_for(person)
    if asked.schedules:
        rows = rows.filter(schedule__ref__in=asked.schedules)
    if asked.assessments:
        rows = rows.filter(assessment__ref__in=asked.assessments)
    if asked.units:
        rows = rows.filter(unit__in=below(asked.units))
    if asked.outcomes:
        rows = rows.filter(in_force__outcome__in=asked.outcomes)
    if asked.shown:
        rows = rows.filter(shown_to_candidate=asked.shown == "shown")
    if asked.unsearchable:
        return rows.none()
    if starts := words(asked.text):
        codes = veil_over(person).codes
        for start in starts:
            found = Word.objects.filter(word__gte=start, word__lt=start + AFTER_EVERY_WORD)
            rows = rows.filter(called_so(start, codes, Q(pk__in=found.values("result"))))
    return rows


def below(refs: tuple[str, ...]) -> QuerySet[UnitPath, Any]:
    """Return the units named by ``refs`` and all below them."""
    return UnitPath.objects.filter(ancestor__in=Unit.objects.filter(ref__in=refs)).values("descendant")


def page(person: Person, asked: Asked, *, after: str = "", size: int = SIZE) -> Page:
    """Return one page of published results, found by key and not by counting rows; one statement.

    Raises:
        BadInput: ``after`` or the sort is not one of ours.
    """
    column, descending = _sort(asked)
    rows = find(person, asked)
    if column in SAYS_WHO and (veil := veil_over(person)).codes:
        rows, column = rows.annotate(who=veil.in_order(column)), "who"
    if after:
        rows = rows.filter(_beyond(column, descending, *opened(after)))
    order = OrderBy(F(column), descending=descending, nulls_last=True if column in NULLABLE else None)
    key = "-id" if descending else "id"
    found = list(rows.order_by(order, key).select_related("schedule", "unit", "in_force")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], token(_value(last, column), last.pk) if last else "")


def _sort(asked: Asked) -> tuple[str, bool]:
    name = asked.sort.removeprefix("-")
    known = SORTS | SCORE_SORTS if asked.compares_scores else SORTS
    if name in SCORE_SORTS and name not in known:
        return "sort_name", False
    if name not in known:
        raise BadInput(f"Results cannot be sorted by {name!r}.")
    return known[name], asked.sort.startswith("-")


def _value(row: Any, column: str) -> Any:
    for name in column.split("__"):
        row = getattr(row, name)
    return row


def _beyond(column: str, descending: bool, value: Any, key: int) -> Q:
    way = "lt" if descending else "gt"
    if value is None:
        return Q(**{f"{column}__isnull": True, f"id__{way}": key})
    further = Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": key})
    return further | Q(**{f"{column}__isnull": True}) if column in NULLABLE else further


def token(value: Any, key: int) -> str:
    """Return what names the last row of a page: its value in the order, and its key."""
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([shown, key]).encode()).decode()


def opened(text: str) -> tuple[Any, int]:
    """Return value and key of a token.

    Raises:
        BadInput: it is not one of ours.
    """
    try:
        value, key = json.loads(base64.urlsafe_b64decode(text.encode()))
        return value, int(key)
    except (ValueError, TypeError):
        raise BadInput("This page of the list is not known. Start at the first page.") from None


def total(person: Person, asked: Asked) -> tuple[int, bool]:
    """Return how many published results fit, and whether that is exact; counted up to 10,000."""
    n = find(person, asked).order_by()[: COUNTED_AT_ONCE + 1].count()
    return min(n, COUNTED_AT_ONCE), n <= COUNTED_AT_ONCE


def reads_reports(person: Person) -> bool:
    """Return whether ``person`` may read published results of somebody, for the menu."""
    return nodes_where(person, *SIGHT).exists() or candidate_units_of(person).exists()
