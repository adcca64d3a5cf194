"""Candidates of a schedule are invited all at once; staff and those who sign in already are left alone."""

import pytest

from marksheet.apps.exams.actions.invitations import invite_candidates, print_candidate_codes
from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.invitations import ways_in
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.actions.invitations import accept_invitation
from marksheet.apps.people.models import Invitation, Person
from marksheet.apps.results.actions.enrolment import Candidate
from tests.factories import NOW, PASSWORD, World, a_schedule, a_world, grant, signed_in, some_candidates

pytestmark = pytest.mark.django_db


def a_cohort() -> tuple[World, Schedule]:
    world = a_world()
    bare = Candidate(number="77", name="Bo Bare")
    return world, a_schedule(world, candidates=[*some_candidates(4), bare])


def test_everybody_with_an_address_gets_one_link_and_the_others_a_code():
    world, schedule = a_cohort()
    assert invite_candidates(world.ada, schedule.ref, at=NOW) == 4
    assert Work.objects.filter(kind="mail").count() == 4
    codes = print_candidate_codes(world.ada, schedule.ref, at=NOW)
    assert [(code.person.name, code.number) for code in codes] == [("Bo Bare", "77")]
    counts = ways_in(schedule, at=NOW)
    assert (counts.total, counts.invited, counts.by_mail, counts.by_code) == (5, 5, 0, 0)


def test_nobody_is_invited_twice_unless_asked():
    world, schedule = a_cohort()
    invite_candidates(world.ada, schedule.ref, at=NOW)
    with pytest.raises(BadInput):
        invite_candidates(world.ada, schedule.ref, at=NOW)
    assert invite_candidates(world.ada, schedule.ref, again=True, at=NOW) == 4
    assert Invitation.objects.filter(revoked_at=None).count() == 4


def test_who_signs_in_already_and_who_is_staff_is_left_alone():
    world, schedule = a_cohort()
    invite_candidates(world.ada, schedule.ref, at=NOW)
    work = Work.objects.filter(kind="mail").earliest("id")
    accept_invitation(work.payload["token"], password=PASSWORD, at=NOW)
    grant(Person.objects.filter(email="c1002@example.org").get(), "marker", world.elsewhere)
    assert invite_candidates(world.ada, schedule.ref, again=True, at=NOW) <= 3
    counts = ways_in(schedule, at=NOW)
    assert counts.signed_in == 1 or counts.apart == 1
    assert counts.total == counts.signed_in + counts.invited + counts.by_mail + counts.by_code + counts.apart


def test_a_coordinator_elsewhere_sees_no_schedule_and_a_marker_may_not_invite():
    world, schedule = a_cohort()
    with pytest.raises(NotFound):
        invite_candidates(world.eva, schedule.ref, at=NOW)
    grant(world.mei, "coordinator", world.department)
    with pytest.raises(NotAllowed) as refusal:
        invite_candidates(world.mei, schedule.ref, at=NOW)
    assert "Ada Vermeer" in refusal.value.helpers
    assert invite_candidates(world.ada, schedule.ref, at=NOW)


def test_the_page_counts_sends_and_prints():
    world, schedule = a_cohort()
    client = signed_in(world.ada)
    address = f"/schedules/{schedule.ref}/invitations/"
    assert "Send 4 invitations" in client.get(address).content.decode()
    assert client.post(address, {"way": "link"})["Location"] == address
    assert "Nobody needs a code" not in client.get(address).content.decode()
    codes = client.post(address, {"way": "code"}).content.decode()
    assert "Bo Bare" in codes and f'href="{address}"' in codes
    page = client.get(address).content.decode()
    for words in ("Print new codes", "Send invitations again"):
        assert words in page
    for box in ("again-code", "again-link"):
        assert f'id="{box}" required' in page
    assert client.post(address, {"way": "link"}).status_code == 400
    assert signed_in(world.mo).get(address).status_code == 404
    log = signed_in(world.ari).get("/organisation/log/?verb=person.invite").content.decode()
    assert "Invited 4 candidates" in log and "Printed a sign-in code for 1 candidate" in log
