"""Find results on the Results tab: who looks, what is asked, in which order, page by page."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, F, OrderBy, OuterRef, Q, QuerySet, Sum, When

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import Veil, through, veil_over
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.models import HandsOn
from marksheet.apps.people.models import Person, Unit, UnitPath
from marksheet.apps.results.models import CAN_BE_TICKED, ON_RESULTS, Bucket, BucketCount, Result
from marksheet.apps.results.queries.completion import finished
from marksheet.apps.results.queries.orders import waiting
from marksheet.apps.results.queries.searching import called_so, named
from marksheet.apps.results.queries.sight import (
    before_the_last_attempt,
    results_published_by,
    schedules_published_by,
    schedules_with_results_seen_by,
)
from marksheet.formats.names import words
from marksheet.rules.publication import ShowResults

COUNTED_AT_ONCE = 10_000
KNOWN_SCHEDULES = 5_000

# Columns that say who somebody is.
SAYS_WHO = ("sort_name", "number")
# What a column of the tab is sorted by: each has its index in ``orders``. Rows without a value stand last both ways.
SORTS = {
    "name": "sort_name",
    "number": "number",
    "schedule": "title",
    "code": "code",
    "attempt": "attempt_number",
    "handed_in": "handed_in_at",
    "score": "score_micro",
    "percent": "percent_micro",
    "grade": "grade_rank",
    "outcome": "outcome",
    "state": "bucket",
}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is asked of the Results tab; everything empty means all that waits there.

    Args:
        text: start of any word of name, number, title or code; several words must all fit.
        show: ``all``, ``mine`` (what can be ticked, as ``tickable``), ``not-mine`` (the others), ``published``.
        schedules, assessments, units: refs.
        states: buckets; empty means those that belong on the tab. ``not-submitted`` and ``absent`` only by name.
        day_from, day_until: inclusive; a schedule matches when its window meets these days, in its own time zone.
        percent_from, percent_until: inclusive, in millionths of a per cent.
        score_from, score_until: inclusive, in millionths of a mark.
        at: the moment that decides what is finished (published rows of it stand in Audit, not here) and what
            still waits for a last attempt.
        sort: a key of ``SORTS``, with ``-`` in front for descending.
    """

    text: str = ""
    show: str = "all"
    schedules: tuple[str, ...] = ()
    assessments: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    marked_by: tuple[str, ...] = ()
    day_from: date | None = None
    day_until: date | None = None
    percent_from: int | None = None
    percent_until: int | None = None
    score_from: int | None = None
    score_until: int | None = None
    at: datetime | None = None
    sort: str = "name"

    @property
    def unsearchable(self) -> bool:
        """Whether the text holds nothing that a search could begin with: it then finds nothing."""
        return bool(self.text.strip()) and not words(self.text)

    @property
    def narrowed(self) -> bool:
        """Anything but schedules, show and states is asked, so that the counters cannot answer."""
        return bool(
            self.text
            or self.units
            or self.assessments
            or self.outcomes
            or self.grades
            or self.marked_by
            or self.day_from
            or self.day_until
            or any(
                bound is not None
                for bound in (self.percent_from, self.percent_until, self.score_from, self.score_until)
            )
        )


@dataclass(frozen=True, slots=True)
class Page:
    """One page of results and how to get the next; ``next`` is empty on the last."""

    rows: list[Result] = field(default_factory=list)
    next: str = ""


def find(person: Person, criteria: Criteria, veil: Veil | None = None) -> QuerySet[Result]:
    """Return the results that ``person`` sees and that fit, in no order yet; as ``results_seen_by`` never their own.

    Args:
        veil: of this person, where it was read before.
    """
    seen, institutions = _places_seen(person)
    rows = Result.objects.filter(_standing(criteria), schedule__in=seen).exclude(person=person)
    if criteria.show == "mine":
        rows = rows.filter(_publishable(person, criteria.at))
    elif criteria.show == "not-mine":
        rows = rows.exclude(_publishable(person, criteria.at))
    elif criteria.show == "published" and criteria.at is not None:
        rows = rows.filter(schedule__in=schedules_meant(person, criteria))
    if criteria.unsearchable:
        return rows.none()
    rows = _in_places(rows, criteria)
    if starts := words(criteria.text):
        codes = (veil or veil_over(person)).codes
        for start in starts:
            rows = rows.filter(called_so(start, codes, named(start, institutions)))
    return through(person, _narrowed(rows, criteria))


def _places_seen(person: Person) -> tuple[Any, set[int]]:
    """Return the schedules seen and their institutions, read first: the plan of a list then knows how many.

    Beyond some thousands they stay a question to the database.
    """
    seen = schedules_with_results_seen_by(person)
    known = list(seen.values_list("pk", "institution_id"))
    keys = [key for key, _institution in known]
    return keys if len(keys) <= KNOWN_SCHEDULES else seen, {institution for _key, institution in known}


def schedules_meant(person: Person, criteria: Criteria) -> QuerySet[Schedule]:
    """Return the schedules that ``show`` means, before anything else narrows them."""
    if criteria.show == "mine":
        return schedules_published_by(person)
    seen = schedules_with_results_seen_by(person)
    if criteria.show == "published" and criteria.at is not None:
        return seen.exclude(pk__in=finished(seen, criteria.at).values("pk"))
    return seen


def buckets_of(criteria: Criteria) -> Sequence[str]:
    """Return the states that are asked for.

    Raises:
        BadInput: there is no such state.
    """
    if criteria.show == "published":
        return [Bucket.PUBLISHED]
    unknown = set(criteria.states) - set(Bucket.values)
    if unknown:
        raise BadInput(f"There is no state called {', '.join(sorted(unknown))}.")
    return criteria.states or [bucket.value for bucket in ON_RESULTS]


def _standing(criteria: Criteria) -> Q:
    """The states that are asked for; what waits on the tab is said as its indexes say it."""
    asked = set(buckets_of(criteria))
    if asked == set(ON_RESULTS):
        return Q(waiting())
    among = Q(bucket__in=sorted(asked))
    return Q(waiting()) & among if asked < set(ON_RESULTS) else among


def _in_places(rows: QuerySet[Result], criteria: Criteria) -> QuerySet[Result]:
    if criteria.schedules:
        rows = rows.filter(schedule__ref__in=criteria.schedules)
    if criteria.assessments:
        rows = rows.filter(assessment__ref__in=criteria.assessments)
    if criteria.units:
        named = Unit.objects.filter(ref__in=criteria.units)
        below = UnitPath.objects.filter(ancestor__in=named).values("descendant")
        rows = rows.filter(unit__in=below)
    return rows


def _narrowed(rows: QuerySet[Result], criteria: Criteria) -> QuerySet[Result]:
    """Filters on scores find only rows that show one; a row that is not ready has none."""
    if criteria.outcomes:
        rows = rows.filter(outcome__in=criteria.outcomes)
    if criteria.grades:
        rows = rows.filter(grade__in=criteria.grades)
    bounds = {
        "percent_micro__gte": criteria.percent_from,
        "percent_micro__lte": criteria.percent_until,
        "score_micro__gte": criteria.score_from,
        "score_micro__lte": criteria.score_until,
    }
    rows = rows.filter(**{name: bound for name, bound in bounds.items() if bound is not None})
    if criteria.day_from or criteria.day_until:
        rows = rows.filter(_on_days(criteria))
    if criteria.marked_by:
        hands = HandsOn.objects.filter(
            attempt__enrolment=OuterRef("enrolment"), person__ref__in=criteria.marked_by
        )
        rows = rows.filter(Exists(hands))
    return rows


def _on_days(criteria: Criteria) -> Q:
    """Fit rows of schedules whose window meets the days asked for, each in the time zone of its schedule."""
    found = Q(pk__in=())
    for zone in Schedule.objects.order_by().values_list("timezone", flat=True).distinct():
        here = Q(timezone=zone)
        if criteria.day_from:
            here &= Q(closes_at__gt=_begins(criteria.day_from, zone))
        if criteria.day_until:
            here &= Q(opens_at__lt=_begins(criteria.day_until + timedelta(days=1), zone))
        found |= here
    return Q(schedule__in=Schedule.objects.filter(found).values("pk"))


def _begins(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def page(person: Person, criteria: Criteria, *, after: str = "", size: int = 50) -> Page:
    """Return one page, found by key and not by counting rows.

    Args:
        after: what ``next`` of the page before said; empty for the first.

    Raises:
        BadInput: ``after`` or the sort is not one of ours.
    """
    column, descending = sort_of(criteria)
    value, key = _opened(after) if after else (None, None)
    veil = veil_over(person)
    rows = find(person, criteria, veil).select_related(
        "schedule", "unit", "withheld_by", "in_force", "enrolment"
    )
    if veil.codes and column in SAYS_WHO:
        rows, column = rows.annotate(who=veil.in_order(column)), "who"
    sign, without = "-" if descending else "", _without(column)
    found: list[Result] = []
    if key is None or value is not None:
        # Rows with a value, and those without after them, are two questions: each is read from the index in order.
        some = rows.filter(_beyond(column, descending, value, key)) if key is not None else rows
        some = some if without is None else some.exclude(without)
        found = list(some.order_by(f"{sign}{column}", f"{sign}id")[: size + 1])
        key = None
    if without is not None and len(found) <= size:
        rest = rows.filter(without)
        if key is not None:
            rest = rest.filter(**{f"id__{'lt' if descending else 'gt'}": key})
        found += rest.order_by(f"{sign}id")[: size + 1 - len(found)]
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], _token(_value(last, column), last.pk) if last else "")


def _value(row: Result, column: str) -> Any:
    """The value of a row in the order; None where it has none."""
    found = getattr(row, column)
    return None if found == "" else found


def sort_of(criteria: Criteria) -> tuple[str, bool]:
    """Return the column that the list is sorted by, and whether descending.

    Raises:
        BadInput: there is no such order.
    """
    name = criteria.sort.removeprefix("-")
    if name not in SORTS:
        raise BadInput(f"Results cannot be sorted by {name!r}.")
    return SORTS[name], criteria.sort.startswith("-")


def _without(column: str) -> Q | None:
    """Return which rows have no value there; None where all have one."""
    if column == "who":
        return None
    if column == "outcome":
        return Q(outcome="")
    return Q(**{f"{column}__isnull": True}) if Result._meta.get_field(column).null else None


def whole_order(person: Person, criteria: Criteria) -> tuple[Any, ...]:
    """Return the order of ``page`` for ``person`` as one, for all rows at once.

    Raises:
        BadInput: as ``sort_of``.
    """
    column, descending = sort_of(criteria)
    without, sign = _without(column), "-" if descending else ""
    last = () if without is None else (Case(When(without, then=1), default=0),)
    sorted_by = veil_over(person).in_order(column) if column in SAYS_WHO else F(column)
    return (*last, OrderBy(sorted_by, descending=descending), f"{sign}id")


def _beyond(column: str, descending: bool, value: Any, key: int) -> Q:
    way = "lt" if descending else "gt"
    further = Q(**{f"{column}__{way}": value}) | Q(**{column: value, f"id__{way}": key})
    # The same said once more, so that an index is entered at the right place.
    return Q(**{f"{column}__{way}e": value}) & further


def _token(value: Any, key: int) -> str:
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([shown, key]).encode()).decode()


def _opened(token: str) -> tuple[Any, int]:
    try:
        value, key = json.loads(base64.urlsafe_b64decode(token.encode()))
        return value, int(key)
    except (ValueError, TypeError):
        raise BadInput("This page of the list is not known. Start at the first page.") from None


def tickable(person: Person, criteria: Criteria) -> QuerySet[Result]:
    """Return the ready, not withheld results that fit and that ``person`` may publish: "all 312 that match".

    With ``criteria.at`` those that still wait for a last attempt are left out.
    """
    found = find(person, criteria)
    return found if criteria.show == "mine" else found.filter(_publishable(person, criteria.at))


def _publishable(person: Person, at: datetime | None) -> Q:
    ready = Q(bucket__in=CAN_BE_TICKED, schedule__in=schedules_published_by(person))
    return ready if at is None else ready & ~before_the_last_attempt(at)


def tickable_total(person: Person, criteria: Criteria, *, exact: bool = False) -> tuple[int, bool]:
    """Return how many of ``tickable`` there are, and whether that is exact; from the counters where they can answer."""
    if criteria.narrowed or criteria.show not in ("all", "mine"):
        return _counted(tickable(person, criteria), exact=exact)
    wanted = [bucket for bucket in buckets_of(criteria) if bucket in CAN_BE_TICKED]
    mine = schedules_published_by(person)
    if criteria.schedules:
        mine = mine.filter(ref__in=criteria.schedules)
    waiting = mine.filter(show_results=ShowResults.AFTER_LAST_ATTEMPT.value, attempts_allowed__gt=1)
    if criteria.at is not None and waiting.filter(ends_at__gt=criteria.at).exists():
        return _counted(tickable(person, criteria), exact=exact)
    return _from_counters(person, mine, wanted), True


def total(person: Person, criteria: Criteria, *, exact: bool = False) -> tuple[int, bool]:
    """Return how many results fit, and whether that is exact.

    From the counters where they can answer; else counted up to 10,000, or to the end when ``exact`` is asked.
    """
    if criteria.show == "mine":
        return tickable_total(person, criteria, exact=exact)
    if not criteria.narrowed and criteria.show in ("all", "published"):
        seen = schedules_meant(person, criteria)
        if criteria.schedules:
            seen = seen.filter(ref__in=criteria.schedules)
        return _from_counters(person, seen, buckets_of(criteria)), True
    return _counted(find(person, criteria), exact=exact)


def _from_counters(person: Person, schedules: QuerySet[Schedule], buckets: Sequence[str]) -> int:
    """Return how many results of others stand there; the counters hold one's own too."""
    counts = BucketCount.objects.filter(schedule__in=schedules, bucket__in=buckets)
    own = Result.objects.filter(person=person, schedule__in=schedules, bucket__in=buckets).count()
    return (counts.aggregate(n=Sum("count"))["n"] or 0) - own


def _counted(rows: QuerySet[Result], *, exact: bool) -> tuple[int, bool]:
    rows = rows.order_by()
    if exact:
        return rows.count(), True
    n = rows[: COUNTED_AT_ONCE + 1].count()
    return min(n, COUNTED_AT_ONCE), n <= COUNTED_AT_ONCE


__all__ = [
    "SORTS", "Criteria", "Page", "find", "page", "results_published_by",
    "sort_of", "tickable", "tickable_total", "total", "whole_order",
]  # fmt: skip
