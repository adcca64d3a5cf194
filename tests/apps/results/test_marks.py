"""Marks are versions; what came too late is kept; unmarked is not zero; submitting ends the work."""

from datetime import timedelta

import pytest

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Line, Side
from marksheet.apps.marking.models import HandsOn, Mark, MarkDraft
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks import (
    BadCells,
    CellSave,
    SavedMark,
    StaleMarks,
    give_no_response,
    reopen_results,
    reopen_scripts,
    save_mark,
    save_marks,
    submit_scripts,
)
from marksheet.apps.results.models import Bucket
from tests.apps.marking.scene import hand_in, human_part, result_of, script_of
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, choice, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return a_schedule(world, candidates=3, with_cas=True)


@pytest.fixture
def attempts(schedule: Schedule) -> list[Attempt]:
    return hand_in(schedule)


def give(
    who: Person, attempt: Attempt, value: int | None, *, against: int = 0, nr: bool = False
) -> SavedMark:
    part = human_part(attempt.schedule)
    return save_mark(
        who, attempt.script_ref, part.ref, value=value, no_response=nr, against_version=against, at=NOW
    )


def test_a_mark_is_a_version_and_its_marker_had_the_script_in_hand(world, attempts) -> None:
    assert give(world.mo, attempts[0], 2500) == SavedMark(1, 2500, False)
    assert give(world.mo, attempts[0], 3000, against=1) == SavedMark(2, 3000, False)
    assert list(Mark.objects.order_by("version").values_list("value_thousandths", flat=True)) == [2500, 3000]
    assert list(HandsOn.objects.values_list("person", flat=True)) == [world.mo.pk]
    assert script_of(attempts[0]).marker == world.mo
    assert script_of(attempts[0]).unmarked == 0


def test_a_save_is_in_the_log_with_what_stood_before(world, attempts) -> None:
    give(world.mo, attempts[0], 2500)
    give(world.mo, attempts[0], 3000, against=1)
    event = Event.objects.order_by("-seq")[0]
    assert (event.verb, event.subject_kind, event.subject_id) == ("mark.give", "attempt", attempts[0].pk)
    assert f'"{human_part(attempts[0].schedule).id}":[2500,3000]' in Line.objects.get(event=event).body


def test_blank_stays_unmarked_and_unmarked_is_not_zero(world, schedule, attempts) -> None:
    assert give(world.mo, attempts[0], None).version == 0
    assert not Mark.objects.exists()
    assert script_of(attempts[0]).unmarked == 1
    row = result_of(attempts[0])
    assert (row.state, row.score_micro) == ("marking", None)
    assert {"code": "unmarked", "count": 1} in row.missing
    assert submit_scripts(world.mo, schedule.ref, at=NOW).submitted == 0


def test_a_mark_of_zero_and_no_response_are_marks(world, schedule, attempts) -> None:
    give(world.mo, attempts[0], 0)
    give(world.mo, attempts[1], None, nr=True)
    assert submit_scripts(world.mo, schedule.ref, at=NOW).submitted == 2
    for attempt in attempts[:2]:
        assert result_of(attempt).bucket == Bucket.READY
        assert result_of(attempt).score_micro == 2_000_000


def test_a_mark_taken_back_is_unmarked_again(world, attempts) -> None:
    give(world.mo, attempts[0], 2000)
    assert give(world.mo, attempts[0], None, against=1) == SavedMark(2, None, False)
    assert script_of(attempts[0]).unmarked == 1


def test_a_save_against_an_old_version_is_refused_and_kept(world, attempts) -> None:
    give(world.mo, attempts[0], 2000)
    with pytest.raises(StaleMarks) as caught:
        give(world.mei, attempts[0], 4000)
    theirs = caught.value.theirs
    assert (theirs.version, theirs.value, theirs.by) == (1, 2000, "Mo Idris")
    draft = MarkDraft.objects.get()
    assert (draft.person, draft.typed, draft.against_version) == (world.mei, "4", 0)
    assert Mark.objects.count() == 1
    assert not HandsOn.objects.filter(person=world.mei).exists()
    give(world.mei, attempts[0], 4000, against=1)
    assert not MarkDraft.objects.exists()


def test_the_same_save_again_answers_the_same(world, attempts) -> None:
    assert give(world.mo, attempts[0], 2000) == give(world.mo, attempts[0], 2000)
    assert Mark.objects.count() == 1


@pytest.mark.parametrize("value", [-1, 5001, 10**12])
def test_a_mark_outside_its_part_is_refused(world, attempts, value) -> None:
    with pytest.raises(BadCells, match="Nothing was saved") as caught:
        give(world.mo, attempts[0], value)
    assert "between 0 and 5" in caught.value.details[0]
    assert not Mark.objects.exists()


def test_a_machine_scored_part_takes_no_mark(world, schedule, attempts) -> None:
    part = paper_of(schedule.version_id, schedule.key_version_id).machine_parts[0]
    with pytest.raises(BadCells):
        save_mark(world.mo, attempts[0].script_ref, part.ref, value=0, against_version=0, at=NOW)


def test_a_page_of_marks_is_saved_whole_or_not_at_all(world, schedule, attempts) -> None:
    part = human_part(schedule)
    give(world.mo, attempts[0], 1000)
    cells = [CellSave(one.script_ref, part.ref, 3000, False, 0) for one in attempts[:3]]
    with pytest.raises(StaleMarks) as caught:
        save_marks(world.mei, schedule.ref, cells, at=NOW)
    assert list(caught.value.cells) == [(attempts[0].script_ref, part.ref)]
    assert Mark.objects.count() == 1
    saved = save_marks(world.mei, schedule.ref, cells[1:], at=NOW)
    assert {one.version for one in saved.values()} == {1}
    assert Mark.objects.count() == 3


def test_a_stranger_sees_nothing_and_a_coordinator_is_told_who_can_help(world, schedule, attempts) -> None:
    with pytest.raises(NotFound):
        give(world.sid, attempts[0], 1000)
    with pytest.raises(NotFound):
        submit_scripts(world.eva, schedule.ref, at=NOW)
    with pytest.raises(NotAllowed) as caught:
        give(world.ada, attempts[0], 1000)
    assert caught.value.helpers == ("Ada Vermeer",)
    with pytest.raises(NotAllowed):
        give(world.max, attempts[0], 1000)
    assert not Mark.objects.exists()


def test_nobody_marks_submits_or_reopens_their_own(world, schedule, attempts) -> None:
    grant(world.cas, "marker", schedule.node)
    grant(world.cas, "coordinator", schedule.node)
    own = attempts[-1]
    with pytest.raises(NotAllowed, match="own work"):
        give(world.cas, own, 5000)
    give(world.mo, own, 5000)
    assert submit_scripts(world.cas, schedule.ref, [own.script_ref], at=NOW).apart == 1
    assert submit_scripts(world.mo, schedule.ref, [own.script_ref], at=NOW).submitted == 1
    with pytest.raises(NotAllowed, match="own work"):
        reopen_scripts(world.cas, schedule.ref, [own.script_ref], reason="hm", at=NOW)


def test_submitting_names_the_unfinished_and_leaves_them(world, schedule, attempts) -> None:
    give(world.mo, attempts[0], 4000)
    done = submit_scripts(world.mo, schedule.ref, [one.script_ref for one in attempts[:2]], at=NOW)
    assert done.submitted == 1
    assert done.unfinished == (attempts[1].enrolment.name,)
    assert script_of(attempts[0]).submitted_at == NOW
    assert result_of(attempts[0]).bucket == Bucket.READY
    assert result_of(attempts[1]).bucket == Bucket.NOT_SUBMITTED


def test_submitting_again_changes_nothing(world, schedule, attempts) -> None:
    give(world.mo, attempts[0], 4000)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    events = Event.objects.count()
    assert submit_scripts(world.mo, schedule.ref, at=NOW + timedelta(hours=1)).submitted == 0
    assert Event.objects.count() == events


def test_a_submitted_script_takes_no_mark_until_reopened_with_a_reason(world, schedule, attempts) -> None:
    give(world.mo, attempts[0], 4000)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    with pytest.raises(WrongState, match="submitted"):
        give(world.mo, attempts[0], 4500, against=1)
    with pytest.raises(NotAllowed):
        reopen_scripts(world.mo, schedule.ref, [attempts[0].script_ref], reason="a slip", at=NOW)
    with pytest.raises(BadInput):
        reopen_scripts(world.ada, schedule.ref, [attempts[0].script_ref], reason=" ", at=NOW)
    assert reopen_scripts(world.ada, schedule.ref, [attempts[0].script_ref], reason="a slip", at=NOW) == 1
    assert Side.objects.get(event=Event.objects.order_by("-seq")[0]).value == "a slip"
    assert result_of(attempts[0]).state == "marking"
    assert give(world.mo, attempts[0], 4500, against=1).version == 2


def test_results_are_reopened_by_their_scripts(world, schedule, attempts) -> None:
    give(world.mo, attempts[0], 4000)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    refs = [result_of(attempts[0]).ref]
    with pytest.raises(NotFound):
        reopen_results(world.sid, refs, reason="x", at=NOW)
    assert reopen_results(world.ada, refs, reason="a slip", at=NOW) == 1
    with pytest.raises(WrongState, match="already"):
        reopen_results(world.ada, refs, reason="again", at=NOW)


def test_no_response_for_what_is_left_marks_a_blank_script(world, schedule, attempts) -> None:
    give(world.mo, attempts[0], 4000)
    refs = [one.script_ref for one in attempts[:2]]
    assert give_no_response(world.mo, schedule.ref, refs, at=NOW) == 1
    assert give_no_response(world.mo, schedule.ref, refs, at=NOW) == 0
    assert submit_scripts(world.mo, schedule.ref, at=NOW).submitted == 2
    assert result_of(attempts[1]).score_micro == 2_000_000


def test_marks_of_an_exam_on_paper_add_up(world) -> None:
    version = an_assessment(
        world, code="PAPER", wanted=[by_hand("1", marks=3), by_hand("2", marks=4), choice("3")]
    )
    schedule = a_schedule(world, version=version, code="PAPER-1", candidates=1)
    (attempt,) = hand_in(schedule)
    cells = [
        CellSave(attempt.script_ref, human_part(schedule, n).ref, value, False, 0)
        for n, value in ((0, 2500), (1, 3250))
    ]
    save_marks(world.mo, schedule.ref, cells, at=NOW)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    assert result_of(attempt).score_micro == 6_750_000
    assert result_of(attempt).percent_micro == 84_375_000
