"""Whatever dies while a file is carried in: all of it is there or nothing, and another worker carries it in once."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from marksheet.apps.exams.actions.imports import note_reading, note_upload, start_import
from marksheet.apps.exams.models import Answer, Attempt, Import, ImportState, Response
from marksheet.apps.exams.queries.imports import WORK
from marksheet.apps.ledger.models import Event, Work
from marksheet.apps.marking.models import Mark, Script
from marksheet.apps.release.queries.verifying import Verified, verify
from marksheet.apps.results.models import Result
from marksheet.entrypoints.jobs.worker import work_once
from marksheet.entrypoints.shared.intake.files import store_file
from marksheet.formats.work_layout import Blank, ColumnUse, Kind, WorkMapping
from tests import factories as f
from tests.databases import Databases
from tests.faults.killing import killed_at

LEASE = 0.005
SHARES = 2
FILE = b"candidate,answer_1,mark_2\n1001,A,5\n1002,B,2.5\n"
USES = {
    "answer_1": ColumnUse(Kind.ANSWER, "1", Blank.NO_RESPONSE),
    "mark_2": ColumnUse(Kind.MARK, "2", Blank.NO_RESPONSE),
}
# What a file of two candidates comes to: an attempt, an answer and a mark each.
ALL_OF_IT = {
    "attempts": [("1001", "handed_in"), ("1002", "handed_in")],
    "responses": [("1001", "1", "A"), ("1002", "1", "B")],
    "answers": 2,
    "marks": [("1001", 1, 5000), ("1002", 1, 2500)],
    "submitted": 2,
    "results": [("1001", "ready", "6"), ("1002", "ready", "2.5")],
    "logged": 1,
}
NOTHING = {
    "attempts": [],
    "responses": [],
    "answers": 0,
    "marks": [],
    "submitted": 0,
    "results": [("1001", "expected", ""), ("1002", "expected", "")],
    "logged": 0,
}


@pytest.fixture
def anew(databases: Databases, django_db_blocker, settings, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Put everything back to where Ada confirmed a file of work and a worker is to carry it in."""
    settings.MARKSHEET_LEASE_SECONDS = LEASE
    settings.MEDIA_ROOT = tmp_path
    with django_db_blocker.unblock(), databases.fresh():
        world = f.a_world()
        version = f.an_assessment(world, wanted=[f.choice("1"), f.by_hand("2")])
        schedule = f.a_schedule(world, version=version, candidates=2)
        file = store_file("june.csv", [FILE])
        upload = note_upload(world.ada, WORK, schedule.ref, file, at=f.NOW)
        note_reading(world.ada, upload.ref, {"shape": "wide", **WorkMapping("candidate", USES).as_json()})
        start_import(world.ada, upload.ref, {"marker": world.mo.ref, "submit": True}, rows=2, at=f.NOW)
        yield databases.putting_back()


def work_to_the_end() -> None:
    """Be a worker until nothing waits."""
    while work_once("worker"):
        pass


def what_is_there() -> dict[str, object]:
    """What the database holds of the file."""
    number = "attempt__enrolment__number"
    return {
        "attempts": list(Attempt.objects.order_by("pk").values_list("enrolment__number", "state")),
        "responses": list(
            Response.objects.order_by("pk").values_list(number, "part__label", "answer__value")
        ),
        "answers": Answer.objects.count(),
        "marks": list(Mark.objects.order_by("pk").values_list(number, "version", "value_thousandths")),
        "submitted": Script.objects.exclude(submitted_at=None).count(),
        "results": list(Result.objects.order_by("number").values_list("number", "bucket", "shown_score")),
        "logged": Event.objects.filter(verb="work.import").count() - 1,
    }


@pytest.mark.first
@pytest.mark.parametrize("share", range(1, SHARES + 1))
def test_a_worker_killed_while_importing_leaves_all_of_the_file_or_nothing(anew, share):
    boundary, killed = share, True
    while killed:
        anew()
        killed = killed_at(boundary, work_to_the_end)
        applied = Import.objects.get().state == ImportState.APPLIED
        assert what_is_there() == (ALL_OF_IT if applied else NOTHING)
        time.sleep(LEASE)
        work_to_the_end()
        assert Import.objects.get().state == ImportState.APPLIED
        assert what_is_there() == ALL_OF_IT
        assert Work.objects.get().state == "done"
        assert list(verify(Verified())) == []
        boundary += SHARES
    assert boundary > 40
