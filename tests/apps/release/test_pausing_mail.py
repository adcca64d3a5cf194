"""All mail can be paused: what waits and what is asked for meanwhile, until it is resumed."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import NotAllowed
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.actions.accounts import ask_password_reset
from marksheet.apps.people.models import MailPause, Person
from marksheet.apps.people.queries.mail import pauses_seen_by
from marksheet.apps.people.steps import set_membership
from marksheet.apps.people.steps.invitations import invite
from marksheet.apps.release.actions.mailing import pause, resume, send_again
from marksheet.apps.release.actions.notices import queue_notices
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.entrypoints.jobs.worker import run_all
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, TESTER, World, a_world, grant, signed_in

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def tell(world, code="QUIZ-1"):
    """Publish a quiz of three and ask for its messages."""
    schedule = a_ready_quiz(world, code=code)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=True, inform=True, at=NOW)
    carry_on(selection.ref, at=NOW)
    queue_notices(selection.ref, after=0, at=NOW)
    return schedule, selection.ref


def waiting(**within):
    found = Work.objects.filter(kind="mail", state="waiting", **within)
    return found.filter(paused=False).count(), found.filter(paused=True).count()


def test_what_is_asked_for_while_all_is_paused_waits_too_and_goes_on_when_resumed(world):
    tell(world)
    assert pause(world.ari, at=NOW) == 3
    assert waiting() == (0, 3)
    schedule, _group = tell(world, code="QUIZ-2")
    people = [one.person for one in Enrolment.objects.filter(schedule=schedule).select_related("person")]
    with change(TESTER, "person.invite", at=NOW) as opened:
        invite(opened, people, world.institution, kind="link")
        opened.record("person", people[0].pk)
    ask_password_reset(world.mo, key="secret", at=NOW)
    assert waiting() == (0, 10)
    run_all(kinds=("mail",))
    assert waiting() == (0, 10)
    assert resume(world.ari, at=LATER) == 10
    assert waiting() == (10, 0)
    tell(world, code="QUIZ-3")
    assert waiting() == (13, 0)


def test_a_pause_is_begun_once_and_kept_on_record(world):
    assert pause(world.ari, at=NOW) == 0
    assert pause(world.ari, at=NOW) == 0
    [row] = MailPause.objects.all()
    assert (row.unit, row.by, row.ended_at) == (world.institution, world.ari, None)
    assert resume(world.ari, at=LATER) == 0
    row.refresh_from_db()
    assert row.ended_at == LATER
    assert pause(world.ari, at=LATER) == 0
    assert MailPause.objects.count() == 2


def test_a_pause_holds_the_mail_of_its_units_and_of_nobody_else(world):
    grant(world.eva, "administrator", world.elsewhere)
    tell(world)
    assert pause(world.eva, at=NOW) == 0
    assert waiting() == (3, 0)
    tell(world, code="QUIZ-2")
    assert waiting() == (6, 0)
    person = Person.objects.get(pk=Work.objects.filter(kind="mail").first().person_id)
    with change(TESTER, "person.manage", at=NOW) as opened:
        set_membership(opened, person, world.institution, number="1001", home=world.elsewhere)
        opened.record("person", person.pk)
    tell(world, code="QUIZ-3")
    assert waiting() == (8, 1)


def test_one_group_can_go_while_all_else_stays_paused(world):
    _schedule, group = tell(world)
    tell(world, code="QUIZ-2")
    pause(world.ari, at=NOW)
    assert resume(world.ari, group=group, at=NOW) == 3
    assert waiting(group=group) == (3, 0)
    assert waiting() == (3, 3)
    tell(world, code="QUIZ-3")
    assert waiting() == (3, 6)


def test_what_is_paused_for_a_unit_above_is_resumed_there(world):
    grant(world.ada, "administrator", world.department)
    tell(world)
    for work in Work.objects.filter(kind="mail"):
        with change(TESTER, "person.manage", at=NOW) as opened:
            person = Person.objects.get(pk=work.person_id)
            set_membership(opened, person, world.institution, number=str(work.pk), home=world.department)
            opened.record("person", person.pk)
    pause(world.ari, at=NOW)
    with pytest.raises(NotAllowed, match="a unit above yours") as refused:
        resume(world.ada, at=LATER)
    assert refused.value.helpers == ("Ari Blom",)
    assert waiting() == (0, 3)
    assert [(line.unit, line.mine) for line in pauses_seen_by(world.ada)] == [("Oude Rijn University", False)]


def test_a_message_sent_again_while_all_is_paused_waits_as_well(world):
    tell(world)
    run_all(kinds=("mail",))
    sent = Work.objects.filter(kind="mail", state="done").first()
    pause(world.ari, at=NOW)
    assert send_again(world.ari, sent.ref, reason="never came", at=NOW).paused is True


def test_the_page_says_that_all_is_paused_by_whom_and_offers_to_resume(world):
    ari = signed_in(world.ari)
    page = ari.get("/organisation/mail/").content.decode()
    assert "Pause all" in page and "Resume all" not in page
    answer = ari.post("/organisation/mail/pause/", follow=True)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    assert "No message waits. What comes is held, until you resume." in text
    assert "All mail of Oude Rijn University is paused by Ari Blom since" in text
    assert "Pause all" not in text and "Resume all" in text
    page = ari.post("/organisation/mail/resume/", follow=True).content.decode()
    assert "is paused by" not in page


def test_where_nothing_is_paused_asking_costs_one_more_statement(world):
    with CaptureQueriesContext(connection) as seen:
        ask_password_reset(world.mo, key="secret", at=NOW)
    assert sum("people_mailpause" in one["sql"] for one in seen.captured_queries) == 1
