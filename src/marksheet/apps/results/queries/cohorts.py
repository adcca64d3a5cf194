"""A schedule's published results in numbers, each with how many it is over."""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import Paper, paper_of
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import candidate_units_of, nodes_where
from marksheet.apps.results.models import Bucket, Result
from marksheet.apps.results.queries.packing import MILLION, unpack
from marksheet.apps.results.queries.reports import SIGHT, published_for
from marksheet.rules.grading import Unit, scale_from_json
from marksheet.rules.statistics import Bin, ItemStatistics, Summary, histogram, item_statistics, summary


@dataclass(frozen=True, slots=True)
class Apart:
    """Candidates who are not in the numbers, counted apart."""

    not_published: int = 0
    withheld: int = 0
    void: int = 0
    absent: int = 0
    excused: int = 0
    deferred: int = 0
    nothing_handed_in: int = 0


@dataclass(frozen=True, slots=True)
class ItemReport:
    """One item with its statistics and its mean score; ``maximum`` in marks."""

    label: str
    title: str
    maximum: Fraction
    mean: Fraction | None
    statistics: ItemStatistics


@dataclass(frozen=True, slots=True)
class Cohort:
    """What the page of a schedule says in numbers.

    Args:
        published: results in force; ``handed_in`` candidates who handed in: "x of y published".
        percents, scores: over published results with a grade; per cent, and marks.
        pass_percent: the pass mark in per cent.
        grades: how many have each grade, the highest first.
        whole: the reader sees all candidates; otherwise only those of some units.
    """

    published: int
    handed_in: int
    percents: Summary
    scores: Summary
    maximum: Fraction | None
    bins: tuple[Bin, ...]
    pass_percent: Fraction | None
    grades: tuple[tuple[str, int], ...]
    items: tuple[ItemReport, ...]
    apart: Apart
    whole: bool


def cohort_of(person: Person, schedule: Schedule) -> Cohort:
    """Return the numbers of a schedule that ``person`` may read of; a constant number of statements."""
    rows = list(
        published_for(person)
        .filter(schedule=schedule)
        .values_list(
            "in_force__percent_micro", "in_force__score_micro", "in_force__outcome", "in_force__grade",
            "in_force__items", "in_force__maximum_micro",
        )
    )  # fmt: skip
    graded = [row for row in rows if row[0] is not None]
    passed = [row[2] == "passed" for row in graded]
    percents = [row[0] or 0 for row in graded]
    maxima = {row[5] for row in graded}
    apart, handed_in, whole = _apart(person, schedule, sum(row[2] == "void" for row in rows))
    return Cohort(
        published=len(rows),
        handed_in=max(handed_in, len(rows)),
        percents=summary(percents, passed),
        scores=summary([row[1] or 0 for row in graded], passed),
        maximum=Fraction(maxima.pop() or 0, MILLION) if len(maxima) == 1 else None,
        bins=histogram(percents),
        pass_percent=_pass_percent(schedule, graded),
        grades=_grades(schedule, [row[3] for row in graded]),
        items=_items(paper_of(schedule.version_id, schedule.key_version_id), [row[4] for row in graded]),
        apart=apart,
        whole=whole,
    )


def _apart(person: Person, schedule: Schedule, void: int) -> tuple[Apart, int, bool]:
    """Count who stands where, as far as the reader sees candidates there."""
    everybody = Result.objects.filter(schedule=schedule).exclude(person=person)
    whole = nodes_where(person, *SIGHT).filter(descendant_id=schedule.node_id).exists()
    if not whole:
        everybody = everybody.filter(home__in=candidate_units_of(person))
    published = Count("id", filter=Q(in_force__isnull=False))
    counted = (
        everybody.order_by()
        .values_list("bucket", "standing")
        .annotate(n=Count("id"), published=published)
        .values_list("bucket", "standing", "n", "published")
    )
    found: Counter[str] = Counter()
    handed_in = 0
    for bucket, standing, n, in_force in counted:
        name = standing if bucket == Bucket.ABSENT else bucket
        found[name] += n - in_force
        if bucket not in (Bucket.EXPECTED, Bucket.ABSENT):
            handed_in += n
    withheld = found[Bucket.WITHHELD]
    waiting = (Bucket.NOT_SUBMITTED, Bucket.NOT_READY, Bucket.MODERATION, Bucket.READY)
    apart = Apart(
        not_published=sum(found[bucket] for bucket in waiting),
        withheld=withheld,
        void=void,
        absent=found["absent"],
        excused=found["excused"],
        deferred=found["deferred"],
        nothing_handed_in=found[Bucket.EXPECTED],
    )
    return apart, handed_in, whole


def _pass_percent(schedule: Schedule, graded: list[Any]) -> Fraction | None:
    mark = scale_from_json(schedule.scale).pass_mark
    if mark.unit is Unit.PERCENT:
        return mark.at
    maximum = graded[0][5] if graded else None
    return mark.at * 100 * MILLION / maximum if maximum else None


def _grades(schedule: Schedule, given: list[str]) -> tuple[tuple[str, int], ...]:
    """Count the grades: bands by name in their order, grades in numbers by the whole number they begin with."""
    scale = scale_from_json(schedule.scale)
    if scale.bands:
        found = Counter(given)
        order = [band.label for band in sorted(scale.bands, key=lambda band: band.at, reverse=True)]
        return tuple((label, found.pop(label, 0)) for label in order) + tuple(sorted(found.items()))
    whole = Counter(grade.replace(",", ".").partition(".")[0] for grade in given if grade)
    ordered = sorted(whole, key=lambda text: int(text) if text.lstrip("-").isdigit() else 0, reverse=True)
    return tuple((text, whole[text]) for text in ordered)


def _items(paper: Paper, packed: list[Any]) -> tuple[ItemReport, ...]:
    """Statistics of each item over the results in which every item has a score."""
    size = len(paper.items)
    matrix = [scores for one in packed if one and len(scores := unpack(one)) == size and None not in scores]
    maxima = [int(item.maximum * MILLION) for item in paper.items]
    found = item_statistics([[score or 0 for score in scores] for scores in matrix], maxima) if size else ()
    n = len(matrix)
    sums = [sum(scores[place] or 0 for scores in matrix) for place in range(size)]
    return tuple(
        ItemReport(
            item.label,
            item.title,
            item.maximum,
            Fraction(sums[place], n * MILLION) if n else None,
            found[place],
        )
        for place, item in enumerate(paper.items)
    )
