"""Where two markers differ is counted for those who can act on it: the two, and who coordinates."""

import pytest

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.marking.queries.assess import assess_list, schedules_to_mark
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.hand_in import record_hand_in
from marksheet.apps.results.actions.marks import propose_mark
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.coordination import coordination_of, to_do
from marksheet.apps.results.queries.differences import differences_of, differing_at
from tests.apps.marking.scene import hand_in, human_part, result_of
from tests.apps.marking.two_markers import first, mark, plan, script_of, share, two_questions
from tests.factories import (
    NOW,
    World,
    a_schedule,
    a_world,
    an_assessment,
    by_hand,
    choice,
    enrolments,
    signed_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    """Two questions of 5 by hand, two candidates who handed in; Mo and Mei mark each script."""
    found = two_questions(world, 2)
    plan(world, found)
    share(world, found)
    return found


def apart(world: World, schedule: Schedule) -> None:
    """Both mark and submit everything: the first script is agreed, on the second they differ."""
    agreed, differing = Attempt.objects.filter(schedule=schedule).select_related("schedule").order_by("pk")
    for person, values in ((world.mo, (5, 3)), (world.mei, (1, 3))):
        mark(person, agreed, 4, 3)
        mark(person, differing, *values)


def waits(person: Person) -> int:
    return schedules_to_mark(person, differing=differing_at(person))


def status(person: Person) -> str:
    return assess_list(person, differing=differing_at(person))[0][0].status


def test_a_difference_waits_for_both_markers_until_they_agree(world, schedule) -> None:
    apart(world, schedule)
    assert (waits(world.mo), waits(world.mei), waits(world.max)) == (1, 1, 0)
    assert (status(world.mo), status(world.max)) == ("differences", "submitted")
    page = signed_in(world.mei).get("/marking/assess/").content.decode()
    assert "1 difference<" in page and "To agree" in page
    assert 'href="/marking/assess/">Assess' in signed_in(world.mei).get("/inbox/").content.decode()
    (one,) = differences_of(world.mo, schedule)[0]
    for person in (world.mo, world.mei):
        ref = script_of(person, one.script.attempt).ref
        propose_mark(person, ref, one.part.ref, value=3000, note="So", at=NOW)
    assert (waits(world.mo), waits(world.mei), status(world.mo)) == (0, 0, "submitted")
    assert "difference<" not in signed_in(world.mei).get("/marking/assess/").content.decode()


def test_a_coordinator_reads_on_whose_work_two_are_not_agreed_and_who_they_are(world, schedule) -> None:
    client, base = signed_in(world.ada), f"/marking/coordinator/{schedule.ref}/"
    assert "Not agreed" in client.get(f"{base}scripts/").content.decode()
    assert "Nothing matches" in client.get(f"{base}scripts/?status=differing").content.decode()
    apart(world, schedule)
    (step,) = [one for one in to_do(coordination_of(schedule)) if one.code == "differences"]
    assert (step.count, step.names) == (1, ("Mo Idris", "Mei Lin"))
    assert "moderation" not in {one.code for one in to_do(coordination_of(schedule))}, "it is said once"
    page = client.get(base).content.decode()
    assert "The work of 1 candidate waits for the two markers to agree: Mo Idris, Mei Lin." in page
    listed = client.get(f"{base}scripts/?status=differing").content.decode()
    assert listed.count('name="selected"') == 2, "the scripts of both markers, of one candidate"


def test_work_that_one_marker_marks_has_no_differences(world) -> None:
    schedule = a_schedule(world, candidates=1)
    hand_in(schedule)
    page = signed_in(world.ada).get(f"/marking/coordinator/{schedule.ref}/scripts/").content.decode()
    assert "Not agreed" not in page
    assert "differences" not in {one.code for one in to_do(coordination_of(schedule))}


def test_a_difference_is_listed_while_the_answer_to_another_question_is_missing(world) -> None:
    version = an_assessment(world, wanted=[choice("1"), by_hand("2")])
    schedule = a_schedule(world, version=version, candidates=1)
    record_hand_in(world.ada, schedule.ref, [enrolments(schedule)[0].ref], at=NOW)
    attempt = first(schedule)
    plan(world, schedule)
    share(world, schedule)
    mark(world.mo, attempt, 5)
    mark(world.mei, attempt, 1)
    row = result_of(attempt)
    assert (row.state, [one["code"] for one in row.missing]) == ("marking", ["unmarked", "not_agreed"])
    assert [one.part.label for one in differences_of(world.mo, schedule)[0]] == ["2"]
    assert (waits(world.mo), status(world.mei)) == (1, "differences")
    ref = script_of(world.mo, attempt).ref
    assert not propose_mark(world.mo, ref, human_part(schedule).ref, value=3000, note="So", at=NOW)
    assert Result.objects.get(pk=row.pk).state == "marking"
