"""Invitations and printed codes: once, for a time, for one person; only hashes are kept."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.actions import invitations
from marksheet.apps.people.models import Invitation, InvitationKind, Person
from marksheet.apps.people.queries.invitations import (
    InvitationState,
    invitations_of,
    invitations_seen_by,
    token_hash,
)
from marksheet.apps.people.steps.invitations import invite as make_invitations
from tests.factories import NOW, PASSWORD, TESTER, World, a_schedule, a_world, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def token_of(person: Person) -> str:
    return str(Work.objects.filter(payload__person=person.ref).latest("id").payload["token"])


def test_a_link_is_queued_as_mail_and_only_its_hash_is_kept(world: World):
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    invitation = Invitation.objects.get(person=world.mo)
    work = Work.objects.get(kind="mail")
    assert invitation.token_hash == token_hash(token_of(world.mo))
    assert (work.payload["notice"], work.payload["person"]) == ("invitation", world.mo.ref)
    assert invitation.work_ref == work.ref
    invitations.forget_token(work.ref)
    assert Work.objects.get(pk=work.pk).payload["token"] == ""


def test_whoever_has_the_link_sets_a_password_once(world: World):
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    token = token_of(world.mo)
    person = invitations.accept_invitation(token, password=PASSWORD, at=NOW)
    assert person == world.mo and person.check_password(PASSWORD)
    assert person.email_verified_at == NOW
    with pytest.raises(NotFound):
        invitations.accept_invitation(token, password="another long password", at=NOW)
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


@pytest.mark.parametrize("fate", ["expired", "revoked", "replaced", "inactive", "unknown"])
def test_a_dead_invitation_reads_as_missing_whatever_killed_it(world: World, fate: str):
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    token, at = token_of(world.mo), NOW + timedelta(days=1)
    assert invitations_of(world.mo, at=at)[0].state is InvitationState.OPEN
    if fate == "expired":
        at = NOW + timedelta(days=14)
    elif fate == "revoked":
        invitations.revoke(world.ari, Invitation.objects.get(person=world.mo).ref, at=NOW)
    elif fate == "replaced":
        invitations.resend(world.ari, Invitation.objects.get(person=world.mo).ref, at=NOW)
    elif fate == "inactive":
        from marksheet.apps.people.actions.persons import deactivate

        deactivate(world.ari, world.mo.ref, reason="left", at=NOW)
    else:
        token = "nothing-like-it"
    with pytest.raises(NotFound) as refusal:
        invitations.accept_invitation(token, password=PASSWORD, at=at)
    assert "not valid any more" in str(refusal.value)


def test_resending_makes_a_new_link_that_works(world: World):
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    invitations.resend(world.ari, Invitation.objects.get(person=world.mo).ref, at=NOW)
    assert invitations.accept_invitation(token_of(world.mo), password=PASSWORD, at=NOW) == world.mo


def test_a_weak_password_is_refused_and_the_link_still_works(world: World):
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    with pytest.raises(BadInput) as refusal:
        invitations.accept_invitation(token_of(world.mo), password="short", at=NOW)
    assert refusal.value.details
    invitations.accept_invitation(token_of(world.mo), password=PASSWORD, at=NOW)


def test_a_printed_code_is_typed_by_hand_and_wants_a_sign_in_name(world: World):
    printed = invitations.print_codes(world.ari, [world.cas.ref], at=NOW)[0]
    assert (printed.number, len(printed.code.split("-"))) == ("C-1", 4)
    assert printed.code not in Invitation.objects.get(person=world.cas).token_hash
    typed = printed.code.replace("-", " ").lower()
    person = invitations.accept_invitation(typed, password=PASSWORD, username="cas.1", at=NOW)
    assert person.username == "cas.1" and person.email_verified_at is None
    with pytest.raises(NotFound):
        invitations.accept_invitation(typed, password=PASSWORD, username="cas.2", at=NOW)


@pytest.mark.parametrize("taken", ["ada", "ADA", "a b", "x"])
def test_a_sign_in_name_that_is_taken_or_odd_is_refused(world: World, taken: str):
    printed = invitations.print_codes(world.ari, [world.cas.ref], at=NOW)[0]
    with pytest.raises(BadInput):
        invitations.accept_invitation(printed.code, password=PASSWORD, username=taken, at=NOW)
    invitations.accept_invitation(printed.code, password=PASSWORD, username="cas.1", at=NOW)


def test_a_code_works_for_sixty_days(world: World):
    code = invitations.print_codes(world.ari, [world.cas.ref], at=NOW)[0].code
    with pytest.raises(NotFound):
        invitations.accept_invitation(code, password=PASSWORD, username="cas.1", at=NOW + timedelta(days=60))
    invitations.accept_invitation(
        code, password=PASSWORD, username="cas.1", at=NOW + timedelta(days=59, hours=23)
    )


def test_a_scheduler_invites_candidates_but_no_staff(world: World):
    assert invitations.print_codes(world.ada, [world.cas.ref], at=NOW)
    grant(world.mo, "marker", world.department)
    with pytest.raises(NotAllowed) as refusal:
        invitations.invite(world.ada, world.mo.ref, at=NOW)
    assert "Ari Blom" in refusal.value.helpers


def test_somebody_without_an_address_gets_no_link(world: World):
    person = Person.objects.get(pk=world.cas.pk)
    with pytest.raises(NotFound):
        invitations.invite(world.sid, person.ref, at=NOW)
    from marksheet.apps.people.actions.persons import add_person

    bare = add_person(world.ari, world.department.ref, name="Bo", at=NOW)
    with pytest.raises(BadInput):
        invitations.invite(world.ari, bare.ref, at=NOW)
    assert invitations.print_codes(world.ari, [bare.ref], at=NOW)


def test_a_used_invitation_is_not_revoked(world: World):
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    invitations.accept_invitation(token_of(world.mo), password=PASSWORD, at=NOW)
    with pytest.raises(WrongState):
        invitations.revoke(world.ari, Invitation.objects.get(person=world.mo).ref, at=NOW)


def test_sixteen_thousand_take_as_many_statements_as_three(world: World):
    schedule = a_schedule(world, candidates=40)
    institution = schedule.institution
    people = list(Person.objects.filter(username=None))
    counts = []
    for some in (people[:3], people[:40]):
        with CaptureQueriesContext(connection) as asked, change(TESTER, "person.invite", at=NOW) as opened:
            make_invitations(opened, some, institution, kind=InvitationKind.LINK)
            opened.record("schedule", schedule.pk)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert Work.objects.filter(kind="mail").count() == 43


def test_the_overview_shows_only_people_whom_the_reader_sees(world: World, django_assert_max_num_queries):
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    invitations.print_codes(world.ari, [world.cas.ref], at=NOW)
    with django_assert_max_num_queries(3):
        rows, _ = invitations_seen_by(world.ari, at=NOW)
    assert {row.invitation.person.name for row in rows} == {"Mo Idris", "Cas de Wit"}
    rows, _ = invitations_seen_by(world.ada, at=NOW)
    assert {row.invitation.person.name for row in rows} == {"Cas de Wit"}
    assert invitations_seen_by(world.sid, at=NOW)[0] == []
    assert invitations_seen_by(world.ari, state="used", at=NOW)[0] == []
