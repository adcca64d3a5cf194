"""Machine scores that are checked by hand: prefilled, confirmed or changed, and nothing is ready before."""

import pytest

from marksheet.apps.exams.actions.settings import Settings
from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.marking.models import Script
from marksheet.apps.marking.queries.grid import grid_of
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.workshop import workshop_of
from marksheet.apps.results.actions.marks import (
    BadCells,
    CellSave,
    Settled,
    make_seed,
    save_marks,
    set_seeding,
    submit_scripts,
)
from marksheet.apps.results.steps.recompute import differing
from marksheet.rules.publication import Workflow
from tests.apps.marking.scene import hand_in, human_part, result_of, script_of
from tests.apps.marking.two_markers import mark, plan, share
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, choice, signed_in
from tests.scenery import kept

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@kept
def checked(world: World, workflow: str = Workflow.SCHEDULER_MARKS, wrong: int = 0) -> Schedule:
    """A choice worth 1 (A is right) and, unless machine only, a question of 5 by hand; two candidates chose B."""
    wanted = [choice("1", wrong=wrong)] + ([] if workflow == Workflow.MACHINE_ONLY else [by_hand("2")])
    version = an_assessment(world, wanted=wanted, options=Settings(workflow=workflow, hand_check=True))
    schedule = a_schedule(world, version=version, candidates=2, staffed=workflow == Workflow.COORDINATED)
    hand_in(schedule, answer="B")
    return schedule


def first(schedule: Schedule) -> Attempt:
    return Attempt.objects.filter(schedule=schedule).select_related("schedule").order_by("pk")[0]


def give(person, attempt: Attempt, *values: int | None, submit: bool = True) -> None:
    """Give the parts of a script marks in thousandths, None for no response, and submit it."""
    script, schedule = script_of(attempt), attempt.schedule
    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    cells = [
        CellSave(script.ref, part.ref, value, value is None, 0)
        for part, value in zip(parts, values, strict=True)
    ]
    save_marks(person, schedule.ref, cells, at=NOW)
    if submit:
        submit_scripts(person, schedule.ref, [script.ref], at=NOW)


def missing(attempt: Attempt) -> dict[str, int]:
    return {one["code"]: one["count"] for one in result_of(attempt).missing}


@pytest.mark.parametrize("workflow", list(Workflow))
def test_in_every_workflow_nothing_is_ready_before_machine_scores_are_checked(world, workflow) -> None:
    schedule = checked(world, workflow)
    attempt = first(schedule)
    by_hand_too = {} if workflow == Workflow.MACHINE_ONLY else {"unmarked": 1}
    assert missing(attempt) == {"unchecked": 1, "not_submitted": 1} | by_hand_too
    who = world.mo if workflow == Workflow.COORDINATED else world.ada
    give(who, attempt, 0, *([] if workflow == Workflow.MACHINE_ONLY else [4000]))
    assert result_of(attempt).state == "ready"
    assert not any(columns for _key, columns in differing(schedule))


def test_the_mark_of_who_checked_is_in_force_in_place_of_the_machines_score(world) -> None:
    schedule = checked(world)
    attempt = first(schedule)
    give(world.ada, attempt, 500, 4000)
    result = result_of(attempt)
    assert (result.shown_score, result.state) == ("4.5", "ready")
    history = signed_in(world.ada).get(f"/marking/audit/results/{result.ref}/").content.decode()
    assert "0.5" in history


def test_machine_scores_stand_prefilled_on_the_mark_sheet_and_the_marking_screen(world) -> None:
    schedule = checked(world)
    attempt = first(schedule)
    cell = grid_of(world.ada, schedule).rows[0].cells[0]
    assert (cell.shown, cell.machine, cell.prefilled) == ("", "0", "0")
    part = cell.part.ref
    script = script_of(attempt)
    assert workshop_of(world.ada, schedule, script.ref, part).machine == "0"
    ada = signed_in(world.ada)
    sheet = ada.get(f"/marking/assess/{schedule.ref}/grid/").content.decode()
    assert 'data-prefilled="0"' in sheet and "2 machine scores on this page wait for your check" in sheet
    screen = ada.get(f"/marking/assess/{schedule.ref}/mark/{script.ref}/{part}/").content.decode()
    assert "Scored 0 by its key: saving confirms it" in screen
    fields = {f"m-{script.ref}-{part}": "0", f"h-{script.ref}": "{}"}
    assert ada.post(f"/marking/assess/{schedule.ref}/grid/", fields).status_code == 302
    assert "unchecked" not in missing(attempt) and grid_of(world.ada, schedule).rows[0].cells[0].shown == "0"


def test_a_score_below_zero_can_be_confirmed_and_no_mark_can_be_below_it(world) -> None:
    schedule = checked(world, wrong=-1)
    attempt = first(schedule)
    assert grid_of(world.ada, schedule).rows[0].cells[0].machine == "-1"
    with pytest.raises(BadCells) as caught:
        give(world.ada, attempt, -2000, 4000)
    assert "between -1 and 1" in " ".join(caught.value.cells.values())
    give(world.ada, attempt, -1000, 4000)
    assert result_of(attempt).state == "ready"


def test_two_markers_who_check_agree_like_on_any_mark(world) -> None:
    schedule = checked(world, Workflow.COORDINATED)
    plan(world, schedule, tolerance_thousandths=0)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 0, 4)
    mark(world.mei, attempt, 1, 4)
    assert missing(attempt) == {"not_agreed": 1}


def test_without_the_option_the_machines_score_takes_no_mark(world) -> None:
    version = an_assessment(world, wanted=[choice("1"), by_hand("2")])
    schedule = a_schedule(world, version=version, candidates=1)
    hand_in(schedule)
    part = paper_of(schedule.version_id, schedule.key_version_id).machine_parts[0]
    cell = CellSave(script_of(first(schedule)).ref, part.ref, 0, False, 0)
    with pytest.raises(BadCells) as caught:
        save_marks(world.mo, schedule.ref, [cell], at=NOW)
    assert "scored by its key" in " ".join(caught.value.cells.values())


def test_a_seed_counts_the_machine_scores_that_are_checked_among_its_parts(world) -> None:
    wanted = [choice("1"), by_hand("2")]
    version = an_assessment(world, wanted=wanted, options=Settings(hand_check=True))
    schedule = a_schedule(world, version=version, candidates=8)
    hand_in(schedule, answer="B")
    share(world, schedule)
    settled = Settled({human_part(schedule, n).ref: (1000, False) for n in range(2)}, 1000)
    script = Script.objects.filter(schedule=schedule).order_by("pk")[0]
    make_seed(world.ada, schedule.ref, script.ref, settled, reason="A clear case", at=NOW)
    revision = plan_of(schedule).revision
    set_seeding(world.ada, schedule.ref, every=2, against=revision, at=NOW)
    dealt = Script.objects.filter(attempt=script.attempt, round__startswith="seed-")
    assert set(dealt.values_list("unmarked", flat=True)) == {2}
