"""The audit log by page: all of one's units, filtered, page by page, as a file; and nothing of any one result."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.models import Event
from marksheet.apps.people.actions.accounts import record_sign_in
from marksheet.apps.people.actions.organisation import create_institution
from marksheet.apps.people.models import Role
from marksheet.apps.people.queries import shipped_role
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.withholding import withhold
from marksheet.apps.release.queries.log import LogFilter, events_seen_by, log_page
from marksheet.apps.results.models import Result
from marksheet.entrypoints.web.audit.words import VERBS, WORDS
from tests.apps.release.scenes import a_ready_quiz, hand_in, refs
from tests.factories import (
    NOW,
    TESTER,
    World,
    a_machine_assessment,
    a_schedule,
    a_world,
    an_assessment,
    grant,
    signed_in,
)

pytestmark = pytest.mark.django_db
LOG = "/organisation/log/"


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def quiz(world: World) -> Schedule:
    """A quiz of which all but one is published; that one is withheld."""
    schedule = a_ready_quiz(world)
    held, *others = refs(schedule)
    withhold(world.ada, [held], reason="Two hands on one paper.", at=NOW)
    selection = freeze_selection(world.pia, refs=others, at=NOW)
    publish(world.pia, selection.ref, show=True, at=NOW)
    carry_on(selection.ref, at=NOW)
    return schedule


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def read(client: Client, query: str = "") -> str:
    answer = client.get(f"{LOG}?{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def timeline(page: str) -> list[str]:
    found = re.search(r'<ol class="timeline">(.*?)</ol>', page, re.DOTALL)
    return [text(one) for one in re.findall(r"<li.*?</li>(?=<li|$)", found[1], re.DOTALL)] if found else []


def test_an_administrator_reads_everything_that_happened_newest_first(world: World, quiz: Schedule) -> None:
    page = read(signed_in(world.ari))
    said = text(page)
    for words in (
        "Published 2 results",
        "Withheld 1 result",
        "Two hands on one paper.",
        "by Pia Holm",
        quiz.code,
    ):
        assert words in said
    assert said.index("Published 2 results") < said.index("Withheld 1 result")
    assert f"/marking/audit/schedules/{quiz.ref}/history/" in page


def test_the_log_names_no_candidate_and_no_score(world: World, quiz: Schedule) -> None:
    client = signed_in(world.ari)
    pages = [read(client), client.post(f"{LOG}file/").content.decode()]
    for candidate in Enrolment.objects.filter(schedule=quiz).select_related("person"):
        for page in pages:
            assert candidate.person.name not in page
    assert "/marking/audit/results/" not in pages[0], "an administrator sees no results"
    for score in ("66.7", "100.0", "of 3"):
        assert all(score not in text(page) for page in pages)


def test_somebody_who_reads_the_log_of_a_unit_reads_that_unit_alone(world: World, quiz: Schedule) -> None:
    grant(world.sid, "board_member", world.elsewhere)
    assert timeline(read(signed_in(world.sid))) == []
    grant(world.sid, "board_member", world.department)
    said = text(read(signed_in(world.sid)))
    assert "Published 2 results" in said and "Made the assessment live" in said
    assert "Signed in" not in said, "people belong to the institution"
    assert not events_seen_by(world.sid).filter(subject_kind="person").exists()


def test_nobody_reads_of_another_institution(world: World, quiz: Schedule) -> None:
    founded = create_institution(
        TESTER, name="Elsewhere College", administrator="Eli Stone", username="eli", email="", at=NOW
    )
    said = text(read(signed_in(founded.administrator)))
    assert "Elsewhere College" in said
    assert "Published" not in said.partition("Clear")[2] and quiz.code not in said
    assert "Elsewhere College" not in text(read(signed_in(world.ari)))


def test_what_happened_to_ones_own_result_is_not_in_ones_log(world: World) -> None:
    version = a_machine_assessment(world, workflow="coordinated")
    schedule = a_schedule(world, version=version, candidates=1, with_cas=True)
    hand_in(schedule, ["AAA", "AAA"])
    own = Result.objects.get(schedule=schedule, person=world.cas)
    withhold(world.ada, [own.ref], reason="Cas wrote with two hands.", at=NOW)
    grant(world.cas, "board_member", world.institution)
    assert "two hands" not in read(signed_in(world.cas))
    assert "two hands" in read(signed_in(world.ari))


def test_it_is_narrowed_by_person_verb_unit_and_day(world: World, quiz: Schedule) -> None:
    client = signed_in(world.ari)
    only_pia = timeline(read(client, f"person={world.pia.ref}"))
    assert only_pia and all("by Pia Holm" in one for one in only_pia)
    assert ["Withheld" in one for one in timeline(read(client, "verb=result.withhold"))] == [True]
    assert timeline(read(client, f"unit={world.elsewhere.ref}")) == []
    assert any("Withheld" in one for one in timeline(read(client, f"unit={world.faculty.ref}")))
    day = NOW.date()
    assert any("Published" in one for one in timeline(read(client, f"from={day}&until={day}")))
    assert timeline(read(client, f"from={day + timedelta(days=1)}&until={day + timedelta(days=2)}")) == []
    for wrong in ("verb=nothing", "from=yesterday", "from=2026-06-09&until=2026-06-08", "after=x"):
        assert client.get(f"{LOG}?{wrong}").status_code == 400


def test_pages_follow_each_other_without_a_gap_whatever_happens_meanwhile(
    world: World, quiz: Schedule
) -> None:
    first = log_page(world.ari, LogFilter(), size=3)
    an_assessment(world, code="NEW-1")
    seen, after = [one.number for one in first.entries], first.next
    while after:
        page = log_page(world.ari, LogFilter(), after=after, size=3)
        seen += [one.number for one in page.entries]
        after = page.next
    assert seen == sorted(seen, reverse=True) and len(seen) == len(set(seen))
    assert len(seen) == Event.objects.count() - Event.objects.filter(seq__gt=seen[0]).count()


def test_a_page_takes_as_many_statements_for_fifty_entries_as_for_ten(world: World, quiz: Schedule) -> None:
    def statements(size: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            log_page(world.ari, LogFilter(), size=size)
        return len(caught)

    assert statements(50) - statements(10) <= 5, "one more for each kind of thing at most"


def test_it_is_taken_out_as_a_file_and_the_log_says_so(world: World, quiz: Schedule) -> None:
    client = signed_in(world.ari)
    before = Event.objects.count()
    answer = client.post(f"{LOG}file/", {"verb": "result.withhold"})
    assert answer["Content-Type"].startswith("text/csv") and "audit-log-" in answer["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row["What"] == "Withheld 1 result" and row["Reason"] == "Two hands on one paper."
    assert row["Who"] == world.ada.name and quiz.code in row["About"]
    assert Event.objects.count() == before + 1
    assert "Took 1 entry of the audit log out as a file" in text(read(client))
    nothing = client.post(f"{LOG}file/", {"verb": "result.retract"})
    assert nothing.status_code == 400 and "nothing fits" in nothing.content.decode()


def test_a_candidate_who_signs_in_is_named_to_those_who_look_after_people_alone(world: World) -> None:
    record_sign_in(world.cas, how="password", at=NOW)
    assert world.cas.name in read(signed_in(world.ari), "verb=account.sign-in")
    reader = Role.objects.get(pk=shipped_role("board_member").pk)
    assert "audit.view" in {str(verb) for verb in reader.verbs.values_list("verb", flat=True)}
    grant(world.sid, "board_member", world.institution)
    page = read(signed_in(world.sid), "verb=account.sign-in")
    assert world.cas.name not in page and "by a candidate" in text(page)


def test_every_verb_that_has_words_can_be_filtered_by(world: World) -> None:
    without = {"mail", "result.seen", "person.name-account"}
    assert {str(verb) for verb in WORDS} - {str(verb) for verb in VERBS} <= without
    assert clock.read() > NOW
