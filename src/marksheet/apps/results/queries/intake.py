"""What a file of work would do at a schedule, found before anything is written; carrying it in does exactly that."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from marksheet.apps.exams.models import AttemptState, Schedule, Standing
from marksheet.apps.exams.queries.paper import Paper, paper_of
from marksheet.apps.exams.queries.schemes import steps_of
from marksheet.apps.exams.queries.work import AttemptRow, Expected, attempts_of, expected_at, responses_of
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.models import Script
from marksheet.apps.marking.queries.marks import NEVER_MARKED, CurrentMark, current_marks
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import people_with
from marksheet.apps.results.models import Result
from marksheet.formats.decimals import spelled
from marksheet.formats.texts import brief
from marksheet.formats.work_layout import Blank, Work, WorkRow
from marksheet.rules.access import Verb
from marksheet.rules.schemes import FINEST, allows

SHOWN = 200
KEPT = 20_000
Cell = tuple[int, int]
"""(enrolment key, part key)."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell in which the file says something else than what is stored."""

    row: int
    number: str
    part: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Outsider:
    """One row that cannot go in, and why: nobody of that number, absent, void, own work, a mark between steps."""

    row: int
    number: str
    why: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One answer of the file that differs from the stored one: canonical, None for "no response"."""

    number: str
    part: str
    before: str | None
    after: str | None

    @property
    def told(self) -> str:
        """Old and new in a line, as the log keeps them."""
        before, after = ("nr" if value is None else value for value in (self.before, self.after))
        return f"{self.number}, {self.part}: {before} → {after}"


@dataclass(frozen=True, slots=True)
class Differing:
    """One candidate with answers that differ, how many, and whether their result is published."""

    number: str
    count: int
    published: bool


@dataclass(slots=True)
class Tally:
    """What the file would do to one kind of cell; ``changed`` holds the first 200."""

    added: int = 0
    same: int = 0
    changed_count: int = 0
    changed: list[Difference] = field(default_factory=list)

    def differs(self, difference: Difference) -> None:
        """Count one cell that says something else; keep it if it is among the first."""
        self.changed_count += 1
        if len(self.changed) < SHOWN:
            self.changed.append(difference)


@dataclass(slots=True)
class WorkPlan:
    """What carrying a file in would do; ``answers`` and ``marks`` are what would be stored.

    Args:
        rows: rows of the file.
        matched: how many of them belong to a candidate here.
        outsiders: rows that cannot go in.
        fresh: enrolments whose work this file brings in, in its order.
        late: whether those are late scripts, which need a reason.
        answers: (enrolment, part) -> canonical answer, None for "no response"; only new ones.
        conflicts: the same for answers that differ from what is stored; ``differing`` are their candidates.
        marks: (enrolment, part) -> (thousandths, no response); only new and changed ones.
        responses, given: what happens to the cells of answers, and of marks.
        remarked: enrolments with a mark that would change.
        reopened: those of them whose script was submitted.
        unmarked: enrolments of the file with a part that is marked by hand and would still have no mark.
        absent_parts: labels of parts that the file says nothing about.
    """

    rows: int
    matched: int = 0
    outsiders: list[Outsider] = field(default_factory=list)
    outsider_count: int = 0
    people: list[int] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    late: bool = False
    answers: dict[Cell, str | None] = field(default_factory=dict)
    conflicts: dict[Cell, "Conflict"] = field(default_factory=dict)
    differing: tuple["Differing", ...] = ()
    marks: dict[Cell, tuple[int | None, bool]] = field(default_factory=dict)
    responses: Tally = field(default_factory=Tally)
    given: Tally = field(default_factory=Tally)
    remarked: set[int] = field(default_factory=set)
    reopened: set[int] = field(default_factory=set)
    unmarked: list[str] = field(default_factory=list)
    unsubmitted: list[int] = field(default_factory=list)
    absent_parts: tuple[str, ...] = ()

    @property
    def nothing_new(self) -> bool:
        """Every cell says what is stored already."""
        return not (self.fresh or self.answers or self.marks)

    def taken(self, everybody: bool, numbers: Collection[str]) -> dict[Cell, Conflict]:
        """Return the answers of the file that are put in the place of stored ones: all, or of these candidates."""
        return {cell: one for cell, one in self.conflicts.items() if everybody or one.number in numbers}


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored at the schedule now."""

    schedule: Schedule
    paper: Paper
    people: Mapping[str, Expected]
    attempts: Mapping[int, AttemptRow]
    responses: Mapping[Cell, str | None]
    marks: Mapping[Cell, CurrentMark]
    submitted: frozenset[int]
    open: frozenset[int]
    barred: frozenset[int]
    steps: Mapping[int, int]


def plan_work(
    person: Person, schedule: Schedule, work: Work, *, round_: str, barred: Sequence[int], at: datetime
) -> WorkPlan:
    """Return what carrying ``work`` in would do, as ``person`` sees candidates, who was let into the schedule.

    Args:
        barred: people whose own work may not go in with this file: who imports, and the marker.
    """
    known = known_at(person, schedule, round_, barred)
    plan = WorkPlan(len(work.rows))
    said: set[str] = set()
    given: Counter[int] = Counter()
    for row in work.rows:
        one = known.people.get(row.candidate)
        why = why_not(known, one) or _between_steps(known, row, one)
        if one is None or why:
            plan.outsider_count += 1
            if len(plan.outsiders) < KEPT:
                plan.outsiders.append(Outsider(row.row_number, row.candidate, why))
            continue
        plan.matched += 1
        said |= row.answers.keys() | row.marks.keys()
        _plan_row(plan, known, row, one, given)
    _plan_marking(plan, known, given)
    plan.differing = _differing(plan)
    plan.late = bool(plan.fresh and known.attempts) and schedule.closes_at <= at
    plan.absent_parts = tuple(part.label for part in known.paper.parts if part.label not in said)
    return plan


def _differing(plan: WorkPlan) -> tuple[Differing, ...]:
    if not plan.conflicts:
        return ()
    counts = Counter((enrolment, one.number) for (enrolment, _part), one in plan.conflicts.items())
    rows = Result.objects.filter(enrolment__in={key for key, _number in counts}, in_force__isnull=False)
    published = set(rows.values_list("enrolment_id", flat=True))
    return tuple(Differing(number, n, key in published) for (key, number), n in counts.items())


def known_at(person: Person, schedule: Schedule, round_: str, barred: Sequence[int]) -> Known:
    """Return what is stored at a schedule that the caller was let into, as a file that comes in meets it."""
    attempts = attempts_of(schedule.pk)
    owner = {row.id: enrolment for enrolment, row in attempts.items()}
    responses = responses_of(schedule.pk) if attempts else {}
    marks = current_marks(owner, round_) if attempts else {}
    scripts = Script.objects.filter(schedule=schedule, round=round_).values_list("attempt_id", "submitted_at")
    states = {attempt: moment for attempt, moment in scripts if attempt in owner} if attempts else {}
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    return Known(
        schedule=schedule,
        paper=paper,
        people=expected_at(person, schedule),
        attempts=attempts,
        responses={(owner[a], part): value for (a, part), value in responses.items() if a in owner},
        marks={(owner[a], part): mark for (a, part), mark in marks.items()},
        submitted=frozenset(owner[a] for a, moment in states.items() if moment is not None),
        open=frozenset(owner[a] for a, moment in states.items() if moment is None),
        barred=frozenset(barred),
        steps=steps_of(part.id for part in paper.human_parts),
    )


def not_placed(person: Person, schedule: Schedule, numbers: Collection[str]) -> dict[str, str]:
    """Return number -> why no work goes in under it: nobody here, absent, void. The caller was let in."""
    known = known_at(person, schedule, "marker-1", ())
    why = {number: why_not(known, known.people.get(number)) for number in numbers}
    return {number: said for number, said in why.items() if said}


def _between_steps(known: Known, row: WorkRow, one: Expected | None) -> str:
    """Say of the first new mark of a row that the part's marking scheme does not allow; "" when all are allowed."""
    for label, mark in row.marks.items() if one else ():
        part = known.paper.part_by_label[label]
        step = known.steps.get(part.id, FINEST)
        if not isinstance(mark, int) or allows(mark, step):
            continue
        if one and known.marks.get((one.id, part.id), NEVER_MARKED).same_as(mark, no_response=False):
            continue
        return _("part %(part)s: %(mark)s is not possible, marks there go in steps of %(step)s") % {
            "part": label,
            "mark": spelled(mark),
            "step": spelled(step),
        }
    return ""


def why_not(known: Known, one: Expected | None) -> str:
    """Say why no work of a candidate goes in: nobody, absent, void, at work, own work; "" when it does."""
    if one is None:
        return _("nobody with this number is a candidate here")
    if one.person_id in known.barred:
        return _("%(name)s imports or marks this file: nobody handles work of their own") % {"name": one.name}
    if one.standing != Standing.EXPECTED:
        words = {
            Standing.ABSENT: _("%(name)s is recorded as absent"),
            Standing.EXCUSED: _("%(name)s is recorded as excused"),
            Standing.DEFERRED: _("%(name)s is recorded as deferred"),
        }
        return words[Standing(one.standing)] % {"name": one.name}
    attempt = known.attempts.get(one.id)
    if attempt is not None and attempt.state == AttemptState.VOID:
        return _("the attempt of %(name)s is void") % {"name": one.name}
    if attempt is not None and attempt.state == AttemptState.IN_PROGRESS:
        return _("%(name)s is still at work") % {"name": one.name}
    return ""


def _plan_row(plan: WorkPlan, known: Known, row: WorkRow, one: Expected, given: Counter[int]) -> None:
    plan.people.append(one.id)
    _plan_answers(plan, known, row, one)
    _plan_marks(plan, known, row, one, given)
    says = row.answers or any(mark is not Blank.NOT_YET_MARKED for mark in row.marks.values())
    if one.id not in known.attempts and says:
        plan.fresh.append(one.id)


def _plan_answers(plan: WorkPlan, known: Known, row: WorkRow, one: Expected) -> None:
    tally, parts, responses = plan.responses, known.paper.part_by_label, known.responses
    for label, value in row.answers.items():
        cell = (one.id, parts[label].id)
        if cell not in responses:
            plan.answers[cell] = value
            tally.added += 1
        elif responses[cell] == value:
            tally.same += 1
        else:
            before = responses[cell]
            plan.conflicts[cell] = Conflict(one.number, label, before, value)
            tally.differs(
                Difference(row.row_number, row.candidate, label, _answer_word(before), _answer_word(value))
            )


def _plan_marks(plan: WorkPlan, known: Known, row: WorkRow, one: Expected, given: Counter[int]) -> None:
    tally, parts, marks = plan.given, known.paper.part_by_label, known.marks
    for label, mark in row.marks.items():
        cell = (one.id, parts[label].id)
        no_response = mark is Blank.NO_RESPONSE
        value = mark if isinstance(mark, int) else None
        before = marks.get(cell, NEVER_MARKED)
        if before.same_as(value, no_response):
            tally.same += 1
            continue
        plan.marks[cell] = (value, no_response)
        given[one.id] += (no_response or value is not None) - before.given
        if not before.given:
            tally.added += 1
            continue
        plan.remarked.add(one.id)
        words = (_mark_word(before.value, before.no_response), _mark_word(value, no_response))
        tally.differs(Difference(row.row_number, row.candidate, label, *words))


def _plan_marking(plan: WorkPlan, known: Known, given: Counter[int]) -> None:
    """Find whose scripts must be opened again, and which would still lack a mark."""
    changed = {enrolment for enrolment, _part in plan.marks}
    plan.reopened = changed & known.submitted
    human = {part.id for part in known.paper.human_parts}
    if not human:
        return
    before = Counter(enrolment for (enrolment, _part), mark in known.marks.items() if mark.given)
    handed_in = known.attempts.keys() | set(plan.fresh)
    numbers = {one.id: one.number for one in known.people.values()}
    wanted = [one for one in plan.people if one in handed_in]
    plan.unmarked = [numbers[one] for one in wanted if before[one] + given[one] < len(human)]
    plan.unsubmitted = [one for one in wanted if one not in known.submitted]


def _answer_word(value: str | None) -> str:
    return _("no response") if value is None else brief(value)


def _mark_word(value: int | None, no_response: bool) -> str:
    if no_response:
        return _("no response")
    return _("not yet marked") if value is None else spelled(value)


def marker_named(schedule: Schedule, ref: str) -> Person:
    """Return the person ``ref`` who marks at a schedule that the caller was let into.

    Raises:
        BadInput: they do not mark there.
    """
    found = markers_at(schedule).filter(ref=ref).first()
    if found is None:
        raise BadInput(_("Say who gave these marks: somebody who marks at this schedule."))
    return found


def markers_at(schedule: Schedule) -> QuerySet[Person]:
    """Return who may have given marks at a schedule, by name."""
    return people_with(Verb.MARK_GIVE, schedule.node_id)
