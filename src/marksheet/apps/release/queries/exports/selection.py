"""Which results an export is about: where they were looked at, what was ticked or asked, who may take them."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, OrderBy, Q, QuerySet

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import veil_over
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.marking.queries.so_far import keys_so_far
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import candidate_units_of, helpers, nodes_where
from marksheet.apps.results.models import Bucket, Result
from marksheet.apps.results.queries import finder, reports
from marksheet.apps.results.queries.coordination import coordination_found
from marksheet.apps.results.queries.finder import Criteria
from marksheet.apps.results.queries.finished import finished_found, finished_order
from marksheet.apps.results.queries.reports import Asked
from marksheet.apps.results.queries.sight import by_who, results_seen_by
from marksheet.rules.access import Verb

__all__ = [
    "MOST_TICKED", "Asked", "Bucket", "Counted", "Criteria", "Person", "Result", "Schedule", "Selection", "Source",
    "counted", "keys_of", "rows_of",
]  # fmt: skip

MOST_TICKED = 20_000
# Only here is a score more than work in progress.
WITH_NUMBERS = (Bucket.READY, Bucket.CORRECTION, Bucket.PUBLISHED)


class Source(StrEnum):
    """The list from which an export is asked for: it decides whether working or published results are read."""

    RESULTS = "results"
    REPORTS = "reports"
    AUDIT = "audit"
    SCHEDULES = "schedules"
    ASSESSMENTS = "assessments"
    COORDINATION = "coordination"
    FINISHED = "finished"
    MARKING = "marking"


# Lists of which a row is no single result but the numbers of many; ``FINISHED`` is the list of Audit as it is shown.
IN_NUMBERS = (Source.SCHEDULES, Source.ASSESSMENTS, Source.COORDINATION, Source.FINISHED)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is to be exported, for whoever asks: refs that were ticked, or else all that fits.

    Args:
        refs: results by ref; None means all that fit ``criteria`` (Results) or ``asked`` (Reports, Audit). Lists in
            numbers have none.
        ready_only: of those that fit, what "all ready that match" ticks.
        asked: for Audit ``schedules``, ``text`` (title or code) and ``units`` count.
    """

    source: Source
    refs: tuple[str, ...] | None = None
    criteria: Criteria = field(default_factory=Criteria)
    asked: Asked = field(default_factory=Asked)
    ready_only: bool = False

    @property
    def published(self) -> bool:
        """Whether only versions in force are read."""
        return self.source is not Source.RESULTS

    @property
    def lists_schedules(self) -> bool:
        """Whether it is asked for on a list of schedules whose results it is about: Audit, no one schedule of it."""
        return self.source is Source.AUDIT and self.refs is None and not self.asked.schedules

    @property
    def preliminary(self) -> bool:
        """Whether a row is a script in one round, with its marks so far, of the one schedule that is asked for."""
        return self.source is Source.MARKING

    @property
    def in_numbers(self) -> bool:
        """Whether a row is a schedule or an assessment in numbers, and not a result."""
        return self.source in IN_NUMBERS

    def to_json(self) -> dict[str, Any]:
        """Return the selection as work carries it."""
        found: dict[str, Any] = {"source": str(self.source), "ready_only": self.ready_only}
        if self.refs is not None:
            found["refs"] = list(self.refs)
        about = self.asked if self.published else self.criteria
        found["asked"] = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(about).items()
            if value not in ("", (), None, False)
        }
        return found


def selection_from(stored: Mapping[str, Any]) -> Selection:
    """Read what ``Selection.to_json`` wrote."""
    source = Source(stored["source"])
    asked: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored["asked"].items()
    }
    if "at" in asked:
        asked["at"] = datetime.fromisoformat(asked["at"])
    for name in ("day_from", "day_until"):
        if name in asked:
            asked[name] = date.fromisoformat(asked[name])
    refs = tuple(stored["refs"]) if "refs" in stored else None
    kept = Selection(source, refs, ready_only=bool(stored.get("ready_only")))
    if kept.published:
        return replace(kept, asked=Asked(**asked))
    return replace(kept, criteria=Criteria(**asked))


def seen(person: Person, selection: Selection, at: datetime) -> QuerySet[Result]:
    """Return the results of a selection that ``person`` sees, a result of their own included; in no order."""
    rows = _listed(person, selection, at)
    return rows if selection.refs is None else rows.filter(ref__in=list(selection.refs)[:MOST_TICKED])


def _listed(person: Person, selection: Selection, at: datetime) -> QuerySet[Result]:
    if selection.source is Source.RESULTS:
        if selection.refs is not None:
            return results_seen_by(person)
        if selection.ready_only:
            return finder.tickable(person, selection.criteria)
        return finder.find(person, selection.criteria)
    if selection.source is Source.REPORTS:
        return reports.find(person, selection.asked if selection.refs is None else Asked())
    return reports.published_for(person).filter(schedule__in=finished_found(person, selection.asked, at))


def rows_of(person: Person, selection: Selection, at: datetime) -> QuerySet[Result]:
    """Return the results that ``person`` may take out as a file: seen, with the right there, never their own."""
    return _with_right(person, selection, seen(person, selection, at))


def _with_right(person: Person, selection: Selection, rows: QuerySet[Result]) -> QuerySet[Result]:
    here = Q(schedule__node_id__in=nodes_where(person, Verb.RESULT_EXPORT))
    if selection.published:
        codes = veil_over(person).codes
        here |= Q(home_id__in=candidate_units_of(person, Verb.RESULT_EXPORT)) & ~Q(schedule__in=codes)
    return rows.filter(here)


@dataclass(frozen=True, slots=True)
class Counted:
    """What an export would hold and what it would leave out.

    Args:
        taken: rows of the file; ``bare`` of them carry their state but no numbers.
        elsewhere: left out for want of the right; ``helpers`` names people who hold it there.
        assessments, schedules: how many different ones are in the file.
    """

    taken: int
    bare: int = 0
    elsewhere: int = 0
    helpers: tuple[str, ...] = ()
    assessments: int = 0
    schedules: tuple[int, ...] = ()


def counted(person: Person, selection: Selection, at: datetime) -> Counted:
    """Return how many rows an export would hold, and how many are left out and why."""
    if selection.in_numbers:
        return _counted_in_numbers(person, selection, at)
    if selection.preliminary:
        # As with the list of Coordinator: who coordinates takes out how the marking stands without a further right.
        schedule = marked_schedule(person, selection)
        return Counted(taken=len(keys_so_far(person, schedule)), assessments=1, schedules=(schedule.pk,))
    found = seen(person, selection, at).order_by()
    mine = _with_right(person, selection, found)
    total, taken = found.count(), mine.count()
    left = found.exclude(pk__in=mine.values("pk")) if taken < total else None
    first = left.select_related("schedule").first() if left is not None else None
    bare = 0 if selection.published else mine.exclude(bucket__in=WITH_NUMBERS).count()
    return Counted(
        taken=taken,
        bare=bare,
        elsewhere=total - taken,
        helpers=tuple(helpers(Verb.RESULT_EXPORT, first.schedule.node_id)) if first else (),
        assessments=mine.values("assessment").distinct().count(),
        schedules=tuple(sorted(mine.values_list("schedule_id", flat=True).distinct())),
    )


def keys_of(person: Person, selection: Selection, at: datetime, *, as_shown: bool = False) -> "array[int]":
    """Return the keys of the rows that ``person`` may take out now, in the order of the file.

    Results by schedule and name; ``as_shown`` in the order of the page they were looked at on. Eight bytes each.

    Raises:
        BadInput: the order asked for is not one of ours.
    """
    if selection.in_numbers:
        return array("q", _numbers_of(person, selection, at).values_list("pk", flat=True))
    if selection.preliminary:
        return keys_so_far(person, marked_schedule(person, selection))
    rows = rows_of(person, selection, at)
    order: Sequence[Any] = ("code", "schedule_id", by_who(person), "id")
    if as_shown and selection.source is not Source.AUDIT:
        order = _page_order(person, selection)
    keys = array("q")
    for key in rows.order_by(*order).values_list("pk", flat=True).iterator(20_000):
        keys.append(key)
    return keys


def marked_schedule(person: Person, selection: Selection) -> Schedule:
    """Return the one schedule whose marks so far are asked for.

    Raises:
        NotFound: there is none, or ``person`` does not coordinate it.
    """
    return coordinated_for(person, next(iter(selection.asked.schedules), ""))


def _page_order(person: Person, selection: Selection) -> Sequence[Any]:
    if not selection.published:
        return finder.whole_order(person, selection.criteria)
    asked = selection.asked.sort
    column = (reports.SORTS | reports.SCORE_SORTS).get(asked.removeprefix("-"))
    if column is None:
        raise BadInput(f"Results cannot be sorted by {asked!r}.")
    sign = "-" if asked.startswith("-") else ""
    sorted_by = veil_over(person).in_order(column) if column in finder.SAYS_WHO else F(column)
    return (OrderBy(sorted_by, descending=bool(sign), nulls_last=True), f"{sign}id")


def _numbers_of(person: Person, selection: Selection, at: datetime) -> QuerySet[Any]:
    """Return the schedules or assessments of a list in numbers that ``person`` may take out, in its order."""
    asked = selection.asked
    if selection.source is Source.COORDINATION:
        # How far the marking is holds no result: who coordinates takes it out without a right of its own.
        return coordination_found(person, text=asked.text, status=asked.status)
    if selection.source is Source.FINISHED:
        finished = finished_found(person, asked, asked.at or at).filter(_may_take_numbers(person))
        return finished.order_by(*finished_order(asked))
    if selection.source is Source.SCHEDULES:
        found = reports.schedules_found(person, asked)
        return found.filter(_may_take_numbers(person)).order_by(*reports.schedule_order(asked))
    kept = reports.schedules_reported_to(person).exclude(_may_take_numbers(person))
    found_here = reports.assessments_found(person, asked).exclude(pk__in=kept.values("version__assessment"))
    return found_here.order_by("title", "id")


def _may_take_numbers(person: Person) -> Q:
    """Fit schedules of which all that ``person`` reads may leave as a file: there, or by all their candidates."""
    here = Q(node_id__in=nodes_where(person, Verb.RESULT_EXPORT))
    read = set(candidate_units_of(person).values_list("pk", flat=True))
    if read and read <= set(candidate_units_of(person, Verb.RESULT_EXPORT).values_list("pk", flat=True)):
        here |= ~Q(node_id__in=nodes_where(person, *reports.SIGHT))
    return here


def _counted_in_numbers(person: Person, selection: Selection, at: datetime) -> Counted:
    if selection.source is Source.COORDINATION:
        mine = list(_numbers_of(person, selection, at).values_list("pk", flat=True))
        return Counted(taken=len(mine), assessments=1, schedules=tuple(sorted(mine)))
    of_schedules = selection.source is not Source.ASSESSMENTS
    total = _listed_in_numbers(person, selection, at).count()
    taken = _numbers_of(person, selection, at)
    keys = list(taken.values_list("pk", flat=True))
    first = None
    if len(keys) < total:
        first = reports.schedules_reported_to(person).exclude(_may_take_numbers(person)).first()
    about = keys
    if not of_schedules:
        reported = reports.schedules_reported_to(person).filter(version__assessment__in=keys)
        about = list(reported.values_list("pk", flat=True))
    return Counted(
        taken=len(keys),
        elsewhere=total - len(keys),
        helpers=tuple(helpers(Verb.RESULT_EXPORT, first.node_id)) if first else (),
        assessments=1,
        schedules=tuple(sorted(about)),
    )


def _listed_in_numbers(person: Person, selection: Selection, at: datetime) -> QuerySet[Any]:
    if selection.source is Source.FINISHED:
        return finished_found(person, selection.asked, selection.asked.at or at)
    if selection.source is Source.SCHEDULES:
        return reports.schedules_found(person, selection.asked)
    return reports.assessments_found(person, selection.asked)
