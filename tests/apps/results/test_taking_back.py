"""A hand-in recorded for the wrong person is taken back: kept in history, and counted no more."""

import threading
from typing import Any

import pytest
from django.db import connections

from marksheet.apps.exams.models import Attempt, AttemptState, Response, Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.work import arrivals
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Refusal, Stale, WrongState
from marksheet.apps.ledger.models import Side
from marksheet.apps.marking.models import HandsOn, Mark, Script
from marksheet.apps.marking.queries.assess import counts_of
from marksheet.apps.marking.queries.submissions import not_handed_in
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.queries.history import history_for
from marksheet.apps.release.queries.verifying import Verified, verify
from marksheet.apps.results.actions.answers import AnswerSave, enter_answers
from marksheet.apps.results.actions.enrolment import record_attendance, remove_candidates
from marksheet.apps.results.actions.hand_in import record_hand_in, take_back_hand_in
from marksheet.apps.results.actions.intake import WorkOptions, import_work
from marksheet.apps.results.actions.marks import save_mark
from marksheet.apps.results.actions.standing import void_attempts
from marksheet.apps.results.models import Bucket, Result
from marksheet.entrypoints.web.audit.words import say
from marksheet.formats.work_layout import Work, WorkRow
from tests.apps.marking.scene import human_part
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, World, a_schedule, a_world, enrolments, grant, signed_in


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    """Two choices and a question by hand; the first of three is recorded as handed in, and one answer typed."""
    return a_scene(world)


def a_scene(world: World) -> Schedule:
    found = a_schedule(world, candidates=3, with_cas=True)
    record_hand_in(world.ada, found.ref, [ref(found)], at=NOW)
    part = next(p for p in parts(found) if p.machine)
    enter_answers(world.ada, found.ref, [AnswerSave(attempt(found).script_ref, part.ref, "A")], at=NOW)
    return found


def parts(schedule: Schedule) -> Any:
    return paper_of(schedule.version_id, schedule.key_version_id).parts


def ref(schedule: Schedule, n: int = 0) -> str:
    return enrolments(schedule)[n].ref


def attempt(schedule: Schedule, n: int = 0) -> Attempt:
    return Attempt.objects.get(enrolment=enrolments(schedule)[n], number=1)


def result(schedule: Schedule, n: int = 0) -> Result:
    return Result.objects.get(enrolment=enrolments(schedule)[n])


def give(world: World, schedule: Schedule) -> None:
    script = attempt(schedule).script_ref
    save_mark(world.mo, script, human_part(schedule).ref, value=1000, against_version=0, at=NOW)


def take_back(world: World, schedule: Schedule, n: int = 0, **kwargs: Any) -> int:
    options = {"reason": "the neighbour's paper", "at": NOW} | kwargs
    return take_back_hand_in(world.ada, schedule.ref, [ref(schedule, n)], **options)


def test_what_is_taken_back_counts_nowhere_and_stays_in_the_history(world, schedule) -> None:
    give(world, schedule)
    assert take_back(world, schedule, marks=1) == 1
    row = result(schedule)
    assert (row.bucket, row.attempts_count, row.attempt_id, row.submitted) == (
        Bucket.EXPECTED,
        0,
        None,
        False,
    )
    assert next(one.ref for one in not_handed_in(world.ada, schedule)) == ref(schedule)
    assert not Script.objects.exists() and not counts_of(world.mo, [schedule.pk])
    found = arrivals(world.ada, schedule)
    assert (found.arrived, found.missing_count) == (0, 4)
    kept = Attempt.objects.get()
    assert (kept.state, kept.number) == (AttemptState.TAKEN_BACK, -1)
    assert Mark.objects.filter(attempt=kept).exists() and Response.objects.filter(attempt=kept).exists()
    assert HandsOn.objects.filter(attempt=kept, person=world.mo).exists()
    told = [say(entry) for entry in history_for(world.ada, row.ref).entries]
    assert told[-1].text == "Took back that the work was handed in"
    assert told[-1].more == ("1 mark counts no more.",)
    assert Side.objects.filter(name="reason", value="the neighbour's paper").exists()
    assert list(verify(Verified())) == []


def test_the_same_person_and_the_right_one_can_be_recorded_afterwards(world, schedule) -> None:
    first = attempt(schedule).pk
    take_back(world, schedule)
    assert record_hand_in(world.ada, schedule.ref, [ref(schedule), ref(schedule, 1)], at=NOW) == 2
    assert attempt(schedule).pk != first and result(schedule).attempt_number == 1
    assert not Response.objects.filter(attempt=attempt(schedule)).exists()
    assert Script.objects.filter(schedule=schedule).count() == 2
    take_back(world, schedule)
    assert sorted(Attempt.objects.values_list("number", flat=True)) == [-2, -1, 1]


def test_a_file_brings_the_work_in_as_attempt_one_again(world, schedule) -> None:
    numbers = [one.number for one in enrolments(schedule)]
    work = Work((WorkRow(numbers[0], 2, {"1": "B", "2": "A"}, {}),), (), "one")
    take_back(world, schedule)
    for new in (1, 0):
        receipt = import_work(world.ada, schedule.ref, work, WorkOptions(reason="late"), at=NOW)
        assert receipt.handed_in == new
    assert result(schedule).attempt_number == 1
    stored = Response.objects.filter(attempt=attempt(schedule)).values_list("answer__value", flat=True)
    assert sorted(stored) == ["A", "B"]
    assert take_back(world, schedule) == 1


def test_the_candidate_can_be_absent_afterwards_but_not_removed(world, schedule) -> None:
    take_back(world, schedule)
    with pytest.raises(WrongState, match="taken back"):
        remove_candidates(world.ada, schedule.ref, [ref(schedule)], at=NOW)
    assert record_attendance(world.ada, schedule.ref, [ref(schedule)], "absent", at=NOW) == 1
    assert result(schedule).bucket == Bucket.ABSENT


def test_marks_are_taken_back_only_by_who_was_told_how_many(world, schedule) -> None:
    give(world, schedule)
    with pytest.raises(Stale, match="1 mark is there"):
        take_back(world, schedule)
    assert attempt(schedule).state == AttemptState.HANDED_IN and Script.objects.count() == 1


def test_a_void_attempt_can_be_taken_back_too(world, schedule) -> None:
    void_attempts(world.ada, [result(schedule).ref], reason="mistaken", at=NOW)
    assert take_back(world, schedule) == 1
    assert result(schedule).bucket == Bucket.EXPECTED


def test_what_was_ever_published_stays(world) -> None:
    quiz = a_ready_quiz(world)
    selection = freeze_selection(world.pia, refs=refs(quiz), at=NOW)
    publish(world.pia, selection.ref, show=False, inform=False, at=NOW)
    carry_on(selection.ref, at=NOW)
    with pytest.raises(WrongState, match="published already"):
        take_back(world, quiz)
    retract(world.pia, refs(quiz), reason="wrong", at=NOW)
    with pytest.raises(WrongState, match="published already"):
        take_back(world, quiz)
    assert not Attempt.objects.filter(number__lt=0).exists()


def test_what_is_being_published_and_taken_back_meanwhile_is_not_published(world) -> None:
    quiz = a_ready_quiz(world)
    selection = freeze_selection(world.pia, refs=refs(quiz), at=NOW)
    publish(world.pia, selection.ref, show=False, inform=False, at=NOW)
    take_back(world, quiz)
    carry_on(selection.ref, at=NOW)
    assert result(quiz).in_force_id is None and list(verify(Verified())) == []


def test_nobody_takes_back_without_right_reason_or_cause(world, schedule) -> None:
    with pytest.raises(NotFound):
        take_back_hand_in(world.sid, schedule.ref, [ref(schedule)], reason="x", at=NOW)
    with pytest.raises(NotAllowed):
        take_back_hand_in(world.mo, schedule.ref, [ref(schedule)], reason="x", at=NOW)
    with pytest.raises(BadInput):
        take_back(world, schedule, reason=" ")
    with pytest.raises(WrongState, match="nothing is recorded"):
        take_back(world, schedule, 1)
    with pytest.raises(BadInput):
        take_back_hand_in(world.ada, schedule.ref, [], reason="x", at=NOW)
    grant(world.cas, "invigilator", schedule.node)
    own = next(n for n, one in enumerate(enrolments(schedule)) if one.person_id == world.cas.pk)
    with pytest.raises(NotAllowed, match="somebody else"):
        take_back_hand_in(world.cas, schedule.ref, [ref(schedule, own)], reason="x", at=NOW)
    Attempt.objects.get(enrolment=enrolments(schedule)[0], state=AttemptState.HANDED_IN)


def test_the_page_names_who_and_how_many_marks_and_asks_for_a_tick(world, schedule) -> None:
    give(world, schedule)
    ada = signed_in(world.ada)
    here = f"/marking/coordinator/{schedule.ref}/handed-in/"
    assert "Recorded as handed in" in ada.get(here).content.decode()
    address = f"/schedules/{schedule.ref}/candidates/take-back/"
    asked = {"selected": ref(schedule), "from": "coordinator"}
    page = ada.get(address, asked).content.decode()
    assert enrolments(schedule)[0].name in page and "1 mark is there already" in page
    refused = ada.post(address, asked | {"marks": "1", "reason": "mixed up"})
    assert refused.status_code == 400 and "confirm that they count no more" in refused.content.decode()
    assert "mixed up" in refused.content.decode()
    done = ada.post(address, asked | {"marks": "1", "confirmed": "on", "reason": "mixed up"})
    assert done["Location"] == here and not Script.objects.exists()


def test_a_marker_who_saves_at_that_moment_is_told_and_nothing_is_lost(committed_db) -> None:
    world = a_world()
    schedule = a_scene(world)
    told: list[str] = []

    def at_once(act: Any) -> None:
        try:
            act()
        except Refusal as refusal:
            told.append(type(refusal).__name__)
        finally:
            connections.close_all()

    both = [
        threading.Thread(target=at_once, args=(lambda act=act: act(world, schedule),))
        for act in (give, take_back)
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()
    marks = Mark.objects.count()
    # Whoever was second was refused: the marker (the script is gone) or who takes back (a mark is there now).
    assert told == (["Stale"] if marks else ["NotFound"])
    assert Script.objects.count() == marks
    assert Attempt.objects.get().state == (AttemptState.HANDED_IN if marks else AttemptState.TAKEN_BACK)
