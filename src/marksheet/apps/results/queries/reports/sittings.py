"""What is published of each schedule and of each assessment, "x of y", with mean and pass rate."""

from collections.abc import Sequence
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
from marksheet.apps.results.queries.completion import finished
from marksheet.apps.results.queries.reports.published import (
    SIGHT,
    Asked,
    Page,
    below,
    opened,
    published_for,
    token,
)
from marksheet.rules.publication import Stage, stage

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


@dataclass(frozen=True, slots=True)
class ScheduleReport:
    """One line of Reports > Schedules; ``finished`` as Audit means it."""

    schedule: Any
    tally: Tally
    finished: bool

    @property
    def stage(self) -> Stage:
        """How far its publication is."""
        return stage(self.tally.published, self.tally.handed_in, finished=self.finished)

    @property
    def complete(self) -> bool:
        """Whether nothing is to come any more."""
        return self.stage is Stage.COMPLETE


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


def schedules_found(person: Person, asked: Asked) -> QuerySet[Schedule]:
    """Return the schedules of Reports that ``person`` sees and that fit, in no order yet.

    Raises:
        ValueError: only complete ones are asked for, and not at which moment.
    """
    found = schedules_reported_to(person)
    if asked.complete:
        found = finished(found, _moment(asked))
    found = _places(found, asked)
    for start in asked.text.split()[:6]:
        found = found.filter(Q(title__icontains=start) | Q(code__icontains=start))
    return found


def _moment(asked: Asked) -> datetime:
    if asked.at is None:
        raise ValueError("Whether a schedule is complete depends on the moment.")
    return asked.at


def schedule_order(asked: Asked) -> tuple[str, str]:
    """Return the order of Reports > Schedules: newest window first, unless the oldest is asked for."""
    return ("opens_at", "id") if asked.sort == "opens" else ("-opens_at", "-id")


def schedule_page(person: Person, asked: Asked, *, after: str = "", size: int = 25) -> Page:
    """Return a page of Reports > Schedules, newest window first; a constant number of statements.

    Raises:
        ValueError: ``asked`` does not say at which moment.
    """
    at, order = _moment(asked), schedule_order(asked)
    found = _after_window(schedules_found(person, asked), after, descending=order[0][0] == "-")
    some: list[Any] = list(found.select_related("unit", "version__assessment").order_by(*order)[: size + 1])
    lines = _schedule_lines(person, some[:size], at)
    return Page(lines, token(some[size - 1].opens_at, some[size - 1].pk) if len(some) > size else "")


def schedule_lines(person: Person, keys: Sequence[int], at: datetime) -> list[ScheduleReport]:
    """Return the lines of those of ``keys`` that ``person`` sees, in that order; a constant number of statements."""
    found = (
        schedules_reported_to(person).filter(pk__in=list(keys)).select_related("unit", "version__assessment")
    )
    by_key = {one.pk: one for one in found}
    return _schedule_lines(person, [by_key[key] for key in keys if key in by_key], at)


def _schedule_lines(person: Person, some: list[Any], at: datetime) -> list[ScheduleReport]:
    keys = [s.pk for s in some]
    tallies = tallies_of(person, keys)
    over = set(finished(Schedule.objects.filter(pk__in=keys), at).values_list("pk", flat=True))
    return [ScheduleReport(s, tallies.get(s.pk, Tally()), s.pk in over) for s in some]


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


def assessments_found(person: Person, asked: Asked) -> QuerySet[Any]:
    """Return the assessments of Reports that ``person`` sees and that fit, with ``sittings`` and ``last_opens_at``."""
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
    return found


def assessment_page(person: Person, asked: Asked, *, after: str = "", size: int = 25) -> Page:
    """Return a page of Reports > Assessments, by title; a constant number of statements."""
    found = assessments_found(person, asked)
    if after:
        value, key = opened(after)
        found = found.filter(Q(title__gt=value) | Q(title=value, id__gt=key))
    some = list(found.select_related("unit").order_by("title", "id")[: size + 1])
    lines = _assessment_lines(person, some[:size])
    return Page(lines, token(some[size - 1].title, some[size - 1].pk) if len(some) > size else "")


def assessment_lines(person: Person, keys: Sequence[int]) -> list[AssessmentReport]:
    """Return the lines of those of ``keys`` that ``person`` sees, in that order; a constant number of statements."""
    found = assessments_found(person, Asked()).filter(pk__in=list(keys)).select_related("unit")
    by_key = {one.pk: one for one in found}
    return _assessment_lines(person, [by_key[key] for key in keys if key in by_key])


def _assessment_lines(person: Person, some: list[Any]) -> list[AssessmentReport]:
    tallies = tallies_of(person, [a.pk for a in some], by="assessment")
    return [AssessmentReport(a, a.sittings, tallies.get(a.pk, Tally()), a.last_opens_at) for a in some]


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
