"""The pages of moderation: setting rounds after a preview, the moderator's list, one script, a sample."""

from fractions import Fraction

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.marking.actions.people import remove_assessor
from marksheet.apps.marking.models import Moderation, Plan, Script
from marksheet.apps.marking.queries.assess import assess_list, schedules_to_mark
from marksheet.apps.marking.queries.moderation import moderated_by
from marksheet.apps.results.actions.marks import CellSave, save_marks, set_moderation, submit_scripts
from marksheet.apps.results.queries.coordination import coordination_of, to_do
from marksheet.apps.results.queries.moderated import samples_to_decide_at
from marksheet.rules.moderation import Kind, Round, Trigger
from tests.apps.marking.scene import hand_in, human_part, result_of
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, grant, signed_in
from tests.scenery import kept

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NEAR_AND_FIRST = [Round((Trigger(Kind.NEAR_BOUNDARY, Fraction(1)), Trigger(Kind.FIRST, Fraction(2))))]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@kept
def _schedule(world: World) -> Schedule:
    """Six scripts of two questions of 5, all submitted by Mo: one of 6 marks, the others of 10."""
    version = an_assessment(world, wanted=[by_hand("1"), by_hand("2")])
    schedule = a_schedule(world, version=version, candidates=6)
    for n, attempt in enumerate(hand_in(schedule)):
        value = 3000 if n == 5 else 5000
        cells = [CellSave(attempt.script_ref, human_part(schedule, k).ref, value, False, 0) for k in (0, 1)]
        save_marks(world.mo, schedule.ref, cells, at=NOW)
        submit_scripts(world.mo, schedule.ref, [attempt.script_ref], at=NOW)
    return schedule


@pytest.fixture
def schedule(world: World) -> Schedule:
    return _schedule(world)


@pytest.fixture
def moderated(world: World, schedule: Schedule) -> Schedule:
    set_moderation(world.ada, schedule.ref, NEAR_AND_FIRST, seed="spring", against=0, at=NOW)
    return schedule


def page(client: Client, schedule: Schedule, path: str = "") -> str:
    answer = client.get(f"/marking/assess/{schedule.ref}/moderation/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def case(schedule: Schedule) -> Moderation:
    return Moderation.objects.get(schedule=schedule, case=True)


def test_rounds_are_previewed_then_set(world, schedule) -> None:
    ada = signed_in(world.ada)
    address = f"/marking/coordinator/{schedule.ref}/moderation/"
    assert "No script goes to moderation" in ada.get(address).content.decode()
    sent = {"against": "0", "seed": "spring", "near_boundary_0": "1", "first_0": "2", "notes_0": "on"}
    sent |= {"flagged_1": "on"}
    answer = ada.get(address + "preview/", sent)
    words = " ".join(answer.content.decode().split())
    assert "This would send 3 scripts to moderation" in words
    assert "Counted over 6 scripts" in words
    assert not Moderation.objects.exists()
    asked = dict(answer.context["sent"])
    answer = ada.post(address + "preview/", asked)
    assert (answer.status_code, Plan.objects.get().seed) == (302, "spring")
    assert Moderation.objects.count() == 3
    holds = ada.get(address).content.decode()
    assert "the score lies within 1 mark of a boundary; sample: the first 2 scripts of each marker" in holds
    assert "flagged by a marker" in holds and "Scripts that their marker flagged" in holds
    stale = ada.post(address + "preview/", asked)
    assert stale.status_code == 400
    assert "Somebody else changed these settings" in stale.content.decode()


@pytest.mark.parametrize(
    ("name", "value"), [("random_share_0", "101"), ("near_boundary_0", "much"), ("near_boundary_1", "1")]
)
def test_an_amount_that_makes_no_sense_stays_on_the_page(world, schedule, name, value) -> None:
    ada = signed_in(world.ada)
    address = f"/marking/coordinator/{schedule.ref}/moderation/preview/"
    answer = ada.get(address, {"against": "0", name: value})
    assert (answer.status_code, f'value="{value}"' in answer.content.decode()) == (400, True)
    assert not Plan.objects.exists()


def test_a_moderator_is_told_what_waits_and_why(world, moderated) -> None:
    assert (schedules_to_mark(world.max), schedules_to_mark(world.mo)) == (1, 0)
    (row,), _after = assess_list(world.max)
    assert row.status == "moderation"
    html = page(signed_in(world.max), moderated)
    assert html.count('name="selected"') == 3
    assert "sample: the first 2 scripts of Mo Idris" in html
    assert 'Moderation <span class="count">3</span>' in html
    assert "You do not moderate" in page(signed_in(world.mo), moderated)
    steps = {one.code: one.count for one in to_do(coordination_of(moderated))}
    assert (steps["to-moderate"], steps["moderation"]) == (3, 6)
    for one in Moderation.objects.all():
        door = f"/marking/assess/{moderated.ref}/moderation/script/{one.ref}/"
        for person in (world.max, world.mo, world.mei, world.ada, world.sid):
            listed = moderated_by(person).filter(pk=one.pk).exists()
            assert (signed_in(person).get(door).status_code == 200) == listed == (person == world.max)


def test_the_list_takes_the_same_statements_however_many_scripts(world, moderated) -> None:
    client = signed_in(world.max)
    page(client, moderated)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, moderated)
    every = [Round((Trigger(Kind.EVERY), Trigger(Kind.FIRST, Fraction(6))))]
    set_moderation(world.ada, moderated.ref, every, against=1, at=NOW)
    with CaptureQueriesContext(connection) as many:
        assert page(client, moderated).count('name="selected"') == 6
    assert len(many) == len(few)


def test_a_moderator_changes_a_case_and_goes_on_to_the_next(world, moderated) -> None:
    client, row = signed_in(world.max), case(moderated)
    door = f"/marking/assess/{moderated.ref}/moderation/script/{row.ref}/"
    one, two = (f"m_{human_part(moderated, n).ref}" for n in (0, 1))
    typed = {"against": "0", one: "4.5", two: "3", "note": ""}
    answer = client.post(door, typed | {"do": "change"})
    assert (answer.status_code, 'value="4.5"' in answer.content.decode()) == (400, True)
    assert "Say why" in answer.content.decode()
    answer = client.post(door, typed | {"do": "accept"})
    assert "You typed other marks" in answer.content.decode()
    answer = client.post(door, typed | {"do": "change", one: "6", "note": "So"})
    assert "not between 0 and 5" in answer.content.decode()
    assert not Moderation.objects.exclude(decision="").exists()
    answer = client.post(door, typed | {"do": "change", "note": "A line more"})
    assert answer.status_code == 302
    html = client.get(door).content.decode()
    assert "A line more" in html
    assert "4.5" in html
    late = client.post(door, typed | {"do": "change", "note": "Again", one: "2"})
    assert (late.status_code, "Max Stern decided on this script" in late.content.decode()) == (400, True)


def test_several_are_accepted_at_once_and_the_sample_is_decided(world, moderated) -> None:
    client = signed_in(world.max)
    refs = list(Moderation.objects.values_list("ref", flat=True))
    accept = f"/marking/assess/{moderated.ref}/moderation/accept/"
    asked = client.get(accept, {"selected": refs}).content.decode()
    assert "Accept the marks of 3 scripts" in asked
    assert client.post(accept, {"selected": refs}).status_code == 302
    assert client.post(accept, {"selected": refs}).status_code == 400
    deciding = samples_to_decide_at(world.max)
    assert schedules_to_mark(world.max, deciding=deciding) == 1, "a sample is to be decided"
    assert assess_list(world.max, deciding=deciding)[0][0].status == "moderation"
    door = f"/marking/assess/{moderated.ref}/moderation/sample/moderation-1/{world.mo.ref}/"
    assert client.post(door, {"decision": "again", "reason": "Generous"}).status_code == 400
    part = human_part(moderated).ref
    assert client.post(door, {"decision": "confirm", "parts": part}).status_code == 400
    assert client.post(door, {"decision": "confirm"}).status_code == 302
    assert "Confirmed" in page(client, moderated)
    assert schedules_to_mark(world.max, deciding=samples_to_decide_at(world.max)) == 0
    states = {result_of(one).state for one in Attempt.objects.filter(schedule=moderated)}
    assert states == {"ready"}
    again = client.post(door, {"decision": "again", "parts": part, "reason": "Generous after all"})
    assert again.status_code == 302
    assert Script.objects.filter(schedule=moderated, submitted_at=None, unmarked=1).count() == 6


def test_without_a_moderator_the_coordinator_is_told(world, moderated) -> None:
    of_mo = [Round((Trigger(Kind.OF_MARKER, marker=world.mo.pk),))]
    set_moderation(world.ada, moderated.ref, of_mo, against=1, at=NOW)
    for person in (world.max, world.mo):
        remove_assessor(world.ada, moderated.ref, person.ref, at=NOW)
    form = signed_in(world.ada).get(f"/marking/coordinator/{moderated.ref}/moderation/").content.decode()
    assert f'value="{world.mo.ref}"' in form, "whose scripts are a sample stays so when they leave"
    assert "moderators" in {one.code for one in to_do(coordination_of(moderated))}
    grant(world.mo, "moderator", moderated.node)
    html = page(signed_in(world.mo), moderated)
    assert "your own marking" in html
    assert 'name="selected"' not in html
