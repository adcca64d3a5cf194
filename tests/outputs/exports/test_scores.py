"""Candidate scores as a file: every row that may be taken, no number that may not."""

import hashlib
from array import array
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound
from marksheet.apps.ledger.models import Event, Work
from marksheet.apps.people.models import Grant
from marksheet.apps.release.actions.exports import Order, fetch_export, request_export
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.withholding import withhold
from marksheet.apps.release.queries.exports.selection import Criteria, counted, keys_of
from marksheet.apps.release.queries.verifying import Verified, verify
from marksheet.apps.results.actions.adjusting import adjust
from marksheet.apps.results.actions.intake import WorkOptions, import_work
from marksheet.apps.results.models import Result
from marksheet.entrypoints.jobs.worker import run_all
from marksheet.entrypoints.shared.exports import carrying
from marksheet.entrypoints.shared.exports.carrying import make_file
from marksheet.formats import work_layout
from marksheet.formats.work_layout import WorkRow
from tests.apps.release.scenes import a_ready_quiz, hand_in, mark_all, refs
from tests.factories import NOW, a_schedule, a_world, grant
from tests.guard import writes_allowed
from tests.outputs.exports.scene import AUDIT, REPORTS, RESULTS, content, exported, rows

pytestmark = pytest.mark.django_db
GOLDEN = Path(__file__).parent / "golden"
NUMBERS = ("Score", "Maximum", "Percentage", "Grade", "Outcome")


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def published(world, schedule, some=None):
    selection = freeze_selection(world.pia, refs=some or refs(schedule), at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    return carry_on(selection.ref, at=NOW)


def test_what_is_ready_comes_with_a_column_for_each_question():
    world = a_world()
    a_ready_quiz(world)
    found = rows(exported(world.pia))
    by_number = sorted(found, key=lambda row: row["Number"])
    assert [row["Name"] for row in found] == ["Bilal Aziz", "Dora Novak", "Chen Wei"]  # by family name
    assert list(found[0]) == [
        "Name", "Number", "E-mail", "Assessment", "Form", "Schedule", "Code", "Unit", "Attempt", "Handed in",
        "Time zone", "1", "2", "3", "Adjustment", "Score", "Maximum", "Percentage", "Grade", "Outcome", "Status",
        "Attendance",
    ]  # fmt: skip
    looked_at = ("Number", "1", "2", "3", "Score", "Percentage", "Outcome", "Status")
    assert [[row[name] for name in looked_at] for row in by_number] == [
        ["1001", "1", "1", "1", "3", "100", "Passed", "Ready"],
        ["1002", "1", "1", "0", "2", "66.7", "Passed", "Ready"],
        ["1003", "0", "0", "0", "0", "0", "Failed", "Ready"],
    ]
    assert found[0]["E-mail"] == "c1001@example.org"
    assert (found[0]["Handed in"], found[0]["Time zone"]) == ("2026-06-08 13:55:00", "Europe/Amsterdam")


def test_rows_in_are_rows_out_by_identity():
    world = a_world()
    schedule = a_ready_quiz(world, answers=["AAA"] * 12)
    work = exported(world.pia)
    in_order = (
        Result.objects.filter(schedule=schedule).order_by("sort_name", "id").values_list("ref", flat=True)
    )
    named = hashlib.sha256("".join(f"{ref}\n" for ref in in_order).encode()).hexdigest()
    manifest = work.outcome["manifest"]
    assert (manifest["rows"], manifest["refs_sha256"]) == (12, named)
    assert manifest["counted_when_asked"] == 12 and work.outcome["fewer"] == 0


def test_rows_that_are_not_ready_or_withheld_say_their_state_and_no_numbers():
    world = a_world()
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB", "BB"])
    mark_all(world, schedule, 2500)
    withhold(world.ada, [refs(schedule)[1]], reason="A question of identity", at=NOW)
    asked = replace(RESULTS, criteria=Criteria(states=("ready", "withheld", "expected")))
    found = {row["Number"]: row for row in rows(exported(world.pia, asked))}
    assert found["1001"]["Score"] == "4.5" and found["1001"]["3"] == "2.5"
    assert (found["1002"]["Status"], found["1004"]["Status"]) == ("Withheld", "Nothing handed in")
    for row in (found["1002"], found["1004"]):
        assert [row[name] for name in (*NUMBERS, "1", "2", "3")] == [""] * 8
    answers = {row["Number"]: row for row in rows(exported(world.pia, asked, "answers"))}
    assert [answers["1001"][name] for name in ("1", "2", "3 (mark)")] == ["A", "A", "2.5"]
    assert [answers["1002"][name] for name in ("Status", "1", "2", "3 (mark)")] == ["Withheld", "", "", ""]


def test_reports_and_audit_hold_only_what_is_published():
    world = a_world()
    schedule = a_ready_quiz(world)
    with pytest.raises(BadInput):
        exported(world.pia, REPORTS)
    published(world, schedule, refs(schedule)[:2])
    found = rows(exported(world.pia, REPORTS))
    assert [(row["Number"], row["Score"], row["Status"]) for row in found] == [
        ("1001", "3", "Published"), ("1002", "2", "Published"),
    ]  # fmt: skip
    with pytest.raises(BadInput):
        exported(world.pia, AUDIT)
    published(world, schedule, refs(schedule)[2:])
    assert len(rows(exported(world.pia, AUDIT))) == 3


def test_marks_given_after_publication_are_not_in_a_published_export():
    world = a_world()
    schedule = a_schedule(world, candidates=1)
    hand_in(schedule, ["AA"])
    mark_all(world, schedule, 2000)
    published(world, schedule)
    mark_all(world, schedule, 5000)
    assert rows(exported(world.pia, REPORTS))[0]["3"] == "2"
    assert rows(exported(world.pia, REPORTS, "answers"))[0]["3 (mark)"] == "2"
    assert rows(exported(world.pia, REPORTS, "visible"))[0]["Score"] == "4"
    assert rows(exported(world.pia))[0]["3"] == "5"


def test_a_percentage_is_rounded_in_a_file_as_on_the_page():
    world = a_world()
    published(world, a_ready_quiz(world))
    shown = [row["Percentage"] for row in rows(exported(world.pia, REPORTS, "visible"))]
    assert shown == [row["Percentage"] for row in rows(exported(world.pia, REPORTS))]
    assert "66.7" in shown


def test_nobody_exports_a_result_of_their_own():
    world = a_world()
    schedule = a_ready_quiz(world)
    with writes_allowed():
        Result.objects.filter(ref=refs(schedule)[0]).update(person=world.pia)
        Enrolment.objects.filter(pk=Result.objects.get(ref=refs(schedule)[0]).enrolment_id).update(
            person=world.pia
        )
    count = counted(world.pia, RESULTS, NOW)
    assert (count.taken, count.elsewhere) == (2, 0)
    assert {row["Number"] for row in rows(exported(world.pia))} == {"1002", "1003"}
    with pytest.raises(NotFound):
        exported(world.pia, replace(RESULTS, refs=(refs(schedule)[0],)))


def test_without_the_right_nothing_is_taken_out_and_somebody_is_named():
    world = a_world()
    schedule = a_ready_quiz(world)
    with pytest.raises(NotAllowed) as refusal:
        exported(world.mo)
    assert "Pia Holm" in refusal.value.helpers
    with pytest.raises(NotFound):
        exported(world.sid, replace(RESULTS, refs=tuple(refs(schedule))))
    with pytest.raises(NotFound):
        exported(world.eva, replace(RESULTS, refs=tuple(refs(schedule))))
    assert not Work.objects.filter(kind="export").exists()


def test_rows_where_the_right_is_missing_are_left_out_and_counted():
    world = a_world()
    a_ready_quiz(world)
    a_ready_quiz(world, code="QUIZ-2")
    grant(world.eva, "marker", Result.objects.filter(code="QUIZ-1-JUN").first().schedule.node)
    grant(world.eva, "reports_viewer", Result.objects.filter(code="QUIZ-2-JUN").first().schedule.node)
    count = counted(world.eva, RESULTS, NOW)
    assert (count.taken, count.elsewhere) == (3, 3) and "Ada Vermeer" in count.helpers
    assert {row["Code"] for row in rows(exported(world.eva))} == {"QUIZ-2-JUN"}


def test_rights_are_asked_again_when_the_file_is_written():
    world = a_world()
    a_ready_quiz(world)
    work = request_export(world.pia, RESULTS, Order("scores"), at=NOW)
    with writes_allowed():
        Grant.objects.filter(person=world.pia).update(ended_at=NOW)
    run_all(kinds=["export"])
    work.refresh_from_db()
    assert work.state == "parked" and "may be taken out any more" in work.last_error


def test_questions_of_several_assessments_are_told_apart_by_their_code():
    world = a_world()
    a_ready_quiz(world)
    a_ready_quiz(world, answers=["ABA"], code="QUIZ-2")
    found = rows(exported(world.pia))
    assert len(found) == 4
    last = next(row for row in found if row["Code"] == "QUIZ-2-JUN")
    assert [last[f"QUIZ-2 · {n}"] for n in (1, 2, 3)] == ["1", "0", "1"]
    assert [last[f"QUIZ-1 · {n}"] for n in (1, 2, 3)] == ["", "", ""]


def test_a_name_that_looks_like_a_formula_stays_a_name():
    world = a_world()
    schedule = a_ready_quiz(world)
    with writes_allowed():
        Result.objects.filter(ref=refs(schedule)[0]).update(name='=HYPERLINK("http://x")', sort_name="0")
    assert rows(exported(world.pia))[0]["Name"].startswith("'=HYPERLINK")


def test_writing_twice_gives_one_and_the_same_file(settings):
    world = a_world()
    a_ready_quiz(world)
    work = exported(world.pia, file_type="xlsx")
    again = make_file(work, lambda done, total: None)
    assert again["path"] == work.outcome["path"] and again["manifest"] == work.outcome["manifest"]
    assert len([path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]) == 1


def test_the_log_tells_who_took_out_what_and_who_fetched_it():
    world = a_world()
    schedule = a_ready_quiz(world)
    work = exported(world.pia, replace(RESULTS, criteria=Criteria(text="quiz")))
    fetch_export(world.pia, work.ref, at=timezone.now())
    asked, fetched = Event.objects.filter(verb="result.export").order_by("seq")
    assert (asked.actor_id, asked.schedule_id) == (world.pia.pk, schedule.pk)
    assert '"rows":3' in asked.body and "quiz" not in asked.body
    assert '"did":"fetched"' in fetched.body
    assert not list(verify(Verified()))


def test_old_files_are_thrown_away(settings):
    world = a_world()
    a_ready_quiz(world)
    work = exported(world.pia)
    with writes_allowed():
        Work.objects.filter(kind="export-forget").update(run_after=NOW)
    run_all(kinds=["export-forget"])
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
    with pytest.raises(Exception, match="seven days"):
        fetch_export(world.pia, work.ref, at=timezone.now() + timedelta(days=8))


def test_the_list_as_shown_keeps_its_columns_and_its_order():
    world = a_world()
    a_ready_quiz(world)
    asked = replace(RESULTS, criteria=Criteria(sort="-score"))
    work = exported(world.pia, asked, "visible", columns=("score", "publisher"))
    assert content(work).decode("utf-8-sig").splitlines() == [
        "Candidate,Number,Score,Maximum,State,Publisher",
        "Bilal Aziz,1001,3,3,Ready,Pia Holm",
        "Chen Wei,1002,2,3,Ready,Pia Holm",
        "Dora Novak,1003,0,3,Ready,Pia Holm",
    ]


def test_a_decimal_comma_and_another_encoding_by_choice():
    world = a_world()
    a_ready_quiz(world)
    work = exported(world.pia, format="visible", columns=("percent",), decimal_sign=",", encoding="utf-16")
    assert "Chen Wei;1002;66,7;Ready" in content(work).decode("utf-16")
    with pytest.raises(BadInput):
        exported(world.pia, encoding="latin-9")


def test_a_result_that_leaves_while_the_file_is_written_has_all_of_it_written_anew(monkeypatch):
    world = a_world()
    a_ready_quiz(world)
    work, tries = request_export(world.pia, RESULTS, Order("scores"), at=NOW), []

    def once_too_many(*asked, **how):
        tries.append(1)
        return array("q", [*keys_of(*asked, **how), *([999_999_999] if len(tries) == 1 else [])])

    monkeypatch.setattr(carrying, "keys_of", once_too_many)
    carrying.make_now(work)
    work.refresh_from_db()
    assert (work.state, work.outcome["rows"], len(tries)) == ("done", 3, 2)


@pytest.mark.parametrize("format", ["scores", "answers", "visible"])
def test_the_number_of_statements_does_not_grow_with_the_rows(format):
    world = a_world()
    counts = []
    for code, candidates in (("QUIZ-1", 2), ("QUIZ-2", 12)):
        schedule = a_ready_quiz(world, answers=["AAA"] * candidates, code=code)
        asked = replace(RESULTS, criteria=Criteria(schedules=(schedule.ref,)))
        work = request_export(world.pia, asked, Order(format, "csv"), at=NOW)
        with CaptureQueriesContext(connection) as statements:
            make_file(work, lambda done, total: None)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 17


def test_a_small_file_is_just_this():
    world = a_world()
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB", "B."])
    mark_all(world, schedule, 2500)
    withhold(world.ada, [refs(schedule)[1]], reason="A question of identity", at=NOW)
    text = content(exported(world.pia)).decode("utf-8-sig")
    assert text == (GOLDEN / "scores.csv").read_bytes().decode("utf-8")


def test_texts_that_people_mark_have_a_column_beside_their_mark_once_anybody_wrote_one():
    world = a_world()
    schedule = a_schedule(world, candidates=2)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2000)
    work = work_layout.Work((WorkRow("1001", 2, {"3": "One\ntwo"}, {}),), (), "x")
    assert "3" not in rows(exported(world.pia, RESULTS, "answers"))[0]
    import_work(world.ada, schedule.ref, work, WorkOptions(), at=NOW)
    found = {row["Number"]: row for row in rows(exported(world.pia, RESULTS, "answers"))}
    assert (found["1001"]["3"], found["1001"]["3 (mark)"], found["1002"]["3"]) == ("One\ntwo", "2", "")


def test_the_answers_as_they_were_given():
    world = a_world()
    a_ready_quiz(world, answers=["AB.", "CAD"])
    assert content(exported(world.pia, format="answers")).decode("utf-8-sig").splitlines() == [
        "Number,Name,Code,Status,1,2,3",
        "1001,Bilal Aziz,QUIZ-1-JUN,Ready,A,B,",
        "1002,Chen Wei,QUIZ-1-JUN,Ready,C,A,D",
    ]


def test_what_adjustments_did_to_a_score_has_a_column_so_that_the_sum_is_plain():
    world = a_world()
    first, second, _third = refs(a_ready_quiz(world))
    adjust(world.ada, [first], "late_penalty", Fraction(3, 2), reason="late", at=NOW)
    adjust(world.ada, [second], "special_consideration", Fraction(1, 2), reason="ill", at=NOW)
    adjust(world.ada, [second], "late_penalty", Fraction(1, 4), reason="late", at=NOW)
    found = {row["Number"]: row for row in rows(exported(world.pia))}
    assert [(found[n]["Adjustment"], found[n]["Score"]) for n in ("1001", "1002", "1003")] == [
        ("-1.5", "1.5"), ("0.25", "2.25"), ("", "0"),
    ]  # fmt: skip
