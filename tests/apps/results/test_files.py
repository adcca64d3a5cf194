"""Files of candidates come in as a zip: all of it or nothing, the same again changes nothing, old and new are told."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Attempt, Import, Response, ResponseFile, Schedule
from marksheet.apps.exams.queries.files import HandedFile
from marksheet.apps.ledger.errors import BadInput, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Line, Side
from marksheet.apps.marking.models import Script
from marksheet.apps.people.models import InboxNote
from marksheet.apps.release.queries.history import history_for
from marksheet.apps.release.queries.verifying import Verified, verify
from marksheet.apps.results.actions.intake_files import import_files
from marksheet.apps.results.actions.marks import CellSave, save_marks
from marksheet.apps.results.actions.standing import mark_standing, void_attempts
from marksheet.apps.results.models import Bucket, Result
from marksheet.apps.results.queries.intake_files import SentFile, plan_files, size_words
from marksheet.entrypoints.shared.intake.archives import look_at_archive
from marksheet.entrypoints.web.audit.words import say
from tests.apps.marking.handed import brought_in, uploaded
from tests.apps.marking.scene import human_part
from tests.factories import CLOSES, NOW, World, a_schedule, a_world, an_assessment, by_hand, some_candidates
from tests.formats.zips import CODE, PDF, PNG, described_png, zipped
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db
THREE = {"June/1001.pdf": PDF, "June/1002/b 10.png": PNG, "June/1002/b 9.py": CODE}


@pytest.fixture(autouse=True)
def _private_storage(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    version = an_assessment(world, code="PRO", wanted=[by_hand("1"), by_hand("2")])
    return a_schedule(world, version=version, code="PRO-JUN", candidates=4, with_cas=True)


def stored(number: str, part: str = "1") -> list[tuple[str, bytes]]:
    """The current files of one response, and what stands on the disk."""
    rows = ResponseFile.objects.filter(attempt__enrolment__number=number, part__label=part, current=True)
    return [(row.kind, default_storage.open(row.path).read()) for row in rows.order_by("position")]


def everything() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (ResponseFile, Attempt, Script, Event, Line))


def test_files_come_in_and_their_candidates_hand_in(world, schedule) -> None:
    receipt = brought_in(world.ada, schedule, THREE, part="1")
    assert (receipt["files"], receipt["responses"], receipt["handed_in"], receipt["replaced"]) == (3, 2, 2, 0)
    assert stored("1001") == [("pdf", PDF)] and stored("1002") == [("text", CODE), ("png", PNG)]
    assert Script.objects.filter(schedule=schedule).count() == 2 and not Response.objects.exists()
    # A file earns nothing by itself: it waits for a marker.
    found = Result.objects.get(schedule=schedule, number="1001")
    assert found.bucket == Bucket.NOT_SUBMITTED
    assert not list(verify(Verified()))


def test_no_name_of_a_file_is_kept_with_it(world, schedule) -> None:
    brought_in(world.ada, schedule, {"1001_Anna Berg secret.png": described_png(b"Anna Berg")}, part="1")
    assert stored("1001") == [("png", PNG)]
    assert "secret" not in str(list(ResponseFile.objects.values()))
    assert not Event.objects.filter(body__contains="secret").exists()


def test_the_question_is_read_off_the_names(world, schedule) -> None:
    brought_in(world.ada, schedule, {"1001_1.pdf": PDF, "1001_2.py": CODE, "2/1002.png": PNG})
    assert (stored("1001", "1"), stored("1001", "2")) == ([("pdf", PDF)], [("text", CODE)])
    assert (stored("1002", "1"), stored("1002", "2")) == ([], [("png", PNG)])


def test_the_same_zip_again_changes_nothing_however_it_is_packed(world, schedule) -> None:
    brought_in(world.ada, schedule, THREE, part="1")
    before = everything()
    again = {"1002_1.py": CODE, "1002_2.png": described_png(b"packed anew"), "1001 final.pdf": PDF}
    assert brought_in(world.ada, schedule, again, part="1")["nothing_new"] and everything() == before
    assert Import.objects.latest("pk").state == "applied"


def test_another_file_shows_old_and_new_and_needs_a_reason(world, schedule) -> None:
    brought_in(world.ada, schedule, THREE, part="1")
    script = Attempt.objects.get(enrolment__number="1001").script_ref
    save_marks(world.mo, schedule.ref, [CellSave(script, human_part(schedule).ref, 2000, False, 0)], at=NOW)
    before = everything()
    with pytest.raises(BadInput, match="the files of 1 response would change") as refused:
        brought_in(world.ada, schedule, {"1001.py": CODE}, part="1")
    (told,) = refused.value.details
    assert "candidate 1001, question 1" in told and "pdf 860 bytes" in told and "py 68 bytes" in told
    assert "marked already" in told and everything() == before
    receipt = brought_in(world.ada, schedule, {"1001.py": CODE}, part="1", reason="The wrong scan")
    assert receipt["replaced"] == 1 and stored("1001") == [("text", CODE)]
    # What was replaced stays, with its content.
    old = ResponseFile.objects.get(current=False)
    assert default_storage.open(old.path).read() == PDF
    assert Side.objects.filter(name="files", value__contains="pdf 860 bytes").exists()
    assert not list(verify(Verified()))
    brought_in(world.ada, schedule, {"1001.pdf": PDF}, part="1", reason="It was right")
    assert stored("1001") == [("pdf", PDF)] and not list(verify(Verified()))


def test_what_cannot_go_in_is_named_and_nothing_is_written_until_it_is_left_out(world, schedule) -> None:
    mark_standing(world.ada, refs_of(schedule, "1003"), "absent", reason="not seen", at=NOW)
    sent = {
        "1001.pdf": PDF, "9999.pdf": PDF, "1002.exe": b"MZ\x90\0", "1003.pdf": PDF, "1004/a.png": PNG,
        "1004/b.png": described_png(b"again"), "1001/x.pdf": PDF,
    }  # fmt: skip
    before = everything()
    with pytest.raises(BadInput, match="6 files cannot go in") as refused:
        brought_in(world.ada, schedule, sent, part="1")
    said = dict(one.split(": ", 1) for one in refused.value.details)
    assert "no number of a candidate" in said["9999.pdf"] and "this kind is not taken" in said["1002.exe"]
    assert "recorded as absent" in said["1003.pdf"] and "same content as 1004/a.png" in said["1004/b.png"]
    assert "stands twice" in said["1001.pdf"] and "stands twice" in said["1001/x.pdf"]
    assert everything() == before and Import.objects.latest("pk").state == "refused"
    # The zip was kept; nothing that was in it.
    folders = default_storage.listdir("private")[0]
    assert sum(len(default_storage.listdir(f"private/{one}")[1]) for one in folders) == 1
    receipt = brought_in(world.ada, schedule, sent, part="1", leave_out=True)
    assert receipt["files"] == 1 and sorted(receipt["left_out"]) == sorted(said)
    assert Side.objects.filter(name="left_out", value__contains="9999.pdf").exists()


def refs_of(schedule: Schedule, number: str) -> list[str]:
    return [Result.objects.get(schedule=schedule, number=number).ref]


def test_a_zip_of_which_nothing_belongs_here_is_refused(world, schedule) -> None:
    with pytest.raises(BadInput, match="no file belongs to a candidate of this schedule"):
        brought_in(world.ada, schedule, {"9999.pdf": PDF}, part="1", leave_out=True)


def test_who_is_void_or_has_no_response_or_imports_own_work_is_named(world, schedule) -> None:
    brought_in(world.ada, schedule, {"1001.pdf": PDF, "1002.pdf": PDF}, part="1")
    with writes_allowed():
        part = ResponseFile.objects.first().part
        Response.objects.create(attempt=Attempt.objects.get(enrolment__number="1002"), part=part)
    void_attempts(world.ada, refs_of(schedule, "1001"), reason="left", at=NOW)
    plan = look_at_archive(
        world.cas,
        uploaded(world.ada, schedule, {"1001.py": CODE, "1002.py": CODE, "C-1.py": CODE}, part="1"),
        at=NOW,
    )
    said = {one.number: one.why for one in plan.left_over}
    assert "is void" in said["1001"] and "“no response” is recorded" in said["1002"]
    assert "nobody handles work of their own" in said["C-1"]


def test_the_look_counts_kinds_waiting_candidates_and_shared_files_and_writes_nothing(
    world, schedule
) -> None:
    row = uploaded(world.ada, schedule, {**THREE, "1003.pdf": PDF, "__MACOSX/._1003.pdf": b"x"}, part="1")
    before = everything()
    plan = look_at_archive(world.ada, row, at=NOW)
    assert (plan.files, plan.matched, plan.candidates, len(plan.fresh)) == (4, 4, 3, 3)
    assert dict(plan.kinds) == {"pdf": 2, "png": 1, "text": 1}
    assert plan.shared == [("June/1001.pdf", "1003.pdf")] or plan.shared == [("1003.pdf", "June/1001.pdf")]
    assert [(one.number, one.name) for one in plan.waiting] == [
        ("1004", "Emil Larsen"),
        ("C-1", "Cas de Wit"),
    ]
    assert everything() == before


def test_late_files_need_a_reason_and_tell_the_markers(world, schedule) -> None:
    brought_in(world.ada, schedule, {"1001.pdf": PDF}, part="1")
    late = CLOSES + timedelta(days=1)
    with pytest.raises(BadInput, match="come late"):
        brought_in(world.ada, schedule, {"1002.pdf": PDF}, part="1", at=late)
    brought_in(world.ada, schedule, {"1002.pdf": PDF}, part="1", at=late, reason="Scanned again")
    assert InboxNote.objects.filter(person=world.mo).exists()


def test_who_may_not_bring_in_work_brings_in_no_files(world, schedule) -> None:
    sent = [SentFile("1001.pdf", 9, "1001", "1", HandedFile("pdf", "pdf", 9, "0" * 64, "private/00/0"))]
    for person in (world.sid, world.eva, world.mo, world.cas):
        with pytest.raises(NotFound):
            import_files(person, schedule.ref, sent, at=NOW)
    draft = a_schedule(world, version=schedule.version, code="PRO-DRA", active=False, staffed=False)
    with pytest.raises(WrongState):
        import_files(world.ada, draft.ref, sent, at=NOW)
    assert not ResponseFile.objects.exists()


def test_the_history_says_how_many_files_came(world, schedule) -> None:
    brought_in(world.ada, schedule, THREE, part="1")
    brought_in(world.ada, schedule, {"1001.py": CODE}, part="1", reason="The wrong scan")
    entries = [(say(one), one.reason) for one in history_for(world.ada, refs_of(schedule, "1001")[0]).entries]
    words = [(said.text, *said.more, reason) for said, reason in entries if "file" in said.text]
    assert sorted(words) == [
        ("Brought in 1 file of a candidate", "The work counts as handed in.", ""),
        ("Brought in 1 file of a candidate", "They replaced those of 1 response.", "The wrong scan"),
    ]


def test_a_zip_takes_the_same_statements_however_many_are_in_it(world) -> None:
    version = an_assessment(world, code="PRO", wanted=[by_hand("1")])
    counts = []
    for n in (1, 40):
        schedule = a_schedule(world, version=version, code=f"PRO-{n}", candidates=some_candidates(40))
        sent = [
            SentFile(
                f"{k}", 9, str(1000 + k), "1", HandedFile("pdf", "pdf", 9, f"{k:064}", f"private/00/{k}")
            )
            for k in range(1, n + 1)
        ]
        with CaptureQueriesContext(connection) as seen:
            import_files(world.ada, schedule.ref, sent, at=NOW)
        with CaptureQueriesContext(connection) as looked:
            plan_files(world.ada, schedule, sent, barred=[], at=NOW)
        counts.append((len(seen), len(looked)))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("how", ["row", "digest", "added", "content"])
def test_verify_finds_a_file_that_is_not_the_one_that_came(world, schedule, how, capsys) -> None:
    brought_in(world.ada, schedule, THREE, part="1")
    row = ResponseFile.objects.get(attempt__enrolment__number="1001")
    with writes_allowed():
        if how == "row":
            row.delete()
        elif how == "digest":
            ResponseFile.objects.filter(pk=row.pk).update(sha256="0" * 64)
        elif how == "added":
            ResponseFile.objects.create(
                attempt=Attempt.objects.get(enrolment__number="1002"), part=row.part, position=3, kind="pdf",
                ending="pdf", size=1, sha256=row.sha256, path=row.path, stored_at=NOW,
            )  # fmt: skip
        else:
            Path(default_storage.path(row.path)).write_bytes(b"%PDF-otherwise")
    with pytest.raises(CommandError, match="is not what was handed in" if how == "content" else "came in"):
        call_command("verify", verbosity=0)


def test_the_command_shows_and_carries_in_as_the_pages_do(world, schedule, tmp_path, capsys) -> None:
    file = tmp_path / "june.zip"
    file.write_bytes(zipped({**THREE, "9999.pdf": PDF}))
    asked = ["import_files", str(file), "--as", "ada", "--schedule", "PRO-JUN"]
    with pytest.raises(CommandError, match="--part LABEL or --part-in-name"):
        call_command(*asked)
    with pytest.raises(CommandError, match="not both"):
        call_command(*asked, "--part", "1", "--part-in-name")
    with pytest.raises(CommandError, match="People mark no question 9 here"):
        call_command(*asked, "--part", "9")
    call_command(*asked, "--part", "1", "--dry-run")
    said = capsys.readouterr().out
    assert "matched: 3, of 2 candidates, handing in now: 2" in said and "9999.pdf: its name begins" in said
    assert "candidates without a file: 3: 1004, 1003, C-1" in said and not ResponseFile.objects.exists()
    with pytest.raises(CommandError, match="1 file cannot go in"):
        call_command(*asked, "--part", "1")
    call_command(*asked, "--part", "1", "--leave-out")
    said = capsys.readouterr().out
    assert "3 files stored" in said and "left out: 9999.pdf" in said and ResponseFile.objects.count() == 3


def test_sizes_are_said_as_people_say_them() -> None:
    assert [size_words(n) for n in (1, 812, 1024, 1025, 3 * 2**20)] == [
        "1 byte", "812 bytes", "1 KiB", "2 KiB", "3 MiB",
    ]  # fmt: skip
