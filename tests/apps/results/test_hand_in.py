"""Work on paper is recorded as handed in by whoever may, and never one's own."""

from datetime import timedelta

import pytest

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event
from marksheet.apps.marking.models import Script
from marksheet.apps.marking.queries.submissions import not_handed_in
from marksheet.apps.results.actions.enrolment import record_attendance
from marksheet.apps.results.actions.hand_in import record_hand_in
from marksheet.apps.results.models import Bucket, Result
from tests.factories import NOW, OPENS, World, a_machine_assessment, a_schedule, a_world, enrolments, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return a_schedule(world, candidates=3, with_cas=True)


def refs(schedule: Schedule) -> list[str]:
    return [one.ref for one in enrolments(schedule)]


def test_recording_opens_scripts_and_moves_results_on(world, schedule) -> None:
    assert record_hand_in(world.ada, schedule.ref, refs(schedule)[:2], at=NOW) == 2
    assert Script.objects.filter(schedule=schedule, unmarked=1).count() == 2
    assert Result.objects.filter(bucket=Bucket.NOT_SUBMITTED).count() == 2
    assert Result.objects.filter(bucket=Bucket.EXPECTED).count() == 2


def test_recording_again_changes_nothing(world, schedule) -> None:
    record_hand_in(world.ada, schedule.ref, refs(schedule), at=NOW)
    events = Event.objects.count()
    assert record_hand_in(world.ada, schedule.ref, refs(schedule), at=NOW) == 0
    assert (Attempt.objects.count(), Event.objects.count()) == (4, events)


def test_who_may_not_record_is_told_or_sees_nothing(world, schedule) -> None:
    for stranger in (world.sid, world.eva, world.cas):
        with pytest.raises(NotFound):
            record_hand_in(stranger, schedule.ref, refs(schedule), at=NOW)
    with pytest.raises(NotAllowed) as caught:
        record_hand_in(world.mo, schedule.ref, refs(schedule), at=NOW)
    assert caught.value.helpers == ("Ada Vermeer",)
    assert not Attempt.objects.exists()


def test_nobody_records_their_own_work(world, schedule) -> None:
    grant(world.cas, "invigilator", schedule.node)
    with pytest.raises(NotAllowed, match="somebody else"):
        record_hand_in(world.cas, schedule.ref, refs(schedule), at=NOW)
    assert not Attempt.objects.exists()


def test_what_makes_no_sense_is_refused_whole(world, schedule) -> None:
    with pytest.raises(BadInput):
        record_hand_in(world.ada, schedule.ref, [], at=NOW)
    with pytest.raises(NotFound):
        record_hand_in(world.ada, schedule.ref, [refs(schedule)[0], "0" * 32], at=NOW)
    with pytest.raises(WrongState, match="not begun"):
        record_hand_in(world.ada, schedule.ref, refs(schedule), at=OPENS - timedelta(hours=1))
    record_attendance(world.ada, schedule.ref, refs(schedule)[:1], "absent", at=NOW)
    with pytest.raises(WrongState, match="absent"):
        record_hand_in(world.ada, schedule.ref, refs(schedule), at=NOW)
    assert not Attempt.objects.exists()


def test_an_exam_scored_by_its_key_waits_for_its_answers(world) -> None:
    schedule = a_schedule(world, version=a_machine_assessment(world, workflow="coordinated"), candidates=2)
    assert record_hand_in(world.ada, schedule.ref, refs(schedule)[:1], at=NOW) == 1
    assert not Script.objects.exists()
    assert [one.bucket for one in Result.objects.order_by("enrolment_id")] == [
        Bucket.NOT_READY,
        Bucket.EXPECTED,
    ]
    assert [one.ref for one in not_handed_in(world.ada, schedule)] == refs(schedule)[1:]
