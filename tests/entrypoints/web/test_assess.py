"""The Assess tab: what waits for a marker, the mark sheet, and submitting."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.marking.actions.allocation import give_scripts
from marksheet.apps.marking.models import Mark, MarkDraft, Plan, Script
from marksheet.apps.marking.queries.assess import assess_list, schedules_to_mark
from marksheet.apps.marking.queries.progress import progress_by_item
from marksheet.apps.results.actions.marks import save_mark, set_plan, submit_scripts
from tests.apps.marking.scene import hand_in, human_part, result_of
from tests.factories import (
    NOW,
    World,
    a_schedule,
    a_world,
    an_assessment,
    by_hand,
    grant,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return a_schedule(world, candidates=3, with_cas=True)


@pytest.fixture
def attempts(schedule: Schedule) -> list[Attempt]:
    return hand_in(schedule)


def save(
    client: Client, attempt: Attempt, value: str, version: int = 0, part=None
) -> tuple[int, dict[str, Any]]:
    part = part or human_part(attempt.schedule)
    answer = client.post(
        f"/marking/assess/{attempt.schedule.ref}/grid/cell/",
        {"attempt": attempt.script_ref, "part": part.ref, "version": version, "value": value},
        headers={"Accept": "application/json"},
    )
    return answer.status_code, answer.json()


def sheet_form(
    schedule: Schedule, attempts: list[Attempt], texts: list[str], version: int = 0, stood: str = ""
) -> dict[str, str]:
    part = human_part(schedule)
    form: dict[str, str] = {}
    for attempt, text in zip(attempts, texts):
        form[f"m-{attempt.script_ref}-{part.ref}"] = text
        form[f"h-{attempt.script_ref}"] = json.dumps({part.ref: (version, stood)})
    return form


def test_a_marker_sees_what_waits_and_a_stranger_nothing(world, schedule, attempts) -> None:
    (row,), _after = assess_list(world.mo)
    assert (row.schedule, row.status, row.counts.total, row.counts.untouched) == (schedule, "ready", 4, 4)
    assert schedules_to_mark(world.mo) == 1
    assert schedules_to_mark(world.max) == 0
    for person in (world.sid, world.eva, world.ada, world.cas):
        assert assess_list(person) == ([], "")
        assert signed_in(person).get("/marking/assess/").status_code == 200
    for path in ("", "grid/", "submit/", "no-response/"):
        assert signed_in(world.mo).get(f"/marking/assess/{schedule.ref}/{path}").status_code == 200
        for person in (world.sid, world.eva, world.ada, world.cas):
            assert signed_in(person).get(f"/marking/assess/{schedule.ref}/{path}").status_code == 404


def test_counts_leave_out_ones_own_work(world, schedule, attempts) -> None:
    grant(world.cas, "marker", schedule.node)
    (row,), _after = assess_list(world.cas)
    assert row.counts.total == 3
    text = signed_in(world.cas).get(f"/marking/assess/{schedule.ref}/grid/").text
    assert attempts[-1].script_ref not in text
    assert world.cas.name not in text.split("<tbody>")[1]
    assert "1 script is not for you" in text


def test_a_cell_is_saved_as_it_is_typed(world, attempts) -> None:
    client = signed_in(world.mo)
    assert save(client, attempts[0], "2,5") == (200, {"state": "saved", "version": 1, "shown": "2.5"})
    assert save(client, attempts[0], "nr", 1) == (200, {"state": "saved", "version": 2, "shown": "nr"})
    assert save(client, attempts[0], "", 2) == (200, {"state": "saved", "version": 3, "shown": ""})
    assert save(client, attempts[1], "") == (200, {"state": "saved", "version": 0, "shown": ""})
    assert Script.objects.get(attempt=attempts[1]).unmarked == 1


def test_a_late_save_is_answered_409_and_kept(world, schedule, attempts) -> None:
    save(signed_in(world.mo), attempts[0], "2")
    client = signed_in(world.mei)
    assert save(client, attempts[0], "4") == (
        409,
        {"state": "stale", "theirs": "2", "by": "Mo Idris", "version": 1},
    )
    assert MarkDraft.objects.get(person=world.mei).typed == "4"
    page = client.get(f"/marking/assess/{schedule.ref}/grid/").text
    assert "2 stands, you typed 4" in page
    client.post(f"/marking/assess/{schedule.ref}/grid/discard/")
    assert not MarkDraft.objects.exists()
    assert Mark.objects.count() == 1


@pytest.mark.parametrize("value", ["6", "-1", "x", "1.2345", "1e3", "NaN"])
def test_what_is_no_mark_is_refused_with_its_reason(world, attempts, value) -> None:
    status, answer = save(signed_in(world.mo), attempts[0], value)
    assert (status, answer["state"]) == (400, "refused")
    assert value in answer["message"] or "0 and 5" in answer["message"]
    assert not Mark.objects.exists()


def test_nobody_saves_who_does_not_mark_there(world, schedule, attempts) -> None:
    assert save(signed_in(world.sid), attempts[0], "2")[0] == 404
    status, answer = save(signed_in(world.max), attempts[0], "2")
    assert (status, answer["state"]) == (400, "refused")
    assert not Mark.objects.exists()


def test_a_part_of_another_paper_is_refused(world, attempts) -> None:
    other = an_assessment(world, code="OTHER", wanted=[by_hand("1")])
    schedule = a_schedule(world, version=other, code="OTHER-1")
    assert save(signed_in(world.mo), attempts[0], "2", part=human_part(schedule))[0] == 400


def test_without_script_a_page_is_saved_whole(world, schedule, attempts) -> None:
    client, page = signed_in(world.mo), f"/marking/assess/{schedule.ref}/grid/"
    answer = client.post(page, sheet_form(schedule, attempts, ["1", "2,5", "n", ""]))
    assert answer.status_code == 302
    assert sorted(Mark.objects.values_list("value_thousandths", flat=True), key=str) == [1000, 2500, None]
    assert Script.objects.filter(unmarked=1).count() == 1


def test_a_page_with_an_error_saves_nothing_and_keeps_what_was_typed(world, schedule, attempts) -> None:
    client, page = signed_in(world.mo), f"/marking/assess/{schedule.ref}/grid/"
    answer = client.post(page, sheet_form(schedule, attempts, ["1", "7", "x", ""]))
    assert answer.status_code == 400
    assert "7 is not between 0 and 5" in answer.text
    assert 'value="7"' in answer.text
    assert 'value="1"' in answer.text
    assert not Mark.objects.exists()


def test_a_page_against_old_versions_saves_nothing_and_says_whose_stands(world, schedule, attempts) -> None:
    save(signed_in(world.mei), attempts[0], "2")
    client, page = signed_in(world.mo), f"/marking/assess/{schedule.ref}/grid/"
    answer = client.post(page, sheet_form(schedule, attempts, ["4", "3", "", ""]))
    assert answer.status_code == 409
    assert "Mei Lin saved 2 meanwhile" in answer.text
    assert 'value="4"' in answer.text
    assert Mark.objects.count() == 1
    again = sheet_form(schedule, attempts[:1], ["4"], version=1, stood="2")
    assert client.post(page, again).status_code == 302
    assert Mark.objects.order_by("-version")[0].value_thousandths == 4000


def test_cells_that_were_not_touched_are_not_saved(world, schedule, attempts) -> None:
    save(signed_in(world.mo), attempts[0], "2")
    page = f"/marking/assess/{schedule.ref}/grid/"
    signed_in(world.mei).post(page, sheet_form(schedule, attempts[:1], ["2"], version=1, stood="2"))
    assert Mark.objects.count() == 1


def test_submitting_asks_first_and_names_the_unfinished(world, schedule, attempts) -> None:
    client, page = signed_in(world.mo), f"/marking/assess/{schedule.ref}/submit/"
    save(client, attempts[0], "2")
    asked = client.get(page, {"selected": [one.script_ref for one in attempts[:2]]}).text
    assert "Submit 1 script" in asked
    assert attempts[1].enrolment.name in asked
    done = client.post(page, {"all": "1"}, follow=True).text
    assert "1 script was submitted." in done
    assert attempts[1].enrolment.name in done
    assert Script.objects.filter(submitted_at__isnull=False).count() == 1


def test_no_response_for_the_rest_asks_first(world, schedule, attempts) -> None:
    client, page = signed_in(world.mo), f"/marking/assess/{schedule.ref}/no-response/"
    ref = attempts[0].script_ref
    assert "1 unmarked part counts as not answered" in client.get(page, {"selected": [ref]}).text
    assert not Mark.objects.exists()
    client.post(page, {"selected": [ref]})
    assert Mark.objects.get().no_response


def test_submissions_filter_and_search(world, schedule, attempts) -> None:
    client, page = signed_in(world.mo), f"/marking/assess/{schedule.ref}/"
    save(client, attempts[0], "2")
    names = [one.enrolment.name for one in attempts]
    finished = client.get(page, {"status": "finished"}).text
    assert names[0] in finished
    assert names[1] not in finished
    found = client.get(page, {"q": names[1].split()[0]}).text
    assert names[1] in found
    assert names[2] not in found


def test_by_question_counts_what_stands_and_leaves_ones_own_work_out(world, attempts) -> None:
    mo, schedule = signed_in(world.mo), attempts[0].schedule
    page = f"/marking/assess/{schedule.ref}/questions/"
    save(mo, attempts[0], "2.5")
    save(mo, attempts[0], "", version=1)
    save(mo, attempts[1], "n")
    save(signed_in(world.mei), attempts[2], "5")
    (row,) = progress_by_item(world.mo, schedule)
    assert (row.label, row.total, row.marked, row.unmarked) == ("3", 4, 2, 2)
    assert (row.no_response, row.mine, row.sheet) == (1, 1, 0)
    assert "2 of 4" in mo.get(page).text
    assert f"/marking/assess/{schedule.ref}/grid/?items=0" in mo.get(page + "?show=open").text
    grant(world.cas, "marker", schedule.node)
    assert [one.total for one in progress_by_item(world.cas, schedule)] == [3]
    assert signed_in(world.sid).get(page).status_code == 404
    for attempt in (attempts[0], attempts[3]):
        save(mo, attempt, "1", version=2 if attempt == attempts[0] else 0)
    assert "Every question is wholly marked" in mo.get(page + "?show=open").text


def test_many_parts_come_in_dozens(world) -> None:
    version = an_assessment(world, code="LONG", wanted=[by_hand(str(n)) for n in range(1, 31)])
    schedule = a_schedule(world, version=version, code="LONG-1", candidates=1)
    hand_in(schedule)
    client, page = signed_in(world.mo), f"/marking/assess/{schedule.ref}/grid/"
    first = client.get(page).text
    assert first.count("data-cell") == 12
    assert "25 – 30" in first
    assert client.get(page, {"items": "2"}).text.count("data-cell") == 6


def test_the_number_of_statements_of_a_page_does_not_grow(world, schedule, attempts) -> None:
    client = signed_in(world.mo)
    pages = ("/marking/assess/", f"/marking/assess/{schedule.ref}/", f"/marking/assess/{schedule.ref}/grid/")
    for page in pages:
        client.get(page)
    few = [counted(client, page) for page in pages]
    big = a_schedule(world, version=schedule.version, code="BIG", candidates=60)
    hand_in(big)
    pages = ("/marking/assess/", f"/marking/assess/{big.ref}/", f"/marking/assess/{big.ref}/grid/")
    assert all(counted(client, page) <= n for page, n in zip(pages, few))


def counted(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as statements:
        assert client.get(page).status_code == 200
    return len(statements)


def test_two_markers_agree_on_a_page_of_their_differences(world) -> None:
    version = an_assessment(world, code="TWO", wanted=[by_hand("1")])
    schedule = a_schedule(world, version=version, code="TWO-1", candidates=1)
    (attempt,) = hand_in(schedule)
    set_plan(world.ada, schedule.ref, Plan(markers=2), against=0, at=NOW)
    names = {}
    for person, value in ((world.mo, 5000), (world.mei, 2000)):
        script = Script.objects.filter(attempt=attempt, marker=None).order_by("round").first()
        names[person] = f"{script.ref}-{human_part(schedule).ref}"
        give_scripts(world.ada, schedule.ref, [script.ref], person.ref, at=NOW)
        save_mark(person, script.ref, human_part(schedule).ref, value=value, against_version=0, at=NOW)
        assert "No differences" in signed_in(person).get(address(schedule)).content.decode()
        submit_scripts(person, schedule.ref, at=NOW)

    def propose(person, mark: str, note: str = "As the scheme says"):
        name = names[person]
        sent = {"difference": name, f"{name}-mark": mark, f"{name}-note": note}
        return signed_in(person).post(address(schedule), sent, follow=True)

    page = signed_in(world.mo).get(address(schedule)).content.decode()
    assert all(words in page for words in ("Your mark", "Mei Lin", ">2<"))
    refused = propose(world.mo, "9")
    assert (refused.status_code, "As the scheme says" in refused.content.decode()) == (400, True)
    assert propose(world.mo, "3", note=" ").status_code == 400
    assert "The other marker is told." in propose(world.mo, "3").content.decode()
    assert "The two of you are agreed." in propose(world.mei, "3").content.decode()
    assert propose(world.mei, "4").status_code == 400, "there is nothing to settle any more"
    assert result_of(attempt).shown_score == "3"
    assert [mark.value_thousandths for mark in Mark.objects.filter(round="agreed").order_by("id")] == [
        3000,
        3000,
    ]


def address(schedule: Schedule) -> str:
    """Where two markers see how they differ."""
    return f"/marking/assess/{schedule.ref}/differences/"
