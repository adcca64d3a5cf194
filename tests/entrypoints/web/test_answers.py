"""The answer sheet as a page: all or nothing, what was typed stays, and where it is found."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Attempt, Response, Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.results.actions.hand_in import record_hand_in
from marksheet.apps.results.models import Bucket, Result
from tests.apps.release.scenes import refs
from tests.factories import (
    NOW,
    World,
    a_machine_assessment,
    a_schedule,
    a_world,
    enrolments,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    found = a_schedule(world, candidates=3)
    record_hand_in(world.ada, found.ref, [one.ref for one in enrolments(found)], at=NOW)
    return found


def page_of(schedule: Schedule) -> str:
    return f"/schedules/{schedule.ref}/answers/"


def field(schedule: Schedule, n: int, part: int) -> str:
    attempt = Attempt.objects.get(enrolment=enrolments(schedule)[n])
    parts = paper_of(schedule.version_id, schedule.key_version_id).parts
    return f"a-{attempt.script_ref}-{parts[part].ref}"


def sent(client: Client, schedule: Schedule, **typed: str) -> dict[str, str]:
    """What a browser sends: every field of the page as it stands, with ``typed`` (a number for n, part) over it."""
    html = client.get(page_of(schedule)).text
    fields = {}
    for tag in re.findall(r"<input[^>]+>", html):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1][:2] in ("a-", "h-"):
            fields[name[1]] = value[1].replace("&quot;", '"') if value else ""
    return fields | {field(schedule, int(key[1]), int(key[2])): text for key, text in typed.items()}


def test_a_page_is_saved_and_shown_again(world, schedule) -> None:
    client = signed_in(world.ada)
    answer = client.post(page_of(schedule), sent(client, schedule, f00="a", f01="nr", f10="B"))
    assert answer.status_code == 302
    page = client.get(page_of(schedule)).text
    assert "3 answers were saved." in page
    assert f'id="{field(schedule, 0, 0)}" value="A"' in page
    assert f'id="{field(schedule, 0, 1)}" value="nr"' in page
    client.post(page_of(schedule), sent(client, schedule))
    assert "Nothing had changed." in client.get(page_of(schedule)).text
    assert Response.objects.count() == 3


def test_a_wrong_answer_is_named_and_everything_typed_is_kept(world, schedule) -> None:
    client = signed_in(world.ada)
    answer = client.post(page_of(schedule), sent(client, schedule, f00="a", f11="E"))
    assert answer.status_code == 400
    assert f"{enrolments(schedule)[1].name} (1002), part 2, “E”: “E” is not one of A, B, C, D." in answer.text
    assert f'id="{field(schedule, 0, 0)}" value="a"' in answer.text
    assert f'id="{field(schedule, 1, 1)}" value="E"' in answer.text
    assert not Response.objects.exists()


def test_changing_a_stored_answer_asks_why(world, schedule) -> None:
    client = signed_in(world.ada)
    client.post(page_of(schedule), sent(client, schedule, f00="B"))
    body = sent(client, schedule, f00="A")
    refused = client.post(page_of(schedule), body)
    assert refused.status_code == 400
    assert "1 stored answer would change. Say why." in refused.text
    assert "1001, 1: B → A" in refused.text
    assert client.post(page_of(schedule), body | {"reason": "misread"}).status_code == 302
    assert Response.objects.get().answer.value == "A"


def test_two_at_once_are_told_and_nothing_is_overwritten(world, schedule) -> None:
    client = signed_in(world.ada)
    mine = sent(client, schedule, f00="A", f10="A")
    client.post(page_of(schedule), sent(client, schedule, f00="B"))
    answer = client.post(page_of(schedule), mine | {"reason": "x"})
    assert answer.status_code == 409
    assert "B is stored here now" in answer.text
    assert [one.answer.value for one in Response.objects.all()] == ["B"]


def test_it_is_found_where_answers_are_missing_and_by_who_may(world, schedule) -> None:
    client, link = signed_in(world.ada), page_of(schedule)
    places = (f"/schedules/{schedule.ref}/", f"/marking/coordinator/{schedule.ref}/scripts/")
    for place in places:
        assert "3 scripts on paper lack answers" in client.get(place).text
    one = f"/marking/results/{refs(schedule)[0]}/"
    missing = client.get(one).text
    assert "question 3 is not marked" in missing
    assert "the answers to questions 1 and 2, which the key scores, are not there yet" in missing
    assert f"{link}?q=1001" in missing
    seen = signed_in(world.pia).get(one).text
    assert "questions 1 and 2" in seen
    assert link not in seen
    client.post(link, sent(client, schedule, **{f"f{n}{part}": "A" for n in range(3) for part in (0, 1)}))
    for place in places:
        assert "lack answers" not in client.get(place).text
    assert "Answers of scripts on paper" in client.get(places[0]).text
    for stranger in (world.sid, world.eva, world.mo, world.pia, world.cas):
        assert signed_in(stranger).get(link).status_code == 404


def test_an_exam_without_questions_by_hand_goes_from_paper_to_ready_without_a_file(world) -> None:
    version = a_machine_assessment(world)
    schedule = a_schedule(world, version=version, candidates=2)
    client, here = signed_in(world.ada), f"/schedules/{schedule.ref}/"
    assert "No scripts on paper yet" in client.get(page_of(schedule)).text
    assert "Handed in on paper" in client.get(here).text
    chosen = {"selected": [one.ref for one in enrolments(schedule)], "do": "handed-in"}
    assert client.post(f"{here}candidates/change/", chosen).status_code == 302
    client.post(page_of(schedule), sent(client, schedule, f00="A", f01="A", f02="A"))
    assert [one.bucket for one in Result.objects.order_by("enrolment_id")] == [Bucket.READY, Bucket.NOT_READY]


def test_the_statements_of_the_sheet_do_not_grow_with_its_rows(world, schedule) -> None:
    client = signed_in(world.ada)
    client.get(page_of(schedule))
    with CaptureQueriesContext(connection) as one:
        client.get(page_of(schedule), {"q": "1001"})
    with CaptureQueriesContext(connection) as all_:
        client.get(page_of(schedule))
    assert len(all_) <= len(one)


def test_the_history_says_what_was_entered_and_changed(world, schedule) -> None:
    client = signed_in(world.ada)
    client.post(page_of(schedule), sent(client, schedule, f00="B"))
    client.post(page_of(schedule), sent(client, schedule, f00="A") | {"reason": "misread"})
    page = signed_in(world.pia).get(f"/marking/audit/results/{refs(schedule)[0]}/")
    assert page.status_code == 200
    assert "Entered 1 answer" in page.text
    assert "Changed 1 stored answer" in page.text
