"""What the publish dialog says about a frozen selection, before anything happens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _t

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import through, veil_over
from marksheet.apps.ledger.errors import NotAllowed, NotFound
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import helpers
from marksheet.apps.release.models import Publication, PublicationRow
from marksheet.apps.results.models import BucketCount, Result, ResultVersion
from marksheet.apps.results.queries.sight import by_who, schedules_published_by
from marksheet.rules.access import Verb
from marksheet.rules.grading import Unit, scale_from_json
from marksheet.rules.publication import Cell, cell
from marksheet.rules.statistics import Bin, Summary, histogram, summary


@dataclass(frozen=True, slots=True)
class ScheduleShare:
    """One schedule's share in a selection: how many, who gets nothing and why, and what its option says."""

    schedule: Any
    chosen: int
    void: int
    others: dict[str, int]
    rule: Cell


@dataclass(frozen=True, slots=True)
class LastSitting:
    """The sitting of the same assessment before this one, where all that is published of it counts."""

    title: str
    opens_at: datetime
    summary: Summary


@dataclass(frozen=True, slots=True)
class Preview:
    """What will happen, before it does; ``summary`` and ``last`` are over percentages of results with a grade."""

    publication: Publication
    shares: list[ScheduleShare]
    total: int
    void: int
    summary: Summary
    bins: tuple[Bin, ...]
    last: LastSitting | None
    pass_percent: Fraction | None = None
    changed: list[Result] = field(default_factory=list)
    changed_count: int = 0
    taken: list[tuple[Result, str]] = field(default_factory=list)
    withheld_by: list[str] = field(default_factory=list)
    without_address: int = 0
    never_signed_in: int = 0
    odd: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def taken_count(self) -> int:
        """How many of the frozen rows a colleague took meanwhile; ``taken`` names the first 200."""
        return max(self.publication.total - self.total - self.changed_count, len(self.taken))

    @property
    def asks(self) -> bool:
        """Whether the publisher decides for some schedule if candidates see the result."""
        return any(share.rule.asks for share in self.shares)

    @property
    def shows_anyway(self) -> bool:
        """Whether some schedule shows its results at publication without being asked."""
        return any(share.rule.shown_at_publication for share in self.shares)

    @property
    def get_nothing(self) -> int:
        """How many candidates of these schedules get nothing by this act."""
        return sum(sum(share.others.values()) for share in self.shares)


def preview(person: Person, ref: str) -> Preview:
    """Return everything that the publish dialog says about a frozen selection; a constant number of statements.

    Raises:
        NotFound: there is no such selection of this person's.
        NotAllowed: the person may no longer publish one of its schedules; then nothing of it is shown.
    """
    publication = Publication.objects.filter(ref=ref, publisher=person).first()
    if publication is None:
        raise NotFound("There is no such publication.")
    rows = PublicationRow.objects.filter(publication=publication)
    _still_published_by(person, rows)
    good = _free(publication, rows.filter(revision=F("result__revision")))
    results = Result.objects.filter(pk__in=good.values("result"))
    graded = list(results.exclude(percent_micro=None).values_list("score_micro", "percent_micro", "outcome"))
    passed = [outcome == "passed" for _, _, outcome in graded]
    shares = _shares(rows, good)
    told = results.exclude(outcome="void")
    people = Person.objects.filter(pk__in=told.values("person"))
    gone = rows.exclude(revision=F("result__revision"))
    changed = list(_named(person, gone.select_related("result__schedule", "result__unit"))[:50])
    return Preview(
        publication=publication,
        shares=shares,
        total=good.count(),
        void=sum(share.void for share in shares),
        summary=summary([percent or 0 for _, percent, _ in graded], passed),
        bins=histogram([percent or 0 for _, percent, _ in graded]),
        last=_last_sitting(shares),
        pass_percent=_pass_percent(shares, results),
        changed=[row.result for row in changed],
        changed_count=gone.count() if len(changed) == 50 else len(changed),
        taken=_taken(person, publication, rows),
        withheld_by=_owners(person, [share.schedule.pk for share in shares if share.others.get("withheld")]),
        without_address=people.filter(email="").count(),
        never_signed_in=people.filter(last_login=None).exclude(email="").count(),
        odd=_odd(results, graded, passed, shares),
    )


def _still_published_by(person: Person, rows: QuerySet[PublicationRow]) -> None:
    foreign = rows.exclude(result__schedule__in=schedules_published_by(person).values("pk"))
    row = foreign.select_related("result__schedule").first()
    if row is not None:
        schedule = row.result.schedule
        raise NotAllowed(
            _t("You may no longer publish %(title)s.") % {"title": schedule.title},
            helpers=helpers(Verb.SCHEDULE_COORDINATE, schedule.node_id),
        )


def _free(publication: Publication, rows: QuerySet[PublicationRow]) -> QuerySet[PublicationRow]:
    """Leave out what a colleague has published, or is publishing."""
    return rows.filter(Q(result__claim=None) | Q(result__claim=publication.pk)).exclude(
        result__in_force_revision=F("revision")
    )


def _owners(person: Person, schedules: Sequence[int]) -> list[str]:
    if not schedules:
        return []
    held = Result.objects.filter(schedule__in=schedules, bucket="withheld", withheld_by__isnull=False)
    veil = veil_over(person)
    names = held.values_list("schedule_id", "withheld_by_id", "withheld_by__name")
    return sorted({veil.colleague(schedule, key, name) for schedule, key, name in names})


def _named(person: Person, rows: QuerySet[PublicationRow]) -> QuerySet[PublicationRow]:
    """Return rows by candidate, as ``person`` sees them."""
    return through(person, rows.order_by(by_who(person, "result__"), "pk"))


def _pass_percent(shares: Sequence[ScheduleShare], results: QuerySet[Result]) -> Fraction | None:
    """The pass mark in per cent, where it is the same for the whole selection."""
    found = {_percent_of(share.schedule, results) for share in shares}
    return found.pop() if len(found) == 1 else None


def _percent_of(schedule: Any, results: QuerySet[Result]) -> Fraction | None:
    mark = scale_from_json(schedule.scale).pass_mark
    if mark.unit is Unit.PERCENT:
        return mark.at
    maximum = (
        results.filter(schedule=schedule)
        .exclude(maximum_micro=None)
        .values_list("maximum_micro", flat=True)
        .first()
    )
    return mark.at * 100 * 1_000_000 / maximum if maximum else None


def _shares(rows: QuerySet[PublicationRow], good: QuerySet[PublicationRow]) -> list[ScheduleShare]:
    counted = dict.fromkeys(rows.order_by().values_list("result__schedule_id", flat=True).distinct(), (0, 0))
    counted |= {
        key: (n, void)
        for key, n, void in good.values_list("result__schedule_id")
        .annotate(n=Count("id"), void=Count("id", filter=Q(result__outcome="void")))
        .values_list("result__schedule_id", "n", "void")
    }
    schedules = Schedule.objects.filter(pk__in=counted).select_related("unit", "version__assessment")
    buckets: dict[int, dict[str, int]] = {key: {} for key in counted}
    for key, bucket, n in BucketCount.objects.filter(schedule__in=counted).values_list(
        "schedule_id", "bucket", "count"
    ):
        if n and bucket != "published":
            buckets[key][bucket] = n
    for key, (n, _) in counted.items():
        _take_off(buckets[key], n)
    return [
        ScheduleShare(
            schedule=s,
            chosen=counted[s.pk][0],
            void=counted[s.pk][1],
            others={bucket: n for bucket, n in buckets[s.pk].items() if n},
            rule=cell(s.show_results, wholly_machine=s.wholly_machine),
        )
        for s in schedules.order_by("title", "id")
    ]


def _take_off(others: dict[str, int], chosen: int) -> None:
    """Take the chosen rows off the ready ones: the rest is ready but not chosen."""
    for bucket in ("ready", "correction"):
        part = min(chosen, others.get(bucket, 0))
        if part:
            others[bucket] -= part
            chosen -= part


def _last_sitting(shares: Sequence[ScheduleShare]) -> LastSitting | None:
    if len(shares) != 1:
        return None
    now = shares[0].schedule
    published = Result.objects.filter(schedule=OuterRef("pk"), in_force__isnull=False)
    before = (
        Schedule.objects.filter(
            Exists(published), version__assessment_id=now.version.assessment_id, opens_at__lt=now.opens_at
        )
        .exclude(pk=now.pk)
        .order_by("-opens_at")
        .first()
    )
    if before is None:
        return None
    rows = ResultVersion.objects.filter(
        pk__in=Result.objects.filter(schedule=before, in_force__isnull=False).values("in_force")
    ).exclude(percent_micro=None)
    pairs = list(rows.values_list("percent_micro", "outcome"))
    return LastSitting(
        before.title, before.opens_at, summary([s or 0 for s, _ in pairs], [o == "passed" for _, o in pairs])
    )


def _taken(
    person: Person, publication: Publication, rows: QuerySet[PublicationRow]
) -> list[tuple[Result, str]]:
    """Rows that a colleague has published, or is publishing, since this selection was frozen."""
    by: dict[int, str] = {}
    taken = rows.filter(
        Q(result__in_force_revision=F("revision"))
        | Q(result__claim__isnull=False) & ~Q(result__claim=publication.pk)
    ).select_related("result__in_force", "result__schedule")
    taken = _named(person, taken)[:200]
    keys = {
        row.result.claim or (row.result.in_force.publication_id if row.result.in_force else 0)
        for row in taken
    }
    by.update(Publication.objects.filter(pk__in=keys).values_list("pk", "publisher_name"))
    return [
        (
            row.result,
            by.get(
                row.result.claim or (row.result.in_force.publication_id if row.result.in_force else 0), ""
            ),
        )
        for row in taken
    ]


def _odd(
    results: QuerySet[Result],
    graded: Sequence[tuple[Any, ...]],
    passed: Sequence[bool],
    shares: Sequence[ScheduleShare],
) -> list[tuple[str, dict[str, Any]]]:
    """What a careful publisher would look at twice: codes with numbers; the page has the words."""
    found: list[tuple[str, dict[str, Any]]] = []
    n = len(graded)
    if n >= 5 and not any(passed):
        found.append(("nobody-passed", {"n": n}))
    zero = sum(1 for score, _, _ in graded if score == 0)
    if zero:
        found.append(("zero-scores", {"n": zero}))
    if n >= 20 and all(passed):
        found.append(("everybody-passed", {"n": n}))
    corrections = results.filter(in_force__isnull=False).count()
    if corrections:
        found.append(("corrections", {"n": corrections}))
    asked = [share.schedule.pk for share in shares if share.rule.asks]
    if shown := results.filter(shown_to_candidate=True, schedule__in=asked).count():
        found.append(("shown-before", {"n": shown}))
    retracted = results.filter(retracted=True).count()
    if retracted:
        found.append(("retracted-before", {"n": retracted}))
    return found


def somebody_of(person: Person, ref: str) -> Result:
    """Return one result of a frozen selection of this person's, the first by name, to show a message by.

    Raises:
        NotFound: there is no such selection, or it is empty by now.
    """
    rows = Result.objects.filter(
        pk__in=PublicationRow.objects.filter(publication__ref=ref, publication__publisher=person).values(
            "result"
        )
    )
    mine = rows.filter(schedule__in=schedules_published_by(person)).select_related("schedule")
    row = through(person, mine.order_by(by_who(person), "pk")).first()
    if row is None:
        raise NotFound("There is no such publication.")
    return row
