"""The Coordinator list: its columns, saved views, and what is shown as a file."""

import pytest

from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.ledger.models import Event
from marksheet.apps.release.actions.exports import Order, request_export
from marksheet.apps.release.queries.exports.selection import Asked, Selection, Source, selection_from
from tests.apps.marking.scene import hand_in
from tests.factories import NOW, World, a_schedule, a_world, enrolments, grant, signed_in
from tests.outputs.exports.scene import exported, rows

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST = "/marking/coordinator/"
COORDINATION = Selection(Source.COORDINATION)


@pytest.fixture
def world(db: None) -> World:
    """Algebra waits for work, and of the resit one of two has handed in; nobody marks it yet."""
    found = a_world()
    first = a_schedule(found, candidates=3)
    second = a_schedule(
        found, version=first.version, code="RESIT", title="Resit", candidates=2, staffed=False
    )
    hand_in(second, enrolments(second)[:1])
    return found


def test_columns_are_chosen_and_remembered(world) -> None:
    ada = signed_in(world.ada)
    page = ada.get(LIST).content.decode()
    assert ">Window</th>" in page and ">Code</th>" not in page and "RESIT · Mathematics" in page
    sent = {"column": ["code", "candidates", "nonsense"], "query": "q=Resit&status=set-up&evil=1"}
    assert ada.post(f"{LIST}columns/", sent)["Location"] == f"{LIST}?q=Resit&status=set-up"
    page = ada.get(LIST).content.decode()
    assert ">Code</th>" in page and ">Status</th>" in page and ">Window</th>" not in page
    assert "RESIT · Mathematics" not in page and "<small>Mathematics</small>" in page


def test_a_view_is_saved_under_a_name_and_forgotten(world) -> None:
    ada = signed_in(world.ada)
    kept = ada.post(f"{LIST}views/save/", {"name": "Resits", "query": "q=Resit&status=set-up"}, follow=True)
    assert "The view “Resits” is saved." in kept.content.decode()
    assert f'href="{LIST}?q=Resit&amp;status=set-up">Resits</a>' in ada.get(LIST).content.decode()
    assert ada.post(f"{LIST}views/save/", {"name": " ", "query": ""}).status_code == 400
    assert ada.post(f"{LIST}views/save/", {"name": "x", "query": "status=nonsense"}).status_code == 400
    assert "Resits" not in ada.get("/marking/results/").content.decode(), "each list has views of its own"
    ada.post(f"{LIST}views/forget/", {"name": "Resits"})
    assert ">Resits</a>" not in ada.get(LIST).content.decode()


def test_what_is_shown_is_taken_out_as_a_file(world) -> None:
    found = rows(exported(world.ada, COORDINATION, "visible"))
    assert [(one["Schedule"], one["Status"], one["Candidates"], one["Handed in"]) for one in found] == [
        ("Resit", "To set up", "2", "1"),
        ("Algebra 1", "Waiting for work", "3", "0"),
    ]
    narrowed = Selection(Source.COORDINATION, asked=Asked(text="alg", status="waiting"))
    assert selection_from(narrowed.to_json()) == narrowed
    chosen = rows(exported(world.ada, narrowed, "visible", columns=("schedule", "status")))
    assert chosen == [
        {"Schedule": "Algebra 1", "Code": "ALG-1-JUN", "Unit": "Mathematics", "Status": "Waiting for work"}
    ]
    event = Event.objects.filter(verb="result.export").order_by("-seq")[0]
    assert event.line_count == 1, "each schedule's history says that it was taken out"


def test_a_file_holds_only_what_its_reader_coordinates(world) -> None:
    for person in (world.eva, world.sid, world.mo):
        with pytest.raises(BadInput, match="nothing fits"):
            request_export(person, COORDINATION, Order("visible"), at=NOW)
    grant(world.sid, "coordinator", world.department)
    assert len(rows(exported(world.sid, COORDINATION, "visible"))) == 2


def test_the_dialog_offers_the_list_as_it_is_narrowed(world) -> None:
    ada = signed_in(world.ada)
    assert (
        "/exports/new/?source=coordination&amp;status=set-up&amp;back="
        in ada.get(f"{LIST}?status=set-up").content.decode()
    )
    page = ada.get(
        "/exports/new/?source=coordination&status=set-up&back=/marking/coordinator/"
    ).content.decode()
    assert "Export 1 schedule" in page and "No result is in the file." in page
    assert 'value="visible"' in page and 'value="scores"' not in page
