"""The marking screen as a page: who sees it, what it says, and what a save answers to a program."""

from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marksheet.apps.marking.actions.allocation import allocate, preview_allocation
from marksheet.apps.marking.actions.conflicts import declare_conflict
from marksheet.apps.marking.models import MARKERS, Flag, Judgement, Mark, Method, Plan, Script
from marksheet.apps.marking.queries import workshop
from marksheet.apps.marking.queries.allocation import Wanted
from marksheet.apps.marking.queries.workshop import first_to_mark, workshop_of
from marksheet.apps.results.actions.marks import flag_script, save_panel, set_plan
from tests.apps.marking.essay import TEXT, Essay, an_essay
from tests.factories import NOW, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def essay(db: None) -> Essay:
    return an_essay()


@pytest.fixture
def mo(essay: Essay) -> Client:
    return signed_in(essay.world.mo)


def page(essay: Essay, n: int = 0, part=None) -> str:
    return f"/marking/assess/{essay.schedule.ref}/mark/{essay.script(n)}/{(part or essay.part).ref}/"


def sent(**more: object) -> dict[str, object]:
    return {"scheme": 1, "mark_against": 0, "said_against": 0, "criteria": 2, "act": "save"} | more


def test_the_page_shows_response_scheme_and_panel(essay, mo) -> None:
    html = mo.get(page(essay)).text
    for words in (
        "naïve 🦉 line",
        "8 words",
        "Issue, law, remedy.",
        "Model answer",
        "0 of 3 marked · 3 to go",
    ):
        assert words in html
    assert TEXT.splitlines()[2] in html
    assert "the candidate answered nothing here" in mo.get(page(essay, 2)).text
    assert 'name="mark"' in mo.get(page(essay, 0, essay.free)).text


def test_a_program_is_answered_with_what_became_of_its_save(essay, mo) -> None:
    answer = mo.post(page(essay), sent(**{"level-0": 2, "level-1": 1, "feedback": "Good"}), **JSON)
    assert answer.json() == {"state": "saved", "mark_against": 1, "said_against": 1, "shown": "3.5"}
    stale = mo.post(page(essay), sent(**{"level-0": 3, "level-1": 1}), **JSON)
    assert (stale.status_code, stale.json()["state"]) == (409, "stale")
    bad = mo.post(page(essay, 1, essay.free), sent(scheme=0, criteria=0, mark="nine"), **JSON)
    assert (bad.status_code, "not a number" in bad.json()["message"]) == (400, True)
    assert mo.post(page(essay), sent(scheme="x"), **JSON).status_code == 400
    again = mo.post(page(essay, 1, essay.free), sent(scheme=0, criteria=0, mark="nine", mark_against=7)).text
    assert 'name="mark_against" value="7"' in again
    assert 'value="nine"' in again
    assert Mark.objects.count() == 1


def test_without_script_a_stale_save_shows_both_and_keeps_what_was_typed(essay, mo) -> None:
    save_panel(essay.world.mei, essay.schedule.ref, essay.save(0, 1, 1, feedback="Mei’s words"), at=NOW)
    refused = mo.post(page(essay), sent(**{"level-0": 4, "feedback": "Mo’s\r\nwords", "act": "next"}))
    assert refused.status_code == 409
    for words in ("Two saves, one mark", "Mei’s words", "Mo’s\nwords</textarea>", "Take what stands"):
        assert words in refused.text
    assert "Two saves, one mark" in mo.get(page(essay)).text
    assert mo.post(page(essay), sent(act="discard")).status_code == 302
    assert "Two saves" not in mo.get(page(essay)).text


def test_saving_goes_on_to_the_next_unmarked_by_question_or_by_candidate(essay, mo) -> None:
    first, _part = first_to_mark(essay.world.mo, essay.schedule)
    n = next(k for k in range(3) if essay.script(k) == first)
    answer = mo.post(page(essay, n), sent(**{"level-0": 2, "level-1": 1, "act": "next"}))
    assert answer["Location"].split("/")[-2] == essay.part.ref
    assert first not in answer["Location"]
    again = sent(**{"level-0": 2, "level-1": 1, "act": "next", "mark_against": 1, "said_against": 1})
    answer = mo.post(f"{page(essay, n)}?by=candidate", again)
    assert answer["Location"] == f"{page(essay, n, essay.free)}?by=candidate"


def test_who_only_moderates_reads_and_whoever_is_barred_finds_nothing(essay) -> None:
    world = essay.world
    save_panel(world.mo, essay.schedule.ref, essay.save(0, 1, 1, note="Between two"), at=NOW)
    html = signed_in(world.max).get(page(essay)).text
    assert "marks are shown, not entered" in html
    assert "Between two" in html
    assert "data-panel-form" not in html
    declare_conflict(world.ada, essay.schedule.ref, world.mei.ref, number="1001", reason="Aunt", at=NOW)
    numbers = {one.enrolment.number: n for n, one in enumerate(essay.attempts)}
    assert signed_in(world.mei).get(page(essay, numbers["1001"])).status_code == 404


def test_the_scripts_on_the_list_are_those_that_open(essay) -> None:
    world, at = essay.world, f"/marking/assess/{essay.schedule.ref}/"
    declare_conflict(world.ada, essay.schedule.ref, world.mei.ref, number="1001", reason="Aunt", at=NOW)
    for person in (world.mo, world.mei, world.max, world.ada, world.pia, world.cas, world.sid):
        client = signed_in(person)
        listed = client.get(at).text
        for n in range(3):
            opens = client.get(f"{at}mark/{essay.script(n)}/").status_code == 302
            assert opens == (f"mark/{essay.script(n)}/" in listed)
            assert opens == (client.get(page(essay, n)).status_code == 200)


def test_of_two_markers_neither_sees_the_other_s_screen(essay) -> None:
    world, schedule = essay.world, essay.schedule
    set_plan(world.ada, schedule.ref, Plan(markers=2), against=0, at=NOW)
    wanted = Wanted(Method.EVENLY, {world.mo.pk: 1, world.mei.pk: 1})
    found = preview_allocation(world.ada, schedule.ref, wanted, "s")
    allocate(world.ada, schedule.ref, wanted, seed="s", against=found.fingerprint, at=NOW)
    scripts = {
        one.marker_id: one for one in Script.objects.filter(attempt=essay.attempts[0], round__in=MARKERS)
    }
    for person, other in ((world.mo, world.mei), (world.mei, world.mo)):
        own, theirs = scripts[person.pk].ref, scripts[other.pk].ref
        at = f"/marking/assess/{schedule.ref}/mark"
        assert signed_in(person).get(f"{at}/{theirs}/{essay.part.ref}/").status_code == 404
        seen = workshop_of(person, schedule, own, essay.part.ref)
        assert (seen.mark.version, seen.said.version) == (0, 0)
    url = f"{at}/{scripts[world.mo.pk].ref}/{essay.part.ref}/"
    signed_in(world.mo).post(url, sent(**{"level-0": 4, "level-1": 3, "note": "Mine"}))
    seen = workshop_of(world.mei, schedule, scripts[world.mei.pk].ref, essay.part.ref)
    assert (seen.mark.version, seen.said.note) == (0, "")
    assert Judgement.objects.get().note == "Mine"


def test_flagged_scripts_are_a_filter_and_a_count_and_are_settled_with_an_answer(essay, mo) -> None:
    world, schedule = essay.world, essay.schedule
    assert mo.post(f"{page(essay)}flag/", {"reason": "Copied?"}).status_code == 302
    max_, at = signed_in(world.max), f"/marking/assess/{schedule.ref}/"
    assert "1 script is flagged for you" in max_.get(at).text
    assert len(max_.get(f"{at}?status=flagged").context["rows"]) == 1
    assert "1 script is flagged for you" in signed_in(world.ada).get(
        f"/marking/coordinator/{schedule.ref}/scripts/"
    ).text  # fmt: skip
    flag = Flag.objects.get()
    field = f"{flag.ref}-answer"
    assert max_.post(f"{at}flags/", {"script": essay.script(), field: ""}).status_code == 400
    assert (
        signed_in(world.ada).post(f"{at}flags/", {"script": essay.script(), field: "Fine"}).status_code == 302
    )
    assert max_.post(f"{at}flags/", {"script": essay.script(), field: "Late"}).status_code == 400
    flag.refresh_from_db()
    assert (flag.answer, flag.settled_by) == ("Fine", world.ada)


def test_the_page_takes_no_more_statements_however_many_scripts_there_are(essay, mo) -> None:
    flag_script(essay.world.mo, essay.schedule.ref, essay.script(), "Look", at=NOW)
    mo.get(page(essay))
    with CaptureQueriesContext(connection) as seen:
        mo.get(page(essay))
    assert len(seen) <= 45


def test_a_script_that_goes_on_is_sent_the_screen_alone(essay, mo) -> None:
    with CaptureQueriesContext(connection) as whole:
        assert '<nav class="areas"' in mo.get(page(essay)).text
    with CaptureQueriesContext(connection) as part:
        screen = mo.get(page(essay), headers={"X-Part": "1"}).text
    assert 'id="workshop"' in screen and "csrfmiddlewaretoken" in screen and "<title>" in screen
    assert '<nav class="areas"' not in screen and len(part) < len(whole)


def test_saving_in_passing_does_not_look_around(essay, mo) -> None:
    with mock.patch.object(workshop, "around", side_effect=AssertionError):
        answer = mo.post(page(essay), sent(**{"level-0": 2, "level-1": 1}), **JSON)
    assert answer.json()["state"] == "saved"


def test_without_script_words_are_annotated_by_a_form_that_keeps_what_was_refused(essay, mo) -> None:
    def note(**more: object):
        return mo.post(page(essay), {"act": "note", "kind": "strike", "words": "Not <so>."} | more)

    assert note(quote="naïve  🦉").status_code == 302
    assert note(kind="highlight", from_word="1", to_word="2").status_code == 302
    refused = note(quote="nowhere to be found")
    assert refused.status_code == 400
    for words in (
        "do not stand in the response",
        "nowhere to be found</textarea>",
        "Not &lt;so&gt;.</textarea>",
    ):
        assert words in refused.text
    html = mo.get(page(essay)).text
    assert "<del>naïve 🦉</del>" in html
    assert 'aria-label="Note 2"' in html
    change = {"act": "note-words", "number": 1, "against": 1, "words": "Mo’s"}
    assert mo.post(page(essay), change).status_code == 302
    stale = mo.post(page(essay), change | {"words": "Mo’s later"})
    assert (stale.status_code, "Mo’s later</textarea>" in stale.text) == (409, True)
    assert (
        mo.post(page(essay), {"act": "note-remove", "number": 1, "against": 2}, **JSON).json()["version"] == 3
    )
    assert "<del>" not in mo.get(page(essay)).text
