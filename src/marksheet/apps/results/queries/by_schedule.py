"""The Results tab by schedule: how many results of each stand where."""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef

from marksheet.apps.people.models import Person
from marksheet.apps.results.models import CAN_BE_TICKED, ON_RESULTS, Bucket, BucketCount, Result
from marksheet.apps.results.queries.finder import Criteria, buckets_of, find, schedules_meant
from marksheet.apps.results.queries.sight import schedules_published_by


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
    def unready(self) -> int:
        """How many stand on the tab, or are still with their markers, and could not be ticked by anybody."""
        return self.waiting + self.counts.get(Bucket.NOT_SUBMITTED, 0) - self.ready

    @property
    def everybody(self) -> int:
        """How many candidates there are, absent ones apart."""
        return sum(n for bucket, n in self.counts.items() if bucket != Bucket.ABSENT)


def schedule_lines(person: Person, criteria: Criteria, *, most: int = 200) -> list[ScheduleLine]:
    """Return the schedules that have results of others on the tab, newest window first; four statements.

    Work that markers have not submitted is not on the tab, but counted: its schedules are there unless states are
    asked for. With ``show`` *mine* those where something can be ticked, with *not-mine* those where something cannot.
    """
    seen = schedules_meant(person, criteria)
    if criteria.schedules:
        seen = seen.filter(ref__in=criteria.schedules)
    if criteria.narrowed or criteria.states:
        seen = seen.filter(pk__in=find(person, replace(criteria, sort="name")).values("schedule"))
    buckets = list(buckets_of(criteria))
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
    lines = [
        ScheduleLine(s, counts[s.pk], s.pk in mine)
        for s in schedules
        if any(counts[s.pk].get(bucket) for bucket in buckets)
    ]
    if criteria.show == "mine":
        return [line for line in lines if line.ready]
    if criteria.show == "not-mine":
        return [line for line in lines if not line.publishable or line.unready]
    return lines
