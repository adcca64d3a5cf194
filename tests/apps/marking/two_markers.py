"""A script that two people mark: the exam, the plan, who marks what, and their marks."""

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.marking.actions.allocation import allocate, preview_allocation
from marksheet.apps.marking.models import Method, Plan, Script
from marksheet.apps.marking.queries.allocation import Wanted, Which
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks import CellSave, save_marks, set_plan, submit_scripts
from tests.apps.marking.scene import hand_in, human_part
from tests.factories import NOW, World, a_schedule, an_assessment, by_hand
from tests.scenery import kept


@kept
def two_questions(world: World, candidates: int) -> Schedule:
    """Two questions of 5 by hand, and so many candidates, all of whom handed in."""
    version = an_assessment(world, wanted=[by_hand("1"), by_hand("2")])
    schedule = a_schedule(world, version=version, candidates=candidates)
    hand_in(schedule)
    return schedule


@kept
def plan(world: World, schedule: Schedule, **more: object) -> None:
    wanted = Plan(schedule=schedule, **{"markers": 2, "tolerance_thousandths": 1000} | more)  # type: ignore[arg-type]
    set_plan(world.ada, schedule.ref, wanted, against=plan_of(schedule).revision, at=NOW)


@kept
def share(world: World, schedule: Schedule, *people: Person, which: str = Which.UNTOUCHED) -> None:
    wanted = Wanted(Method.EVENLY, {one.pk: 1 for one in people or (world.mo, world.mei)}, which)
    found = preview_allocation(world.ada, schedule.ref, wanted, "spring")
    allocate(world.ada, schedule.ref, wanted, seed="spring", against=found.fingerprint, at=NOW)


def script_of(person: Person, attempt: Attempt) -> Script:
    return Script.objects.get(attempt=attempt, marker=person)


def mark(person: Person, attempt: Attempt, *values: int, submit: bool = True) -> None:
    """Give whole marks, a part each, and submit."""
    script = script_of(person, attempt)
    cells = [
        CellSave(script.ref, human_part(attempt.schedule, n).ref, value * 1000, False, 0)
        for n, value in enumerate(values)
    ]
    save_marks(person, attempt.schedule.ref, cells, at=NOW)
    if submit:
        submit_scripts(person, attempt.schedule.ref, [script.ref], at=NOW)


def first(schedule: Schedule) -> Attempt:
    return Attempt.objects.filter(schedule=schedule).select_related("schedule", "enrolment").order_by("pk")[0]
