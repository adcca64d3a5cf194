"""What is published of each schedule and of each assessment, "x of y", with mean and pass rate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from marksheet.apps.exams.models import Assessment, Schedule
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person, Unit, UnitPath
from marksheet.apps.people.queries import candidate_units_of, nodes_where
from marksheet.apps.results.models import Bucket, BucketCount, Result
from marksheet.apps.results.queries.reports.published import (
    SIGHT,
    Asked,
    Page,
    below,
    opened,
    published_for,
    token,
)

# Handed in and not published: what makes a schedule incomplete.
OPEN = (
    Bucket.NOT_SUBMITTED, Bucket.NOT_READY, Bucket.MODERATION, Bucket.READY, Bucket.WITHHELD, Bucket.CORRECTION,
)  # fmt: skip
NOTHING_HANDED_IN = (Bucket.EXPECTED, Bucket.ABSENT)


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
    return Page(lines, token(some[size - 1].opens_at, some[size - 1].pk) if len(some) > size else "")


def _places(found: QuerySet[Schedule], asked: Asked) -> QuerySet[Schedule]:
    if asked.assessments:
        found = found.filter(version__assessment__ref__in=asked.assessments)
    if asked.units:
        found = found.filter(unit__in=below(asked.units))
    return found


def _after_window(found: QuerySet[Schedule], after: str, *, descending: bool) -> QuerySet[Schedule]:
    if not after:
        return found
    value, key = opened(after)
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
        found = found.filter(unit__in=below(asked.units))
    if after:
        value, key = opened(after)
        found = found.filter(Q(title__gt=value) | Q(title=value, id__gt=key))
    some = list(found.select_related("unit").order_by("title", "id")[: size + 1])
    tallies = tallies_of(person, [a.pk for a in some[:size]], by="assessment")
    lines = [
        AssessmentReport(a, a.sittings, tallies.get(a.pk, Tally()), a.last_opens_at) for a in some[:size]
    ]
    return Page(lines, token(some[size - 1].title, some[size - 1].pk) if len(some) > size else "")


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
