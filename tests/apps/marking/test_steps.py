"""Scripts and marks are written set-based: the number of statements does not grow with the rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.steps.work import hand_in_attempts
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import NotAllowed, WrongState
from marksheet.apps.marking.models import HandsOn, Mark, Round, Script
from marksheet.apps.marking.queries.marks import current_marks
from marksheet.apps.marking.steps import open_scripts, store_marks, submit_scripts
from tests.apps.marking.scene import human_part
from tests.factories import NOW, TESTER, World, a_machine_assessment, a_schedule, a_world, enrolments

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def opened_scripts(opened: Change, schedule: Schedule) -> list[int]:
    attempts = hand_in_attempts(opened, schedule, [one.pk for one in enrolments(schedule)], "test")
    open_scripts(opened, schedule, attempts.values())
    opened.record("schedule", schedule.pk)
    return list(attempts.values())


def in_hand(schedule: Schedule) -> list[int]:
    with change(TESTER, "work.import", at=NOW) as opened:
        return opened_scripts(opened, schedule)


def store(schedule: Schedule, marker, rows) -> int:
    with change(TESTER, "work.import", at=NOW) as opened:
        opened.record("schedule", schedule.pk)
        return store_marks(opened, schedule, marker, Round.MARKER_1, rows)


def test_a_script_opens_once_and_counts_what_it_lacks(world) -> None:
    schedule = a_schedule(world, candidates=2)
    attempts = in_hand(schedule)
    in_hand(schedule)
    assert list(Script.objects.values_list("unmarked", flat=True)) == [1, 1]
    assert set(Script.objects.values_list("attempt", flat=True)) == set(attempts)


def test_a_paper_without_work_for_people_opens_no_script(world) -> None:
    in_hand(a_schedule(world, version=a_machine_assessment(world), candidates=2))
    assert not Script.objects.exists()


def test_equal_marks_are_not_stored_again(world) -> None:
    schedule = a_schedule(world, candidates=3)
    attempts, part = in_hand(schedule), human_part(schedule).id
    rows = [(attempt, part, 2000, False) for attempt in attempts]
    assert store(schedule, world.mo, rows) == 3
    assert store(schedule, world.mei, rows) == 0
    assert store(schedule, world.mei, [*rows[:2], (attempts[2], part, None, True)]) == 1
    assert current_marks(attempts)[attempts[2], part].version == 2
    assert set(HandsOn.objects.filter(person=world.mei).values_list("attempt", flat=True)) == {attempts[2]}
    assert {script.marker for script in Script.objects.all()} == {world.mo}


def test_the_last_row_of_a_cell_holds(world) -> None:
    schedule = a_schedule(world, candidates=1)
    (attempt,), part = in_hand(schedule), human_part(schedule).id
    assert store(schedule, world.mo, [(attempt, part, 1000, False), (attempt, part, None, False)]) == 0
    assert Script.objects.get().unmarked == 1


def test_a_submitted_script_is_not_marked_behind_its_marker(world) -> None:
    schedule = a_schedule(world, candidates=1)
    (attempt,), part = in_hand(schedule), human_part(schedule).id
    store(schedule, world.mo, [(attempt, part, 1000, False)])
    with change(TESTER, "mark.give", at=NOW) as opened:
        assert submit_scripts(opened, schedule, [attempt]) == 1
        opened.record("schedule", schedule.pk)
    assert store(schedule, world.mei, [(attempt, part, 1000, False)]) == 0
    with pytest.raises(WrongState, match="submitted"):
        store(schedule, world.mei, [(attempt, part, 2000, False)])


def test_work_that_was_not_handed_in_takes_no_mark(world) -> None:
    schedule = a_schedule(world, candidates=1)
    with change(TESTER, "work.import", at=NOW) as opened:
        (attempt,) = hand_in_attempts(opened, schedule, [enrolments(schedule)[0].pk], "test").values()
        opened.record("schedule", schedule.pk)
    with pytest.raises(WrongState, match="not handed in"):
        store(schedule, world.mo, [(attempt, human_part(schedule).id, 1000, False)])
    assert not Mark.objects.exists()


def test_nobody_is_named_as_marker_of_their_own_work(world) -> None:
    schedule = a_schedule(world, candidates=0, with_cas=True)
    (attempt,) = in_hand(schedule)
    with pytest.raises(NotAllowed):
        store(schedule, world.cas, [(attempt, human_part(schedule).id, 1000, False)])


def statements(world: World, n: int) -> tuple[int, int]:
    """Return how many statements it takes to open ``n`` scripts, and to mark them."""
    schedule = a_schedule(world, code=f"S-{n}", version=world_version(world), candidates=n)
    attempts, part = None, human_part(schedule).id
    with change(TESTER, "work.import", at=NOW) as opened:
        handed = hand_in_attempts(opened, schedule, [one.pk for one in enrolments(schedule)], "test")
        with CaptureQueriesContext(
            connection,
        ) as opening:
            open_scripts(opened, schedule, handed.values())
        attempts = list(handed.values())
        with CaptureQueriesContext(connection) as marking:
            store_marks(
                opened, schedule, world.mo, Round.MARKER_1, [(one, part, 1000, False) for one in attempts]
            )
        opened.record("schedule", schedule.pk)
    assert Mark.objects.filter(attempt__schedule=schedule).count() == n
    return len(opening), len(marking)


def world_version(world: World):
    from marksheet.apps.exams.models import AssessmentVersion
    from tests.factories import an_assessment

    return AssessmentVersion.objects.first() or an_assessment(world)


def test_the_number_of_statements_does_not_grow(world) -> None:
    assert statements(world, 1) == statements(world, 30) == statements(world, 1200)
