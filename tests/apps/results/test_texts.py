"""Texts that people mark come in by file or typed, stay as they were written, and go out as they came in."""

import csv
import io

import pytest

from marksheet.apps.exams.models import Attempt, Response, Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.texts import text_sheet
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.ledger.models import Side
from marksheet.apps.marking.actions.conflicts import declare_conflict
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
from marksheet.entrypoints.shared.intake.reading import part_facts, suggested_work, work_of
from marksheet.formats.tables import read_table
from marksheet.formats.texts import brief, words_in
from tests.factories import NOW, World, a_schedule, a_world, enrolments, grant, signed_in

pytestmark = pytest.mark.django_db
ESSAY = "  Ελένη’s answer:\n\n\t“it’s well-known” – 3.5 %,\r\nnaïve Ærø 🦉 \n"
KEPT = ESSAY.replace("\r\n", "\n")


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def on_paper(world: World) -> Schedule:
    found = a_schedule(world, candidates=2, with_cas=True)
    record_hand_in(world.ada, found.ref, [one.ref for one in enrolments(found)], at=NOW)
    return found


def human(schedule: Schedule):
    return paper_of(schedule.version_id, schedule.key_version_id).human_parts[0]


def typed(schedule: Schedule, text: str, stood: str = "") -> list[AnswerSave]:
    script = Attempt.objects.get(enrolment=enrolments(schedule)[0]).script_ref
    return [AnswerSave(script, human(schedule).ref, text, stood)]


def stands(schedule: Schedule) -> str | None:
    return Response.objects.get(part=human(schedule).id).answer.value


@pytest.mark.parametrize("shape", ["wide", "long"])
def test_a_text_in_a_file_is_stored_as_it_was_written(world, schedule_of_file, shape) -> None:
    out = io.StringIO()
    write = csv.writer(out)
    if shape == "wide":
        write.writerows([["candidate", "text_3"], ["1001", ESSAY]])
    else:
        write.writerows([["candidate", "part", "value"], ["1001", "3", ESSAY]])
    table = read_table(out.getvalue().encode(), "texts.csv")
    mapping = suggested_work(table, schedule_of_file) | ({"texts": True} if shape == "long" else {})
    work = work_of(world.ada, table, mapping, schedule_of_file)
    receipt = import_work(world.ada, schedule_of_file.ref, work, WorkOptions(), at=NOW)
    assert (receipt.handed_in, receipt.responses, stands(schedule_of_file)) == (1, 1, KEPT)
    again = import_work(world.ada, schedule_of_file.ref, work, WorkOptions(), at=NOW)
    assert again.nothing_new
    # A text earns nothing by itself: it waits for a marker.
    assert Result.objects.get(schedule=schedule_of_file, enrolment__number="1001").bucket != Bucket.READY


@pytest.fixture
def schedule_of_file(world: World) -> Schedule:
    schedule = a_schedule(world, candidates=2)
    assert [part.label for part in part_facts(schedule) if not part.machine] == ["3"]
    return schedule


def test_a_typed_text_is_kept_as_typed_and_changes_with_a_reason_only(world) -> None:
    schedule = on_paper(world)
    assert enter_answers(world.ada, schedule.ref, typed(schedule, ESSAY), at=NOW) == Entered(added=1)
    assert stands(schedule) == KEPT
    with pytest.raises(StaleAnswers):
        enter_answers(world.ada, schedule.ref, typed(schedule, "shorter", "something else"), at=NOW)
    with pytest.raises(ReasonNeeded):
        enter_answers(world.ada, schedule.ref, typed(schedule, "shorter", ESSAY), at=NOW)
    enter_answers(world.ada, schedule.ref, typed(schedule, "shorter", ESSAY), reason="misread", at=NOW)
    assert stands(schedule) == "shorter"
    assert Side.objects.filter(value__contains="→ shorter").exists()


@pytest.mark.parametrize(
    ("text", "why"), [("a\x00b", "character 2 (U+0000)"), ("x" * 100_001, "at most 100000")]
)
def test_what_cannot_be_kept_is_named_and_nothing_is_stored(world, text, why) -> None:
    schedule = on_paper(world)
    with pytest.raises(BadAnswers) as caught:
        enter_answers(world.ada, schedule.ref, typed(schedule, text), at=NOW)
    assert why in caught.value.details[0]
    assert not Response.objects.filter(part=human(schedule).id).exists()


def test_the_page_of_a_script_saves_all_its_texts_or_says_why_not(world) -> None:
    schedule = on_paper(world)
    ada, save = signed_in(world.ada), typed(schedule, "")[0]
    page = f"/schedules/{schedule.ref}/answers/{save.script_ref}/"
    field = f"a-{save.script_ref}-{save.part_ref}"
    assert "0 of 1" in ada.get(f"/schedules/{schedule.ref}/answers/").text
    assert ada.post(page, {field: "a\x00b"}).status_code == 400
    assert ada.post(page, {field: "One\r\ntwo"}).status_code == 302
    assert "2 words are stored" in ada.get(page).text and stands(schedule) == "One\ntwo"
    refused = ada.post(page, {field: "Three", f"h-{field}": "One\r\ntwo"})
    assert (refused.status_code, "Three</textarea>" in refused.text) == (400, True)


def test_texts_are_hidden_from_whom_a_conflict_keeps_from_them(world) -> None:
    schedule = on_paper(world)
    save = typed(schedule, "x")[0]
    grant(world.mo, "coordinator", schedule.node)
    declare_conflict(world.ada, schedule.ref, world.mo.ref, number="1001", reason="her aunt", at=NOW)
    with pytest.raises(NotFound):
        text_sheet(world.mo, schedule, save.script_ref)
    with pytest.raises(NotFound):
        text_sheet(world.ada, schedule, "0" * 32)


def test_words_are_counted_and_long_texts_are_cut_where_a_line_names_them() -> None:
    assert words_in("It’s a well-known 3.5 –\n rule") == 5
    assert brief("a\nb") == "a b" and brief("word " * 40).endswith("… (40 words)")
