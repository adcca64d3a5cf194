"""A file of work goes in whole or not at all, once, and overwrites nothing without saying so."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import Answer, AnswerScore, Attempt, AttemptState, Part, Response, Schedule
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Line, Side
from marksheet.apps.marking.models import HandsOn, Mark, Script
from marksheet.apps.people.models import InboxNote
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.results.actions.enrolment import record_attendance
from marksheet.apps.results.actions.intake import Receipt, WorkOptions, import_work
from marksheet.apps.results.actions.intake_candidates import import_candidates
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.intake import plan_work
from marksheet.entrypoints.shared.intake.reading import candidates_of, part_facts
from marksheet.formats.tables import read_table
from marksheet.formats.wide import read_work
from marksheet.formats.work_layout import Blank, ColumnUse, Kind, Work, WorkMapping
from marksheet.rules.schemes import Scheme
from tests import factories as f
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db

ALL = """candidate,answer_1,answer_2,mark_3
1001,A,B,5
1002,A,A,2.5
1003,B,,0
1004,,A,
1005,C,D,1
"""


def read(schedule: Schedule, text: str, *, blank_mark: Blank | None = Blank.NO_RESPONSE) -> Work:
    """Read a wide file in which answers are 1 and 2 and marks are of 3."""
    table = read_table(text.encode(), "work.csv")
    uses = {
        "answer_1": ColumnUse(Kind.ANSWER, "1", Blank.NO_RESPONSE),
        "answer_2": ColumnUse(Kind.ANSWER, "2", Blank.NO_RESPONSE),
        "mark_3": ColumnUse(Kind.MARK, "3", blank_mark),
    }
    return read_work(
        table, WorkMapping("candidate", {c: uses[c] for c in table.columns[1:]}), part_facts(schedule)
    )


@pytest.fixture
def world() -> f.World:
    return f.a_world()


@pytest.fixture
def schedule(world: f.World) -> Schedule:
    return f.a_schedule(world)


def bring(world: f.World, schedule: Schedule, text: str, **options: Any) -> Receipt:
    blank = options.pop("blank_mark", Blank.NO_RESPONSE)
    chosen = WorkOptions(**({"marker": world.mo} | options))
    work = read(schedule, text, blank_mark=blank)
    return import_work(world.ada, schedule.ref, work, chosen, at=f.NOW)


def rows_of_everything() -> dict[str, int]:
    tables = (Attempt, Response, Answer, AnswerScore, Mark, Script, HandsOn, Event, Line, Side)
    return {table.__name__: table._default_manager.count() for table in tables}


def score(schedule: Schedule, number: str) -> tuple[str, str]:
    row = Result.objects.get(schedule=schedule, number=number)
    return row.shown_score, row.bucket


def test_rows_in_are_rows_stored(world: f.World, schedule: Schedule) -> None:
    receipt = bring(world, schedule, ALL, submit=True)
    assert (receipt.handed_in, receipt.responses, receipt.marks, receipt.submitted) == (5, 10, 5, 5)
    stored: dict[tuple[str, str], str | None] = {
        (number, part): value
        for number, part, value in Response.objects.values_list(
            "attempt__enrolment__number", "part__label", "answer__value"
        )
    }
    assert (stored["1001", "1"], stored["1003", "2"], len(stored)) == ("A", None, 10)
    marks = {
        row[0]: row[1:]
        for row in Mark.objects.values_list("attempt__enrolment__number", "value_thousandths", "no_response")
    }
    assert marks["1002"] == (2500, False) and marks["1004"] == (None, True)
    assert score(schedule, "1001") == ("6", "ready") and score(schedule, "1004") == ("1", "ready")
    assert set(Mark.objects.values_list("marker__username", "round")) == {("mo", "marker-1")}


def test_each_distinct_answer_is_stored_and_scored_once(world: f.World, schedule: Schedule) -> None:
    bring(world, schedule, ALL)
    assert Answer.objects.count() == AnswerScore.objects.count() == 6


def test_the_log_has_one_event_and_says_of_each_attempt_what_came(world: f.World, schedule: Schedule) -> None:
    before = Event.objects.count()
    bring(world, schedule, ALL, reason="brought by courier")
    assert Event.objects.count() == before + 1
    event = Event.objects.latest("seq")
    assert (event.verb, event.actor_id, event.schedule_id) == ("work.import", world.ada.pk, schedule.pk)
    imported = [line for line in Line.objects.filter(event=event) if '"imported":true' in line.body]
    assert len(imported) == 5 and all('"digest"' in line.body for line in imported)
    assert Side.objects.get(event=event, name="reason").value == "brought by courier"


def test_the_same_file_again_writes_nothing(world: f.World, schedule: Schedule) -> None:
    bring(world, schedule, ALL, submit=True)
    before = rows_of_everything()
    receipt = bring(world, schedule, ALL, submit=True)
    assert receipt.nothing_new and receipt.marks_same == 5 and receipt.responses_same == 10
    assert rows_of_everything() == before


def test_the_order_of_rows_does_not_matter(world: f.World, schedule: Schedule) -> None:
    bring(world, schedule, ALL)
    heading, *rows = ALL.strip().splitlines()
    assert bring(world, schedule, "\n".join([heading, *reversed(rows)])).nothing_new


def test_a_changed_mark_needs_a_reason_and_makes_a_new_version(world: f.World, schedule: Schedule) -> None:
    bring(world, schedule, ALL)
    changed = ALL.replace("1002,A,A,2.5", "1002,A,A,3")
    with pytest.raises(BadInput, match="1 mark would change") as refused:
        bring(world, schedule, changed)
    assert "“2.5” is stored, the file says “3”" in refused.value.details[0]
    receipt = bring(world, schedule, changed, reason="clerical error")
    assert receipt.marks_changed == 1
    versions = Mark.objects.filter(attempt__enrolment__number="1002").order_by("version")
    assert list(versions.values_list("version", "value_thousandths")) == [(1, 2500), (2, 3000)]


def test_marks_of_submitted_scripts_change_only_for_who_may_reopen(
    world: f.World, schedule: Schedule
) -> None:
    bring(world, schedule, ALL, submit=True)
    changed = ALL.replace("1002,A,A,2.5", "1002,A,A,3")
    f.grant(world.eva, "scheduler", schedule.node)
    work = read(schedule, changed)
    chosen = WorkOptions(marker=world.mo, submit=True, reason="clerical error")
    with pytest.raises(NotAllowed, match="reopen"):
        import_work(world.eva, schedule.ref, work, chosen, at=f.NOW)
    import_work(world.ada, schedule.ref, work, chosen, at=f.NOW)
    assert score(schedule, "1002") == ("5", "ready")
    script = Script.objects.get(attempt__enrolment__number="1002")
    assert script.submitted_at == f.NOW and script.reopened_at == f.NOW


def test_answers_that_differ_from_what_was_handed_in_are_never_overwritten(
    world: f.World, schedule: Schedule
) -> None:
    bring(world, schedule, ALL)
    changed = ALL.replace("1001,A,B,5", "1001,D,B,5")
    before = rows_of_everything()
    with pytest.raises(BadInput, match="1 answer differs from what was handed in"):
        bring(world, schedule, changed, reason="better reading")
    assert rows_of_everything() == before
    receipt = bring(world, schedule, changed, keep_answers=True, reason="x")
    assert receipt.answers_kept == 1
    assert answer_of("1001", "1") == "A"


def answer_of(number: str, part: str) -> str | None:
    found = Response.objects.select_related("answer").get(attempt__enrolment__number=number, part__label=part)
    return found.answer.value if found.answer else None


def test_answers_of_the_file_are_taken_with_a_reason_for_all_or_for_some(
    world: f.World, schedule: Schedule
) -> None:
    bring(world, schedule, ALL, submit=True)
    changed = ALL.replace("1001,A,B,5", "1001,D,B,5").replace("1002,A,A,2.5", "1002,,A,2.5")
    before = rows_of_everything()
    with pytest.raises(BadInput, match="2 stored answers would change"):
        bring(world, schedule, changed, take_answers=True)
    assert rows_of_everything() == before
    some = {"keep_answers": True, "take_for": frozenset({"1002"}), "reason": "misread"}
    receipt = bring(world, schedule, changed, **some)
    assert (receipt.answers_changed, receipt.answers_kept, receipt.handed_in) == (1, 1, 0)
    assert (answer_of("1001", "1"), answer_of("1002", "1")) == ("A", None)
    event = Event.objects.latest("seq")
    assert Side.objects.get(event=event, name="answers").value == "1002, 1: A → nr"
    assert Side.objects.get(event=event, name="reason").value == "misread"
    score_before = score(schedule, "1001")
    receipt = bring(world, schedule, changed, take_answers=True, reason="misread")
    assert receipt.answers_changed == 1 and answer_of("1001", "1") == "D"
    assert score(schedule, "1001") != score_before and score(schedule, "1001")[1] == "ready"
    assert bring(world, schedule, changed, take_answers=True).nothing_new


def test_answers_put_right_after_publication_make_a_correction_ready_and_the_version_stays(
    world: f.World, schedule: Schedule
) -> None:
    bring(world, schedule, ALL, submit=True)
    row = Result.objects.get(schedule=schedule, number="1001")
    f.grant(world.pia, "publisher", schedule.node)
    f.grant(world.pia, "reports_viewer", schedule.node)
    selection = freeze_selection(world.pia, refs=[row.ref], at=f.NOW)
    publish(world.pia, selection.ref, show=True, inform=False, at=f.NOW)
    carry_on(selection.ref, at=f.NOW)
    row.refresh_from_db()
    version = row.in_force
    assert version is not None and row.bucket == "published"
    changed = ALL.replace("1001,A,B,5", "1001,D,B,5")
    work = read(schedule, changed)
    plan = plan_work(world.ada, schedule, work, round_="marker-1", barred=[], at=f.NOW)
    assert [(one.number, one.count, one.published) for one in plan.differing] == [("1001", 1, True)]
    bring(world, schedule, changed, take_answers=True, reason="misread")
    row.refresh_from_db()
    assert (row.bucket, row.in_force_id, row.shown_score) == ("correction", version.pk, "5")
    assert version.shown_score == "6"


def test_numbers_that_nobody_has_are_refused_or_left_out_and_recorded(
    world: f.World, schedule: Schedule
) -> None:
    text = ALL + "9999,A,A,1\n"
    with pytest.raises(BadInput, match="1 row cannot go in") as refused:
        bring(world, schedule, text)
    assert "row 7, candidate 9999" in refused.value.details[0]
    assert not Attempt.objects.exists()
    receipt = bring(world, schedule, text, leave_out=True)
    assert receipt.left_out == ("9999",) and receipt.handed_in == 5
    assert Side.objects.filter(name="left_out", value="9999").exists()


def test_absent_and_void_work_is_not_brought_in_behind_the_office(world: f.World, schedule: Schedule) -> None:
    one = f.enrolments(schedule)[0]
    record_attendance(world.ada, schedule.ref, [one.ref], "absent", at=f.NOW)
    with pytest.raises(BadInput) as refused:
        bring(world, schedule, ALL)
    assert "recorded as absent" in refused.value.details[0]
    record_attendance(world.ada, schedule.ref, [one.ref], "expected", at=f.NOW)
    bring(world, schedule, ALL)
    with writes_allowed():
        Attempt.objects.filter(enrolment=one).update(state=AttemptState.VOID)
    with pytest.raises(BadInput) as refused:
        bring(world, schedule, ALL)
    assert "void" in refused.value.details[0]


def test_nobody_brings_in_work_of_their_own(world: f.World) -> None:
    schedule = f.a_schedule(world, candidates=1)
    with writes_allowed():
        enrolment = f.enrolments(schedule)[0]
        enrolment.person = world.mo
        enrolment.save()
    with pytest.raises(BadInput) as refused:
        bring(world, schedule, "candidate,answer_1,mark_3\n1001,A,1\n")
    assert "work of their own" in refused.value.details[0]


def test_a_blank_that_is_not_yet_marked_keeps_the_result_from_being_ready(
    world: f.World, schedule: Schedule
) -> None:
    bring(world, schedule, ALL, blank_mark=Blank.NOT_YET_MARKED)
    assert score(schedule, "1004")[1] == "not-submitted"
    with pytest.raises(BadInput, match="1 scripts would lack a mark"):
        bring(world, schedule, ALL, blank_mark=Blank.NOT_YET_MARKED, submit=True)


def test_a_blank_left_as_it_is_changes_nothing(world: f.World, schedule: Schedule) -> None:
    bring(world, schedule, ALL)
    later = "candidate,mark_3\n1001,\n1002,\n"
    assert bring(world, schedule, later, blank_mark=Blank.LEAVE).nothing_new


def test_a_row_that_says_nothing_hands_nothing_in(world: f.World, schedule: Schedule) -> None:
    bring(world, schedule, "candidate,mark_3\n1001,4\n1002,\n", blank_mark=Blank.NOT_YET_MARKED)
    assert list(Attempt.objects.values_list("enrolment__number", flat=True)) == ["1001"]


def test_an_all_blank_paper_handed_in_is_ready_with_zero(world: f.World, schedule: Schedule) -> None:
    bring(world, schedule, "candidate,answer_1,answer_2,mark_3\n1001,,,\n", submit=True)
    assert score(schedule, "1001") == ("0", "ready")


def test_answers_and_marks_may_come_in_two_files(world: f.World, schedule: Schedule) -> None:
    bring(world, schedule, "candidate,answer_1,answer_2\n1001,A,A\n", marker=None)
    assert score(schedule, "1001")[1] == "not-submitted"
    receipt = bring(world, schedule, "candidate,mark_3\n1001,4\n", submit=True)
    assert receipt.handed_in == 0 and score(schedule, "1001") == ("6", "ready")


def test_marks_name_somebody_who_marks_here(world: f.World, schedule: Schedule) -> None:
    with pytest.raises(BadInput, match="Say who gave these marks"):
        bring(world, schedule, ALL, marker=None)
    with pytest.raises(BadInput, match="Sid Noone does not mark"):
        bring(world, schedule, ALL, marker=world.sid)
    with pytest.raises(BadInput, match="no such round"):
        bring(world, schedule, ALL, round_="moderation-1")


def test_only_who_may_import_there_brings_work_in(world: f.World, schedule: Schedule) -> None:
    work, chosen = read(schedule, ALL), WorkOptions(marker=world.mo)
    with pytest.raises(NotFound):
        import_work(world.sid, schedule.ref, work, chosen, at=f.NOW)
    f.grant(world.sid, "invigilator", schedule.node)
    with pytest.raises(NotAllowed) as refused:
        import_work(world.sid, schedule.ref, work, chosen, at=f.NOW)
    assert "Ada Vermeer" in refused.value.helpers


def test_work_comes_in_at_active_schedules_only(world: f.World) -> None:
    schedule = f.a_schedule(world, active=False)
    with pytest.raises(WrongState):
        bring(world, schedule, ALL)


def test_a_late_script_needs_a_reason_and_tells_the_markers(world: f.World, schedule: Schedule) -> None:
    heading, first, *rest = ALL.strip().splitlines()
    bring(world, schedule, f"{heading}\n{first}\n", submit=True)
    late = "\n".join([heading, *rest])
    with pytest.raises(BadInput, match="4 scripts come late"):
        bring(world, schedule, late)
    bring(world, schedule, late, reason="found in the wrong box", blank_mark=Blank.NOT_YET_MARKED)
    note = InboxNote.objects.get(person=world.mei, kind="more-to-mark")
    assert note.params["count"] == 4


def test_the_number_of_statements_does_not_grow_with_the_file(world: f.World) -> None:
    version = f.an_assessment(world)

    def statements(n: int) -> int:
        schedule = f.a_schedule(world, version=version, code=f"S-{n}", candidates=n)
        rows = "".join(f"{1000 + k},A,B,{k % 6}\n" for k in range(1, n + 1))
        with CaptureQueriesContext(connection) as seen:
            bring(world, schedule, f"candidate,answer_1,answer_2,mark_3\n{rows}", submit=True)
        return len(seen)

    assert statements(400) <= statements(10) + 5


# --- candidates ---


def people(text: str) -> Any:
    return candidates_of(read_table(text.encode(), "c.csv"), {"columns": {}})


def test_candidates_of_a_file_are_enrolled_and_expected(world: f.World, schedule: Schedule) -> None:
    file = people("number,name,email,unit\nK1,Kim Bos,kim@example.org,MAT\n1001,Bilal Aziz,,\n")
    receipt = import_candidates(world.ada, schedule.ref, file, reason="late", at=f.NOW)
    assert (receipt.enrolled, receipt.there_already, receipt.late) == (1, 1, 1)
    row = Result.objects.get(schedule=schedule, number="K1")
    assert (row.name, row.bucket, row.home_id) == ("Kim Bos", "expected", world.department.pk)
    again = import_candidates(world.ada, schedule.ref, file, reason="late", at=f.NOW)
    assert again.nothing_new


def test_a_number_of_somebody_else_is_refused_whole(world: f.World, schedule: Schedule) -> None:
    file = people("number,name\nK1,Kim Bos\n1001,Somebody Else\n")
    with pytest.raises(BadInput, match="1 rows need correcting") as refused:
        import_candidates(world.ada, schedule.ref, file, reason="late", at=f.NOW)
    assert "row 3, candidate 1001" in refused.value.details[0]
    assert not Result.objects.filter(schedule=schedule, number="K1").exists()


def test_candidates_after_the_window_need_a_reason(world: f.World, schedule: Schedule) -> None:
    with pytest.raises(BadInput, match="say why"):
        import_candidates(world.ada, schedule.ref, people("number,name\nK1,Kim Bos\n"), at=f.NOW)


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "<b>Bobby</b>", "Robert'); DROP TABLE--", "名前", "x" * 200]
)
def test_names_are_texts_whatever_they_look_like(world: f.World, schedule: Schedule, name: str) -> None:
    file = people(f'number,name\nK1,"{name}"\n')
    import_candidates(world.ada, schedule.ref, file, reason="late", at=f.NOW)
    assert Result.objects.get(schedule=schedule, number="K1").name == name


def test_a_mark_between_the_steps_of_its_scheme_cannot_go_in_unless_it_stands_already(
    world: f.World, schedule: Schedule
) -> None:
    bring(world, schedule, ALL)
    part = Part.objects.get(version=schedule.version, label="3")
    write_scheme(world.ada, part.ref, Scheme(step_thousandths=1000), against=0, at=f.NOW)
    assert bring(world, schedule, ALL).nothing_new, "2.5 stands, and stays"
    changed = ALL.replace("1005,C,D,1", "1005,C,D,1.5")
    with pytest.raises(BadInput, match="1 row cannot go in") as refused:
        bring(world, schedule, changed, reason="counted again")
    assert refused.value.details == (
        "row 6, candidate 1005: part 3: 1.5 is not possible, marks there go in steps of 1",
    )
    receipt = bring(world, schedule, changed, reason="counted again", leave_out=True)
    assert receipt.left_out == ("1005",) and not receipt.marks_changed
