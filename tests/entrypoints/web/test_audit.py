"""The Audit tab, a schedule in it, the histories; Organisation > Mail and Work."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.change import change, draft
from marksheet.apps.ledger.errors import BadInput, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Side, Work, WorkState
from marksheet.apps.people.actions import work as work_actions
from marksheet.apps.people.queries.work import work_page
from marksheet.apps.people.steps import set_membership
from marksheet.apps.release.actions import mailing as actions
from marksheet.apps.release.actions.notices import queue_notices
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.queries.mailing import Fate, message_for, message_page, waiting_groups
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, TESTER, World, a_world, grant, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def quiz(world: World) -> Schedule:
    """Three candidates, published, shown and to be informed."""
    schedule = a_ready_quiz(world)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=True, inform=True, at=NOW)
    carry_on(selection.ref, at=NOW)
    queue_notices(selection.ref, after=0, at=NOW)
    return schedule


# --- the tab and the histories ---


def test_a_finished_schedule_is_found_in_audit_with_its_results(world: World, quiz: Schedule) -> None:
    client = signed_in(world.ada)
    assert quiz.code in client.get("/marking/audit/").text
    page = client.get(f"/marking/audit/schedules/{quiz.ref}/").text
    for ref in refs(quiz):
        assert f"/reports/candidates/{ref}/" in page and f"/marking/audit/results/{ref}/" in page
    assert "Retract" not in page
    assert "Retract" in signed_in(world.pia).get(f"/marking/audit/schedules/{quiz.ref}/").text


def test_a_retraction_takes_its_page_out_of_audit(world: World, quiz: Schedule) -> None:
    client = signed_in(world.pia)
    retract(world.pia, refs(quiz)[:1], reason="checking", at=NOW)
    assert quiz.code not in client.get("/marking/audit/").text
    assert client.get(f"/marking/audit/schedules/{quiz.ref}/").status_code == 404
    assert client.get(f"/marking/audit/results/{refs(quiz)[0]}/").status_code == 200


def test_audit_is_hidden_from_those_without_the_right(world: World, quiz: Schedule) -> None:
    for person in (world.sid, world.eva, world.cas, world.mo):
        client = signed_in(person)
        assert quiz.code not in client.get("/marking/audit/").text
        assert client.get(f"/marking/audit/schedules/{quiz.ref}/").status_code == 404
        assert client.get(f"/marking/audit/schedules/{quiz.ref}/history/").status_code == 404
    for person in (world.sid, world.eva, world.cas):
        assert signed_in(person).get(f"/marking/audit/results/{refs(quiz)[0]}/").status_code == 404
    grant(world.sid, "published_viewer", quiz.node)
    client = signed_in(world.sid)
    for path in ("", f"schedules/{quiz.ref}/", f"schedules/{quiz.ref}/history/", f"results/{refs(quiz)[0]}/"):
        assert client.get(f"/marking/audit/{path}").status_code == 200


def test_a_history_page_says_who_what_when_and_why(world: World, quiz: Schedule) -> None:
    retract(world.pia, refs(quiz)[:1], reason="a page was missed", at=NOW)
    text = signed_in(world.ada).get(f"/marking/audit/results/{refs(quiz)[0]}/").text
    for words in (
        "Published as version 1", "by Pia Holm", "3 of 3 marks", "Retracted version 1", "a page was missed",
        "waits to be sent",
    ):  # fmt: skip
        assert words in text, words


def test_a_schedules_history_is_filtered_by_person_verb_and_day(world: World, quiz: Schedule) -> None:
    client, path = signed_in(world.ada), f"/marking/audit/schedules/{quiz.ref}/history/"
    assert "Published 3 results" in client.get(path).text
    assert "Published 3 results" not in client.get(path, {"person": world.ada.ref}).text
    assert "Published 3 results" in client.get(path, {"verb": "result.publish"}).text
    assert "Published 3 results" in client.get(path, {"from": "2026-06-15", "until": "2026-06-15"}).text
    assert "Published 3 results" not in client.get(path, {"from": "2026-06-16"}).text
    wrong = client.get(path, {"from": "nonsense", "after": "x"})
    assert (wrong.status_code, "nonsense" in wrong.text) == (400, True)


def test_pages_of_audit_cost_a_fixed_number_of_statements(world: World, quiz: Schedule) -> None:
    client = signed_in(world.ada)
    for path, most in (
        ("", 18), (f"schedules/{quiz.ref}/", 20), (f"results/{refs(quiz)[0]}/", 28),
        (f"schedules/{quiz.ref}/history/", 20),
    ):  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/marking/audit/{path}").status_code == 200
        assert len(asked) <= most, (path, len(asked))


# --- mail ---


def become(work: Work, state: str, outcome: dict | None = None, error: str = "") -> None:
    with draft():
        Work.objects.filter(pk=work.pk).update(state=state, outcome=outcome, last_error=error)


def test_messages_are_seen_where_one_holds_the_right(world: World, quiz: Schedule) -> None:
    lines = message_page(world.ari).lines
    assert len(lines) == 3
    assert {(line.fate, line.notice, line.about) for line in lines} == {
        (Fate.WAITING, "result-available", "Quiz QUIZ-1")
    }
    for person in (world.ada, world.pia, world.sid, world.cas):
        assert message_page(person).lines == []
        with pytest.raises(NotFound):
            message_for(person, lines[0].work.ref)
        assert signed_in(person).get("/organisation/mail/").status_code == 404


def test_another_institutions_administrator_sees_nothing(world: World, quiz: Schedule) -> None:
    from marksheet.apps.people.models import NodeKind
    from marksheet.apps.people.steps import add_node

    with change(TESTER, "unit.manage", at=NOW) as opened:
        other = add_node(opened, parent=None, kind=NodeKind.INSTITUTION, name="Elsewhere", code="ELS")
        set_membership(opened, world.sid, other)
        opened.record("unit", other.pk)
    grant(world.sid, "administrator", other)
    assert message_page(world.sid).lines == [] and work_page(world.sid).lines == []
    assert message_page(world.ari).lines and work_page(world.ari).lines


def test_each_fate_has_its_filter_and_its_words(world: World, quiz: Schedule) -> None:
    works = list(Work.objects.filter(kind="mail").order_by("pk"))
    become(works[0], WorkState.DONE, {"fate": "sent", "to": "a@example.org"})
    become(works[1], WorkState.PARKED, {"fate": "handing-over", "to": "b@example.org"})
    become(works[2], WorkState.PARKED, {"fate": "refused"}, "The mail server refused it: 550 no such user")
    for fate in Fate:
        found = message_page(world.ari, fate=fate).lines
        assert all(line.fate is fate for line in found), fate
        assert len(found) == (fate in (Fate.SENT, Fate.UNSURE, Fate.PARKED)), fate
    become(works[0], WorkState.DONE, {"fate": "not-sent", "why": "The result is not open any more."})
    (line,) = message_page(world.ari, fate="not-sent").lines
    assert line.detail == "The result is not open any more."
    text = signed_in(world.ari).get("/organisation/mail/").text
    for words in ("May have been delivered", "Could not be sent", "Not sent", "550 no such user"):
        assert words in text


def test_messages_are_found_by_recipient(world: World, quiz: Schedule) -> None:
    for text in ("bilal", "1001", "C1001@example"):
        assert [line.name for line in message_page(world.ari, text=text).lines] == ["Bilal Aziz"]
    assert message_page(world.ari, text="nobody").lines == []


def test_a_message_is_sent_again_once_with_a_reason_and_a_trace(world: World, quiz: Schedule) -> None:
    work = Work.objects.filter(kind="mail").order_by("pk").first()
    with pytest.raises(WrongState):
        actions.send_again(world.ari, work.ref, reason="lost", at=NOW)
    become(work, WorkState.DONE, {"fate": "sent", "to": "a@example.org"})
    with pytest.raises(BadInput):
        actions.send_again(world.ari, work.ref, reason=" ", at=NOW)
    with pytest.raises(NotFound):
        actions.send_again(world.pia, work.ref, reason="lost", at=NOW)
    again = actions.send_again(world.ari, work.ref, reason="deleted by mistake", at=NOW)
    assert (again.person_id, again.payload, again.state) == (work.person_id, work.payload, WorkState.WAITING)
    event = Event.objects.get(pk=again.event_id)
    assert (event.verb, event.actor_id) == ("mail.manage", world.ari.pk)
    assert Side.objects.get(event=event).value == "deleted by mistake"
    become(again, WorkState.DONE, {"fate": "sent", "to": "a@example.org"})
    third = actions.send_again(world.ari, again.ref, reason="again", at=NOW)
    assert third.key.count(":again:") == 1


def test_a_single_use_link_is_never_sent_again(world: World) -> None:
    with change(TESTER, "person.invite", at=NOW) as opened:
        payload = {"notice": "invitation", "token": "the-secret"}
        work = opened.queue("mail", "invitation:1", payload, person_id=world.cas.pk)
        opened.record("person", world.cas.pk)
    page = signed_in(world.ari).get(f"/organisation/mail/{work.ref}/").text
    assert "the-secret" not in page and "/invitation/…/" in page
    become(work, WorkState.DONE, {"fate": "sent", "to": "cas@example.org"})
    with pytest.raises(BadInput):
        actions.send_again(world.ari, work.ref, reason="lost", at=NOW)


def test_the_page_of_a_message_sends_it_again(world: World, quiz: Schedule) -> None:
    work = Work.objects.filter(kind="mail").order_by("pk").first()
    become(work, WorkState.PARKED, {"fate": "handing-over", "to": "a@example.org"})
    client, path = signed_in(world.ari), f"/organisation/mail/{work.ref}/"
    page = client.get(path).text
    assert "This message contains no result." in page and "Send again" in page
    assert "3 of 3" not in page
    assert client.post(path, {"reason": ""}).status_code == 409
    assert client.post(path, {"reason": "never came"}).status_code == 302
    assert Work.objects.filter(kind="mail").count() == 4


def test_messages_are_paused_and_resumed_by_group(world: World, quiz: Schedule) -> None:
    (group,) = waiting_groups(world.ari)
    assert (group.waiting, group.paused, group.title, group.by) == (3, 0, "Quiz QUIZ-1", "Pia Holm")
    client = signed_in(world.ari)
    client.post("/organisation/mail/pause/", {"group": group.key})
    assert Work.objects.filter(kind="mail", paused=True).count() == 3
    assert [line.fate for line in message_page(world.ari).lines] == [Fate.PAUSED] * 3
    assert "Resume" in client.get("/organisation/mail/").text
    assert actions.pause(world.ari, group=group.key, at=NOW) == 0
    assert actions.resume(world.ari, at=NOW) == 3
    assert signed_in(world.pia).post("/organisation/mail/pause/").status_code == 404
    assert not Work.objects.filter(kind="mail", paused=True).exists()
    moves = Event.objects.filter(verb="mail.manage").order_by("seq").values_list("body", flat=True)
    assert [("pause" in body, "resume" in body) for body in moves] == [(True, False), (False, True)]


def test_the_list_of_messages_costs_the_same_however_long_it_is(world: World, quiz: Schedule) -> None:
    counts = []
    for size in (1, 3):
        with CaptureQueriesContext(connection) as asked:
            assert len(message_page(world.ari, size=size).lines) == size
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 5
    first = message_page(world.ari, size=2)
    second = message_page(world.ari, size=2, after=first.next)
    assert len({line.work.pk for line in (*first.lines, *second.lines)}) == 3 and not second.next


def test_a_message_sent_again_stands_in_the_history_with_who_and_why(world: World, quiz: Schedule) -> None:
    work = Work.objects.filter(kind="mail").order_by("pk").first()
    become(work, WorkState.DONE, {"fate": "sent", "to": "a@example.org"})
    actions.send_again(world.ari, work.ref, reason="deleted by mistake", at=NOW)
    text = signed_in(world.ada).get(f"/marking/audit/results/{work.payload['result']}/").text
    assert "by Ari Blom" in text and "deleted by mistake" in text
    assert text.count("was sent to the candidate") == 1 and text.count("waits to be sent") == 1


def test_in_the_demo_the_file_is_shown_with_its_link_masked(world: World, settings, tmp_path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = (
        "django.core.mail.backends.filebased.EmailBackend",
        tmp_path,
    )
    with change(TESTER, "person.invite", at=NOW) as opened:
        payload = {"notice": "invitation", "token": ""}
        work = opened.queue("mail", "invitation:1", payload, person_id=world.cas.pk)
        opened.record("person", world.cas.pk)
    (tmp_path / "1.log").write_text(f"Message-ID: <{work.ref}@x>\n\nhttp://x/invitation/the-secret/\n")
    page = signed_in(world.ari).get(f"/organisation/mail/{work.ref}/").text
    assert "As it was left in the demo" in page and "/invitation/…/" in page and "the-secret" not in page


# --- work ---


def parked(world: World) -> Work:
    with change(world.ada, "work.import", at=NOW) as opened:
        work = opened.queue("import", "import:1", {"import": "x"}, total=40)
        opened.record("import", 1)
    become(work, WorkState.PARKED, error="ValueError: row 7 is wrong")
    return work


def test_parked_work_is_shown_and_started_again(world: World) -> None:
    work, client = parked(world), signed_in(world.ari)
    text = client.get("/organisation/work/").text
    assert "row 7 is wrong" in text and "for Ada Vermeer" in text and "Start again" in text
    assert client.post(f"/organisation/work/{work.ref}/replay/").status_code == 302
    work.refresh_from_db()
    assert (work.state, work.attempts, work.last_error) == (WorkState.WAITING, 0, "")
    assert Event.objects.filter(verb="work.manage", subject_id=work.pk).count() == 1
    with pytest.raises(WrongState):
        work_actions.replay(world.ari, work.ref, at=NOW)


def test_waiting_work_is_paused_and_goes_on(world: World) -> None:
    work = parked(world)
    become(work, WorkState.WAITING)
    work_actions.pause(world.ari, work.ref, at=NOW)
    assert [line.state for line in work_page(world.ari, state="paused").lines] == ["paused"]
    work_actions.resume(world.ari, work.ref, at=NOW)
    assert work_page(world.ari, state="paused").lines == []
    become(work, WorkState.DONE)
    with pytest.raises(WrongState):
        work_actions.pause(world.ari, work.ref, at=NOW + timedelta(hours=1))


def test_work_is_hidden_from_those_without_the_right(world: World) -> None:
    work = parked(world)
    for person in (world.ada, world.pia, world.sid):
        client = signed_in(person)
        assert client.get("/organisation/work/").status_code == 404
        assert client.post(f"/organisation/work/{work.ref}/replay/").status_code == 404
    assert signed_in(world.ari).post(f"/organisation/work/{work.ref}/explode/").status_code == 404
    assert signed_in(world.ari).get(f"/organisation/work/{work.ref}/replay/").status_code == 405


def test_messages_are_not_listed_as_work(world: World, quiz: Schedule) -> None:
    assert {line.work.kind for line in work_page(world.ari).lines} == {"publish", "notices"}
