"""Answers of scripts on paper are typed, all or none; what is stored changes with a reason only."""

import json

import pytest

from marksheet.apps.exams.models import Attempt, Response, Schedule
from marksheet.apps.exams.queries.answers import answer_sheet, answers_lacking, takes_answers
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.errors import NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Line, Side
from marksheet.apps.marking.actions.conflicts import declare_conflict
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.results.actions.answers import (
    AnswerSave,
    BadAnswers,
    Entered,
    ReasonNeeded,
    StaleAnswers,
    enter_answers,
)
from marksheet.apps.results.actions.hand_in import record_hand_in
from marksheet.apps.results.actions.intake import WorkOptions, import_work
from marksheet.apps.results.models import Bucket, Result
from marksheet.apps.results.queries.unmarked import Unmarked, unmarked_of
from marksheet.formats.work_layout import Work, WorkRow
from tests.factories import (
    NOW,
    World,
    a_machine_assessment,
    a_schedule,
    a_world,
    enrolments,
    grant,
)
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    """Two choices and a question by hand; everybody, Cas among them, handed in on paper."""
    found = a_schedule(world, candidates=3, with_cas=True)
    record_hand_in(world.ada, found.ref, [one.ref for one in enrolments(found)], at=NOW)
    return found


def script(schedule: Schedule, n: int = 0) -> str:
    return Attempt.objects.get(enrolment=enrolments(schedule)[n]).script_ref


def answer(schedule: Schedule, n: int, part: int, typed: str, stood: str = "") -> AnswerSave:
    parts = paper_of(schedule.version_id, schedule.key_version_id).parts
    return AnswerSave(script(schedule, n), parts[part].ref, typed, stood)


def stored(schedule: Schedule) -> list[tuple[str, str, str | None]]:
    rows = Response.objects.filter(attempt__schedule=schedule).order_by("attempt__enrolment_id", "part_id")
    return list(rows.values_list("attempt__enrolment__number", "part__label", "answer__value"))


def result(schedule: Schedule, n: int = 0) -> Result:
    return Result.objects.get(enrolment=enrolments(schedule)[n])


def test_answers_typed_for_a_published_script_make_a_correction_ready_and_the_version_stays(world) -> None:
    found = a_schedule(world, version=a_machine_assessment(world, workflow="coordinated"), candidates=1)
    record_hand_in(world.ada, found.ref, [enrolments(found)[0].ref], at=NOW)
    parts = paper_of(found.version_id, found.key_version_id).machine_parts
    saves = [AnswerSave(script(found), part.ref, "A") for part in parts]
    enter_answers(world.ada, found.ref, saves, at=NOW)
    row = result(found)
    selection = freeze_selection(world.pia, refs=[row.ref], at=NOW)
    publish(world.pia, selection.ref, show=True, inform=False, at=NOW)
    carry_on(selection.ref, at=NOW)
    version = result(found).in_force
    assert version is not None
    wrong = AnswerSave(script(found), parts[0].ref, "B", "A")
    enter_answers(world.ada, found.ref, [wrong], reason="misread", at=NOW)
    row = result(found)
    assert (row.bucket, row.in_force_id) == (Bucket.CORRECTION, version.pk)
    assert row.shown_score != version.shown_score


def test_a_script_that_came_with_marks_alone_takes_its_answers_on_the_sheet(world) -> None:
    found = a_schedule(world, candidates=2)
    one, other = enrolments(found)[:2]
    rows = (WorkRow(one.number, 2, {}, {"3": 1000}), WorkRow(other.number, 3, {"1": "A"}, {"3": 1000}))
    import_work(world.ada, found.ref, Work(rows, (), "x"), WorkOptions(marker=world.mo), at=NOW)
    assert takes_answers(world.ada, found) and answers_lacking(world.ada, found) == 1
    assert [row.number for row in answer_sheet(world.ada, found).rows] == [one.number]
    assert enter_answers(world.ada, found.ref, [answer(found, 0, 0, "B")], at=NOW) == Entered(1, 0)
    # Begun, it stays on the sheet; what a file answered does not come there.
    assert [row.number for row in answer_sheet(world.ada, found).rows] == [one.number]
    with pytest.raises(NotFound):
        enter_answers(world.ada, found.ref, [answer(found, 1, 1, "B")], at=NOW)


def test_typed_answers_are_stored_in_their_one_spelling_and_scored(world, schedule) -> None:
    assert unmarked_of(result(schedule)) == Unmarked(("3",), ("1", "2"))
    saves = [answer(schedule, 0, 0, " a "), answer(schedule, 0, 1, "NR"), answer(schedule, 1, 0, "b")]
    assert enter_answers(world.ada, schedule.ref, saves, at=NOW) == Entered(3, 0)
    assert stored(schedule) == [("1001", "1", "A"), ("1001", "2", None), ("1002", "1", "B")]
    assert unmarked_of(result(schedule)) == Unmarked(("3",), ())
    assert unmarked_of(result(schedule, 1)) == Unmarked(("3",), ("2",))
    assert [one["count"] for one in result(schedule).missing if one["code"] == "unmarked"] == [1]
    assert answers_lacking(world.ada, schedule) == 3


def test_the_same_again_writes_nothing(world, schedule) -> None:
    saves = [answer(schedule, 0, 0, "A"), answer(schedule, 1, 0, "")]
    enter_answers(world.ada, schedule.ref, saves, at=NOW)
    events = Event.objects.count()
    assert enter_answers(world.ada, schedule.ref, saves, at=NOW) == Entered()
    assert (Event.objects.count(), len(stored(schedule))) == (events, 1)


def test_one_that_is_no_answer_keeps_all_out_and_is_named(world, schedule) -> None:
    saves = [answer(schedule, 0, 0, "A"), answer(schedule, 1, 1, "E")]
    with pytest.raises(BadAnswers) as caught:
        enter_answers(world.ada, schedule.ref, saves, at=NOW)
    name = enrolments(schedule)[1].name
    assert caught.value.details == (f"{name} (1002), part 2, “E”: “E” is not one of A, B, C, D.",)
    assert list(caught.value.cells) == [saves[1].name]
    assert not stored(schedule)


def test_a_stored_answer_changes_with_a_reason_and_the_log_keeps_old_and_new(world, schedule) -> None:
    enter_answers(world.ada, schedule.ref, [answer(schedule, 0, 0, "B")], at=NOW)
    again = [answer(schedule, 0, 0, "A", "B"), answer(schedule, 0, 1, "A")]
    with pytest.raises(ReasonNeeded) as caught:
        enter_answers(world.ada, schedule.ref, again, at=NOW)
    assert caught.value.details == ("1001, 1: B → A",)
    assert stored(schedule) == [("1001", "1", "B")]
    assert enter_answers(world.ada, schedule.ref, again, reason="misread", at=NOW) == Entered(1, 1)
    assert stored(schedule) == [("1001", "1", "A"), ("1001", "2", "A")]
    event = Event.objects.order_by("pk").last()
    assert {"did": "answers_entered", "responses": 1, "answers_changed": 1}.items() <= json.loads(event.body)[
        "facts"
    ].items()
    told = dict(Side.objects.filter(event=event).values_list("name", "value"))
    assert (told["reason"], told["answers"]) == ("misread", "1001, 1: B → A")
    assert Line.objects.filter(event=event).count() == 1


def test_no_response_can_be_put_right_and_a_stored_answer_cannot_be_emptied(world, schedule) -> None:
    enter_answers(world.ada, schedule.ref, [answer(schedule, 0, 0, "nr")], at=NOW)
    with pytest.raises(BadAnswers, match="Nothing was saved"):
        enter_answers(world.ada, schedule.ref, [answer(schedule, 0, 0, "", "nr")], reason="x", at=NOW)
    enter_answers(world.ada, schedule.ref, [answer(schedule, 0, 0, "C", "nr")], reason="overlooked", at=NOW)
    assert stored(schedule) == [("1001", "1", "C")]


def test_who_was_slower_sees_what_stands_and_nothing_is_overwritten(world, schedule) -> None:
    enter_answers(world.ada, schedule.ref, [answer(schedule, 0, 0, "B")], at=NOW)
    late = [answer(schedule, 0, 0, "A"), answer(schedule, 1, 0, "A")]
    with pytest.raises(StaleAnswers) as caught:
        enter_answers(world.ada, schedule.ref, late, reason="x", at=NOW)
    assert caught.value.cells == {late[0].name: "B"}
    assert stored(schedule) == [("1001", "1", "B")]


def test_who_may_not_bring_in_work_is_told_or_sees_nothing(world, schedule) -> None:
    saves = [answer(schedule, 0, 0, "A")]
    for stranger in (world.sid, world.eva, world.cas, world.mo):
        with pytest.raises(NotFound):
            enter_answers(stranger, schedule.ref, saves, at=NOW)
    grant(world.sid, "invigilator", schedule.node)
    with pytest.raises(NotAllowed) as caught:
        enter_answers(world.sid, schedule.ref, saves, at=NOW)
    assert caught.value.helpers == ("Ada Vermeer",)
    assert not stored(schedule)


def test_nobody_types_their_own_or_what_a_conflict_keeps_them_from(world, schedule) -> None:
    grant(world.cas, "coordinator", schedule.node)
    grant(world.mo, "coordinator", schedule.node)
    declare_conflict(world.ada, schedule.ref, world.mo.ref, number="1001", reason="Her nephew", at=NOW)
    own = next(n for n, one in enumerate(enrolments(schedule)) if one.person_id == world.cas.pk)
    for person, n, why in ((world.cas, own, "your own"), (world.mo, 0, "conflict of interest")):
        name = enrolments(schedule)[n].name
        assert name not in {row.name for row in answer_sheet(person, schedule).rows}
        with pytest.raises(NotAllowed, match=why):
            enter_answers(person, schedule.ref, [answer(schedule, n, 0, "A")], at=NOW)
        assert answers_lacking(person, schedule) == 3
    assert not stored(schedule)


def test_what_is_not_on_the_sheet_is_refused(world, schedule) -> None:
    with pytest.raises(NotFound, match="no such part"):
        save = AnswerSave(script(schedule), "0" * 32, "A")
        enter_answers(world.ada, schedule.ref, [save], at=NOW)
    parts = paper_of(schedule.version_id, schedule.key_version_id).parts
    with pytest.raises(NotFound, match="on paper"):
        enter_answers(world.ada, schedule.ref, [AnswerSave("0" * 32, parts[0].ref, "A")], at=NOW)
    saves = [answer(schedule, 0, 0, "A")]
    with writes_allowed():
        Schedule.objects.filter(pk=schedule.pk).update(state="archived")
    with pytest.raises(WrongState):
        enter_answers(world.ada, schedule.ref, saves, at=NOW)


def test_what_a_file_brought_is_not_on_the_sheet(world) -> None:
    schedule = a_schedule(world, candidates=2)
    work = Work((WorkRow(enrolments(schedule)[0].number, 2, {"1": "A"}, {}),), (), "x")
    import_work(world.ada, schedule.ref, work, WorkOptions(), at=NOW)
    assert not takes_answers(world.ada, schedule)
    with pytest.raises(NotFound):
        enter_answers(world.ada, schedule.ref, [answer(schedule, 0, 0, "B", "A")], at=NOW)


def test_a_wholly_machine_scored_exam_is_ready_once_its_answers_are_typed(world) -> None:
    schedule = a_schedule(world, version=a_machine_assessment(world, workflow="coordinated"), candidates=1)
    record_hand_in(world.ada, schedule.ref, [one.ref for one in enrolments(schedule)], at=NOW)
    enter_answers(world.ada, schedule.ref, [answer(schedule, 0, n, "A") for n in range(3)], at=NOW)
    assert result(schedule).bucket == Bucket.READY


def test_the_sheet_pages_searches_and_finds_what_is_missing(world) -> None:
    version = a_machine_assessment(world, n=14, workflow="coordinated")
    schedule = a_schedule(world, version=version, candidates=5)
    record_hand_in(world.ada, schedule.ref, [one.ref for one in enrolments(schedule)], at=NOW)
    first = answer_sheet(world.ada, schedule, size=3)
    second = answer_sheet(world.ada, schedule, size=3, after=first.after, range_=1)
    assert (len(first.rows), len(second.rows), second.after) == (3, 2, "")
    assert not {row.number for row in first.rows} & {row.number for row in second.rows}
    assert (len(first.parts), [part.label for part in second.parts]) == (12, ["13", "14"])
    assert [row.number for row in answer_sheet(world.ada, schedule, search="1004").rows] == ["1004"]
    enter_answers(world.ada, schedule.ref, [answer(schedule, 0, n, "A") for n in range(14)], at=NOW)
    left = answer_sheet(world.ada, schedule, lacking=True).rows
    assert (len(left), "1001" in {row.number for row in left}) == (4, False)
