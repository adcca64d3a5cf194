"""Find results on the Results tab: who looks, what is asked, in which order, page by page."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OrderBy, OuterRef, Q, QuerySet, Sum

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.models import HandsOn
from marksheet.apps.people.models import Person, Unit, UnitPath
from marksheet.apps.results.models import CAN_BE_TICKED, ON_RESULTS, Bucket, BucketCount, Result, Word
from marksheet.apps.results.queries.finished import finished
from marksheet.apps.results.queries.orders import waiting
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
AFTER_EVERY_WORD = "\U0010ffff"
# A word that more results have is common.
COMMON = 2_000

# What a column of the tab is sorted by; descending puts rows without a value last, as ascending does.
SORTS = {
    "name": "sort_name",
    "number": "number",
    "code": "code",
    "score": "score_micro",
    "percent": "percent_micro",
    "grade": "grade_rank",
    "handed_in": "handed_in_at",
    "changed": "changed_at",
    "state": "bucket",
}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What is asked of the Results tab; everything empty means all that waits there.

    Args:
        text: start of any word of name, number, title or code; several words must all fit.
        show: ``all``, ``mine`` (you can publish), ``not-mine``, ``published``.
        schedules, assessments, units: refs.
        states: buckets; empty means those that belong on the tab. ``not-submitted`` and ``absent`` only by name.
        opens_before, closes_after: a schedule matches when its window intersects the range.
        percent_from, percent_until: inclusive, in per cent.
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
    opens_before: datetime | None = None
    closes_after: datetime | None = None
    percent_from: int | None = None
    percent_until: int | None = None
    at: datetime | None = None
    sort: str = "name"

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
            or self.opens_before
            or self.closes_after
            or self.percent_from is not None
            or self.percent_until is not None
        )


@dataclass(frozen=True, slots=True)
class Page:
    """One page of results and how to get the next; ``next`` is empty on the last."""

    rows: list[Result] = field(default_factory=list)
    next: str = ""


def find(person: Person, criteria: Criteria) -> QuerySet[Result]:
    """Return the results that ``person`` sees and that fit, in no order yet; as ``results_seen_by`` never their own."""
    seen, institutions = _places_seen(person)
    rows = Result.objects.filter(_standing(criteria), schedule__in=seen).exclude(person=person)
    if criteria.show == "mine":
        rows = rows.filter(schedule__in=schedules_published_by(person))
    elif criteria.show == "not-mine":
        rows = rows.exclude(schedule__in=schedules_published_by(person))
    elif criteria.show == "published" and criteria.at is not None:
        rows = rows.filter(schedule__in=_seen(person, criteria))
    rows = _in_places(rows, criteria)
    for start in words(criteria.text):
        rows = rows.filter(_named(start, institutions))
    return _narrowed(rows, criteria)


def _named(start: str, institutions: set[int]) -> Q | Exists:
    """Return the condition that a result has a word with this start.

    PostgreSQL knows how common a word is, and chooses its way. SQLite does not: of a common one, results are read in
    the order of the page and each is asked for its words until the page is full; of a rare one, the words come first.
    """
    fitting = Word.objects.filter(word__gte=start, word__lt=start + AFTER_EVERY_WORD)
    found = fitting.filter(institution__in=institutions)
    if connection.vendor == "sqlite" and found[: COMMON + 1].count() > COMMON:
        # The institution is the result's own; said again, it would have SQLite look through all its words each time.
        return Exists(fitting.filter(result=OuterRef("pk")))
    return Q(pk__in=found.values("result"))


def _places_seen(person: Person) -> tuple[Any, set[int]]:
    """Return the schedules seen and their institutions, read first: the plan of a list then knows how many.

    Beyond some thousands they stay a question to the database.
    """
    seen = schedules_with_results_seen_by(person)
    known = list(seen.values_list("pk", "institution_id"))
    keys = [key for key, _institution in known]
    return keys if len(keys) <= KNOWN_SCHEDULES else seen, {institution for _key, institution in known}


def _seen(person: Person, criteria: Criteria) -> QuerySet[Schedule]:
    """The schedules that ``show`` means, before anything else narrows them."""
    if criteria.show == "mine":
        return schedules_published_by(person)
    seen = schedules_with_results_seen_by(person)
    if criteria.show == "published" and criteria.at is not None:
        return seen.exclude(pk__in=finished(seen, criteria.at).values("pk"))
    return seen


def _buckets(criteria: Criteria) -> Sequence[str]:
    if criteria.show == "published":
        return [Bucket.PUBLISHED]
    unknown = set(criteria.states) - set(Bucket.values)
    if unknown:
        raise BadInput(f"There is no state called {', '.join(sorted(unknown))}.")
    return criteria.states or [bucket.value for bucket in ON_RESULTS]


def _standing(criteria: Criteria) -> Q:
    """The states that are asked for; what waits on the tab is said as its indexes say it."""
    asked = set(_buckets(criteria))
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
    if criteria.percent_from is not None:
        rows = rows.filter(percent_micro__gte=criteria.percent_from * 1_000_000)
    if criteria.percent_until is not None:
        rows = rows.filter(percent_micro__lte=criteria.percent_until * 1_000_000)
    if criteria.opens_before is not None:
        rows = rows.filter(opens_at__lt=criteria.opens_before)
    if criteria.closes_after is not None:
        rows = rows.filter(closes_at__gt=criteria.closes_after)
    if criteria.marked_by:
        hands = HandsOn.objects.filter(
            attempt__enrolment=OuterRef("enrolment"), person__ref__in=criteria.marked_by
        )
        rows = rows.filter(Exists(hands))
    return rows


def page(person: Person, criteria: Criteria, *, after: str = "", size: int = 50) -> Page:
    """Return one page, found by key and not by counting rows.

    Args:
        after: what ``next`` of the page before said; empty for the first.

    Raises:
        BadInput: ``after`` or the sort is not one of ours.
    """
    column, descending = _sort(criteria)
    rows = find(person, criteria)
    if after:
        rows = rows.filter(_beyond(column, descending, *_opened(after)))
    order = OrderBy(F(column), descending=descending, nulls_last=True if _nullable(column) else None)
    found = list(
        rows.order_by(order, "id").select_related("schedule", "unit", "withheld_by", "in_force", "enrolment")[
            : size + 1
        ]
    )
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], _token(getattr(last, column), last.pk) if last else "")


def _sort(criteria: Criteria) -> tuple[str, bool]:
    name = criteria.sort.removeprefix("-")
    if name not in SORTS:
        raise BadInput(f"Results cannot be sorted by {name!r}.")
    return SORTS[name], criteria.sort.startswith("-")


def _nullable(column: str) -> bool:
    return bool(Result._meta.get_field(column).null)


def _beyond(column: str, descending: bool, value: Any, key: int) -> Q:
    if value is None:
        return Q(**{f"{column}__isnull": True, "id__gt": key})
    way = "lt" if descending else "gt"
    further = Q(**{f"{column}__{way}": value}) | Q(**{column: value, "id__gt": key})
    if _nullable(column):
        return further | Q(**{f"{column}__isnull": True})
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
    rows = find(person, criteria).filter(
        bucket__in=CAN_BE_TICKED, schedule__in=schedules_published_by(person)
    )
    return rows if criteria.at is None else rows.exclude(before_the_last_attempt(criteria.at))


def tickable_total(person: Person, criteria: Criteria, *, exact: bool = False) -> tuple[int, bool]:
    """Return how many of ``tickable`` there are, and whether that is exact; from the counters where they can answer."""
    if criteria.narrowed or criteria.show not in ("all", "mine"):
        return _counted(tickable(person, criteria), exact=exact)
    wanted = [bucket for bucket in _buckets(criteria) if bucket in CAN_BE_TICKED]
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
    if not criteria.narrowed and criteria.show in ("all", "mine", "published"):
        seen = _seen(person, criteria)
        if criteria.schedules:
            seen = seen.filter(ref__in=criteria.schedules)
        return _from_counters(person, seen, _buckets(criteria)), True
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


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """One schedule in the view by schedule, with how many results stand where."""

    schedule: Any
    counts: dict[str, int]
    publishable: bool

    @property
    def waiting(self) -> int:
        """How many stand on the tab."""
        return sum(self.counts.get(bucket, 0) for bucket in ON_RESULTS)

    @property
    def ready(self) -> int:
        """How many could be ticked."""
        return sum(self.counts.get(bucket, 0) for bucket in CAN_BE_TICKED)

    @property
    def everybody(self) -> int:
        """How many candidates there are, absent ones apart."""
        return sum(n for bucket, n in self.counts.items() if bucket != Bucket.ABSENT)


def schedule_lines(person: Person, criteria: Criteria, *, most: int = 200) -> list[ScheduleLine]:
    """Return the schedules that have results of others on the tab, newest window first; four statements.

    Work that markers have not submitted is not on the tab, but counted: its schedules are there unless states are
    asked for.
    """
    seen = _seen(person, criteria)
    if criteria.schedules:
        seen = seen.filter(ref__in=criteria.schedules)
    if criteria.narrowed or criteria.states:
        seen = seen.filter(pk__in=find(person, replace(criteria, sort="name")).values("schedule"))
    buckets = list(_buckets(criteria))
    if criteria.show != "published" and not criteria.states:
        buckets.append(Bucket.NOT_SUBMITTED)
    with_rows = BucketCount.objects.filter(schedule=OuterRef("pk"), bucket__in=buckets, count__gt=0)
    schedules = list(
        seen.filter(Exists(with_rows)).select_related("unit").order_by("-opens_at", "-id")[:most]
    )
    mine = set(
        schedules_published_by(person).filter(pk__in=[s.pk for s in schedules]).values_list("pk", flat=True)
    )
    counts: dict[int, dict[str, int]] = {s.pk: {} for s in schedules}
    for schedule_id, bucket, n in BucketCount.objects.filter(schedule__in=schedules).values_list(
        "schedule_id", "bucket", "count"
    ):
        counts[schedule_id][bucket] = n
    own = Result.objects.filter(person=person, schedule__in=schedules)
    for schedule_id, bucket in own.values_list("schedule_id", "bucket"):
        counts[schedule_id][bucket] -= 1
    return [
        ScheduleLine(s, counts[s.pk], s.pk in mine)
        for s in schedules
        if any(counts[s.pk].get(bucket) for bucket in buckets)
    ]


__all__ = [
    "SORTS", "Criteria", "Page", "ScheduleLine", "find", "page", "results_published_by", "schedule_lines",
    "tickable", "tickable_total", "total",
]  # fmt: skip
