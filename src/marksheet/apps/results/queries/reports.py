"""What Reports show: published results, from the versions in force and never from work that is not published."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Exists, F, Max, OrderBy, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from marksheet.apps.exams.models import Assessment, Schedule
from marksheet.apps.ledger.errors import BadInput, NotFound
from marksheet.apps.people.models import Person, Unit, UnitPath
from marksheet.apps.people.queries import candidate_units_of, nodes_where
from marksheet.apps.results.models import Bucket, BucketCount, Result, Word
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

# Handed in and not published: what makes a schedule incomplete.
OPEN = (
    Bucket.NOT_SUBMITTED, Bucket.NOT_READY, Bucket.MODERATION, Bucket.READY, Bucket.WITHHELD, Bucket.CORRECTION,
)  # fmt: skip
NOTHING_HANDED_IN = (Bucket.EXPECTED, Bucket.ABSENT)
SIGHT = (Verb.REPORT_VIEW, Verb.PUBLISHED_VIEW)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of Reports; everything empty means all that is published.

    Args:
        text: start of any word of name, number, title or code; several words must all fit.
        schedules, assessments, units: refs; a unit stands for all below it.
        outcomes: passed, failed, void.
        shown: ``shown`` or ``hidden``: whether the candidate sees the result.
        complete: for schedules: only those of which all that was handed in is published.
        sort: a key of ``SORTS`` or ``SCORE_SORTS``, with ``-`` in front for descending.
    """

    text: str = ""
    schedules: tuple[str, ...] = ()
    assessments: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    shown: str = ""
    complete: bool = False
    sort: str = "name"

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
        rows = rows.filter(unit__in=_below(asked.units))
    if asked.outcomes:
        rows = rows.filter(in_force__outcome__in=asked.outcomes)
    if asked.shown:
        rows = rows.filter(shown_to_candidate=asked.shown == "shown")
    for start in words(asked.text):
        found = Word.objects.filter(word__gte=start, word__lt=start + AFTER_EVERY_WORD)
        rows = rows.filter(pk__in=found.values("result"))
    return rows


def _below(refs: tuple[str, ...]) -> QuerySet[UnitPath, Any]:
    return UnitPath.objects.filter(ancestor__in=Unit.objects.filter(ref__in=refs)).values("descendant")


def page(person: Person, asked: Asked, *, after: str = "", size: int = SIZE) -> Page:
    """Return one page of published results, found by key and not by counting rows; one statement.

    Raises:
        BadInput: ``after`` or the sort is not one of ours.
    """
    column, descending = _sort(asked)
    rows = find(person, asked)
    if after:
        rows = rows.filter(_beyond(column, descending, *_opened(after)))
    order = OrderBy(F(column), descending=descending, nulls_last=True if column in NULLABLE else None)
    key = "-id" if descending else "id"
    found = list(rows.order_by(order, key).select_related("schedule", "unit", "in_force")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], _token(_value(last, column), last.pk) if last else "")


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


def _token(value: Any, key: int) -> str:
    shown = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([shown, key]).encode()).decode()


def _opened(token: str) -> tuple[Any, int]:
    try:
        value, key = json.loads(base64.urlsafe_b64decode(token.encode()))
        return value, int(key)
    except (ValueError, TypeError):
        raise BadInput("This page of the list is not known. Start at the first page.") from None


def total(person: Person, asked: Asked) -> tuple[int, bool]:
    """Return how many published results fit, and whether that is exact; counted up to 10,000."""
    n = find(person, asked).order_by()[: COUNTED_AT_ONCE + 1].count()
    return min(n, COUNTED_AT_ONCE), n <= COUNTED_AT_ONCE


@dataclass(frozen=True, slots=True)
class Tally:
    """What is published of a schedule or an assessment, as far as its reader sees it.

    Args:
        published: results in force; ``void`` of those have no score.
        handed_in: candidates who handed in, published or not: the y of "x of y published".
        n: results with a grade: mean and pass rate are over these.
        mean_percent: mean of their percentages, in millionths; None without any.
        passed: how many of them passed.
    """

    published: int = 0
    handed_in: int = 0
    void: int = 0
    n: int = 0
    mean_percent: int | None = None
    passed: int = 0
    last_published_at: datetime | None = None

    @property
    def pass_rate(self) -> float | None:
        """The share that passed, 0-100 in per cent; None without results with a grade."""
        return 100 * self.passed / self.n if self.n else None

    @property
    def all_published(self) -> bool:
        """Whether all that was handed in is published."""
        return self.published >= self.handed_in > 0


@dataclass(frozen=True, slots=True)
class ScheduleReport:
    """One line of Reports > Schedules."""

    schedule: Any
    tally: Tally
    complete: bool


@dataclass(frozen=True, slots=True)
class AssessmentReport:
    """One line of Reports > Assessments: all its sittings together."""

    assessment: Any
    sittings: int
    tally: Tally
    last_opens_at: datetime | None


def schedules_reported_to(person: Person) -> QuerySet[Schedule]:
    """Return the schedules of which ``person`` may read what is published, where something is."""
    here = Q(node_id__in=nodes_where(person, *SIGHT)) & _something_published()
    homes = candidate_units_of(person)
    if homes.exists():
        rows = Result.objects.filter(schedule=OuterRef("pk"), home__in=homes, in_force__isnull=False)
        here |= Q(Exists(rows))
    return Schedule.objects.filter(here, activated_at__isnull=False)


def _something_published() -> Q:
    counted = BucketCount.objects.filter(
        schedule=OuterRef("pk"), bucket__in=(Bucket.PUBLISHED, Bucket.CORRECTION), count__gt=0
    )
    # A withheld correction stands beside a version in force, too.
    held = Result.objects.filter(schedule=OuterRef("pk"), bucket=Bucket.WITHHELD, in_force__isnull=False)
    return Q(Exists(counted)) | Q(Exists(held))


def schedule_for_reports(person: Person, ref: str) -> Schedule:
    """Return the schedule named ``ref`` if ``person`` may read what is published of it.

    Raises:
        NotFound: there is none, or it is hidden from this person, or nothing of it is published.
    """
    found = (
        schedules_reported_to(person)
        .filter(ref=ref)
        .select_related("unit", "version__assessment", "node")
        .first()
    )
    if found is None:
        raise NotFound("There is no such schedule.")
    return found


def incomplete() -> Exists:
    """Return, as a condition on schedules: something was handed in there and is not published."""
    return Exists(BucketCount.objects.filter(schedule=OuterRef("pk"), bucket__in=OPEN, count__gt=0))


def schedule_page(person: Person, asked: Asked, *, after: str = "", size: int = 25) -> Page:
    """Return a page of Reports > Schedules, newest window first; a constant number of statements."""
    found: QuerySet[Any] = schedules_reported_to(person).annotate(open=incomplete())
    if asked.complete:
        found = found.filter(open=False)
    found = _places(found, asked)
    for start in asked.text.split()[:6]:
        found = found.filter(Q(title__icontains=start) | Q(code__icontains=start))
    descending = asked.sort != "opens"
    found = _after_window(found, after, descending=descending)
    order = ("-opens_at", "-id") if descending else ("opens_at", "id")
    some: list[Any] = list(found.select_related("unit", "version__assessment").order_by(*order)[: size + 1])
    tallies = tallies_of(person, [s.pk for s in some[:size]])
    lines = [ScheduleReport(s, tallies.get(s.pk, Tally()), not s.open) for s in some[:size]]
    return Page(lines, _token(some[size - 1].opens_at, some[size - 1].pk) if len(some) > size else "")


def _places(found: QuerySet[Schedule], asked: Asked) -> QuerySet[Schedule]:
    if asked.assessments:
        found = found.filter(version__assessment__ref__in=asked.assessments)
    if asked.units:
        found = found.filter(unit__in=_below(asked.units))
    return found


def _after_window(found: QuerySet[Schedule], after: str, *, descending: bool) -> QuerySet[Schedule]:
    if not after:
        return found
    value, key = _opened(after)
    way = "lt" if descending else "gt"
    return found.filter(Q(**{f"opens_at__{way}": value}) | Q(**{"opens_at": value, f"id__{way}": key}))


def tallies_of(person: Person, keys: list[int], *, by: str = "schedule") -> dict[int, Tally]:
    """Return what is published of each schedule (or, ``by`` assessment, of each assessment): three statements.

    A reader of a unit's candidates is told of those alone.
    """
    mine = Q(**{f"{by}__in": keys})
    rows = published_for(person).filter(mine).values_list(by).order_by()
    graded = Q(in_force__percent_micro__isnull=False)
    found = rows.annotate(
        published=Count("id"),
        void=Count("id", filter=Q(in_force__outcome="void")),
        n=Count("id", filter=graded),
        mean=Avg("in_force__percent_micro"),
        passed=Count("id", filter=graded & Q(in_force__outcome="passed")),
        last=Max("published_at"),
    ).values_list(by, "published", "void", "n", "mean", "passed", "last")
    handed_in = _handed_in(person, keys, by)
    return {
        key: Tally(
            published,
            handed_in.get(key, published),
            void,
            n,
            None if mean is None else round(mean),
            passed,
            last,
        )
        for key, published, void, n, mean, passed, last in found
    }


def _handed_in(person: Person, keys: list[int], by: str) -> dict[int, int]:
    """How many handed in: from the counters, or counted where a reader sees only some candidates."""
    homes = candidate_units_of(person)
    if homes.exists():
        seen = Q(schedule__node_id__in=nodes_where(person, *SIGHT)) | Q(home__in=homes)
        rows = Result.objects.filter(seen, **{f"{by}__in": keys}).exclude(bucket__in=NOTHING_HANDED_IN)
        return dict(rows.values_list(by).order_by().annotate(c=Count("id")).values_list(by, "c"))
    path = "schedule" if by == "schedule" else "schedule__version__assessment"
    counts = BucketCount.objects.filter(**{f"{path}__in": keys}).exclude(bucket__in=NOTHING_HANDED_IN)
    if by != "schedule":
        counts = counts.filter(schedule__in=schedules_reported_to(person))
    return dict(counts.values_list(path).order_by().annotate(c=Sum("count")).values_list(path, "c"))


def assessment_page(person: Person, asked: Asked, *, after: str = "", size: int = 25) -> Page:
    """Return a page of Reports > Assessments, by title; a constant number of statements."""
    reported = schedules_reported_to(person)
    sittings = reported.filter(version__assessment=OuterRef("pk")).order_by().values("version__assessment")
    found = Assessment.objects.annotate(
        sittings=Coalesce(Subquery(sittings.annotate(c=Count("id")).values("c")), 0),
        last_opens_at=Subquery(sittings.annotate(c=Max("opens_at")).values("c")),
    ).filter(sittings__gt=0)
    for start in asked.text.split()[:6]:
        found = found.filter(Q(title__icontains=start) | Q(code__icontains=start))
    if asked.units:
        found = found.filter(unit__in=_below(asked.units))
    if after:
        value, key = _opened(after)
        found = found.filter(Q(title__gt=value) | Q(title=value, id__gt=key))
    some = list(found.select_related("unit").order_by("title", "id")[: size + 1])
    tallies = tallies_of(person, [a.pk for a in some[:size]], by="assessment")
    lines = [
        AssessmentReport(a, a.sittings, tallies.get(a.pk, Tally()), a.last_opens_at) for a in some[:size]
    ]
    return Page(lines, _token(some[size - 1].title, some[size - 1].pk) if len(some) > size else "")


def assessment_for_reports(person: Person, ref: str) -> AssessmentReport:
    """Return one assessment with all its sittings that ``person`` may read of.

    Raises:
        NotFound: there is none, or nothing of it is published to this person.
    """
    found = Assessment.objects.filter(ref=ref).select_related("unit").first()
    sittings = schedules_reported_to(person).filter(version__assessment=found) if found else None
    if found is None or sittings is None or not (count := sittings.count()):
        raise NotFound("There is no such assessment.")
    tally = tallies_of(person, [found.pk], by="assessment").get(found.pk, Tally())
    return AssessmentReport(found, count, tally, sittings.aggregate(last=Max("opens_at"))["last"])


@dataclass(frozen=True, slots=True)
class Choices:
    """Ref and name of what Reports can be narrowed by, at most 300 of each."""

    schedules: list[tuple[str, str]]
    assessments: list[tuple[str, str]]
    units: list[tuple[str, str]]


def choices_for(person: Person, *, most: int = 300) -> Choices:
    """Return what ``person`` can narrow Reports by: only where something is published; three statements."""
    seen = schedules_reported_to(person)
    exams = Assessment.objects.filter(pk__in=seen.values("version__assessment"))
    above = UnitPath.objects.filter(descendant__in=seen.values("unit")).values("ancestor")
    return Choices(
        [
            (r, f"{t} · {c}")
            for r, t, c in seen.order_by("-opens_at", "-id").values_list("ref", "title", "code")[:most]
        ],
        [
            (r, f"{t} · {c}")
            for r, t, c in exams.order_by("title", "id").values_list("ref", "title", "code")[:most]
        ],
        list(Unit.objects.filter(pk__in=above).order_by("name", "id").values_list("ref", "name")[:most]),
    )


def reads_reports(person: Person) -> bool:
    """Return whether ``person`` may read published results of somebody, for the menu."""
    return nodes_where(person, *SIGHT).exists() or candidate_units_of(person).exists()


def narrowed(asked: Asked, **changes: Any) -> Asked:
    """Return ``asked`` with some of it changed."""
    return replace(asked, **changes)
