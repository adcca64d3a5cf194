"""The Results tab: what it holds for whom, what it says of each row, and what can be done to rows."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marksheet.apps.exams.models import Schedule
from marksheet.apps.people.queries import preference
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.withholding import lift, withhold
from marksheet.apps.release.queries.exports.selection import Selection, Source, selection_from
from marksheet.apps.results.actions.standing import mark_standing
from marksheet.apps.results.models import Bucket, BucketCount, Result
from marksheet.apps.results.queries.by_schedule import schedule_lines
from marksheet.apps.results.queries.finder import Criteria
from marksheet.apps.results.queries.sight import waiting_to_be_published_by
from marksheet.entrypoints.shared.saved import MOST
from marksheet.entrypoints.web.results.grades import grades_in
from tests.apps.release.scenes import a_ready_quiz, hand_in, mark_all, refs
from tests.factories import (
    NOW,
    World,
    a_machine_assessment,
    a_schedule,
    a_world,
    an_assessment,
    grant,
    signed_in,
)
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db
LIST = "/marking/results/"
EVERY_STATE = "&".join(f"state={bucket}" for bucket in Bucket.values if bucket != "published")


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def quiz(world: World) -> Schedule:
    return a_ready_quiz(world)


def read(client: Client, query: str = "") -> str:
    answer = client.get(f"{LIST}?{query}")
    assert answer.status_code == 200, answer.content.decode()[:500]
    return answer.content.decode()


def ticks(page: str) -> list[str]:
    return re.findall(r'name="selected" value="([0-9a-f]+)"', page)


def rows(page: str) -> set[str]:
    return set(re.findall(LIST + r"([0-9a-f]{32})/", page))


def row_of(page: str, ref: str) -> str:
    return next(row for row in re.findall(r"<tr>.*?</tr>", page, re.S) if ref in row)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def publish_all(world: World, schedule: Schedule, *, show: bool = False) -> str:
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=show, at=NOW)
    carry_on(selection.ref, at=NOW)
    return selection.ref


def test_the_page_says_what_it_holds_and_how_much_of_it_is_yours(world, quiz):
    page = text(read(signed_in(world.pia)))
    assert "Scored and submitted, not yet published. You can publish 3 of 3." in page
    assert "Select all 3 ready that match" in page
    assert "You can publish 0 of 3." in text(read(signed_in(world.mo)))


def test_those_who_see_nothing_get_a_friendly_empty_page(world, quiz):
    assert "No results are yours to see" in read(signed_in(world.sid))
    assert "that right sleeps" not in read(signed_in(world.sid))
    grant(world.sid, "publisher", quiz.node)
    assert "that right sleeps" in read(signed_in(world.sid))
    page = read(signed_in(world.eva))
    assert "Nothing waits here" in page
    assert not rows(page)
    assert Client().get(LIST).status_code == 302


def test_a_row_shows_its_numbers_when_it_is_ready_and_none_before(world):
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2500, submit=False)
    client = signed_in(world.pia)
    assert not rows(read(client))
    waiting = read(client, EVERY_STATE)
    assert len(rows(waiting)) == 5
    assert "4.5" not in waiting
    assert "3.5" not in waiting
    mark_all(world, schedule, 2500)
    ready = read(client)
    assert len(ticks(ready)) == 2
    assert ">4.5<" in ready


def test_a_withheld_row_shows_no_number_anywhere_and_has_no_box(world, quiz):
    first = refs(quiz)[0]
    result = Result.objects.get(ref=first)
    withhold(world.ada, [first], reason="suspected copying", at=NOW)
    for person in (world.pia, world.ada, world.mo):
        client = signed_in(person)
        row = row_of(read(client), first)
        door = client.get(f"{LIST}{first}/").content.decode()
        for page in (row, door):
            assert "Withheld" in page
            assert "by Ada Vermeer" in page
            assert f"{result.shown_percent} %" not in page
            assert "Passed" not in page
            assert "of 3" not in text(page)
        assert first not in ticks(row)
        for query in ("outcome=passed", "percent_from=90", "grade=A"):
            assert first not in rows(read(client, query))


def test_who_cannot_publish_reads_who_can_and_has_no_box(world, quiz):
    page = read(signed_in(world.mo))
    assert len(rows(page)) == 3
    assert not ticks(page)
    assert "left to Pia Holm" in page
    assert "Publish results" not in text(page)
    assert "you" in text(row_of(read(signed_in(world.pia)), refs(quiz)[0]))


def test_a_result_of_ones_own_is_not_there(world):
    version = a_machine_assessment(world, code="OWN", workflow="coordinated")
    schedule = a_schedule(world, version=version, code="OWN-1", candidates=1, with_cas=True)
    hand_in(schedule, ["AAA", "AAA"])
    own = Result.objects.get(schedule=schedule, person=world.cas)
    grant(world.cas, "marker", schedule.node)
    grant(world.cas, "publisher", schedule.node)
    client = signed_in(world.cas)
    page = read(client)
    assert len(ticks(page)) == len(rows(page)) == 1
    assert client.get(f"{LIST}{own.ref}/").status_code == 404
    assert client.get(f"{LIST}total/").content == b"1"
    assert waiting_to_be_published_by(world.cas, at=NOW) == 1
    for query in (
        "show=all",
        "show=not-mine",
        "sort=-score",
        "outcome=passed",
        "percent_from=90",
        "show=published",
    ):
        assert own.ref not in read(client, query)
    (line,) = schedule_lines(world.cas, Criteria())
    assert (line.ready, line.everybody) == (1, 1)
    with writes_allowed():
        Result.objects.filter(schedule=schedule).exclude(person=world.cas).update(bucket="not-ready")
        for bucket in ("ready", "not-ready"):
            BucketCount.objects.update_or_create(schedule=schedule, bucket=bucket, defaults={"count": 1})
    assert schedule_lines(world.cas, Criteria(states=("ready",))) == []


def test_the_list_and_the_door_agree_for_everybody(world, quiz):
    everything = set(Result.objects.values_list("ref", flat=True))
    for person in (*world.staff, world.cas, world.sid, world.eva):
        client = signed_in(person)
        seen = rows(read(client, EVERY_STATE))
        opened = {ref for ref in everything if client.get(f"{LIST}{ref}/").status_code == 200}
        assert seen == opened, person.name
        assert all(client.get(f"{LIST}{ref}/").status_code in (200, 404) for ref in everything)
    assert signed_in(world.pia).get(f"{LIST}nothing/").status_code == 404


def test_a_tip_says_what_is_in_the_way_and_leads_to_exactly_those_rows(world):
    schedule = a_schedule(world, candidates=5)
    hand_in(schedule, ["AA", "AB", "BB"])
    mark_all(world, schedule, 2500)
    withhold(world.ada, refs(schedule)[:1], reason="x", at=NOW)
    client = signed_in(world.pia)
    page = read(client)
    said = text(page)
    assert "2 of 5 are ready. 1 withheld and 2 have handed nothing in." in said
    link = re.search(r'<a href="/marking/results/\?([^"]+)">Show those 3', page)
    assert link
    assert len(rows(read(client, link[1].replace("&amp;", "&")))) == 3


def test_the_view_by_schedule_counts_and_is_remembered(world, quiz):
    client = signed_in(world.pia)
    page = read(client, "by=schedule")
    assert "QUIZ-1-JUN" in page
    assert "Publish 3" in text(page)
    assert "Publish 3" in text(read(client))
    assert "Publish 3" not in text(read(signed_in(world.mo), "by=schedule"))


def test_show_sorts_out_what_is_mine(world, quiz):
    other = a_ready_quiz(world, code="QUIZ-2")
    grant(world.mo, "publisher", other.node)
    client = signed_in(world.mo)
    assert rows(read(client)) == set(refs(quiz)) | set(refs(other))
    assert rows(read(client, "show=mine")) == set(refs(other))
    assert rows(read(client, "show=not-mine")) == set(refs(quiz))
    assert "You can publish 3 of 6." in read(client)


def test_published_rows_stand_behind_show_published_until_the_schedule_is_finished(world, quiz):
    selection = freeze_selection(world.pia, refs=refs(quiz)[:2], at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    carry_on(selection.ref, at=NOW)
    client = signed_in(world.pia)
    assert len(rows(read(client))) == 1
    page = read(client, "show=published")
    assert len(ticks(page)) == 2
    assert "Retract" in page
    assert "Publish results" not in text(page)
    publish_all(world, quiz)
    assert not rows(read(client, "show=published"))


def test_search_finds_the_start_of_any_word_and_filters_narrow(world, quiz):
    client = signed_in(world.pia)
    first = Result.objects.get(ref=refs(quiz)[0])
    assert rows(read(client, f"q={first.number}")) == {first.ref}
    assert first.ref in rows(read(client, f"q={first.name.split()[0][:3]}"))
    assert rows(read(client, "q=quiz")) == set(refs(quiz))
    assert "Nothing fits" in read(client, "q=zzz")
    assert len(rows(read(client, "outcome=failed"))) == 1
    assert len(rows(read(client, "percent_from=60&percent_until=70"))) == 1
    assert len(rows(read(client, "grade=A"))) == 1
    assert len(rows(read(client, f"schedule={quiz.ref}"))) == 3
    assert not rows(read(client, "from=2030-01-01"))
    assert len(rows(read(client, "from=2026-06-01&until=2026-06-30"))) == 3
    assert not rows(read(client, f"marked_by={world.mo.ref}"))
    assert len(rows(read(client, f"unit={world.faculty.ref}"))) == 3
    assert not rows(read(client, f"unit={world.elsewhere.ref}"))


def test_the_filter_form_offers_what_the_reader_sees_and_chips_take_filters_off(world, quiz):
    client = signed_in(world.pia)
    form = client.get(f"{LIST}search/?state=ready").content.decode()
    assert "QUIZ-1-JUN" in form
    assert "Mathematics" in form
    assert "Physics" not in form
    page = read(client, f"state=ready&unit={world.department.ref}")
    assert "State Ready" in text(page)
    assert "Unit Mathematics" in text(page)


@pytest.mark.parametrize(
    "query",
    [
        "show=everything",
        "state=lost",
        "outcome=lost",
        "sort=unit",
        "after=x~y",
    ],
)
def test_what_cannot_be_read_is_answered_in_words(world, quiz, query):
    answer = signed_in(world.pia).get(f"{LIST}?{query}")
    assert answer.status_code == 400
    assert "data-error-message" in answer.text and f'href="{LIST}"' in answer.text


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("percent_from=abc", "percent_from", "“abc” is not a number. Write it as 80 or 54.5."),
        ("percent_until=101", "percent_until", "“101” is out of range: it is from 0 to 100."),
        ("percent_from=1e9", "percent_from", "“1e9” is out of range: it is from 0 to 100."),
        ("percent_from=80+%25+of+it", "percent_from", "“80 % of it” is not a number."),
        ("score_from=NaN", "score_from", "“NaN” is not a number."),
        ("from=yesterday", "from", "“yesterday” is not a date."),
        ("until=9999-12-31", "until", "“9999-12-31” is not a date."),
        ("from=2026-06-09&until=2026-06-08", "until", "This day is before the first one, so nothing fits."),
        ("percent_from=80%25&percent_until=54,5", "percent_until", "This is less than the first number"),
        ("score_from=3&score_until=2", "score_until", "This is less than the first number"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_said_at_its_field_and_nothing_typed_is_lost(
    world, quiz, query, name, said
):
    client = signed_in(world.pia)
    for address in (LIST, f"{LIST}search/"):
        for headers in ({}, {"X-Panel": "1"}):
            answer = client.get(f"{address}?{query}&grade=A&state=ready&q=quiz", headers=headers)
            assert answer.status_code == 400
            assert "data-panel-body" in answer.text and "What you typed is kept" in answer.text
            form = answer.context["form"]
            assert list(form.errors) == [name] and said in form.errors[name][0]
            assert f'id="id_{name}_errors"' in answer.text and 'aria-invalid="true"' in answer.text
            typed = {key: value for key, (value, *_more) in parse_qs(query).items()}
            for key, value in (typed | {"grade": "A", "q": "quiz"}).items():
                assert re.search(rf'name="{key}"[^>]*value="{re.escape(value)}"', answer.text), key
            assert re.search(r'value="ready"[^>]*checked', answer.text)
            assert f"{name}=" not in answer.context["back"] and "grade=A" in answer.context["back"]
    part = client.get(f"{LIST}?{query}", headers={"HX-Request": "true"})
    assert part.status_code == 400 and "data-panel-body" not in part.text
    assert client.get(f"{LIST}?{query}", headers={"Accept": "application/json"}).json()["code"] == "bad-input"


@pytest.mark.parametrize("typed", ["80", "80 %", "80%", "80.0", "80,0 %"])
def test_a_sign_for_per_cent_may_be_typed(world, quiz, typed):
    page = read(signed_in(world.pia), urlencode({"percent_from": typed}))
    assert rows(page) == {refs(quiz)[0]}
    assert "Per cent at least 80 " in text(page)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("A", ("A",)), ("A, B", ("A", "B")), ("A,B", ("A", "B")), ("A; B", ("A", "B")), ("A B", ("A", "B")),
        ("A+ B-", ("A+", "B-")), ("6,8", ("6,8", "6.8")), ("6, 8", ("6", "8")), ("6.8", ("6.8",)),
        ("6,8; 7,5", ("6,8", "6.8", "7,5", "7.5")), ("6,8 7.5", ("6,8", "6.8", "7.5")),
        ("6,8, 7,5", ("6,8", "6.8", "7,5", "7.5")), ("cum laude; very good", ("cum laude", "very good")),
        (" ; , ", ()),
    ],
)  # fmt: skip
def test_several_grades_are_typed_and_a_decimal_comma_is_part_of_one(typed, meant):
    assert grades_in(typed) == meant


def test_chips_read_like_words(world, quiz):
    client = signed_in(world.pia)
    page = text(read(client, "from=2026-06-01&until=2026-06-30&percent_from=54.5&score_from=1&grade=A%3BB"))
    for words in (
        "Window from 1 June 2026", "Window until 30 June 2026", "Per cent at least 54.5",
        "Score at least 1 mark ", "Grade A;B",
    ):  # fmt: skip
        assert words in page
    publish_all(world, quiz)
    assert "Schedule QUIZ-1-JUN" in text(read(client, f"schedule={quiz.ref}"))
    assert "Schedule not yours to see" in text(read(signed_in(world.ada), "schedule=" + "0" * 32))


def test_what_you_can_publish_is_one_number_everywhere(world, quiz):
    withhold(world.pia, refs(quiz)[:1], reason="suspected copying", at=NOW)
    other = a_schedule(world, version=quiz.version, code="OTHER", candidates=2, staffed=False)
    hand_in(other, ["AAA", "AAB"])
    client = signed_in(world.pia)
    assert "You can publish 2 of 5." in text(read(client))
    mine, others = read(client, "show=mine"), read(client, "show=not-mine")
    assert rows(mine) == set(refs(quiz)[1:]) == set(ticks(mine))
    assert rows(others) == {refs(quiz)[0], *refs(other)} and not ticks(others)
    assert "1–2 of 2" in text(mine) and "1–3 of 3" in text(others) and "Select all 2 ready" in text(mine)
    for show, codes in (("mine", {"QUIZ-1-JUN"}), ("not-mine", {"QUIZ-1-JUN", "OTHER"})):
        page = client.get(f"{LIST}?by=schedule&show={show}")
        assert {row["schedule"].code for row in page.context["schedules"]} == codes
    narrowed = text(read(client, "by=candidate&outcome=passed"))
    assert "Without these filters you can publish 2 of 5." in narrowed


def test_each_part_of_the_list_says_what_it_is_and_why_it_is_empty(world, quiz):
    client = signed_in(world.mo)
    assert "Nothing is ready for you to publish" in read(client, "show=mine")
    client = signed_in(world.pia)
    assert "You can publish all that waits" in read(client, "show=not-mine")
    page = text(read(client, "show=published"))
    assert "Nothing is published here" in page and "not yet published" not in page
    assert "Published already, at schedules that are not finished." in page
    assert "Nothing fits" in read(client, "show=published&q=zzz")


def test_score_and_per_cent_are_narrowed_by_decimals_too(world, quiz):
    client = signed_in(world.pia)
    best, middle, last = refs(quiz)
    assert rows(read(client, "percent_from=66.6&percent_until=66,7")) == {middle}
    assert not rows(read(client, "percent_from=66.7&percent_until=67"))
    assert rows(read(client, "score_from=1.5&score_until=2.5")) == {middle}
    assert rows(read(client, "score_from=2")) == {best, middle}
    assert rows(read(client, "score_until=0")) == {last}
    page = text(read(client, "score_from=2&percent_until=70,5"))
    assert "Score at least 2 marks" in page and "Per cent at most 70.5" in page
    asked = Selection(Source.RESULTS, criteria=Criteria(score_from=1_500_000, day_from=date(2026, 6, 1)))
    assert selection_from(asked.to_json()) == asked


def test_days_are_those_of_the_schedules_time_zone(world):
    """22:15 on the 9th in UTC is the 10th in Amsterdam, and still the 9th in New York."""
    opens = datetime(2026, 6, 9, 22, 15, tzinfo=UTC)
    version = a_machine_assessment(world, code="NIGHT", workflow="coordinated")
    schedule = a_schedule(world, version=version, opens_at=opens, closes_at=opens + timedelta(minutes=30))
    hand_in(schedule, ["AAA"])
    client = signed_in(world.pia)
    assert schedule.timezone == "Europe/Amsterdam"
    assert not rows(read(client, "from=2026-06-09&until=2026-06-09"))
    assert len(rows(read(client, "from=2026-06-10&until=2026-06-10"))) == 1
    with writes_allowed():
        Schedule.objects.filter(pk=schedule.pk).update(timezone="America/New_York")
    assert len(rows(read(client, "from=2026-06-09&until=2026-06-09"))) == 1
    assert not rows(read(client, "from=2026-06-10"))


@pytest.mark.parametrize("signs", ["%25", "-", "...", "%F0%9F%99%82", "_"])
def test_a_search_of_nothing_but_signs_finds_nothing_and_says_so(world, quiz, signs):
    client = signed_in(world.pia)
    page = read(client, f"q={signs}")
    assert not rows(page) and "holds no letter or digit" in page
    publish_all(world, quiz)
    page = client.get(f"/reports/candidates/?q={signs}").text
    assert "holds no letter or digit" in page and refs(quiz)[0] not in page
    assert len(rows(read(client, "q=+&show=published"))) == 0


def test_what_is_chosen_as_a_column_is_not_said_twice(world, quiz):
    client = signed_in(world.pia)
    row = Result.objects.get(ref=refs(quiz)[0])

    def cells(*columns):
        client.post(f"{LIST}columns/", {"column": columns})
        return re.sub(r'aria-label="[^"]*"', "", row_of(read(client), row.ref))

    for said in (row.number, row.code, row.unit.name):
        assert cells("schedule").count(said) == 1, said
        assert cells("schedule", "number", "code", "unit").count(said) == 1, said
    assert cells("schedule", "unit").count(row.code) == 1


def test_the_selection_says_that_ticks_belong_to_the_filters(world, quiz):
    client = signed_in(world.pia)
    assert "{n} selected with these filters" not in read(client)
    assert "{n} selected with these filters" in read(client, "outcome=passed")
    publish_all(world, quiz)
    assert "selected with these filters" in client.get(f"/reports/candidates/?schedule={quiz.ref}").text


def test_sorting_and_columns_are_remembered_for_the_person(world, quiz):
    client = signed_in(world.pia)
    by_score = ticks(read(client, "sort=-score"))
    assert by_score == refs(quiz)
    assert ticks(read(client)) == by_score
    answer = client.post(f"{LIST}columns/", {"column": ["handed_in", "number"], "query": "show=mine&evil=1"})
    assert answer["Location"] == f"{LIST}?show=mine"
    heads = text(re.search(r"<thead>.*?</thead>", read(client), re.S)[0])
    assert "Handed in" in heads
    assert "Grade" not in heads
    assert "Grade" in text(read(signed_in(world.mo)))
    assert preference(world.pia, "results")["sort"] == "-score"


def test_a_view_can_be_saved_used_and_forgotten(world, quiz):
    client = signed_in(world.pia)
    client.post(f"{LIST}views/save/", {"name": "Failed ones", "query": "outcome=failed&by=candidate"})
    page = read(client)
    assert "Failed ones" in page
    assert "outcome=failed" in page
    assert client.post(f"{LIST}views/save/", {"name": " ", "query": ""}).status_code == 400
    client.post(f"{LIST}views/forget/", {"name": "Failed ones"})
    client.get(LIST)
    assert "Failed ones" not in read(client)


def test_pages_are_walked_by_key_and_say_where_one_is(world):
    schedule = a_ready_quiz(world, answers=["AAA"] * 53)
    client = signed_in(world.pia)
    page = read(client)
    assert len(ticks(page)) == 50
    assert "1–50 of 53" in text(page)
    following = re.search(r'rel="next" href="/marking/results/\?([^"]+)"', page)
    last = read(client, following[1].replace("&amp;", "&"))
    assert "51–53 of 53" in text(last)
    assert set(ticks(page)) | set(ticks(last)) == set(refs(schedule))
    assert client.get(f"{LIST}total/").content == b"53"


def test_the_list_asks_as_often_for_fifty_rows_as_for_one(world):
    a_ready_quiz(world, answers=["AAA"], code="ONE")
    client = signed_in(world.pia)
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(LIST)
    a_ready_quiz(world, answers=["AAA"] * 50, code="FIFTY")
    with CaptureQueriesContext(connection) as fifty:
        page = read(client)
    assert len(ticks(page)) == 50
    assert len(fifty) == len(one)
    assert len(one) <= 24
    with CaptureQueriesContext(connection) as schedules:
        read(client, "by=schedule")
    assert len(schedules) <= 29


def act(client: Client, name: str, chosen: list[str], **more: str):
    return client.post(f"{LIST}do/{name}/", {"selected": chosen, "query": "", **more})


def confirm(client: Client, name: str, chosen: list[str], reason: str):
    return client.post(
        f"{LIST}do/{name}/", {"refs": ",".join(chosen), "reason": reason, "query": "show=mine"}
    )


def test_an_act_says_what_it_will_do_to_how_many_and_keeps_what_was_typed(world, quiz):
    client, two = signed_in(world.ada), refs(quiz)[:2]
    asked = act(client, "withhold", two).content.decode()
    assert "Withhold 2 results" in asked
    assert "shows no score to anybody" in asked
    refused = confirm(client, "withhold", two, "  ")
    assert refused.status_code == 400
    assert "A reason is needed" in refused.content.decode()
    assert not Result.objects.filter(withheld_at__isnull=False).exists()
    done = confirm(client, "withhold", two, "suspected copying")
    assert (done.status_code, done["Location"]) == (302, f"{LIST}?show=mine")
    assert Result.objects.filter(bucket="withheld").count() == 2
    assert confirm(client, "lift", two, "cleared").status_code == 302
    assert Result.objects.filter(bucket="ready").count() == 3


def test_void_and_back_reopen_and_absent(world):
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2500)
    client, some = signed_in(world.ada), refs(schedule)
    assert confirm(client, "void", some[:1], "used a phone").status_code == 302
    assert Result.objects.get(ref=some[0]).outcome == "void"
    assert "Undo void" in client.get(f"{LIST}{some[0]}/").content.decode()
    assert confirm(client, "unvoid", some[:1], "mistaken").status_code == 302
    assert Result.objects.get(ref=some[0]).shown_score == "4.5"
    assert confirm(client, "reopen", some[1:2], "page 4 was missed").status_code == 302
    assert Result.objects.get(ref=some[1]).bucket == "not-submitted"
    assert confirm(client, "absent", some[2:4], "did not come").status_code == 302
    assert Result.objects.filter(bucket="absent").count() == 2
    assert confirm(client, "absent", some[:1], "x").status_code == 400
    assert confirm(client, "expected", some[2:3], "came late").status_code == 302
    assert confirm(client, "deferred", some[3:4], "ill").status_code == 302
    assert "Deferred" in read(client, "state=absent")


def test_an_act_without_the_right_is_refused_with_who_can_help(world, quiz):
    answer = confirm(signed_in(world.mo), "void", refs(quiz)[:1], "x")
    assert answer.status_code == 400
    assert "Ask Ada Vermeer." in answer.content.decode()
    assert confirm(signed_in(world.sid), "void", refs(quiz)[:1], "x").status_code == 404
    assert act(signed_in(world.ada), "vanish", refs(quiz)[:1]).status_code == 404
    assert act(signed_in(world.ada), "void", []).status_code == 400
    assert "Nothing was chosen" in act(signed_in(world.ada), "void", []).content.decode()


def test_the_opened_row_says_what_is_missing_and_what_was_published(world):
    schedule = a_schedule(world, candidates=3)
    hand_in(schedule, ["AA", "AB"])
    client = signed_in(world.pia)
    page = text(client.get(f"{LIST}{refs(schedule)[0]}/").content.decode())
    assert "question 3 is not marked" in page
    assert "Marks Mo Idris and Mei Lin" in page
    mark_all(world, schedule, 2500)
    publish_all(world, schedule)
    page = text(client.get(f"{LIST}{refs(schedule)[0]}/").content.decode())
    assert "Version 1" in page
    assert "In force" in page
    assert "Retract" in page
    mark_standing(world.ada, refs(schedule)[2:], "absent", reason="", at=NOW + timedelta(hours=1))
    assert "Nothing was handed in." in text(client.get(f"{LIST}{refs(schedule)[2]}/").content.decode())


def test_the_tab_counts_what_waits_for_the_reader(world, quiz):
    page = read(signed_in(world.pia))
    assert re.search(r'href="/marking/results/" aria-current="page">Results <span class="count">3<', page)
    assert reverse("results:list") == LIST


def test_work_that_is_not_submitted_is_counted_by_schedule_and_in_a_tip(world):
    schedule = a_schedule(world, candidates=2)
    hand_in(schedule, ["AA", "AB"])
    page = text(read(signed_in(world.pia)))
    assert "2 not submitted by their markers" in page
    assert "0 of 2 are ready" in text(read(signed_in(world.pia), "by=schedule"))


def test_more_tips_than_two_are_counted(world):
    for n in range(4):
        hand_in(
            a_schedule(world, version=an_assessment(world, code=f"T{n}"), code=f"T-{n}", candidates=1), ["AA"]
        )
    assert "Something is in the way at 2 more schedules" in text(read(signed_in(world.pia)))


def test_why_a_result_is_withheld_is_read_beside_it_but_not_by_markers(world, quiz):
    withhold(world.ada, refs(quiz)[:1], reason="A phone was found", at=NOW)
    page = f"{LIST}{refs(quiz)[0]}/"
    for person, reads in ((world.pia, True), (world.ada, True), (world.mo, False)):
        assert ("A phone was found" in signed_in(person).get(page).text) is reads
    lift(world.ada, refs(quiz)[:1], reason="Found to be off", at=NOW)
    assert "A phone was found" not in signed_in(world.pia).get(page).text


def test_the_inbox_says_what_waits_on_each_tab(world, quiz):
    said = text(signed_in(world.pia).get("/inbox/").text)
    assert "What waits for you" in said and re.search(r"Results\s+3", said)
    assert "What waits for you" not in signed_in(world.sid).get("/inbox/").text


def test_a_list_keeps_thirty_views_and_says_so_when_it_is_full(world):
    client = signed_in(world.pia)
    for n in range(MOST):
        assert client.post("/marking/results/views/save/", {"name": f"View {n}"}).status_code == 302
    full = client.post("/marking/results/views/save/", {"name": "One more"})
    assert full.status_code == 400 and "Forget one first" in full.content.decode()
    assert client.post("/marking/results/views/save/", {"name": "View 3", "query": "q=a"}).status_code == 302
    page = client.get("/marking/results/").content.decode()
    assert "View 29" in page and "One more" not in page
