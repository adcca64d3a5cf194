"""Bringing a file in by page: upload, columns, preview, receipt; nothing is written on the way."""

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marksheet.apps.exams.models import Attempt, Import, Item, Response, Schedule
from marksheet.apps.ledger.models import Work
from marksheet.apps.marking.models import Mark
from marksheet.apps.results.actions.enrolment import record_attendance
from marksheet.apps.results.models import Result
from marksheet.entrypoints.jobs import worker
from marksheet.entrypoints.shared.intake import carrying, looking, reading
from marksheet.entrypoints.web.imports import views
from tests import factories as f

pytestmark = pytest.mark.django_db

HEADING = "candidate,answer_1,answer_2,mark_3\n"
ROWS = "1001,A,B,5\n1002,A,A,2.5\n1003,B,,\n"


@pytest.fixture(autouse=True)
def _private_storage(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world() -> f.World:
    return f.a_world()


@pytest.fixture
def schedule(world: f.World) -> Schedule:
    return f.a_schedule(world)


@pytest.fixture
def ada(world: f.World) -> Client:
    return f.signed_in(world.ada)


def upload(
    client: Client, schedule: Schedule, text: str, *, kind: str = "work", name: str = "june.csv"
) -> str:
    """Upload a file; return the address of its columns page."""
    sent = SimpleUploadedFile(name, text.encode())
    answer = client.post(f"/schedules/{schedule.ref}/import/", {"kind": kind, "file": sent})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def chosen(**changes: str) -> dict[str, str]:
    """What a person chooses on the columns page for HEADING."""
    usual = {
        "shape": "wide",
        "candidate": "candidate",
        "decimal_sign": ".",
        "use-1": "answer:1",
        "use-2": "answer:2",
        "use-3": "mark:3",
        "blank_answers": "no_response",
        "blank_marks": "no_response",
    }
    return usual | changes


def test_a_file_goes_from_upload_to_receipt(world: f.World, schedule: Schedule, ada: Client) -> None:
    columns = upload(ada, schedule, HEADING + ROWS)
    page = ada.get(columns).content.decode()
    assert "Answer to 1" in page and "mark_3" in page
    answer = ada.post(columns, chosen())
    preview = answer["Location"]
    page = ada.get(preview).content.decode()
    assert "candidates found" in page and "What stands in each column" in page
    assert not Attempt.objects.exists()
    answer = ada.post(preview, {"marker": world.mo.ref, "submit": "on"}, follow=True)
    assert "The file was carried in, all of it." in answer.content.decode()
    assert Mark.objects.count() == 3 and Result.objects.get(number="1001").shown_score == "6"


def test_a_blank_has_no_default(schedule: Schedule, ada: Client) -> None:
    columns = upload(ada, schedule, HEADING + ROWS)
    answer = ada.post(columns, chosen(blank_marks=""), follow=True)
    assert answer.status_code == 400
    assert "say what a blank in this column means." in answer.content.decode()
    assert "Say what blanks mean" in answer.content.decode()
    assert not Attempt.objects.exists()
    own = ada.post(columns, chosen(blank_marks="") | {"blank-3": "not_yet_marked"}, follow=True)
    assert own.status_code == 200


def test_bad_cells_are_named_with_row_column_value_and_reason(schedule: Schedule, ada: Client) -> None:
    columns = upload(ada, schedule, HEADING + "1001,A,Q,7\n1002,A,A,x\n")
    answer = ada.post(columns, chosen(), follow=True)
    page = answer.content.decode()
    assert answer.status_code == 400 and "Nothing was written" in page
    listed = list(
        csv.reader(
            io.StringIO(ada.get(columns.replace("columns/", "errors.csv")).content.decode("utf-8-sig"))
        )
    )
    assert listed[0] == ["row", "column", "value", "reason"]
    assert ["2", "mark_3", "7", "the maximum of part 3 is 5."] in listed
    assert any(line[:3] == ["3", "mark_3", "x"] for line in listed)
    assert any(line[:3] == ["2", "answer_2", "Q"] for line in listed)


def test_wrong_cells_wrong_rows_and_unknown_candidates_are_named_together(
    schedule: Schedule, ada: Client
) -> None:
    columns = upload(ada, schedule, HEADING + "1001,A,B,7\n9999,A,A,1\n1002,A\n1003,A,A,1\n")
    page = ada.get(columns)
    assert page.status_code == 200 and "1 cell or row of this file cannot be taken" in page.text
    answer = ada.post(columns, chosen(), follow=True)
    assert answer.status_code == 400 and "3 rows or cells of the file cannot be taken" in answer.text
    assert "nobody with this number is a candidate here" in answer.text and "9999" in answer.text
    assert "the maximum of part 3 is 5." in answer.text and "this row has 2 cells" in answer.text
    one = ada.post(upload(ada, schedule, HEADING + "1001,A,B,7\n"), chosen(), follow=True)
    assert "1 cell of the file cannot be taken." in one.text


def test_a_comma_in_marks_is_suggested_as_decimal_sign(schedule: Schedule, ada: Client) -> None:
    page = ada.get(upload(ada, schedule, "Cand. no.;mark_3\n1001;4,5\n1002;3\n")).text
    assert '<option value="," selected>' in page and "<option selected>Cand. no.</option>" in page


def test_a_refused_file_changes_nothing_and_says_so(world: f.World, schedule: Schedule, ada: Client) -> None:
    columns = upload(ada, schedule, HEADING + ROWS + "9999,A,A,1\n")
    preview = ada.post(columns, chosen())["Location"]
    answer = ada.post(preview, {"marker": world.mo.ref})
    assert answer.status_code == 400
    assert "Nothing was written: 1 row cannot go in." in answer.content.decode()
    assert not Attempt.objects.exists()
    page = ada.get(f"/schedules/{schedule.ref}/reconciliation/").content.decode()
    assert "9999" in page and "nobody with this number is a candidate here" in page
    assert page.count("Refused") == 2 and "<dt>unmatched rows</dt><dd>0</dd>" in page
    answer = ada.post(preview, {"marker": world.mo.ref, "leave_out": "on"}, follow=True)
    assert "1 row was left out" in answer.content.decode()


def test_the_same_file_again_says_that_nothing_is_new(
    world: f.World, schedule: Schedule, ada: Client
) -> None:
    for _ in range(2):
        columns = upload(ada, schedule, HEADING + ROWS)
        preview = ada.post(columns, chosen())["Location"]
        page = ada.get(preview).text
        answer = ada.post(preview, {"marker": world.mo.ref}, follow=True)
    assert "it says nothing new" in page and "There is nothing to carry in." in page
    assert "Who gave these marks?" not in page and "Carry in 3 rows" not in page
    assert "the file said nothing new" in answer.content.decode()
    assert Mark.objects.count() == 3


def test_a_changed_file_shows_old_and_new_and_asks_why(
    world: f.World, schedule: Schedule, ada: Client
) -> None:
    columns = upload(ada, schedule, HEADING + ROWS)
    ada.post(ada.post(columns, chosen())["Location"], {"marker": world.mo.ref})
    columns = upload(ada, schedule, HEADING + ROWS.replace("2.5", "3"))
    preview = ada.post(columns, chosen())["Location"]
    page = ada.get(preview).content.decode()
    assert "Marks that would change" in page and "2.5" in page and 'name="reason"' in page
    assert ada.post(preview, {"marker": world.mo.ref}).status_code == 400
    answer = ada.post(preview, {"marker": world.mo.ref, "reason": "typing error"}, follow=True)
    assert "typing error" in answer.content.decode()


def test_many_rows_are_carried_in_by_the_worker(
    world: f.World, schedule: Schedule, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "INLINE_ROWS", 2)
    monkeypatch.setattr(views, "INLINE_ROWS", 2)
    columns = upload(ada, schedule, HEADING + ROWS)
    preview = ada.post(columns, chosen())["Location"]
    answer = ada.post(preview, {"marker": world.mo.ref, "submit": "on"}, follow=True)
    assert "Waiting for a worker" in answer.content.decode()
    assert not Attempt.objects.exists() and Work.objects.filter(kind="import").count() == 1
    assert ada.post(preview, {"marker": world.mo.ref}, follow=True).status_code == 200
    assert worker.run_all() == 1
    row = Import.objects.get()
    assert row.state == "applied" and Mark.objects.count() == 3
    fragment = ada.get(preview.replace("preview", "progress")).content.decode()
    assert "data-progress-go" in fragment
    assert "carried in, all of it" in ada.get(preview.replace("preview/", "")).content.decode()


def test_a_large_file_is_read_once_by_the_worker_and_shown_at_once_afterwards(
    world: f.World, schedule: Schedule, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "INLINE_ROWS", 2)
    columns = upload(ada, schedule, HEADING + ROWS)
    preview = ada.post(columns, chosen())["Location"]
    for _press in range(2):
        assert "Waiting for a worker" in ada.get(preview).content.decode()
    assert Work.objects.filter(kind="import-look").count() == 1
    progress = preview.replace("preview", "progress")
    assert "data-progress-go" not in ada.get(progress).content.decode()
    assert worker.run_all() == 1
    assert f'data-progress-go="{preview}"' in ada.get(progress).content.decode()

    def unread(*_: object, **__: object) -> None:
        raise AssertionError("the file is read again")

    with monkeypatch.context() as kept:
        kept.setattr(reading, "read_table", unread)
        page = ada.get(preview).content.decode()
        assert "candidates found" in page and "Answer to 1" in page and world.mo.name in page
    assert not Attempt.objects.exists()


def test_a_large_file_is_read_again_once_something_changed_at_the_schedule(
    world: f.World, schedule: Schedule, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "INLINE_ROWS", 2)
    preview = ada.post(upload(ada, schedule, HEADING + ROWS), chosen())["Location"]
    ada.get(preview)
    worker.run_all()
    one = f.enrolments(schedule)[0]
    record_attendance(world.ada, schedule.ref, [one.ref], "absent", reason="ill", at=f.NOW)
    assert "Waiting for a worker" in ada.get(preview).content.decode()
    worker.run_all()
    assert f"{one.name} is recorded as absent" in ada.get(preview).content.decode()
    assert "1 row cannot go in" in ada.post(preview, {"marker": world.mo.ref}, follow=True).content.decode()


def test_what_keeps_a_large_file_out_is_kept_too(
    world: f.World, schedule: Schedule, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "INLINE_ROWS", 2)
    wrong = ROWS.replace(ROWS.splitlines()[0], "1001,A,A,99")
    preview = ada.post(upload(ada, schedule, HEADING + wrong), chosen())["Location"]
    ada.get(preview)
    worker.run_all()
    page = ada.get(preview)
    assert page.status_code == 400 and "mark_3" in page.content.decode() and "99" in page.content.decode()


def test_the_worker_keeps_why_it_refused_a_file(
    world: f.World, schedule: Schedule, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "INLINE_ROWS", 2)
    columns = upload(ada, schedule, HEADING + ROWS + "9999,A,A,1\n")
    preview = ada.post(columns, chosen())["Location"]
    ada.post(preview, {"marker": world.mo.ref})
    worker.run_all()
    page = ada.get(preview.replace("preview/", "")).content.decode()
    assert "1 row cannot go in" in page and "Nothing was written." in page
    assert Import.objects.get().state == "refused" and Work.objects.get(kind="import").state == "done"


def test_candidates_come_in_by_file(world: f.World, ada: Client) -> None:
    schedule = f.a_schedule(world, candidates=0, active=False)
    columns = upload(
        ada, schedule, "Student number,Full name,E-mail\n7,Kim Bos,kim@example.org\n", kind="candidates"
    )
    typed = {"field-number": "Student number", "field-name": "Full name", "field-email": "E-mail"}
    preview = ada.post(columns, typed)["Location"]
    assert "Kim Bos" in ada.get(preview).content.decode()
    ada.post(preview, {})
    assert Result.objects.get(schedule=schedule).name == "Kim Bos"


ITEMS = """item,part,marked_by,options,key,max_marks,rule
1,1,human,,,3,marks as given
2,2.1,machine,AB,A,2,"2 correct = 2, 1 correct = 1, else 0"
2,2.2,machine,AB,B,2,"2 correct = 2, 1 correct = 1, else 0"
3,3,machine,ABCD,C,1,something odd
"""


def test_questions_come_in_by_file_with_a_rule_for_each_text(world: f.World, ada: Client) -> None:
    version = f.an_assessment(world, live=False, wanted=[f.choice("Z")])
    where = f"/exams/{version.assessment.ref}/import/"
    sent = SimpleUploadedFile("items.csv", ITEMS.encode())
    columns = ada.post(where, {"kind": "items", "file": sent})["Location"]
    page = ada.get(columns).content.decode()
    assert "2 = 2, 1 = 1" in page and "something odd" in page
    fields = {f"field-{name}": name for name in ITEMS.split("\n", 1)[0].split(",")}
    texts = ["marks as given", "2 correct = 2, 1 correct = 1, else 0", "something odd"]
    rules = {
        **{f"text-{at}": text for at, text in enumerate(texts)},
        "rule-0": "sum", "rule-1": "count_correct", "steps-1": "2 = 2, 1 = 1",
    }  # fmt: skip
    answer = ada.post(columns, fields | rules, follow=True)
    assert answer.status_code == 400 and "no rule was chosen for this text" in answer.content.decode()
    preview = ada.post(columns, fields | rules | {"rule-2": "sum", "points-2": "1"})["Location"]
    told = ada.get(preview).text
    assert "maximum 2 · 2.1: key A: 1 · 2.2: key B: 1 · right parts: 2 = 2, 1 = 1" in told
    assert "maximum 3 · by hand: 3" in told and "6 marks in all" in told and "Stored now" not in told
    answer = ada.post(preview, {}, follow=True)
    assert "questions added" in answer.content.decode()
    counted = re.compile(r"<dt>rows</dt><dd>(.*?)</dd>")
    assert re.sub(r"<.*?>", "", counted.search(told)[1]) == re.sub(
        r"<.*?>", "", counted.search(answer.text)[1]
    )
    again = SimpleUploadedFile("items.csv", ITEMS.replace("ABCD,C", "ABCD,D").encode())
    columns = ada.post(where, {"kind": "items", "file": again})["Location"]
    told = ada.post(columns, fields | rules | {"rule-2": "sum", "points-2": "1"}, follow=True).text
    assert "<td>maximum 1 · key C: 1</td><td>maximum 1 · key D: 1</td>" in told
    rules_now = dict(Item.objects.filter(version=version).values_list("label", "rule"))
    assert rules_now == {"Z": "sum", "1": "sum", "2": "count_correct", "3": "sum"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("bomb.xlsx", b"PK\x03\x04" + b"\x00" * 40),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 40),
        ("picture.png", b"\x89PNG\r\n\x1a\n"),
        ("../../etc/passwd.csv", b"candidate\n"),
        ("<script>alert(1)</script>.csv", b"a,b\n1,2,3\n"),
        ("cut.csv", b'candidate,answer_1\n"1001,A\n'),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_a_reason(
    schedule: Schedule, ada: Client, name: str, content: bytes
) -> None:
    sent = SimpleUploadedFile(name, content)
    answer = ada.post(f"/schedules/{schedule.ref}/import/", {"kind": "work", "file": sent}, follow=True)
    page = answer.content.decode()
    assert answer.status_code in (200, 400) and "<script>alert" not in page
    assert not Attempt.objects.exists()
    for row in Import.objects.all():
        assert "/" not in row.file_name and ada.get(f"/schedules/files/{row.ref}/columns/").status_code in (
            200,
            400,
        )


def test_who_may_not_import_there_finds_no_page(world: f.World, schedule: Schedule, ada: Client) -> None:
    columns = upload(ada, schedule, HEADING + ROWS)
    for person in (world.sid, world.mo, world.eva, world.cas):
        client = f.signed_in(person)
        for url in (columns, columns.replace("columns", "preview"), f"/schedules/{schedule.ref}/import/"):
            assert client.get(url).status_code == 404
        assert client.post(columns.replace("columns", "preview"), {"marker": world.mo.ref}).status_code == 404


def test_the_reconciliation_page_names_who_is_missing_and_marks_them_absent(
    world: f.World, schedule: Schedule, ada: Client
) -> None:
    columns = upload(ada, schedule, HEADING + ROWS)
    ada.post(ada.post(columns, chosen())["Location"], {"marker": world.mo.ref})
    where = f"/schedules/{schedule.ref}/reconciliation/"
    missing = [e.name for e in f.enrolments(schedule) if e.number in ("1004", "1005")]
    page = ada.get(where).content.decode()
    assert all(name in page for name in missing) and "Mark 2 candidates absent" in page
    stale = ada.post(where, {"expected": "3"})
    assert "The list changed since you opened this page" in stale.content.decode()
    ada.post(where, {"expected": "2"})
    assert set(Result.objects.filter(standing="absent").values_list("number", flat=True)) == {"1004", "1005"}


def test_answers_that_differ_are_decided_on_the_preview_for_all_or_for_each(
    world: f.World, schedule: Schedule, ada: Client
) -> None:
    def preview_of(text: str) -> str:
        return str(ada.post(upload(ada, schedule, HEADING + text), chosen())["Location"])

    ada.post(preview_of(ROWS), {"marker": world.mo.ref})
    changed = ROWS.replace("1001,A", "1001,B").replace("1002,A", "1002,C")
    preview = preview_of(changed)
    page = ada.get(preview).content.decode()
    assert "2 answers differ from what was handed in" in page and 'name="take" value="1002"' in page
    said = {"marker": world.mo.ref}
    refused = ada.post(preview, said)
    assert refused.status_code == 400 and "Decide: keep what is there" in refused.content.decode()
    unexplained = ada.post(preview, said | {"answers": "each", "take": "1002"})
    assert unexplained.status_code == 400
    page = unexplained.content.decode()
    assert "1 stored answer would change" in page and 'value="1002" checked' in page
    said |= {"answers": "each", "take": "1002", "reason": "misread"}
    receipt = ada.post(preview, said, follow=True).content.decode()
    assert "answers put in place of others" in receipt and "answers kept as they were" in receipt
    stored = Response.objects.filter(part__label="1").order_by("attempt__enrolment__number")
    assert list(stored.values_list("answer__value", flat=True))[:2] == ["A", "C"]
    ada.post(preview_of(changed), {"marker": world.mo.ref, "answers": "take", "reason": "misread"})
    assert list(stored.values_list("answer__value", flat=True))[:2] == ["B", "C"]


def test_a_candidate_twice_in_a_file_is_refused_and_shown(schedule: Schedule, ada: Client) -> None:
    columns = upload(ada, schedule, HEADING + ROWS + "1001,A,A,1\n")
    answer = ada.post(columns, chosen(), follow=True)
    assert answer.status_code == 400 and "already stands in row 2" in answer.content.decode()
    page = ada.get(f"/schedules/{schedule.ref}/reconciliation/").content.decode()
    assert "More than once in a file" in page


def test_a_file_put_aside_is_gone_from_the_way(schedule: Schedule, ada: Client) -> None:
    columns = upload(ada, schedule, HEADING + ROWS)
    answer = ada.post(columns.replace("columns", "discard"), follow=True)
    assert "put aside" in answer.content.decode() and Import.objects.get().state == "discarded"
