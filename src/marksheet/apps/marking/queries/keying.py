"""Marks that are typed twice: whose turn it is, what each cell comes to, and where a third look is needed."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import by_name, through, veil_of
from marksheet.apps.exams.queries.paper import Dozen, PartRow, dozen_of, paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.marking.models import Keying, Mark, Plan, Round, Script
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.hands import overseen
from marksheet.apps.marking.queries.marks import NEVER_MARKED, Cell, CurrentMark, current_marks
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.submissions import PAGE, by_name_order, page_of, searched
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import verbs_at
from marksheet.rules.access import Verb
from marksheet.rules.keying import NOTHING, Keyed, Typed, keyed
from marksheet.rules.schemes import FINEST

FIRST = Round.MARKER_1


@dataclass(frozen=True, slots=True)
class SecondKey:
    """What was typed a second time in a cell, and since which version of the mark a third look holds (0: none)."""

    typed: Typed = NOTHING
    version: int = 0
    settles: int = 0
    person_id: int | None = None

    def stands(self, mark: CurrentMark) -> Keyed:
        """Return where the cell stands beside the mark that holds."""
        settled = self.settles > 0 and self.settles == mark.version
        if not settled and self.person_id == mark.marker_id:
            # Who typed it twice is one person.
            return Keyed.UNTYPED
        return keyed((mark.value, mark.no_response), self.typed, settled=settled)


NEVER_KEYED = SecondKey()


def second_keys(attempts: Collection[int]) -> dict[Cell, SecondKey]:
    """Return what was typed a second time in each cell of these attempts; one statement."""
    found: dict[Cell, SecondKey] = {}
    rows = Keying.objects.filter(attempt__in=list(attempts)).order_by("version")
    names = ("attempt_id", "part_id", "version", "value_thousandths", "no_response", "settles", "person_id")
    for attempt, part, version, value, blank, settles, person in rows.values_list(*names):
        before = found.get((attempt, part), NEVER_KEYED)
        if settles is None:
            found[attempt, part] = SecondKey((value, blank), version, before.settles, person)
        else:
            found[attempt, part] = SecondKey(before.typed, version, settles, before.person_id)
    return found


@dataclass(frozen=True, slots=True)
class KeyingWaits:
    """What second keying still asks for: attempt -> cells to type a second time, and cells that differ."""

    untyped: Counter[int] = field(default_factory=Counter)
    differing: Counter[int] = field(default_factory=Counter)


def keying_waits(schedule: Schedule, plan: Plan, within: Mapping[str, Any]) -> KeyingWaits:
    """Return what results wait for; nothing is asked where marks are typed once.

    Args:
        within: conditions on the attempt, as keywords of a filter.
    """
    waits = KeyingWaits()
    if not plan.second_keying:
        return waits
    scripts = Script.objects.filter(round=FIRST, **within)
    return _counted(schedule, scripts.values_list("attempt_id", flat=True))


def _counted(schedule: Schedule, attempts: Iterable[int]) -> KeyingWaits:
    waits, keys = KeyingWaits(), list(attempts)
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    marks, second = current_marks(keys), second_keys(keys)
    for attempt in keys:
        for part in parts:
            cell = (attempt, part.id)
            mark = marks.get(cell, NEVER_MARKED)
            stands = second.get(cell, NEVER_KEYED).stands(mark)
            # What is not marked at all is missing as that.
            waits.untyped[attempt] += stands is Keyed.UNTYPED and mark.given
            waits.differing[attempt] += stands is Keyed.DIFFERS
    return waits


def to_key(person: Person, schedule: Schedule) -> QuerySet[Script]:
    """Return the scripts whose marks ``person`` may type a second time.

    They are wholly marked, by others, and keyed by nobody else; who keyed one and came to mark it does not count.
    """
    rows = overseen(person).filter(schedule=schedule, round=FIRST, unmarked=0)
    if not plan_of(schedule).second_keying or Verb.MARK_GIVE not in verbs_at(person, schedule.node_id):
        return rows.none()
    return _of_others(rows, person)


def _of_others(rows: QuerySet[Script], person: Person) -> QuerySet[Script]:
    """Leave out scripts that ``person`` typed first or looked at a third time, and those that somebody else keys."""
    own = Mark.objects.filter(attempt=OuterRef("attempt"), round=FIRST, marker=person)
    others = Keying.objects.filter(attempt=OuterRef("attempt"), settles=None)
    others = others.exclude(person=person).exclude(person=OuterRef("marker"))
    settled = Keying.objects.filter(attempt=OuterRef("attempt"), settles__isnull=False, person=person)
    return rows.exclude(Q(marker=person) | Q(Exists(own)) | Q(Exists(others)) | Q(Exists(settled)))


def keying_waits_for(person: Person) -> Exists:
    """Return whether scripts wait for ``person`` to type them a second time, as a condition on a schedule.

    The caller asks it of schedules where the person marks.
    """
    twice = Plan.objects.filter(second_keying=True).values("schedule")
    rows = overseen(person).filter(schedule=OuterRef("pk"), schedule__in=twice, round=FIRST, unmarked=0)
    typed = Keying.objects.filter(attempt=OuterRef("attempt"), person=person, settles=None)
    given = Mark.objects.filter(attempt=OuterRef("attempt"), round=FIRST)
    open_ = _of_others(rows, person).alias(typed=_parts_in(typed), given=_parts_in(given))
    return Exists(open_.filter(typed__lt=F("given")))


def _parts_in(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("attempt").annotate(n=Count("part", distinct=True)).values("n")
    return Coalesce(Subquery(counted), 0)


@dataclass(frozen=True, slots=True)
class KeyingCell:
    """One cell of the sheet of second keying: only what its reader typed; ``locked`` once a third look settled it."""

    part: PartRow
    version: int
    shown: str
    field: str
    step_thousandths: int
    locked: bool


@dataclass(frozen=True, slots=True)
class KeyingRow:
    """One script of the sheet: who, and its cells in the order of the columns."""

    ref: str
    name: str
    number: str
    attempt: int
    cells: tuple[KeyingCell, ...]


@dataclass(frozen=True, slots=True)
class KeyingSheet:
    """A page of the sheet of second keying."""

    dozen: Dozen
    rows: tuple[KeyingRow, ...]
    steps: dict[int, int]
    after: str


def keying_sheet(
    person: Person, schedule: Schedule, *, search: str = "", after: str = "", range_: int = 0
) -> KeyingSheet:
    """Return a page of scripts to type a second time, without a mark that anybody else gave.

    Args:
        search, after, range_: as for the mark sheet.
    """
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    dozen = dozen_of(paper.human_parts, range_)
    rows = to_key(person, schedule).select_related("attempt__enrolment", "schedule")
    rows = through(person, rows.order_by(*by_name_order(by_name(person, schedule))))
    scripts, following = page_of(searched(person, schedule, rows, search), status="", after=after, size=PAGE)
    attempts = [one.attempt_id for one in scripts]
    second, marks = second_keys(attempts), current_marks(attempts)
    steps = steps_of(part.id for part in dozen.parts)
    found = []
    for one in scripts:
        cells = []
        for part in dozen.parts:
            key = second.get((one.attempt_id, part.id), NEVER_KEYED)
            locked = key.stands(marks.get((one.attempt_id, part.id), NEVER_MARKED)) is Keyed.SETTLED
            step = steps.get(part.id, FINEST)
            typed = key.typed if key.person_id == person.pk else NOTHING
            cells.append(
                KeyingCell(part, key.version, shown_mark(*typed), f"m-{one.ref}-{part.ref}", step, locked)
            )
        who = one.attempt.enrolment
        found.append(KeyingRow(one.ref, who.name, who.number, one.attempt.number, tuple(cells)))
    return KeyingSheet(dozen, tuple(found), steps, following)


@dataclass(frozen=True, slots=True)
class KeyingDifference:
    """A cell in which two people typed different marks, as a third reads it."""

    script: Script
    part: PartRow
    first: str
    second: str
    first_by: str
    second_by: str
    mark_version: int
    key_version: int


def to_settle(person: Person, schedule: Schedule) -> QuerySet[Script]:
    """Return the scripts on whose keying ``person`` may look a third time: keyed neither first nor second by them."""
    held = verbs_at(person, schedule.node_id)
    rows = overseen(person).filter(schedule=schedule, round=FIRST)
    if not held & {Verb.MARK_GIVE, Verb.MARK_MODERATE, Verb.SCHEDULE_COORDINATE}:
        return rows.none()
    own = Mark.objects.filter(attempt=OuterRef("attempt"), round=FIRST, marker=person)
    looks = Keying.objects.filter(person=person, settles__isnull=False)
    own = own.exclude(event_id__in=looks.values("event_id"))
    second = Keying.objects.filter(attempt=OuterRef("attempt"), settles=None)
    mine = Exists(second.filter(person=person))
    return rows.filter(Exists(second)).exclude(Q(marker=person) | Q(Exists(own)) | Q(mine))


def keying_differences(
    person: Person, schedule: Schedule, *, script: Script | None = None, most: int | None = PAGE
) -> list[KeyingDifference]:
    """Return the differences that ``person`` may settle, by candidate; both values, and whose.

    Args:
        script: of this one alone.
        most: at most so many; None for all.
    """
    if not plan_of(schedule).second_keying:
        return []
    rows = to_settle(person, schedule).select_related("attempt__enrolment", "schedule")
    rows = rows if script is None else rows.filter(pk=script.pk)
    scripts = list(through(person, rows.order_by(*by_name_order(by_name(person, schedule)))))
    attempts = [one.attempt_id for one in scripts]
    marks, second = current_marks(attempts), second_keys(attempts)
    names = _names(person, schedule, marks.values(), second.values())
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    found = []
    for one in scripts:
        for part in parts:
            cell = (one.attempt_id, part.id)
            mark, key = marks.get(cell, NEVER_MARKED), second.get(cell, NEVER_KEYED)
            if key.stands(mark) is Keyed.DIFFERS:
                first, other = shown_mark(mark.value, mark.no_response), shown_mark(*key.typed)
                who = (names.get(mark.marker_id or 0, ""), names.get(key.person_id or 0, ""))
                found.append(KeyingDifference(one, part, first, other, *who, mark.version, key.version))
    return found[:most]


def _names(
    person: Person, schedule: Schedule, marks: Iterable[CurrentMark], keys: Iterable[SecondKey]
) -> dict[int, str]:
    people = {one.marker_id for one in marks} | {one.person_id for one in keys}
    rows = Person.objects.filter(pk__in=[one for one in people if one])
    return veil_of(person, [schedule]).named(schedule.pk, dict(rows.values_list("pk", "name")))


@dataclass(frozen=True, slots=True)
class KeyingCounts:
    """How second keying stands: ``done`` of ``total`` scripts have nothing open; ``differing`` counts cells."""

    total: int = 0
    done: int = 0
    untyped: int = 0
    differing: int = 0


def keying_counts(scripts: QuerySet[Script], schedule: Schedule) -> KeyingCounts:
    """Return how the second keying of these scripts of a schedule stands; the caller was let to them."""
    if not plan_of(schedule).second_keying:
        return KeyingCounts()
    keys = list(scripts.values_list("attempt_id", flat=True))
    waits = _counted(schedule, keys)
    open_ = [one for one in keys if waits.untyped[one] or waits.differing[one]]
    return KeyingCounts(
        len(keys),
        len(keys) - len(open_),
        sum(1 for one in keys if waits.untyped[one]),
        sum(waits.differing.values()),
    )
