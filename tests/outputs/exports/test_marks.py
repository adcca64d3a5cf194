"""Marks so far as a file: who gets it, what it says of each script in each round, and what it keeps back."""

import pytest

from marksheet.apps.ledger.errors import BadInput, NotFound
from marksheet.apps.ledger.models import Event
from marksheet.apps.marking.models import Script
from marksheet.apps.release.actions.exports import Order, request_export
from marksheet.apps.release.queries.exports.selection import Asked, Selection, Source
from tests.apps.marking.two_markers import first, mark, plan, share, two_questions
from tests.factories import NOW, a_schedule, a_world, grant, signed_in
from tests.outputs.exports.scene import content, exported, rows

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def world(db):
    return a_world()


@pytest.fixture
def schedule(world):
    found = two_questions(world, 2)
    plan(world, found)
    share(world, found)
    return found


def so_far(schedule):
    return Selection(Source.MARKING, asked=Asked(schedules=(schedule.ref,)))


def lines(who, schedule):
    found = rows(exported(who, so_far(schedule), "marks"))
    assert {line["PRELIMINARY"] for line in found} == {"PRELIMINARY"}
    return [(line["Round"], line["Marked by"], line["State"], line["1"], line["2"]) for line in found]


def other(schedule, attempt):
    return Script.objects.get(attempt=attempt, marker__isnull=False, round="marker-2").marker


def one(schedule, attempt):
    return Script.objects.get(attempt=attempt, round="marker-1").marker


def test_each_script_in_each_round_says_how_far_it_is_and_its_marks_so_far(world, schedule) -> None:
    attempt = first(schedule)
    mo, mei = one(schedule, attempt), other(schedule, attempt)
    mark(mo, attempt, 4, submit=False)
    assert lines(world.ada, schedule)[:2] == [
        ("Marker 1", mo.name, "In progress", "4", ""),
        ("Marker 2", mei.name, "Not begun", "", ""),
    ]
    mark(mei, attempt, 5, 0)
    assert lines(world.ada, schedule)[1] == ("Marker 2", mei.name, "Submitted", "5", "0")
    assert len(lines(world.ada, schedule)) == 4, "what two markers come to has no line before both submitted"


def test_what_both_markers_come_to_is_a_line_once_both_have_submitted(world, schedule) -> None:
    attempt = first(schedule)
    mark(one(schedule, attempt), attempt, 4, 1)
    mark(other(schedule, attempt), attempt, 5, 4)
    assert lines(world.ada, schedule)[2] == ("Both markers together", "", "Not agreed", "4.5", "")


def test_every_file_is_marked_preliminary_and_holds_no_total(world, schedule) -> None:
    work = exported(world.ada, so_far(schedule), "marks")
    assert work.outcome["name"].startswith("PRELIMINARY-marking-") and work.outcome["manifest"]["preliminary"]
    assert "PRELIMINARY" in work.outcome["manifest"]["results"]
    head = content(work).decode("utf-8-sig").splitlines()[0].split(",")
    assert head[0] == "PRELIMINARY" and not {"Score", "Percentage", "Grade", "Total"} & set(head)
    assert content(exported(world.ada, so_far(schedule), "marks", file_type="xlsx"))[:2] == b"PK"
    asked = Event.objects.filter(verb="result.export").order_by("-seq")[0]
    assert asked.line_count == 1, "the history of the schedule says that it was taken out"


def test_only_who_coordinates_takes_marks_so_far_out(world, schedule) -> None:
    for person in (world.mo, world.pia, world.sid):
        with pytest.raises(NotFound):
            request_export(person, so_far(schedule), Order("marks"), at=NOW)
    ada = signed_in(world.ada)
    page = ada.get(f"/marking/coordinator/{schedule.ref}/").content.decode()
    assert f"/exports/new/?source=marking&amp;schedule={schedule.ref}" in page
    dialog = ada.get(f"/exports/new/?source=marking&schedule={schedule.ref}").content.decode()
    assert "4 rows of preliminary marks" in dialog and 'value="scores"' not in dialog
    sent = {"source": "marking", "query": f"schedule={schedule.ref}", "rows": "list", "file_type": "csv"}
    sent |= {"decimal_sign": ".", "encoding": "utf-8"}
    assert ada.post("/exports/make/", sent | {"format": "scores"}).status_code == 400
    assert ada.post("/exports/make/", sent | {"format": "marks"}).status_code == 302
    results = {"source": "results", "rows": "list", "format": "marks"}
    assert ada.post("/exports/make/", sent | results).status_code in (400, 403)


def test_who_coordinates_and_marks_gets_the_other_markers_marks_after_submitting_only(world) -> None:
    schedule = two_questions(world, 2)
    plan(world, schedule)
    grant(world.ada, "marker", schedule.node)
    share(world, schedule, world.ada, world.mo)
    attempt = first(schedule)
    mark(world.mo, attempt, 4, 3)
    mine = {line[1]: line for line in lines(world.ada, schedule)[:2]}
    assert mine[world.mo.name][2:] == ("Submitted", "", "")
    notes = [line["Note"] for line in rows(exported(world.ada, so_far(schedule), "marks"))]
    assert sum("Kept back" in note for note in notes) == 2
    mark(world.ada, attempt, 4, 3)
    mine = {line[1]: line for line in lines(world.ada, schedule)[:3]}
    assert mine[world.mo.name][3:] == ("4", "3") and mine[""][2:] == ("Agreed", "4", "3")


def test_a_schedule_where_nothing_was_handed_in_has_nothing_to_take_out(world) -> None:
    schedule = a_schedule(world, candidates=1)
    with pytest.raises(BadInput, match="nothing fits"):
        request_export(world.ada, so_far(schedule), Order("marks"), at=NOW)
