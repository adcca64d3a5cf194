"""Who takes part: enrolling, late candidates, windows of their own, attendance, and taking out."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.exams.queries.schedules import arrived_counts
from marksheet.apps.exams.steps.work import hand_in_attempts
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Line
from marksheet.apps.people.models import Membership, Person
from marksheet.apps.results.actions.enrolment import (
    Candidate,
    Window,
    enrol_candidates,
    give_own_window,
    record_attendance,
    remove_candidates,
)
from marksheet.apps.results.actions.schedules import activate
from marksheet.apps.results.actions.standing import mark_standing
from marksheet.apps.results.models import BucketCount, Result, Word
from marksheet.apps.results.steps.recompute import recompute
from tests.factories import (
    CLOSES,
    NOW,
    OPENS,
    TESTER,
    World,
    a_schedule,
    a_world,
    an_assessment,
    enrolments,
    grant,
    some_candidates,
)

LATER = Window(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=3))


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def hand_in(schedule: Schedule, *some: Enrolment) -> None:
    with change(TESTER, "work.import", at=CLOSES) as opened:
        hand_in_attempts(opened, schedule, [e.pk for e in some], "test")
        recompute(opened, schedule, [e.pk for e in some])
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk)


def test_enrolling_makes_people_results_and_script_codes(world: World) -> None:
    schedule = a_schedule(world, candidates=5, with_cas=True)
    made = enrolments(schedule)
    assert len({e.script_code for e in made}) == 6
    assert {e.person.username for e in made if e.number == "C-1"} == {"cas"}
    assert Result.objects.filter(schedule=schedule, bucket="expected").count() == 6
    assert BucketCount.objects.get(schedule=schedule, bucket="expected").count == 6
    assert Line.objects.filter(subject_kind="enrolment").count() == 6
    assert Membership.objects.get(number="1001").person.email == "c1001@example.org"


def test_the_same_candidates_again_change_nothing(world: World) -> None:
    schedule = a_schedule(world, candidates=3)
    before = Event.objects.count()
    done = enrol_candidates(world.ada, schedule.ref, some_candidates(3), at=OPENS)
    assert (done.added, done.there_already) == (0, 3)
    assert Event.objects.count() == before and Enrolment.objects.count() == 3


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ([], "Nobody was named"),
        ([Candidate("", "Anna")], "Line 2: the candidate number is missing"),
        ([Candidate("1", " ")], "Line 2: the name of candidate 1 is missing"),
        ([Candidate("1", "Anna"), Candidate("1", "Bob")], "Line 3: the number 1 stands on line 2 already"),
        ([Candidate("1", "Anna", "not-an-address")], "Line 2: “not-an-address” is not an e-mail address"),
        ([Candidate("C-1", "Somebody Else")], "already the number of Cas de Wit"),
        ([Candidate("9" * 41, "Anna")], "40 characters"),
    ],
)
def test_a_candidate_who_cannot_be_enrolled_is_named_with_line_and_reason(
    world: World, wanted: list[Candidate], says: str
) -> None:
    schedule = a_schedule(world, candidates=0, staffed=False)
    people = Person.objects.count()
    with pytest.raises(BadInput) as caught:
        enrol_candidates(
            world.ada, schedule.ref, [Candidate("77", "Fine"), *wanted] if wanted else [], at=OPENS
        )
    told = " ".join(caught.value.details or [caught.value.message])
    assert says in told
    assert not Enrolment.objects.exists() and Person.objects.count() == people


def test_somebody_can_be_added_while_it_runs_without_a_reason(world: World) -> None:
    schedule = a_schedule(world, candidates=1)
    enrol_candidates(world.ada, schedule.ref, [Candidate("9", "New One")], at=OPENS + timedelta(hours=1))
    assert not Enrolment.objects.get(number="9").late


def test_after_the_window_a_reason_is_needed_and_the_candidate_is_late(world: World) -> None:
    schedule = a_schedule(world, candidates=1)
    with pytest.raises(BadInput, match="window is over"):
        enrol_candidates(world.ada, schedule.ref, [Candidate("9", "Late One")], at=NOW)
    done = enrol_candidates(
        world.ada, schedule.ref, [Candidate("9", "Late One")], window=LATER, reason="Ill", at=NOW
    )
    assert done.late == 1
    late = Enrolment.objects.get(number="9")
    schedule.refresh_from_db()
    assert late.late and late.closes_at == LATER.closes_at == schedule.ends_at
    assert Result.objects.get(enrolment=late).closes_at == LATER.closes_at
    assert arrived_counts(schedule)["late"] == 1


def test_a_schedule_planned_after_the_fact_has_no_late_candidates(world: World) -> None:
    schedule = a_schedule(world, candidates=2, at=NOW)
    assert not Enrolment.objects.filter(schedule=schedule, late=True).exists()


def test_a_window_of_ones_own_needs_a_reason_and_lengthens_the_schedule(world: World) -> None:
    schedule = a_schedule(world, candidates=2)
    first, second = enrolments(schedule)
    with pytest.raises(BadInput, match="Say why"):
        give_own_window(world.ada, schedule.ref, [first.ref], LATER, reason=" ", at=NOW)
    with pytest.raises(BadInput, match="close after"):
        back = Window(LATER.closes_at, LATER.opens_at)
        give_own_window(world.ada, schedule.ref, [first.ref], back, reason="x", at=NOW)
    with pytest.raises(BadInput, match="tick at least one"):
        give_own_window(world.ada, schedule.ref, [], LATER, reason="x", at=NOW)
    with pytest.raises(NotFound):
        give_own_window(world.ada, schedule.ref, ["0" * 32], LATER, reason="x", at=NOW)
    give_own_window(world.ada, schedule.ref, [first.ref], LATER, reason="Extra time", at=NOW)
    schedule.refresh_from_db()
    assert schedule.ends_at == LATER.closes_at
    assert Result.objects.get(enrolment=second).closes_at == CLOSES
    give_own_window(world.ada, schedule.ref, [first.ref], None, reason="A mistake", at=NOW)
    schedule.refresh_from_db()
    assert schedule.ends_at == CLOSES == Result.objects.get(enrolment=first).closes_at


def test_who_has_not_begun_can_be_taken_out_and_nothing_of_them_stays(world: World) -> None:
    schedule = a_schedule(world, candidates=3)
    first, *others = enrolments(schedule)
    assert remove_candidates(world.ada, schedule.ref, [e.ref for e in others], at=NOW) == 2
    assert enrolments(schedule) == [first]
    assert Result.objects.filter(schedule=schedule).count() == 1
    assert not Word.objects.exclude(result__enrolment=first).exists()
    assert BucketCount.objects.get(schedule=schedule).count == 1
    assert Person.objects.filter(pk=others[0].person_id).exists()


def test_who_has_begun_stays_and_nobody_of_the_selection_is_taken_out(world: World) -> None:
    schedule = a_schedule(world, candidates=3)
    first, second, third = enrolments(schedule)
    hand_in(schedule, second)
    with pytest.raises(WrongState, match=second.name):
        remove_candidates(world.ada, schedule.ref, [first.ref, second.ref], at=NOW)
    record_attendance(world.ada, schedule.ref, [third.ref], "absent", at=NOW)
    with pytest.raises(WrongState, match="absent"):
        remove_candidates(world.ada, schedule.ref, [third.ref], at=NOW)
    assert len(enrolments(schedule)) == 3


@pytest.mark.parametrize("standing", ["absent", "excused", "deferred"])
def test_who_was_not_there_is_recorded_and_back(world: World, standing: str) -> None:
    schedule = a_schedule(world, candidates=2)
    first = enrolments(schedule)[0]
    assert record_attendance(world.ada, schedule.ref, [first.ref], standing, reason="Note", at=NOW) == 1
    result = Result.objects.get(enrolment=first)
    assert (result.standing, result.bucket) == (standing, "absent")
    assert record_attendance(world.ada, schedule.ref, [first.ref], standing, at=NOW) == 0
    record_attendance(world.ada, schedule.ref, [first.ref], "expected", at=NOW)
    result.refresh_from_db()
    assert (result.standing, result.bucket) == ("expected", "expected")


def test_who_handed_in_was_not_absent(world: World) -> None:
    schedule = a_schedule(world, candidates=2)
    first, second = enrolments(schedule)
    hand_in(schedule, first)
    with pytest.raises(WrongState, match="handed in"):
        record_attendance(world.ada, schedule.ref, [first.ref, second.ref], "absent", at=NOW)
    results = Result.objects.filter(schedule=schedule).values_list("ref", flat=True)
    with pytest.raises(WrongState, match="handed in"):
        mark_standing(world.ada, list(results), "absent", at=NOW)
    with pytest.raises(BadInput):
        record_attendance(world.ada, schedule.ref, [second.ref], "asleep", at=NOW)
    assert not Enrolment.objects.exclude(standing="expected").exists()


def test_absence_recorded_in_a_draft_holds_after_activation(world: World) -> None:
    schedule = a_schedule(world, candidates=2, active=False)
    first = enrolments(schedule)[0]
    record_attendance(world.ada, schedule.ref, [first.ref], "excused", at=OPENS)
    activate(world.ada, schedule.ref, at=OPENS)
    assert Result.objects.get(enrolment=first).bucket == "absent"


def test_an_invigilator_records_attendance_and_does_not_enrol(world: World) -> None:
    schedule = a_schedule(world, candidates=2)
    grant(world.sid, "invigilator", schedule.node)
    first = enrolments(schedule)[0]
    record_attendance(world.sid, schedule.ref, [first.ref], "absent", at=NOW)
    for verb in (
        lambda: enrol_candidates(world.sid, schedule.ref, [Candidate("9", "N")], reason="x", at=NOW),
        lambda: remove_candidates(world.sid, schedule.ref, [first.ref], at=NOW),
        lambda: give_own_window(world.sid, schedule.ref, [first.ref], LATER, reason="x", at=NOW),
    ):
        with pytest.raises(NotAllowed) as caught:
            verb()
        assert caught.value.helpers == ("Ada Vermeer",)
    with pytest.raises(NotFound):
        record_attendance(world.eva, schedule.ref, [first.ref], "absent", at=NOW)


def test_enrolling_takes_a_constant_number_of_statements(world: World) -> None:
    version, counts = an_assessment(world), {}
    for n in (1, 100, 1500):
        schedule = a_schedule(world, code=f"N{n}", version=version, candidates=0, staffed=False)
        wanted = some_candidates(n, first=n * 10)
        with CaptureQueriesContext(connection) as queries:
            enrol_candidates(world.ada, schedule.ref, wanted, at=OPENS)
        counts[n] = len(queries)
    assert counts[100] <= counts[1] + 2
    assert counts[1500] <= counts[1] + 4, counts


def test_a_member_is_enrolled_with_the_home_unit_they_have(world: World) -> None:
    schedule = a_schedule(world, version=an_assessment(world), candidates=1, with_cas=True)
    homes = dict(Enrolment.objects.filter(schedule=schedule).values_list("number", "home_id"))
    assert homes == {"1001": None, "C-1": world.department.pk}
