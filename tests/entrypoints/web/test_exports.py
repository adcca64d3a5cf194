"""The dialog and the files of exports, as their people meet them."""

from datetime import timedelta

import pytest

from marksheet.apps.ledger.models import Event, Work
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.entrypoints.jobs.worker import run_all
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, a_world, grant, signed_in
from tests.guard import writes_allowed

pytestmark = [pytest.mark.django_db, pytest.mark.once]
WHOLE = {"format": "scores", "file_type": "csv", "decimal_sign": ".", "encoding": "utf-8-sig", "rows": "list"}


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def schedule(world):
    return a_ready_quiz(world)


def publish_all(world, schedule):
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    carry_on(selection.ref, at=NOW)


def body(answer):
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_ticked_rows_become_a_file_that_is_downloaded(world, schedule):
    client = signed_in(world.pia)
    ticked = {"selected": refs(schedule)[:2], "query": "", "list": "results:x"}
    text = client.post("/exports/new/", ticked).text
    assert "The 2 selected" in text and "The whole list: 3 results" in text and "Candidate answers" in text
    asked = WHOLE | {"refs": ",".join(refs(schedule)[:2]), "rows": "ticked"}
    answer = client.post("/exports/make/", asked, follow=True)
    assert "QUIZ-1-JUN-scores-" in answer.text
    work = Work.objects.get(kind="export")
    answer = client.get(f"/exports/{work.ref}/file/")
    assert answer["Content-Disposition"].startswith('attachment; filename="results-QUIZ-1-JUN-scores-')
    assert "no-store" in answer["Cache-Control"]
    assert len(body(answer).splitlines()) == 3
    assert Event.objects.filter(verb="result.export").count() == 2
    assert client.get(f"/exports/{work.ref}/manifest.json").json()["rows"] == 2
    assert "Download" in client.get("/exports/").text


def test_the_file_of_somebody_else_is_not_there(world, schedule):
    signed_in(world.pia).post("/exports/make/", WHOLE)
    ref = Work.objects.get(kind="export").ref
    for path in ("", "file/", "manifest.json", "progress/"):
        assert signed_in(world.pia).get(f"/exports/{ref}/{path}").status_code == 200, path
        assert signed_in(world.ada).get(f"/exports/{ref}/{path}").status_code == 404, path
    assert ref not in signed_in(world.ada).get("/exports/").text


def test_who_may_not_export_is_told_who_can(world, schedule):
    answer = signed_in(world.mo).post("/exports/new/", {"selected": refs(schedule)})
    assert answer.status_code == 403 and "Pia Holm" in answer.text
    assert signed_in(world.sid).post("/exports/new/", {"selected": refs(schedule)}).status_code == 404
    assert signed_in(world.mo).post("/exports/make/", WHOLE).status_code == 403
    assert not Work.objects.filter(kind="export").exists()


def test_large_ones_are_left_to_the_worker_and_can_be_left(world, schedule, monkeypatch):
    monkeypatch.setattr("marksheet.entrypoints.web.exports.dialog.AT_ONCE", 1)
    client = signed_in(world.pia)
    text = client.post("/exports/make/", WHOLE | {"file_type": "xlsx"}, follow=True).text
    ref = Work.objects.get(kind="export").ref
    assert f"/exports/{ref}/progress/" in text and "You can leave this page" in text
    assert client.get(f"/exports/{ref}/file/").status_code == 409
    run_all(kinds=["export"])
    assert "Download" in client.get(f"/exports/{ref}/progress/").text
    answer = client.get(f"/exports/{ref}/file/")
    assert b"".join(answer.streaming_content)[:2] == b"PK"


def test_an_old_file_is_gone_and_says_so(world, schedule):
    client = signed_in(world.pia)
    client.post("/exports/make/", WHOLE)
    work = Work.objects.get(kind="export")
    with writes_allowed():
        Work.objects.filter(pk=work.pk).update(finished_at=work.finished_at - timedelta(days=8))
    assert client.get(f"/exports/{work.ref}/file/").status_code == 409
    assert "thrown away" in client.get(f"/exports/{work.ref}/").text


def test_reports_and_audit_offer_what_is_published(world, schedule):
    client = signed_in(world.pia)
    assert client.post("/exports/make/", WHOLE | {"source": "reports"}).status_code == 400
    publish_all(world, schedule)
    page = client.get("/reports/candidates/").text
    assert 'formaction="/exports/new/"' in page and 'name="source" value="reports"' in page
    assert "/exports/new/?source=audit" in client.get("/marking/audit/").text
    assert "The whole list: 3 results" in client.get("/exports/new/?source=audit").text
    answer = client.post("/exports/make/", WHOLE | {"source": "reports", "format": "visible"}, follow=True)
    assert "reports" in answer.text or "QUIZ-1-JUN-visible" in answer.text
    audit = {"source": "audit", "query": f"schedule={schedule.ref}"}
    assert client.post("/exports/make/", WHOLE | audit, follow=True).status_code == 200
    assert [work.outcome["rows"] for work in Work.objects.filter(kind="export").order_by("pk")] == [3, 3]


@pytest.mark.parametrize("list_name", ["schedules", "assessments"])
def test_reports_in_numbers_are_taken_out_as_they_are_shown(world, schedule, list_name):
    publish_all(world, schedule)
    client = signed_in(world.pia)
    page = client.get(f"/reports/{list_name}/").text
    assert f"/exports/new/?source={list_name}" in page
    dialog = client.get(f"/exports/new/?source={list_name}").text
    assert f"The whole list: 1 {list_name[:-1]}" in dialog and "Columns as shown" in dialog
    assert "Candidate answers" not in dialog
    wanted = WHOLE | {"source": list_name, "format": "visible"}
    for file_type in ("csv", "xlsx"):
        assert client.post("/exports/make/", wanted | {"file_type": file_type}).status_code == 302
    csv, xlsx = Work.objects.filter(kind="export").order_by("pk")
    assert (csv.outcome["rows"], xlsx.outcome["rows"]) == (1, 1)
    assert csv.outcome["manifest"]["sha256"] == xlsx.outcome["manifest"]["sha256"]
    head, line = (text.split(",") for text in body(client.get(f"/exports/{csv.ref}/file/")).splitlines())
    row = dict(zip(head, line, strict=True))
    assert (row["Published"], row["Handed in"], row["n"]) == ("3", "3", "3")
    assert (row["Mean %"], row["Pass rate"]) == ("55.56", "67")
    assert row.get("Publication", "Complete") == "Complete" and row["Time zone"] == "Europe/Amsterdam"


def test_the_list_of_audit_is_taken_out_as_its_schedules(world, schedule):
    publish_all(world, schedule)
    client = signed_in(world.pia)
    address = "/exports/new/?source=audit&amp;q=quiz&amp;sort=-ended&amp;back="
    assert address in client.get("/marking/audit/?q=quiz&sort=-ended").text
    dialog = client.get("/exports/new/?source=audit&q=quiz&sort=-ended").text
    assert "The whole list: 3 results of 1 schedule" in dialog and "one line for each schedule" in dialog
    wanted = WHOLE | {"source": "audit", "query": "q=quiz&sort=-ended", "format": "visible"}
    assert client.post("/exports/make/", wanted).status_code == 302
    work = Work.objects.get(kind="export")
    assert work.outcome["rows"] == 1
    head, line = (text.split(",") for text in body(client.get(f"/exports/{work.ref}/file/")).splitlines())
    row = dict(zip(head, line, strict=True))
    assert (row["Code"], row["Published"], row["Mean %"], row["Pass rate"]) == (
        "QUIZ-1-JUN",
        "3",
        "55.56",
        "67",
    )
    named = client.get(f"/exports/{work.ref}/file/")["Content-Disposition"]
    assert named.startswith('attachment; filename="audit-QUIZ-1-JUN-visible-')
    assert "Ended" in row and "Last published" in row and "Candidate" not in row
    history = signed_in(world.ada).get(f"/marking/audit/schedules/{schedule.ref}/history/").text
    assert "1 row, from Audit." in history
    # Of results there is one row for each, as before.
    client.post("/exports/make/", wanted | {"format": "scores"})
    assert [one.outcome["rows"] for one in Work.objects.filter(kind="export").order_by("pk")] == [1, 3]
    assert client.get("/exports/new/?source=audit&sort=luck").status_code == 400


def test_a_file_of_schedules_holds_what_the_filters_leave(world, schedule):
    publish_all(world, schedule)
    client = signed_in(world.pia)
    assert client.get("/exports/new/?source=schedules&q=nothing-like-it").status_code == 400
    assert client.get("/exports/new/?source=schedules&q=QUIZ&complete=1").status_code == 200
    for wrong in ("scores", "answers"):
        answer = client.post("/exports/make/", WHOLE | {"source": "schedules", "format": wrong})
        assert answer.status_code == 400 and "Choose a format that is offered" in answer.text
    assert not Work.objects.filter(kind="export").exists()


def test_numbers_leave_as_a_file_only_with_the_right_there(world, schedule):
    publish_all(world, schedule)
    for list_name in ("schedules", "assessments"):
        for person, status in ((world.sid, 400), (world.cas, 400)):
            answer = signed_in(person).get(f"/exports/new/?source={list_name}")
            assert answer.status_code == status, (list_name, person)
    grant(world.sid, "published_viewer", schedule.node)
    for list_name in ("schedules", "assessments"):
        answer = signed_in(world.sid).get(f"/exports/new/?source={list_name}")
        assert answer.status_code == 403 and "not take it out" in answer.text


@pytest.mark.parametrize(
    "wrong",
    [{"format": "pdf"}, {"file_type": "ods"}, {"encoding": "latin-1"}, {"decimal_sign": ";"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_not_offered_is_refused(world, schedule, wrong):
    assert signed_in(world.pia).post("/exports/make/", WHOLE | wrong).status_code == 400
    assert not Work.objects.filter(kind="export").exists()


def test_a_list_that_is_not_ours_is_refused(world, schedule):
    assert signed_in(world.pia).get("/exports/new/?source=minds").status_code == 400
    assert signed_in(world.pia).get("/exports/new/?percent_from=x").status_code == 400


def test_the_history_names_a_file_in_words(world, schedule):
    client = signed_in(world.pia)
    client.post("/exports/make/", WHOLE | {"format": "visible"})
    client.get(f"/exports/{Work.objects.get(kind='export').ref}/file/")
    page = signed_in(world.ada).get(f"/marking/audit/schedules/{schedule.ref}/history/").text
    assert "Asked for results as a file" in page
    assert "Columns as shown, CSV" in page and "3 rows, from Results." in page and "visible" not in page
