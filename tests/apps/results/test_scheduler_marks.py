"""Where the scheduler marks, one person marks, sees and publishes from activation, and can hand that on."""

import pytest

from marksheet.apps.exams.actions.settings import Settings
from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.ledger.models import Event
from marksheet.apps.marking.queries.assess import assess_list, schedules_to_mark
from marksheet.apps.marking.queries.people import coordinated_by
from marksheet.apps.people.models import InboxNote
from marksheet.apps.people.queries import verbs_at
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.models import Opening
from marksheet.apps.results.actions.handing_over import hand_over
from marksheet.apps.results.actions.marks import CellSave, reopen_scripts, save_marks, submit_scripts
from marksheet.apps.results.models import Result
from marksheet.rules.access import Verb
from marksheet.rules.publication import ShowResults, Workflow, cell
from tests.apps.marking.scene import hand_in, human_part, result_of, script_of
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, choice, signed_in
from tests.scenery import kept

pytestmark = [pytest.mark.django_db, pytest.mark.once]
RUNS = {Verb.MARK_GIVE, Verb.RESULT_PUBLISH, Verb.REPORT_VIEW, Verb.RESULT_REOPEN, Verb.RESULT_VOID}


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@kept
def planned(world: World, show: str = ShowResults.PUBLISHER_DECIDES) -> Schedule:
    """One question by hand, one by machine, two candidates who handed in; Ada activated it, nobody was added."""
    options = Settings(workflow=Workflow.SCHEDULER_MARKS, show_results=show)
    version = an_assessment(world, wanted=[by_hand("1"), choice("2")], options=options)
    schedule = a_schedule(world, version=version, candidates=2, staffed=False)
    hand_in(schedule)
    return schedule


def mark_and_submit(person, schedule: Schedule, value: int = 4) -> None:
    scripts = [script_of(attempt) for attempt in Attempt.objects.filter(schedule=schedule).order_by("pk")]
    cells = [CellSave(one.ref, human_part(schedule).ref, value * 1000, False, 0) for one in scripts]
    save_marks(person, schedule.ref, cells, at=NOW)
    submit_scripts(person, schedule.ref, [one.ref for one in scripts], at=NOW)


def test_from_activation_the_scheduler_has_every_script_on_assess_and_no_coordinator_page(world) -> None:
    schedule = planned(world)
    assert verbs_at(world.ada, schedule.node_id) >= RUNS
    (row,) = assess_list(world.ada)[0]
    assert (row.schedule, row.counts.total, row.marks) == (schedule, 2, True)
    assert schedules_to_mark(world.ada) == 1
    assert schedule not in coordinated_by(world.ada)
    page = signed_in(world.ada).get(f"/schedules/{schedule.ref}/").content.decode()
    assert (
        f"/schedules/{schedule.ref}/hand-over/" in page and "/marking/coordinator/" + schedule.ref not in page
    )


@pytest.mark.parametrize("show", list(ShowResults))
def test_each_option_of_what_candidates_see_holds_where_the_scheduler_marks(world, show) -> None:
    schedule = planned(world, show)
    attempt = Attempt.objects.filter(schedule=schedule).order_by("pk")[0]
    assert result_of(attempt).state == "marking", "nothing publishes by itself before it is marked"
    mark_and_submit(world.ada, schedule)
    assert result_of(attempt).state == "ready" and not Result.objects.filter(in_force__isnull=False).exists()
    rule = cell(show, wholly_machine=schedule.wholly_machine)
    refs = list(Result.objects.filter(schedule=schedule).values_list("ref", flat=True))
    frozen = freeze_selection(world.ada, refs=refs, at=NOW)
    publish(world.ada, frozen.ref, show=rule.asks, at=NOW)
    carry_on(frozen.ref, at=NOW)
    assert Result.objects.filter(schedule=schedule, in_force__isnull=False).count() == 2
    shown = set(Opening.objects.values_list("status", flat=True))
    assert (shown == {"shown"}) is (rule.asks or rule.shown_at_publication)


def test_the_scheduler_opens_submitted_work_again(world) -> None:
    schedule = planned(world)
    mark_and_submit(world.ada, schedule)
    attempt = Attempt.objects.filter(schedule=schedule).order_by("pk")[0]
    reopen_scripts(world.ada, schedule.ref, [script_of(attempt).ref], reason="A page was missed", at=NOW)
    assert result_of(attempt).state == "marking"


def test_a_schedule_is_handed_over_with_its_marking_and_every_mark_stays(world) -> None:
    schedule = planned(world)
    attempt = Attempt.objects.filter(schedule=schedule).order_by("pk")[0]
    first = CellSave(script_of(attempt).ref, human_part(schedule).ref, 3000, False, 0)
    save_marks(world.ada, schedule.ref, [first], at=NOW)
    ada = signed_in(world.ada)
    found = ada.get(f"/schedules/{schedule.ref}/hand-over/", {"q": world.mo.name}).content.decode()
    assert f'value="{world.mo.ref}"' in found and "Ada Vermeer (you)" in found
    assert ada.post(f"/schedules/{schedule.ref}/hand-over/", {"person": world.mo.ref}).status_code == 302
    assert verbs_at(world.mo, schedule.node_id) >= RUNS
    assert Verb.RESULT_PUBLISH not in verbs_at(world.ada, schedule.node_id)
    assert Verb.MARK_GIVE not in verbs_at(world.ada, schedule.node_id)
    submit_scripts(world.mo, schedule.ref, [script_of(attempt).ref], at=NOW)
    assert result_of(attempt).state == "ready"
    assert InboxNote.objects.filter(person=world.mo, kind="schedule-handed-over").exists()
    history = ada.get(f"/marking/audit/schedules/{schedule.ref}/history/").content.decode()
    assert f"Handed the schedule over to {world.mo.name}" in history


def test_nobody_takes_over_a_schedule_they_sit_or_without_being_staff(world) -> None:
    options = Settings(workflow=Workflow.SCHEDULER_MARKS)
    version = an_assessment(world, wanted=[by_hand("1")], options=options)
    schedule = a_schedule(world, version=version, candidates=1, with_cas=True, staffed=False)
    ada = signed_in(world.ada)
    events = Event.objects.count()
    with pytest.raises(NotAllowed, match="own work"):
        hand_over(world.ada, schedule.ref, world.cas.ref, at=NOW)
    with pytest.raises(WrongState, match="runs this schedule already"):
        hand_over(world.ada, schedule.ref, world.ada.ref, at=NOW)
    with pytest.raises(BadInput, match="Choose who"):
        hand_over(world.ada, schedule.ref, "", at=NOW)
    answer = ada.post(f"/schedules/{schedule.ref}/hand-over/", {"q": "Mo"})
    assert answer.status_code == 400 and 'value="Mo"' in answer.content.decode()
    assert Event.objects.count() == events
    coordinated = a_schedule(world, version=an_assessment(world, code="ALG-2"), code="ALG-2-AUG")
    with pytest.raises(WrongState, match="coordinated"):
        hand_over(world.ada, coordinated.ref, world.mo.ref, at=NOW)
