"""The Coordinator tab: what each schedule needs, who may do what there, and opening scripts again."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.exams.queries.schedules import arrived_counts
from marksheet.apps.exams.queries.work import arrivals
from marksheet.apps.marking.models import Plan, Script
from marksheet.apps.people.queries import holds
from marksheet.apps.release.queries.history import schedule_history
from marksheet.apps.release.queries.narrowing import Filter
from marksheet.apps.results.actions.hand_in import record_hand_in
from marksheet.apps.results.actions.marks import save_mark, submit_scripts
from marksheet.apps.results.actions.standing import void_attempts
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.coordination import (
    Status,
    coordination_list,
    coordination_of,
    schedules_to_set_up,
    to_do,
)
from marksheet.entrypoints.web.audit.words import say
from marksheet.rules.access import Verb
from tests.apps.marking.scene import hand_in, human_part
from tests.factories import (
    NOW,
    World,
    a_machine_assessment,
    a_schedule,
    a_world,
    enrolments,
    grant,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return a_schedule(world, candidates=3, with_cas=True, staffed=False)


def mark(world: World, attempt: Attempt, value: int = 3000) -> None:
    save_mark(
        world.mo, attempt.script_ref, human_part(attempt.schedule).ref, value=value, against_version=0, at=NOW
    )


def status_of(schedule: Schedule) -> str:
    return coordination_of(Schedule.objects.select_related("unit").get(pk=schedule.pk)).status


def test_a_schedule_without_candidates_does_not_say_that_everybody_handed_in(world) -> None:
    empty = a_schedule(world, candidates=0)
    page = signed_in(world.ada).get(f"/marking/coordinator/{empty.ref}/").text
    assert "Nobody is enrolled yet." in page and "Everybody expected has handed in" not in page


def test_a_schedule_goes_from_set_up_to_published(world, schedule) -> None:
    assert status_of(schedule) == Status.SET_UP
    assert schedules_to_set_up(world.ada) == 1
    attempts = hand_in(schedule)
    assert status_of(schedule) == Status.SET_UP
    grant(world.mo, "marker", schedule.node)
    assert schedules_to_set_up(world.ada) == 0
    assert status_of(schedule) == Status.MARKING
    for attempt in attempts:
        mark(world, attempt)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    assert status_of(schedule) == Status.READY
    row = coordination_of(Schedule.objects.select_related("unit").get(pk=schedule.pk))
    assert (row.candidates, row.arrived, row.submitted, row.by_hand) == (4, 4, 4, 1)
    codes = {one.code: one.done for one in to_do(row)}
    assert codes == {"markers": True, "publisher": False, "expected": True, "marking": True, "publish": False}


def test_a_machine_scored_schedule_needs_a_publisher_only(world) -> None:
    version = a_machine_assessment(world, workflow="coordinated")
    schedule = a_schedule(world, version=version, candidates=1, staffed=False)
    assert status_of(schedule) == Status.SET_UP
    grant(world.pia, "publisher", schedule.node)
    assert status_of(schedule) == Status.WAITING


def test_the_list_searches_filters_and_pages(world, schedule) -> None:
    for n in range(3):
        a_schedule(world, version=schedule.version, code=f"MORE-{n}", title=f"Resit {n}", candidates=1)
    rows, following = coordination_list(world.ada, size=2)
    assert len(rows) == 2
    more, end = coordination_list(world.ada, size=2, after=following)
    assert (len(more), end) == (2, "")
    assert len({row.schedule.pk for row in rows + more}) == 4
    assert [row.schedule for row in coordination_list(world.ada, search="alg-1-jun")[0]] == [schedule]
    assert [row.schedule for row in coordination_list(world.ada, status="set-up")[0]] == [schedule]
    assert coordination_list(world.eva) == ([], "")


def test_the_number_of_statements_of_the_list_does_not_grow(world, schedule) -> None:
    client = signed_in(world.ada)
    with CaptureQueriesContext(connection) as one:
        assert client.get("/marking/coordinator/").status_code == 200
    for n in range(4):
        a_schedule(world, version=schedule.version, code=f"MORE-{n}", candidates=2, staffed=False)
    with CaptureQueriesContext(connection) as five:
        client.get("/marking/coordinator/")
    assert len(five) <= len(one)


def test_pages_of_a_schedule_are_there_for_its_coordinator_and_for_nobody_else(world, schedule) -> None:
    hand_in(schedule)
    grant(world.mo, "marker", schedule.node)
    base = f"/marking/coordinator/{schedule.ref}/"
    for path in (
        "",
        "people/",
        "scripts/",
        "handed-in/",
        f"people/{world.mo.ref}/",
        f"people/{world.mo.ref}/remove/",
    ):
        assert signed_in(world.ada).get(base + path).status_code == 200, path
        for stranger in (world.sid, world.eva, world.mo, world.cas):
            assert signed_in(stranger).get(base + path).status_code == 404, path
    for stranger in (world.sid, world.cas):
        answer = signed_in(stranger).get("/marking/coordinator/")
        assert answer.status_code == 200
        assert schedule.code not in answer.text


def test_the_people_page_adds_changes_and_removes(world, schedule) -> None:
    client, page = signed_in(world.ada), f"/marking/coordinator/{schedule.ref}/people/"
    found = client.get(page, {"q": "mo idris"})
    assert world.mo.ref in found.text
    answer = client.post(page, {"person": [world.mo.ref], "kind": "other", "publish": "on", "q": "mo"})
    assert answer.status_code == 302
    assert holds(world.mo, Verb.RESULT_PUBLISH, schedule.node_id)
    assert "the right sleeps until Mo Idris may view reports here" in client.get(page).text
    needs = client.get(f"/marking/coordinator/{schedule.ref}/").text
    assert "Nobody may publish these results yet." in needs
    client.post(f"{page}{world.mo.ref}/", {"kind": "marker", "publish": "on"})
    assert holds(world.mo, Verb.MARK_GIVE, schedule.node_id)
    assert "sleeps until" not in client.get(page).text
    client.post(f"{page}{world.mo.ref}/remove/")
    assert not holds(world.mo, Verb.MARK_GIVE, schedule.node_id)


def test_what_was_ticked_stays_when_it_is_refused(world, schedule) -> None:
    client, page = signed_in(world.ada), f"/marking/coordinator/{schedule.ref}/people/"
    answer = client.post(page, {"person": [world.mo.ref], "kind": "other"})
    assert answer.status_code == 400
    assert "needs at least one right" in answer.text
    assert f'value="{world.mo.ref}" id="p-{world.mo.ref}" checked' in answer.text
    answer = client.post(page, {"person": [world.cas.ref], "kind": "marker"})
    assert "Nobody handles their own work" in answer.text
    assert not holds(world.cas, Verb.MARK_GIVE, schedule.node_id)


def test_the_picker_on_the_page_says_why(world, schedule) -> None:
    text = signed_in(world.ada).get(f"/marking/coordinator/{schedule.ref}/people/", {"q": "cas"}).text
    assert "is a candidate of this schedule" in text


def test_work_on_paper_is_recorded_and_opens_scripts(world, schedule) -> None:
    client, page = signed_in(world.ada), f"/marking/coordinator/{schedule.ref}/handed-in/"
    assert client.post(page, {"selected": []}).status_code == 400
    refs = [one.ref for one in enrolments(schedule)[:2]]
    assert client.post(page, {"selected": refs}).status_code == 302
    assert Script.objects.filter(schedule=schedule, unmarked=1).count() == 2
    assert client.post(page, {"selected": refs}).status_code == 302
    assert Attempt.objects.filter(schedule=schedule).count() == 2


def test_submitted_scripts_are_reopened_with_a_reason(world, schedule) -> None:
    attempts = hand_in(schedule)
    grant(world.mo, "marker", schedule.node)
    mark(world, attempts[0])
    submit_scripts(world.mo, schedule.ref, at=NOW)
    client, page = signed_in(world.ada), f"/marking/coordinator/{schedule.ref}/scripts/reopen/"
    ref = attempts[0].script_ref
    assert attempts[0].enrolment.name in client.get(page, {"selected": [ref]}).text
    assert client.post(page, {"selected": [ref], "reason": ""}).status_code == 400
    assert client.post(page, {"selected": [ref], "reason": "A page was missed"}).status_code == 302
    assert Script.objects.get(attempt=attempts[0]).submitted_at is None


def test_a_conflict_of_interest_is_declared_on_a_page_and_ended_there(world, schedule) -> None:
    grant(world.mo, "marker", schedule.node)
    hand_in(schedule)
    name = enrolments(schedule)[0].name
    client, page = signed_in(world.ada), f"/marking/coordinator/{schedule.ref}/conflicts/"
    assert "No conflict of interest is declared" in client.get(page).text
    filled = {"person": world.mo.ref, "number": "1001", "unit": "", "reason": "His neighbour"}
    wrong = client.post(page, filled | {"number": "4711"})
    assert wrong.status_code == 400
    assert "has the number “4711”" in wrong.text and "His neighbour" in wrong.text
    assert client.post(page, filled, follow=True).redirect_chain == [(page, 302)]
    text = client.get(page).text
    assert "His neighbour" in text and name in text
    submissions = f"/marking/assess/{schedule.ref}/"
    assert name not in signed_in(world.mo).get(submissions).text
    assert "1 script is not for you" in signed_in(world.mo).get(submissions).text
    (end,) = {found for found in text.split('"') if found.endswith("/end/")}
    assert "at every schedule" in client.get(end).text
    assert client.post(end, {"reason": ""}).status_code == 400
    assert client.post(end, {"reason": "He moved away"}).status_code == 302
    assert name in signed_in(world.mo).get(submissions).text


def test_the_allocation_page_previews_shares_out_and_reminds(world, schedule) -> None:
    grant(world.mo, "marker", schedule.node)
    hand_in(schedule)
    ada = signed_in(world.ada)
    page = ada.get(f"/marking/coordinator/{schedule.ref}/allocation/").content.decode()
    assert "The scripts lie on a pile" in page
    chosen = {"method": "random", "which": "untouched", "markers": [world.mo.ref]}
    preview = ada.get(f"/marking/coordinator/{schedule.ref}/allocation/share-out/", chosen)
    assert preview.status_code == 200
    assert not Script.objects.filter(allocated=True).exists()
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', preview.content.decode()))
    done = ada.post(f"/marking/coordinator/{schedule.ref}/allocation/share-out/", sent, follow=True)
    assert "The scripts are shared out." in done.content.decode()
    assert Script.objects.filter(allocated=True, marker=world.mo).count() == 4
    again = ada.post(f"/marking/coordinator/{schedule.ref}/allocation/share-out/", sent)
    assert again.status_code == 302, "the same again is the same"
    reminded = ada.post(
        f"/marking/coordinator/{schedule.ref}/allocation/remind/", {"person": world.mo.ref}, follow=True
    )
    assert "1 marker was reminded" in reminded.content.decode()


def test_a_preview_that_no_longer_holds_is_shown_anew_with_what_changed(world, schedule) -> None:
    grant(world.mo, "marker", schedule.node)
    people = enrolments(schedule)
    hand_in(schedule, people[:2])
    ada = signed_in(world.ada)
    address = f"/marking/coordinator/{schedule.ref}/allocation/share-out/"
    page = ada.get(address, {"method": "one", "which": "untouched", "markers": [world.mo.ref]})
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    hand_in(schedule, people[2:3])
    refused = ada.post(address, sent)
    assert refused.status_code == 409
    assert "Nothing was allocated" in refused.content.decode()
    assert "Share out 3 scripts" in refused.content.decode()
    assert not Script.objects.filter(allocated=True).exists()


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"method": "random", "which": "untouched"}, "Tick at least one marker."),
        ({"method": "nonsense", "which": "untouched"}, "Select a valid choice"),
        ({}, "This field is required"),
    ],
)
def test_a_choice_without_sense_comes_back_with_why(world, schedule, sent, says) -> None:
    grant(world.mo, "marker", schedule.node)
    page = signed_in(world.ada).get(f"/marking/coordinator/{schedule.ref}/allocation/share-out/", sent)
    assert page.status_code == 400
    assert says in page.content.decode()


def test_scripts_are_given_by_hand_from_their_list_and_handed_on_when_somebody_leaves(
    world, schedule
) -> None:
    for person in (world.mo, world.mei):
        grant(person, "marker", schedule.node)
    first, *_rest = hand_in(schedule)
    ada = signed_in(world.ada)
    address = f"/marking/coordinator/{schedule.ref}/scripts/give/"
    page = ada.get(address, {"selected": first.script_ref}).content.decode()
    assert "Give 1 script to a marker" in page
    assert ada.post(address, {"selected": first.script_ref, "marker": ""}).status_code == 400
    ada.post(address, {"selected": first.script_ref, "marker": world.mo.ref})
    assert Script.objects.get(attempt=first).marker == world.mo
    assert "3 scripts are with nobody" in ada.get(f"/marking/coordinator/{schedule.ref}/").content.decode()
    listed = ada.get(f"/marking/coordinator/{schedule.ref}/scripts/", {"status": "nobodys"}).content.decode()
    assert first.enrolment.name not in listed
    leaving = f"/marking/coordinator/{schedule.ref}/people/{world.mo.ref}/remove/"
    assert "1 script is theirs" in ada.get(leaving).content.decode()
    ada.post(leaving, {"to": world.mei.ref})
    assert Script.objects.get(attempt=first).marker == world.mei


def test_two_markers_are_set_on_the_settings_page(world, schedule) -> None:
    hand_in(schedule)
    ada = signed_in(world.ada)
    address = f"/marking/coordinator/{schedule.ref}/settings/"
    assert "one marker" in ada.get(address).content.decode()
    sent = {
        "against": 0,
        "markers": 2,
        "measured": "item",
        "tolerance": "1.5",
        "within": "mean",
        "sharing": "never",
    } | {"beyond": "agreed"}
    assert "The settings are saved." in ada.post(address, sent, follow=True).content.decode()
    plan = Plan.objects.get()
    assert (plan.markers, plan.tolerance_thousandths) == (2, 1500)
    assert Script.objects.filter(schedule=schedule).count() == 8
    again = ada.post(address, sent | {"against": 1}, follow=True)
    assert "Nothing had changed." in again.content.decode()
    stale = ada.post(address, sent | {"tolerance": "2"})
    assert (stale.status_code, "Somebody else changed" in stale.content.decode()) == (400, True)
    wrong = ada.post(address, sent | {"against": 1, "tolerance": "much"})
    assert (wrong.status_code, "much" in wrong.content.decode()) == (400, True)
    told = [say(entry) for entry in schedule_history(world.ada, schedule, Filter()).entries]
    (plan_said,) = [one for one in told if one.text == "Changed how the schedule is marked"]
    assert ("Tolerance in marks", "0", "1.5") in plan_said.changes


def test_a_void_attempt_is_counted_apart_from_what_was_handed_in_on_every_page(world, schedule) -> None:
    row = Result.objects.get(enrolment=enrolments(schedule)[0])
    record_hand_in(world.ada, schedule.ref, [one.ref for one in enrolments(schedule)[:2]], at=NOW)
    void_attempts(world.ada, [row.ref], reason="left with the paper", at=NOW)
    found = coordination_of(Schedule.objects.select_related("unit").get(pk=schedule.pk))
    assert (found.arrived, found.submitted, found.void) == (1, 0, 1)
    assert (arrivals(world.ada, schedule).arrived, arrivals(world.ada, schedule).void) == (1, 1)
    counts = arrived_counts(schedule)
    assert (counts["handed_in"], counts["void"], counts["in_progress"]) == (1, 1, 0)
    ada = signed_in(world.ada)
    assert "1 void" in ada.get("/marking/coordinator/").content.decode()
    for page in (
        f"/marking/coordinator/{schedule.ref}/",
        f"/schedules/{schedule.ref}/",
        f"/schedules/{schedule.ref}/reconciliation/",
    ):
        assert "void" in ada.get(page).content.decode().lower(), page
