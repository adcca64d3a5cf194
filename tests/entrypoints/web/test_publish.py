"""Publishing by page: the dialog tells before what happens after, and the receipt tells it again."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.actions.settings import Settings
from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.models import Event, Work
from marksheet.apps.people.models import Grant, Person
from marksheet.apps.release.actions.notices import queue_notices
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.actions.showing import hide
from marksheet.apps.release.models import Publication, PublicationState
from marksheet.apps.release.queries.candidate import dashboard_of
from marksheet.apps.release.queries.receipts import publication_page
from marksheet.apps.results.actions.standing import void_attempts
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.apps.results.queries.sight import waiting_to_be_published_by
from marksheet.rules.publication import ShowResults, Workflow, offered
from tests.apps.release.scenes import a_ready_quiz, hand_in, mark_all, refs
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, choice, grant, signed_in
from tests.guard import writes_allowed

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def quiz(world: World) -> Schedule:
    return a_ready_quiz(world)


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def begin(client: Client, chosen: list[str] | None = None, **more: str) -> str:
    """Open the dialog on what is ticked; return its address."""
    answer = client.post("/marking/results/publish/", {"selected": chosen or [], "query": "", **more})
    assert answer.status_code == 302, answer.content.decode()[:800]
    return answer["Location"]


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def receipt_of(address: str) -> str:
    return address.removesuffix("publish/")


def test_the_dialog_tells_what_will_happen_and_it_happens_exactly_so(world, quiz):
    client = signed_in(world.pia)
    address = begin(client, refs(quiz)[:2])
    page = read(client, address)
    said = text(page)
    assert "Publish 2 results" in said
    assert "held on 8 June 2026" in said
    assert re.search(r"will be published 2 ", said)
    assert re.search(r"will not \(below\) 1 ", said)
    assert "100 %" in said
    assert "pass mark 55 %" in said
    assert "1 gets nothing yet" in said
    assert "is ready and was not chosen." in said
    assert not re.search(r'name="(show|inform)"[^>]*checked', page)
    assert "At a time" not in page
    assert not ResultVersion.objects.exists()
    done = client.post(address, {})
    assert (done.status_code, done["Location"]) == (302, receipt_of(address))
    assert set(Result.objects.filter(in_force__isnull=False).values_list("ref", flat=True)) == set(
        refs(quiz)[:2]
    )
    receipt = text(read(client, receipt_of(address)))
    assert "2 results published" in receipt
    assert "By Pia Holm," in receipt
    assert "Not shown to candidates at publication." in receipt
    for row in Result.objects.filter(in_force__isnull=False):
        assert f"{row.name} {row.number}" in receipt


def test_all_that_match_and_one_schedule_are_selections_too(world, quiz):
    other = a_ready_quiz(world, code="QUIZ-2")
    client = signed_in(world.pia)
    assert "Publish 6 results" in read(client, begin(client, all_matching="1"))
    assert "Publish 2 results" in read(client, begin(client, all_matching="1", query="outcome=failed"))
    page = text(read(client, begin(client, schedule=other.ref)))
    assert "Publish 3 results" in page
    assert "QUIZ-2-JUN" in page


def test_all_that_match_in_a_second_tab_are_said_to_be_published_and_nothing_else(world, quiz):
    sent = {"all_matching": "1", "query": "q=nobody", "list": "results:abc", "selected": quiz.ref}
    answer = signed_in(world.pia).post("/marking/results/publish/", sent)
    assert answer.status_code == 409
    page = text(answer.content.decode())
    assert "Nothing that matches can be published any more" in page
    assert "What you typed" not in page and "all_matching" not in page


def test_several_schedules_are_listed_with_their_numbers(world, quiz):
    a_ready_quiz(world, code="QUIZ-2")
    client = signed_in(world.pia)
    page = text(read(client, begin(client, all_matching="1")))
    assert "2 schedules" in page
    assert re.search(r"Quiz QUIZ-1 QUIZ-1-JUN · Mathematics 3", page)


def test_pass_rate_and_mean_stand_beside_the_last_sitting(world):
    version = an_assessment(
        world, wanted=[choice("1"), choice("2")], options=Settings(workflow=Workflow.COORDINATED)
    )
    from datetime import timedelta

    from tests.factories import CLOSES, OPENS

    before = a_schedule(
        world, version=version, code="MAY", candidates=2,
        opens_at=OPENS - timedelta(days=30), closes_at=CLOSES - timedelta(days=30), at=OPENS - timedelta(days=40),
    )  # fmt: skip
    hand_in(before, ["AA", "BB"], at=OPENS - timedelta(days=30))
    selection = freeze_selection(world.pia, refs=refs(before), at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    carry_on(selection.ref, at=NOW)
    now = a_schedule(world, version=version, code="JUN", candidates=2)
    hand_in(now, ["AA", "AA"])
    client = signed_in(world.pia)
    said = text(read(client, begin(client, schedule=now.ref)))
    assert "pass (50 % in May 2026) 100 %" in said
    assert "mean (50 % in May 2026) 100 %" in said


OPTIONS = [(option, machine) for machine in (True, False) for option in offered(machine)]


@pytest.mark.parametrize(("option", "machine"), OPTIONS)
@pytest.mark.parametrize("ticked", [False, True])
def test_every_option_that_publishes_by_hand_does_what_its_dialog_says(world, option, machine, ticked):
    version = an_assessment(
        world,
        wanted=[choice("1"), choice("2")] if machine else [choice("1"), by_hand("2", marks=1)],
        options=Settings(workflow=Workflow.COORDINATED, show_results=option),
    )
    schedule = a_schedule(world, version=version, candidates=2)
    hand_in(schedule, ["AA", "AA"] if machine else ["A", "A"])
    if not machine:
        mark_all(world, schedule, 1000)
    client = signed_in(world.pia)
    address = begin(client, refs(schedule))
    page = read(client, address)
    asks = option == ShowResults.PUBLISHER_DECIDES
    never = option == ShowResults.NEVER
    assert ('name="show"' in page) == asks
    assert ('name="inform"' in page) == (not never)
    if never:
        assert "Never shown" in page
        assert "Not offered" in page
    if not asks and not never:
        assert "Shown at once" in page
    assert (
        ("not disclosed" if never else "The result of this exam is not disclosed")
        in read(client, address.replace("publish/", "as-candidate/"))
    ) or not never
    wanted = {"show": "on", "inform": "on"} if ticked else {}
    done = client.post(address, wanted)
    if ticked and never:
        assert done.status_code == 409
        assert "this publication shows no result to anybody" in done.content.decode()
        assert not ResultVersion.objects.exists()
        done = client.post(address, {})
    assert done.status_code == 302
    shown = not never and (not asks or ticked)
    candidate = Result.objects.filter(schedule=schedule).order_by("pk")[0].person
    word = "not-disclosed" if never else "shown" if shown else "being-marked"
    assert dashboard_of(candidate, NOW)[0].word == word
    publication = Publication.objects.get()
    queue_notices(publication.ref, after=0, at=NOW)
    assert Work.objects.filter(kind="mail").count() == (2 if shown and ticked else 0)
    receipt = text(read(client, receipt_of(address)))
    assert ("Shown to candidates at publication." in receipt) == shown


def test_after_the_last_attempt_nothing_is_published_while_another_can_come(world):
    from datetime import timedelta

    from tests.factories import CLOSES

    version = an_assessment(
        world,
        wanted=[choice("1"), by_hand("2", marks=1)],
        options=Settings(
            workflow=Workflow.COORDINATED, show_results=ShowResults.AFTER_LAST_ATTEMPT, attempts_allowed=2
        ),
    )
    far = CLOSES.replace(year=2099)
    schedule = a_schedule(world, version=version, candidates=2)
    with writes_allowed():
        Schedule.objects.update(closes_at=far, ends_at=far)
    hand_in(schedule, ["A", "A"])
    mark_all(world, schedule, 1000)
    client = signed_in(world.pia)
    page = read(client, "/marking/results/")
    assert "another attempt can still come" in page
    assert 'name="selected"' not in page
    assert "You can publish 0 of 2." in page
    assert waiting_to_be_published_by(world.pia, at=clock.read()) == 0
    assert "Nothing is ready for you to publish" in read(client, "/marking/results/?show=mine")
    assert "1–2 of 2" in text(read(client, "/marking/results/?show=not-mine"))
    refused = client.post("/marking/results/publish/", {"selected": refs(schedule), "query": ""})
    assert refused.status_code == 409
    assert "wait for a last attempt" in refused.content.decode()
    selection = freeze_selection(world.pia, refs=refs(schedule), at=far + timedelta(minutes=1))
    assert selection.total == 2
    with writes_allowed():
        Schedule.objects.update(closes_at=CLOSES, ends_at=CLOSES)
    assert waiting_to_be_published_by(world.pia, at=clock.read()) == 2
    assert "1–2 of 2" in text(read(client, "/marking/results/?show=mine"))
    assert "You can publish all that waits" in read(client, "/marking/results/?show=not-mine")


def test_informing_without_showing_is_refused_and_what_was_ticked_is_kept(world, quiz):
    client = signed_in(world.pia)
    address = begin(client, refs(quiz))
    answer = client.post(address, {"inform": "on"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "No candidate can be informed" in page
    assert re.search(r'name="inform" checked', page)
    assert not ResultVersion.objects.exists()
    assert client.post(address, {"inform": "on", "show": "on"}).status_code == 302


def test_one_can_be_seen_as_the_candidate_before_publishing_and_that_is_logged(world, quiz):
    client = signed_in(world.pia)
    address = begin(client, refs(quiz)).replace("publish/", "as-candidate/")
    page = read(client, address)
    names = {row.name: row for row in Result.objects.filter(schedule=quiz)}
    row = names[re.search(r"This is what (.+?) \(", page)[1]]
    assert f"{row.shown_score} of 3" in page
    assert "My exams" in page and 'href="/my/' not in page
    assert Event.objects.filter(verb="result.seen-as-candidate", subject_id=row.pk).count() == 1
    following = re.search(r"\?result=(\w+)", page)[1]
    assert following != row.ref
    assert client.get(f"{address}?result={following}").status_code == 200
    assert client.get(f"{address}?result=unknown").status_code == 404
    assert dashboard_of(row.person, NOW)[0].word == "being-marked"
    assert signed_in(world.mo).get(address).status_code == 404


def test_the_message_can_be_read_and_holds_no_result(world, quiz):
    client = signed_in(world.pia)
    page = read(client, begin(client, refs(quiz)).replace("publish/", "message/"))
    assert "Your result for Quiz QUIZ-1 is available" in page
    assert "This message contains no result." in page
    assert "Questions? Ask the exam office (Mathematics)." in page


def test_pressing_twice_publishes_once(world, quiz):
    client = signed_in(world.pia)
    address = begin(client, refs(quiz))
    first, second = client.post(address, {"show": "on"}), client.post(address, {})
    assert first["Location"] == second["Location"] == receipt_of(address)
    assert ResultVersion.objects.count() == 3
    assert client.get(address)["Location"] == receipt_of(address)


def test_what_changed_is_shown_and_can_be_looked_at_again(world):
    schedule = a_schedule(world, candidates=3)
    hand_in(schedule, ["AA", "AB", "BB"])
    mark_all(world, schedule, 2500)
    client = signed_in(world.pia)
    address = begin(client, refs(schedule))
    mark_all(world, schedule, 3000)
    answer = client.post(address, {"show": "on"})
    said = text(answer.content.decode())
    assert answer.status_code == 409
    assert "Nothing was published: 3 of 3 results changed" in said
    assert "3 results changed since this was opened" in said
    row = Result.objects.filter(schedule=schedule)[0]
    assert f"/marking/results/{row.ref}/" in answer.content.decode()
    assert not ResultVersion.objects.exists()
    fresh = client.post(address.replace("publish/", "again/"))["Location"]
    assert "Publish 3 results" in read(client, fresh)
    assert client.post(fresh, {"show": "on"}).status_code == 302
    assert ResultVersion.objects.count() == 3


def test_a_publication_that_failed_on_its_way_says_what_changed_and_opens_anew(world):
    schedule = a_schedule(world, candidates=2)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2500)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=True, at=NOW)
    mark_all(world, schedule, 3000)
    carry_on(selection.ref, at=NOW)
    client = signed_in(world.pia)
    page = read(client, f"/publications/{selection.ref}/")
    assert "Nothing was published" in page
    assert f"/marking/results/{refs(schedule)[0]}/" in page
    fresh = client.post(f"/publications/{selection.ref}/again/")["Location"]
    assert "Publish 2 results" in read(client, fresh)


def test_rows_that_a_colleague_took_are_named_before_and_after(world, quiz):
    grant(world.mo, "publisher", quiz.node)
    client = signed_in(world.pia)
    address = begin(client, refs(quiz))
    theirs = freeze_selection(world.mo, refs=refs(quiz)[:1], at=NOW)
    publish(world.mo, theirs.ref, at=NOW)
    carry_on(theirs.ref, at=NOW)
    page = text(read(client, address))
    assert "Publish 2 results" in page
    assert "1 was published meanwhile" in page
    assert "Mo Idris" in page
    assert client.post(address, {}).status_code == 302
    receipt = text(read(client, receipt_of(address)))
    assert "2 results published" in receipt
    assert "published by Mo Idris" in receipt


def test_a_large_publication_is_carried_out_aside_and_can_be_stopped_and_resumed(world, quiz, monkeypatch):
    from marksheet.entrypoints.web.publications import dialog

    monkeypatch.setattr(dialog.publishing, "AT_ONCE", 2)
    client = signed_in(world.pia)
    address = begin(client, refs(quiz))
    assert client.post(address, {"show": "on"}).status_code == 302
    page = read(client, receipt_of(address))
    assert "Publishing 3 results" in page
    assert "You can leave this page" in page
    with writes_allowed():
        Publication.objects.update(total=15_702)
        assert "Publishing 15,702 results" in read(client, receipt_of(address))
        Publication.objects.update(total=3)
    assert "0 of 3" in read(client, receipt_of(address) + "progress/")
    client.post(receipt_of(address) + "stop/")
    stopped = read(client, receipt_of(address))
    assert "Nothing was published" in stopped
    assert not Result.objects.filter(in_force__isnull=False).exists()
    monkeypatch.setattr(dialog.publishing, "AT_ONCE", 300)
    client.post(receipt_of(address) + "resume/")
    assert "3 results published" in text(read(client, receipt_of(address)))
    assert "Shown to candidates at publication." in text(read(client, receipt_of(address)))
    assert "data-progress-go" in read(client, receipt_of(address) + "progress/")
    assert client.post(receipt_of(address) + "stop/").status_code == 409


def test_who_may_not_publish_is_told_who_can_help(world, quiz):
    answer = signed_in(world.mo).post("/marking/results/publish/", {"selected": refs(quiz), "query": ""})
    assert answer.status_code == 403
    assert "You may see Quiz QUIZ-1 but not publish it." in answer.content.decode()
    assert "Ada Vermeer" in answer.content.decode()
    nothing = signed_in(world.pia).post("/marking/results/publish/", {"query": ""})
    assert nothing.status_code == 400
    assert "Tick one ready row or more" in nothing.content.decode()


def test_a_publisher_who_lost_sight_sees_nothing_in_the_dialog_any_more(world, quiz):
    client = signed_in(world.pia)
    address = begin(client, refs(quiz))
    with writes_allowed():
        Grant.objects.filter(person=world.pia, role__key="reports_viewer").update(ended_at=NOW)
    answer = client.get(address)
    assert answer.status_code == 403
    assert "You may no longer publish" in answer.content.decode()
    assert client.get(address.replace("publish/", "as-candidate/")).status_code == 403
    assert client.get(address.replace("publish/", "message/")).status_code == 404
    assert not ResultVersion.objects.exists()


def test_what_is_somebody_elses_or_not_there_reads_as_missing(world, quiz):
    address = begin(signed_in(world.pia), refs(quiz))
    for person in (world.mo, world.ada, world.sid, world.cas):
        client = signed_in(person)
        for page in ("", "publish/", "as-candidate/", "message/", "progress/"):
            assert client.get(receipt_of(address) + page).status_code == 404, (person.name, page)
        for page in ("again/", "stop/", "resume/"):
            assert client.post(receipt_of(address) + page).status_code == 404, (person.name, page)
    signed_in(world.pia).post(address, {})
    assert signed_in(world.ada).get(receipt_of(address)).status_code == 200
    assert "Retract" not in signed_in(world.ada).get(receipt_of(address)).content.decode()
    assert signed_in(world.sid).get(receipt_of(address)).status_code == 404
    assert signed_in(world.eva).get(receipt_of(address)).status_code == 404


def test_whoever_sees_published_results_finds_the_publication_and_the_rows_they_see(world, quiz):
    other = a_ready_quiz(world, code="QUIZ-2")
    address = begin(signed_in(world.pia), refs(quiz) + refs(other)[:1])
    signed_in(world.pia).post(address, {})
    ref = Publication.objects.get(state="committed").ref
    for person in (world.sid, world.eva):
        assert ref not in read(signed_in(person), "/publications/")
    grant(world.sid, "published_viewer", quiz.node)
    client = signed_in(world.sid)
    assert "Pia Holm" in read(client, "/publications/") and ref in read(client, "/publications/")
    assert ref in read(client, f"/publications/?schedule={quiz.ref}")
    assert ref not in read(client, f"/publications/?schedule={other.ref}")
    receipt = text(read(client, f"/publications/{ref}/"))
    assert "3 results published" in receipt and "more results than you see" in receipt
    assert "QUIZ-2" not in receipt and "E-mail:" not in receipt
    for row in Result.objects.filter(schedule=quiz):
        assert f"{row.name} {row.number}" in receipt
    link = f'href="/publications/{ref}/"'
    first = refs(quiz)[0]
    for path in (
        "/reports/candidates/",
        f"/reports/candidates/{first}/",
        f"/marking/audit/schedules/{quiz.ref}/",
    ):
        assert link in read(client, path), path
    assert f"/publications/?schedule={quiz.ref}" in read(client, f"/reports/schedules/{quiz.ref}/")
    assert link in read(signed_in(world.ada), f"/marking/results/{first}/")


def test_who_publishes_there_acts_from_a_colleagues_receipt(world, quiz):
    signed_in(world.pia).post(begin(signed_in(world.pia), refs(quiz)), {})
    ref = Publication.objects.get(state="committed").ref
    assert "Retract" not in read(signed_in(world.mo), f"/publications/{ref}/")
    grant(world.mo, "publisher", quiz.node)
    page = read(signed_in(world.mo), f"/publications/{ref}/")
    assert "Retract" in page and "Select all 3 of this publication" in page


def test_the_list_of_publications_costs_the_same_however_long_it_is(world):
    for n in range(3):
        some = freeze_selection(world.pia, refs=refs(a_ready_quiz(world, code=f"Q-{n}")), at=NOW)
        publish(world.pia, some.ref, at=NOW)
        carry_on(some.ref, at=NOW)
    for person in (world.pia, world.ada):
        found, after = [], 0
        while True:
            page = publication_page(person, after=after, size=2)
            found += [line.publication.pk for line in page.lines]
            after = page.next
            if not after:
                break
        assert found == sorted(found, reverse=True) and len(found) == 3
        counts = []
        for size in (1, 3):
            with CaptureQueriesContext(connection) as asked:
                publication_page(person, size=size)
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 12, counts


def test_a_void_result_is_not_called_available(world, quiz):
    first = refs(quiz)[:1]
    void_attempts(world.ada, first, reason="fraud", at=NOW)
    signed_in(world.pia).post(begin(signed_in(world.pia), refs(quiz)), {"show": "on"})
    for ref, words in ((refs(quiz)[0], "no result, since"), (refs(quiz)[1], "available since")):
        row = Result.objects.select_related("enrolment", "person").get(ref=ref)
        page = text(read(signed_in(row.person), f"/my/{row.enrolment.ref}/"))
        assert [one in page for one in ("no result, since", "available since")].count(True) == 1
        assert words in page


def test_publications_can_be_found_again(world, quiz):
    client = signed_in(world.pia)
    assert "Nothing published yet" in read(client, "/publications/")
    address = begin(client, refs(quiz))
    assert "Nothing published yet" in read(client, "/publications/")
    client.post(address, {})
    page = read(client, "/publications/")
    assert receipt_of(address) in page
    assert "Quiz QUIZ-1" in page


def published(world: World, schedule: Schedule, *, show: bool = True) -> str:
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=show, at=NOW)
    assert carry_on(selection.ref, at=NOW).state == PublicationState.COMMITTED
    return selection.ref


def test_results_are_shown_hidden_and_retracted_afterwards_with_a_preview(world, quiz):
    ref = published(world, quiz, show=False)
    client = signed_in(world.pia)
    some = refs(quiz)
    candidate = Result.objects.get(ref=some[0]).person
    asked = text(
        client.post("/publications/show/", {"publication": ref, "all_matching": "1"}).content.decode()
    )
    assert "Show 3 results to their candidates" in asked
    assert "3 are published and not shown." in asked
    back = f"/publications/{ref}/"
    done = client.post("/publications/show/", {"refs": ",".join(some), "inform": "on", "back": back})
    assert (done.status_code, done["Location"]) == (302, back)
    assert dashboard_of(candidate, NOW)[0].word == "shown"
    assert Work.objects.filter(kind="mail").count() == 3
    refused = client.post("/publications/hide/", {"refs": some[0], "reason": " ", "back": back})
    assert refused.status_code == 400
    assert "A reason is needed" in refused.content.decode()
    assert client.post("/publications/hide/", {"refs": some[0], "reason": "wrong date"}).status_code == 302
    assert dashboard_of(candidate, NOW)[0].word == "hidden"
    page = text(read(signed_in(candidate), "/my/"))
    assert "not disclosed" in page and "being marked" not in page
    enrolment = Result.objects.get(ref=some[0]).enrolment.ref
    assert "Your result was shown before" in read(signed_in(candidate), f"/my/{enrolment}/")
    asked = text(client.post("/publications/retract/", {"selected": some}).content.decode())
    assert "Retract 3 results" in asked
    assert "2 can be seen by their candidates now." in asked
    kept = client.post("/publications/retract/", {"refs": ",".join(some), "reason": "", "notice": "on"})
    assert re.search(r'name="notice" checked', kept.content.decode())
    assert (
        client.post(
            "/publications/retract/", {"refs": ",".join(some), "reason": "key under doubt", "notice": "on"}
        ).status_code
        == 302
    )
    assert Result.objects.filter(bucket="ready", retracted=True).count() == 3
    assert "Retracted" in read(client, "/marking/results/")
    told = text(read(client, back))
    assert "Nothing of it is in force any more. Since then: 3 retracted." in told
    assert "Retract " not in told and "Show to candidates" not in told
    listed = text(read(client, "/publications/"))
    assert "Retracted not shown 3 retracted" in listed and "Published" not in listed


def test_receipts_say_what_was_done_then_and_what_holds_now(world, quiz):
    ref, some = published(world, quiz), refs(quiz)
    client, back = signed_in(world.pia), f"/publications/{ref}/"
    assert "Since then:" not in text(read(client, back))
    assert "Published shown –" in text(read(client, "/publications/"))
    hide(world.pia, some[:1], reason="wrong date", at=NOW)
    retract(world.pia, some[1:2], reason="key under doubt", at=NOW)
    told = text(read(client, back))
    assert "3 results published" in told and "Shown to candidates at publication." in told
    assert "Since then: 1 retracted · 1 hidden." in told
    assert "Select all 2 of this publication" in told
    assert "Published shown 1 retracted · 1 hidden" in text(read(client, "/publications/"))
    again = freeze_selection(world.pia, refs=some[1:2], at=NOW)
    publish(world.pia, again.ref, at=NOW)
    carry_on(again.ref, at=NOW)
    assert "Since then: 1 replaced by a later version · 1 hidden." in text(read(client, back))
    assert "Replaced by a later version" in text(read(client, back))


def test_publications_are_listed_by_when_they_were_published_the_last_first(world):
    froze = [
        freeze_selection(world.pia, refs=refs(a_ready_quiz(world, code=f"Q-{n}")), at=NOW) for n in range(3)
    ]
    for minute, some in enumerate(reversed(froze)):
        publish(world.pia, some.ref, at=NOW + timedelta(minutes=minute))
        carry_on(some.ref, at=NOW + timedelta(minutes=minute))
    for size in (1, 2, 3):
        found: list[str] = []
        after = 0
        while after or not found:
            page = publication_page(world.ada, after=after, size=size)
            found += [line.publication.ref for line in page.lines]
            after = page.next
            if not after:
                break
        assert found == [some.ref for some in froze], size
    assert signed_in(world.ada).get("/publications/?after=987654").status_code == 400


def test_afterwards_nobody_else_reaches_them_and_the_way_back_stays_here(world, quiz):
    published(world, quiz)
    some = refs(quiz)
    assert signed_in(world.sid).post("/publications/retract/", {"selected": some}).status_code == 404
    mo = signed_in(world.mo).post("/publications/retract/", {"refs": some[0], "reason": "x"})
    assert mo.status_code == 400
    assert "Ask Ada Vermeer." in mo.content.decode()
    pia = signed_in(world.pia)
    away = pia.post("/publications/hide/", {"refs": some[0], "reason": "x", "back": "//evil.example/"})
    assert away["Location"].startswith("/marking/results/")
    assert pia.post("/publications/show/", {}).status_code == 400
    assert pia.get("/publications/show/").status_code == 405


def test_a_void_result_is_published_as_void_and_the_dialog_says_so(world, quiz):
    from marksheet.apps.results.actions.standing import void_attempts

    void_attempts(world.ada, refs(quiz)[:1], reason="used a phone", at=NOW)
    client = signed_in(world.pia)
    address = begin(client, refs(quiz))
    told = text(read(client, address))
    assert "1 of them is void" in told and "No message goes for a void result." in told
    assert "3 will be published" in told or "will be published 3" in told
    assert "pass, of the 2 with a grade" in told and "mean, of the 2 with a grade" in told
    client.post(address, {"show": "on"})
    person = Result.objects.get(ref=refs(quiz)[0]).person
    assert dashboard_of(person, NOW)[0].word == "no-result"
    asked = text(client.post("/publications/retract/", {"selected": refs(quiz)}).content.decode())
    assert "Goes to the 2 who can see theirs and have an address. No message goes for a void result." in asked
    client.post("/publications/retract/", {"refs": ",".join(refs(quiz)), "reason": "doubt", "notice": "on"})
    mails = Work.objects.filter(kind="mail", payload__notice="result-withdrawn")
    assert mails.count() == 2 and not mails.filter(person_id=person.pk).exists()


def test_the_panels_speak_of_one_as_of_one(world, quiz):
    published(world, quiz)
    client, some = signed_in(world.pia), refs(quiz)
    for act, one, many in (
        ("show", "It opens on the candidate’s dashboard", "They open on the candidates’ dashboards"),
        ("hide", "It leaves the candidate’s dashboard", "They leave the candidates’ dashboards"),
        ("retract", "It goes out of force", "They go out of force"),
    ):
        for chosen, said in ((some[:1], one), (some, many)):
            assert said in text(client.post(f"/publications/{act}/", {"selected": chosen}).content.decode())


def test_those_without_address_and_those_who_never_signed_in_are_counted(world, quiz):
    with writes_allowed():
        Person.objects.filter(pk=Result.objects.get(ref=refs(quiz)[0]).person_id).update(email="")
    client = signed_in(world.pia)
    said = text(read(client, begin(client, refs(quiz))))
    assert "1 has no address and gets none." in said
    assert "2 have never signed in." in said


def test_the_dialog_and_the_receipt_ask_as_often_for_fifty_rows_as_for_one(world):
    one, many = (
        a_ready_quiz(world, answers=["AAA"], code="ONE"),
        a_ready_quiz(world, answers=["AAA"] * 50, code="MANY"),
    )
    client = signed_in(world.pia)
    counts = []
    for schedule in (one, many):
        address = begin(client, schedule=schedule.ref)
        with CaptureQueriesContext(connection) as dialog:
            read(client, address)
        client.post(address, {"show": "on"})
        read(client, receipt_of(address))
        with CaptureQueriesContext(connection) as receipt:
            read(client, receipt_of(address))
        counts.append((len(dialog), len(receipt)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 40
    assert counts[0][1] <= 23
