"""When a schedule stands in Audit: each way in, and each way out again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Attempt, AttemptState, Enrolment, Schedule
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.actions.withholding import lift, withhold
from marksheet.apps.results.actions.enrolment import Candidate, Window, enrol_candidates, give_own_window
from marksheet.apps.results.actions.marks import CellSave, reopen_results, save_marks, submit_scripts
from marksheet.apps.results.actions.standing import mark_standing, void_attempts
from marksheet.apps.results.models import Bucket, Result
from marksheet.apps.results.queries.completion import finished
from marksheet.apps.results.queries.finished import finished_page, finished_schedule_for, finished_seen_by
from marksheet.apps.results.queries.reports import Asked
from marksheet.apps.results.steps.recompute import recompute
from tests.apps.release.scenes import a_ready_quiz, hand_in, mark_all, refs
from tests.factories import NOW, TESTER, World, a_schedule, a_world, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def publish_all(world: World, schedule: Schedule, some: list[str] | None = None) -> None:
    selection = freeze_selection(world.pia, refs=some or refs(schedule), at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    carry_on(selection.ref, at=NOW)


def is_in(schedule: Schedule, at=NOW) -> bool:
    return finished(Schedule.objects.filter(pk=schedule.pk), at).exists()


def a_finished_quiz(world: World) -> Schedule:
    schedule = a_ready_quiz(world)
    publish_all(world, schedule)
    assert is_in(schedule)
    return schedule


def marked_by_hand(world: World) -> Schedule:
    """One candidate, marked by hand and published."""
    schedule = a_schedule(world, candidates=1)
    hand_in(schedule, ["AA"])
    mark_all(world, schedule, 4000)
    publish_all(world, schedule)
    assert is_in(schedule)
    return schedule


def test_a_schedule_comes_in_with_its_last_publication(world: World) -> None:
    schedule = a_ready_quiz(world)
    assert not is_in(schedule)
    publish_all(world, schedule, refs(schedule)[:2])
    assert not is_in(schedule)
    publish_all(world, schedule, refs(schedule)[2:])
    assert is_in(schedule)


def test_not_before_its_window_and_every_individual_window_are_closed(world: World) -> None:
    schedule = a_finished_quiz(world)
    assert not is_in(schedule, schedule.ends_at - timedelta(seconds=1))
    assert is_in(schedule, schedule.ends_at)
    enrolment = Enrolment.objects.filter(schedule=schedule).first()
    own = Window(NOW, NOW + timedelta(days=2))
    give_own_window(world.ada, schedule.ref, [enrolment.ref], own, reason="ill that day", at=NOW)
    assert not is_in(schedule)
    assert is_in(schedule, NOW + timedelta(days=2))


def test_not_when_nobody_took_part(world: World) -> None:
    schedule = a_schedule(world, candidates=2)
    assert not is_in(schedule)
    mark_standing(world.ada, refs(schedule), standing="absent", reason="", at=NOW)
    assert not is_in(schedule)


def test_absent_candidates_and_those_who_handed_nothing_in_do_not_keep_it_out(world: World) -> None:
    schedule = a_schedule(world, candidates=3)
    hand_in(schedule, ["AA"])
    mark_all(world, schedule, 4000)
    mark_standing(world.ada, refs(schedule)[1:2], standing="absent", reason="", at=NOW)
    publish_all(world, schedule, refs(schedule)[:1])
    assert is_in(schedule)


def test_work_that_is_not_submitted_keeps_it_out(world: World) -> None:
    schedule = a_schedule(world, candidates=2)
    hand_in(schedule, ["AA"])
    mark_all(world, schedule, 4000)
    publish_all(world, schedule, refs(schedule)[:1])
    assert is_in(schedule)
    hand_in(schedule, ["AA", "AA"])
    assert Result.objects.filter(schedule=schedule, bucket=Bucket.NOT_SUBMITTED).count() == 1
    assert not is_in(schedule)


def test_withheld_keeps_it_out_until_it_is_lifted_and_published(world: World) -> None:
    schedule = a_ready_quiz(world)
    first = refs(schedule)[:1]
    withhold(world.ada, first, reason="a complaint", at=NOW)
    publish_all(world, schedule, refs(schedule)[1:])
    assert not is_in(schedule)
    lift(world.ada, first, reason="settled", at=NOW)
    assert not is_in(schedule)
    publish_all(world, schedule, first)
    assert is_in(schedule)


def test_a_void_result_must_be_published_as_void(world: World) -> None:
    schedule = a_ready_quiz(world)
    first = refs(schedule)[:1]
    void_attempts(world.ada, first, reason="fraud", at=NOW)
    publish_all(world, schedule, refs(schedule)[1:])
    assert not is_in(schedule)
    publish_all(world, schedule, first)
    assert is_in(schedule)


def test_a_retraction_takes_it_out_and_publishing_again_brings_it_back(world: World) -> None:
    schedule = a_finished_quiz(world)
    retract(world.pia, refs(schedule)[:1], reason="a wrong key", at=NOW)
    assert not is_in(schedule)
    publish_all(world, schedule, refs(schedule)[:1])
    assert is_in(schedule)


def test_reopening_takes_it_out_although_the_result_stays_published(world: World) -> None:
    schedule = marked_by_hand(world)
    reopen_results(world.ada, refs(schedule), reason="a sheet was missed", at=NOW)
    row = Result.objects.get(schedule=schedule)
    assert (row.bucket, row.in_force_id is not None) == (Bucket.PUBLISHED, True)
    assert not is_in(schedule)


def test_a_correction_keeps_it_out_until_it_is_published(world: World) -> None:
    schedule = marked_by_hand(world)
    reopen_results(world.ada, refs(schedule), reason="a sheet was missed", at=NOW)
    attempt = Attempt.objects.get(schedule=schedule)
    from tests.apps.marking.scene import human_part

    save_marks(
        world.mo,
        schedule.ref,
        [CellSave(attempt.script_ref, human_part(schedule).ref, 5000, False, 1)],
        at=NOW,
    )
    submit_scripts(world.mo, schedule.ref, at=NOW)
    assert Result.objects.get(schedule=schedule).bucket == Bucket.CORRECTION
    assert not is_in(schedule)
    publish_all(world, schedule)
    assert is_in(schedule)


def test_a_late_candidate_takes_it_out_until_the_work_is_published(world: World) -> None:
    schedule = a_finished_quiz(world)
    late = [Candidate(number="L-1", name="Late Comer")]
    enrol_candidates(world.ada, schedule.ref, late, reason="was in the other hall", at=NOW)
    assert not is_in(schedule)
    hand_in(schedule, ["AAA", "AAB", "BBB", "AAA"])
    assert not is_in(schedule)
    publish_all(world, schedule, refs(schedule)[3:])
    assert is_in(schedule)


def test_a_late_candidate_who_stays_away_lets_it_back_in(world: World) -> None:
    schedule = a_finished_quiz(world)
    late = [Candidate(number="L-1", name="Late Comer")]
    own = Window(NOW, NOW + timedelta(days=1))
    enrol_candidates(world.ada, schedule.ref, late, window=own, reason="deferred", at=NOW)
    assert not is_in(schedule)
    assert is_in(schedule, NOW + timedelta(days=1))


def test_marked_absent_with_work_handed_in_keeps_it_out(world: World) -> None:
    schedule = a_schedule(world, candidates=2)
    hand_in(schedule, ["AA"])
    mark_all(world, schedule, 4000)
    publish_all(world, schedule, refs(schedule)[:1])
    mark_standing(world.ada, refs(schedule)[1:], standing="absent", reason="", at=NOW)
    assert is_in(schedule)
    hand_in(schedule, ["AA", "AA"])
    assert not is_in(schedule)


def test_another_attempt_under_way_takes_it_out(world: World) -> None:
    schedule = a_finished_quiz(world)
    enrolment = Enrolment.objects.filter(schedule=schedule).first()
    with change(TESTER, "work.import", at=NOW) as opened:
        Attempt.objects.create(
            enrolment=enrolment, schedule=schedule, number=2, state=AttemptState.IN_PROGRESS, started_at=NOW
        )
        recompute(opened, schedule)
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk)
    assert not is_in(schedule)


def test_audit_is_seen_by_view_reports_or_view_published_there(world: World) -> None:
    schedule = a_finished_quiz(world)
    for person in (world.ada, world.pia):
        assert list(finished_seen_by(person, NOW)) == [schedule]
        assert finished_schedule_for(person, schedule.ref, NOW) == schedule
    for person in (world.mo, world.max, world.ari, world.sid, world.eva, world.cas):
        assert list(finished_seen_by(person, NOW)) == []
        with pytest.raises(NotFound):
            finished_schedule_for(person, schedule.ref, NOW)
    grant(world.sid, "published_viewer", schedule.node)
    assert list(finished_seen_by(world.sid, NOW)) == [schedule]


def test_an_unfinished_schedule_reads_as_missing_in_audit(world: World) -> None:
    schedule = a_ready_quiz(world)
    with pytest.raises(NotFound):
        finished_schedule_for(world.ada, schedule.ref, NOW)


def test_the_list_costs_the_same_however_many_there_are(world: World) -> None:
    for n in range(3):
        publish_all(world, a_ready_quiz(world, code=f"QUIZ-{n}"))
    counts = []
    for size in (1, 3):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = finished_page(world.ada, Asked(), at=NOW, size=size)
        counts.append(len(asked))
        assert len(page.rows) == size
    assert counts[0] == counts[1] <= 8
    first = finished_page(world.ada, Asked(sort="title"), at=NOW, size=2)
    second = finished_page(world.ada, Asked(sort="title"), at=NOW, size=2, after=first.next)
    titles = [line.schedule.title for line in (*first.rows, *second.rows)]
    assert titles == ["Quiz QUIZ-0", "Quiz QUIZ-1", "Quiz QUIZ-2"]
    found = finished_page(world.ada, Asked(text="quiz-1"), at=NOW)
    assert [line.schedule.code for line in found.rows] == ["QUIZ-1-JUN"]
