"""Files of candidates by page: looked at, carried in, then seen beside the scheme, and able to do nothing there."""

import html
import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marksheet.apps.exams.models import Enrolment, Import, ResponseFile
from marksheet.apps.marking.actions.allocation import allocate, preview_allocation
from marksheet.apps.marking.actions.conflicts import declare_conflict
from marksheet.apps.marking.models import Method
from marksheet.apps.marking.queries.allocation import Wanted
from marksheet.apps.results.actions.marks import save_panel
from marksheet.entrypoints.jobs import worker
from marksheet.entrypoints.shared.intake import archives
from tests.apps.marking.essay import Essay, an_essay
from tests.apps.marking.handed import brought_in
from tests.factories import NOW, a_machine_assessment, a_schedule, signed_in
from tests.formats.zips import CODE, PDF, PNG, jpeg, m4a, mp3, wav, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.once]
OF_ALL_KINDS = {
    "1001/1.pdf": PDF, "1001/2.png": PNG, "1001/3.jpg": jpeg(), "1001/4.wav": wav(), "1001/5.mp3": mp3(),
    "1001/6.m4a": m4a(), "1001/7.py": CODE, "1001/8.html": b"<script>alert(1)</script>\nTwo words",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _private_storage(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def essay(db: None) -> Essay:
    return an_essay()


@pytest.fixture
def ada(essay: Essay) -> Client:
    return signed_in(essay.world.ada)


@pytest.fixture
def mo(essay: Essay) -> Client:
    return signed_in(essay.world.mo)


def send(client: Client, essay: Essay, content: bytes, name: str = "june.zip"):
    sent = SimpleUploadedFile(name, content)
    return client.post(f"/schedules/{essay.schedule.ref}/import/", {"kind": "files", "file": sent})


def chosen(client: Client, essay: Essay, content: bytes, part: str = "1") -> str:
    """Upload a zip and choose its question; return the address of the preview."""
    columns = send(client, essay, content)["Location"]
    return client.post(columns, {"part": part})["Location"]


def page(essay: Essay, n: int = 0) -> str:
    return f"/marking/assess/{essay.schedule.ref}/mark/{essay.script(n)}/{essay.part.ref}/"


def on_disk() -> list[str]:
    if not default_storage.exists("private"):
        return []
    folders = default_storage.listdir("private")[0]
    return [name for folder in folders for name in default_storage.listdir(f"private/{folder}")[1]]


# --- coming in ---


def test_a_zip_goes_from_upload_to_receipt(essay, ada) -> None:
    answer = send(
        ada, essay, zipped({"1001.pdf": PDF, "1002/a.png": PNG, "9999.pdf": PDF, "1003.exe": b"MZ\x90\0"})
    )
    shown = ada.get(answer["Location"]).text
    assert "Which question do these files answer?" in shown and "Their names say it" in shown
    assert ada.post(answer["Location"], {}).status_code == 400
    preview = ada.post(answer["Location"], {"part": "1"})["Location"]
    shown = ada.get(preview).text
    for words in (
        "<dt>matched</dt><dd>2</dd>", "<dt>files cannot go in</dt><dd>2</dd>", "9999.pdf", "1003.exe",
        "this kind is not taken", "All of them answer question 1.", "Leave out the 2 files",
    ):  # fmt: skip
        assert words in shown, words
    assert "1003" in shown.partition("candidate without a file")[2] and not ResponseFile.objects.exists()
    refused = ada.post(preview, {})
    assert refused.status_code == 400 and "2 files cannot go in" in refused.text
    assert not ResponseFile.objects.exists() and len(on_disk()) == 1
    listed = ada.get(preview.replace("preview/", "errors.csv")).content.decode("utf-8-sig")
    assert "9999.pdf,,its name begins with no number of a candidate here" in listed
    done = ada.post(preview, {"leave_out": "on"}, follow=True)
    assert "<dt>files stored</dt><dd>2</dd>" in done.text and "2 files were left out" in done.text
    page_of_all = ada.get(f"/schedules/{essay.schedule.ref}/reconciliation/").text
    assert "9999.pdf" in page_of_all and "june.zip" in page_of_all
    again = ada.get(chosen(ada, essay, zipped({"1001.pdf": PDF, "1002/a.png": PNG}))).text
    assert (
        "stored already: it says nothing new" in again and "Carry in" not in again.partition("<form")[2][200:]
    )


def test_another_file_shows_old_and_new_and_keeps_the_reason_that_was_typed(essay, ada) -> None:
    brought_in(essay.world.ada, essay.schedule, {"1001.pdf": PDF}, part="1")
    preview = chosen(ada, essay, zipped({"1001.py": CODE, "9999.py": CODE}))
    shown = ada.get(preview).text
    assert (
        "Responses whose files would change" in shown and "pdf 860 bytes" in shown and "py 68 bytes" in shown
    )
    refused = ada.post(preview, {"reason": "The wrong scan"})
    assert refused.status_code == 400 and "The wrong scan</textarea>" in refused.text
    assert ada.post(preview, {"leave_out": "on"}).status_code == 400
    assert ada.post(preview, {"leave_out": "on", "reason": "The wrong scan"}).status_code == 302
    assert ResponseFile.objects.filter(current=True).get().kind == "text"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"number,mark\n1,2\n", "is not a zip file"),
        (zipped({"1001.txt": bytes(2**22)}), "more than 200 times its size"),
        (zipped({"../../1001.pdf": PDF}), "leads elsewhere"),
        (zipped({"1001.pdf": PDF})[:-9], "damaged or was cut off"),
    ],
)  # fmt: skip
def test_a_zip_that_is_not_taken_leaves_nothing_behind(essay, ada, content, why) -> None:
    answer = send(ada, essay, content)
    assert answer.status_code == 400 and why in html.unescape(answer.text)
    assert on_disk() == [] and not Import.objects.exists()


def test_a_damaged_file_in_a_zip_is_said_at_its_preview_and_nothing_is_stored(essay, ada) -> None:
    data = bytearray(zipped({"1001.pdf": PDF}))
    data[60] ^= 0xFF
    preview = chosen(ada, essay, bytes(data))
    assert ada.get(preview).status_code == 400 and ada.post(preview, {}).status_code == 400
    assert not ResponseFile.objects.exists() and len(on_disk()) == 1


def test_a_large_zip_is_carried_in_by_the_worker(essay, ada, monkeypatch) -> None:
    monkeypatch.setattr(archives, "INLINE_FILES", 1)
    preview = chosen(ada, essay, zipped({"1001.pdf": PDF, "1002.png": PNG}))
    assert "you can leave the page" in ada.get(preview).text
    progress = ada.post(preview, {})["Location"]
    assert "Waiting for a worker" in ada.get(progress).text and not ResponseFile.objects.exists()
    assert worker.run_all() == 1
    assert ResponseFile.objects.count() == 2 and "all of it" in ada.get(progress).text


def test_without_a_question_that_people_mark_no_zip_is_offered(essay, ada) -> None:
    quiz = a_schedule(essay.world, version=a_machine_assessment(essay.world), code="QUIZ-JUN")
    assert "in a zip" not in ada.get(f"/schedules/{quiz.ref}/import/").text
    assert "in a zip" in ada.get(f"/schedules/{essay.schedule.ref}/import/").text


# --- being marked ---


def test_every_kind_stands_beside_the_scheme(essay, mo) -> None:
    brought_in(essay.world.ada, essay.schedule, OF_ALL_KINDS, part="1")
    answer = mo.get(page(essay))
    shown = answer.text
    assert (
        shown.count("<iframe") == 1 and shown.count("<audio controls") == 3 and shown.count("<img src=") == 2
    )
    assert "Issue, law, remedy." in shown and "File 7 of 8: Text" in shown
    # Text is text, in numbered lines with its words counted; nothing of it is a page.
    assert (
        "<code>def largest(items):</code>" in shown
        and "<code>&lt;script&gt;alert(1)&lt;/script&gt;</code>" in shown
    )
    assert "<script>alert" not in shown and "10 words" in shown and "6 words" in shown
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy and "media-src 'self'" in policy and "script-src 'self'" in policy
    assert "No text came in" not in shown and "Nothing came in" not in shown


def test_each_file_is_answered_as_what_it_is_and_can_do_nothing(essay, mo) -> None:
    brought_in(essay.world.ada, essay.schedule, OF_ALL_KINDS, part="1")
    types = [
        "application/pdf", "image/png", "image/jpeg", "audio/wav", "audio/mpeg", "audio/mp4",
        "text/plain; charset=utf-8", "text/plain; charset=utf-8",
    ]  # fmt: skip
    code = Enrolment.objects.get(number="1001", schedule=essay.schedule).script_code
    for n, wanted in enumerate(types, start=1):
        answer = mo.get(f"{page(essay)}files/{n}/")
        assert (answer.status_code, answer["Content-Type"]) == (200, wanted)
        assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
        assert (
            answer["X-Frame-Options"] == "SAMEORIGIN"
            and answer["Cross-Origin-Resource-Policy"] == "same-origin"
        )
        directives = answer["Content-Security-Policy"].split("; ")
        assert {"sandbox", "default-src 'none'", "frame-ancestors 'self'"} <= set(directives)
        inline = "attachment" if n > 6 else "inline"
        assert answer["Content-Disposition"].startswith(f'{inline}; filename="{code}-1-{n}.')
        kept = mo.get(f"{page(essay)}files/{n}/?download=1")["Content-Disposition"]
        assert kept.startswith("attachment") and "1001" not in kept.replace(code, "") and "Berg" not in kept
    assert mo.get(f"{page(essay)}files/7/")["Content-Disposition"].endswith('.py.txt"')
    assert mo.get(f"{page(essay)}files/8/")["Content-Disposition"].endswith('.html.txt"')
    assert mo.get(f"{page(essay)}files/9/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "piece"),
    [
        ("bytes=0-3", 206, PDF[:4]), ("bytes=5-", 206, PDF[5:]), ("bytes=-6", 206, PDF[-6:]),
        ("bytes=2-999999", 206, PDF[2:]), ("bytes=999999-", 416, b""), ("bytes=0-1,4-5", 200, PDF), ("x", 200, PDF),
    ],
)  # fmt: skip
def test_a_piece_of_a_file_can_be_asked_for(essay, mo, asked, status, piece) -> None:
    brought_in(essay.world.ada, essay.schedule, {"1001.pdf": PDF}, part="1")
    answer = mo.get(f"{page(essay)}files/1/", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, piece)


def test_only_who_may_see_the_response_is_given_its_file(essay) -> None:
    world, schedule = essay.world, essay.schedule
    brought_in(world.ada, schedule, {"1001.pdf": PDF, "1002.pdf": PDF}, part="1")
    wanted = Wanted(Method.EVENLY, {world.mo.pk: 1, world.mei.pk: 1})
    found = preview_allocation(world.ada, schedule.ref, wanted, "s")
    allocate(world.ada, schedule.ref, wanted, seed="s", against=found.fingerprint, at=NOW)
    opened = set()
    for person in (world.mo, world.mei, world.max, world.ada, world.pia, world.cas, world.sid, world.eva):
        client = signed_in(person)
        for n in (0, 1):
            status = client.get(f"{page(essay, n)}files/1/").status_code
            assert status == client.get(page(essay, n)).status_code
            opened |= {(person.username, n)} if status == 200 else set()
    assert {n for name, n in opened if name in ("mo", "mei")} == {0, 1} and len(opened) == 4
    assert ("max", 0) in opened and ("max", 1) in opened
    assert Client().get(f"{page(essay)}files/1/").status_code == 302
    declare_conflict(world.ada, schedule.ref, world.max.ref, number="1001", reason="Aunt", at=NOW)
    assert signed_in(world.max).get(f"{page(essay)}files/1/").status_code == 404


def test_a_file_of_another_question_or_script_is_not_there(essay, mo) -> None:
    brought_in(essay.world.ada, essay.schedule, {"1001.pdf": PDF}, part="1")
    assert mo.get(f"{page(essay).replace(essay.part.ref, essay.free.ref)}files/1/").status_code == 404
    assert mo.get(f"{page(essay, 1)}files/1/").status_code == 404
    assert mo.get(f"{page(essay)}files/0/").status_code == 404


def test_a_stored_file_that_is_damaged_is_said_and_marking_goes_on(essay, mo) -> None:
    brought_in(essay.world.ada, essay.schedule, {"1001.py": CODE}, part="1")
    default_storage.delete(ResponseFile.objects.get().path)
    shown = mo.get(page(essay))
    assert shown.status_code == 200 and "The stored file is missing or damaged." in shown.text
    assert mo.get(f"{page(essay)}files/1/").status_code == 409


def test_nothing_stored_has_an_address_of_its_own(essay, mo) -> None:
    brought_in(essay.world.ada, essay.schedule, {"1001.pdf": PDF}, part="1")
    row = ResponseFile.objects.get()
    for address in (f"/{row.path}", f"/media/{row.path}", f"/static/{row.path}", f"/files/{row.path}"):
        assert mo.get(address).status_code == 404
    shown = mo.get(page(essay)).text
    assert row.sha256 not in shown and "private/" not in shown


def test_a_long_text_shows_its_beginning_and_says_so(essay, mo) -> None:
    brought_in(essay.world.ada, essay.schedule, {"1001.txt": b"line\n" * 2_500}, part="1")
    shown = mo.get(page(essay)).text
    assert shown.count("<code>line</code>") == 2_000 and "Only its beginning is shown." in shown
    assert re.search(r"2.?500 words", shown)


def test_a_marker_is_told_when_other_files_came_after_the_mark(essay, mo) -> None:
    told = "took the place of others after the mark was given"
    ada, later = essay.world.ada, NOW + timedelta(hours=1)
    brought_in(ada, essay.schedule, {"1001.pdf": PDF}, part="1")
    save_panel(essay.world.mo, essay.schedule.ref, essay.save(0, 2, 1), at=NOW)
    assert told not in mo.get(page(essay)).text
    brought_in(ada, essay.schedule, {"1001.py": CODE}, part="1", reason="The wrong scan", at=later)
    assert told in mo.get(page(essay)).text
    again = essay.save(0, 2, 2, mark_against=1, said_against=1)
    save_panel(essay.world.mo, essay.schedule.ref, again, at=later + timedelta(hours=1))
    assert told not in mo.get(page(essay)).text


def test_pins_stand_on_pictures_and_remarks_on_pages_of_a_pdf(essay, mo) -> None:
    brought_in(essay.world.ada, essay.schedule, {"1001/1.pdf": PDF, "1001/2.png": PNG}, part="1")
    here = f"/marking/assess/{essay.schedule.ref}/mark/{essay.script()}/{essay.part.ref}/"

    def put(**more: object):
        return mo.post(here, {"act": "note", "kind": "pin", "words": "Here"} | more)

    assert put(position=2, x=125, y=1000).status_code == 302
    assert put(position=2, x=900, y=0, width=300, height=55, kind="region", words="").status_code == 302
    assert put(position=1, page=3).status_code == 302
    page = mo.get(here).text
    for words in (
        '<circle cx="12.5%" cy="100.0%"',
        '<rect x="90.0%" y="0.0%" width="10.0%" height="5.5%"',
        "file 1, page 3",
    ):
        assert words in page
    refused = (
        ({"position": 2, "x": 1001, "y": 0}, "go from 0 to 1000"),
        ({"position": 2, "x": "left", "y": 0}, "as whole numbers"),
        ({"position": 1}, "Name the page"),
        ({"position": 2, "x": 1, "y": 1, "kind": "region"}, "a width and a height"),
    )
    for more, why in refused:
        answer = put(**more)
        assert (answer.status_code, why in answer.text, "Here</textarea>" in answer.text) == (400, True, True)
    assert put(position=9, x=1, y=1).status_code == 404
    brought_in(
        essay.world.ada, essay.schedule, {"1001/1.pdf": PDF, "1001/2.jpg": jpeg()}, part="1", reason="Better"
    )
    page = mo.get(here).text
    assert "<circle" not in page
    assert "the place is no longer there" in page
