"""Adding and correcting people, and letting accounts sleep."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Side
from marksheet.apps.people.actions import invitations, persons
from marksheet.apps.people.models import Invitation, Membership, Person
from marksheet.apps.people.queries.directory import (
    looks_after_all,
    people_page,
    people_seen_by,
    person_seen_by,
)
from marksheet.apps.results.actions.people import edit_person
from marksheet.apps.results.models import Result, Word
from marksheet.rules.access import Verb
from tests.factories import NOW, PASSWORD, World, a_schedule, a_world, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def details(person: Person, **changed: str) -> dict[str, str]:
    member = Membership.objects.filter(person=person).first()
    known = {
        "name": person.name,
        "email": person.email,
        "username": person.username or "",
        "number": member.number if member else "",
        "language": person.language,
    }
    return {**known, **changed}


def test_a_new_person_is_at_home_where_they_were_added_and_cannot_sign_in_yet(world: World):
    person = persons.add_person(
        world.ari, world.department.ref, name="Nia Oyelaran", email="nia@example.org", number="C-2", at=NOW
    )
    member = Membership.objects.get(person=person)
    assert (member.number, member.home, person.has_usable_password()) == ("C-2", world.department, False)
    event = Event.objects.get(subject_kind="person", subject_id=person.pk)
    assert "nia" not in event.body.lower()
    assert Side.objects.get(event=event, name="email").value == "nia@example.org"


@pytest.mark.parametrize(
    "bad",
    [{"name": " "}, {"email": "nobody at all"}, {"username": "a b"}, {"username": "ADA"}, {"number": "C-1"}],
)
def test_bad_details_are_refused_and_change_nothing(world: World, bad: dict[str, str]):
    good = {"name": "Nia Oyelaran", "email": "nia@example.org", "username": "nia", "number": "C-2"}
    before = Person.objects.count()
    with pytest.raises(BadInput):
        persons.add_person(world.ari, world.department.ref, **{**good, **bad}, at=NOW)
    assert Person.objects.count() == before
    persons.add_person(world.ari, world.department.ref, **good, at=NOW)


def test_who_only_invites_may_not_add(world: World):
    with pytest.raises(NotAllowed) as refusal:
        persons.add_person(world.ada, world.department.ref, name="Nia", at=NOW)
    assert "Ari Blom" in refusal.value.helpers


def test_a_corrected_name_goes_into_enrolments_results_and_search(world: World):
    schedule = a_schedule(world, candidates=2, with_cas=True)
    edit_person(world.ari, world.cas.ref, **details(world.cas, name="Cas Witteveen", number="C-77"), at=NOW)
    enrolment = Enrolment.objects.get(schedule=schedule, person=world.cas)
    result = Result.objects.get(enrolment=enrolment)
    assert (enrolment.name, enrolment.number) == ("Cas Witteveen", "C-77")
    assert (result.name, result.number) == ("Cas Witteveen", "C-77")
    words = set(Word.objects.filter(result=result).values_list("word", flat=True))
    assert "witteveen" in words and "wit" not in words


def test_a_new_address_has_to_be_proved_again_and_old_invitations_die(world: World):
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    edit_person(world.ari, world.mo.ref, **details(world.mo, email="mo@new.example.org"), at=NOW)
    world.mo.refresh_from_db()
    assert world.mo.email_verified_at is None
    assert Invitation.objects.get(person=world.mo).revoked_at == NOW


def test_nobody_changes_an_account_that_reaches_beyond_their_units(world: World):
    grant(world.mo, "administrator", world.department)
    grant(world.cas, "marker", world.elsewhere)
    assert person_seen_by(world.mo, world.cas.ref) == world.cas
    with pytest.raises(NotAllowed):
        edit_person(world.mo, world.cas.ref, **details(world.cas, email="mo@example.org"), at=NOW)
    with pytest.raises(NotAllowed):
        persons.deactivate(world.mo, world.cas.ref, reason="?", at=NOW)
    edit_person(world.ari, world.cas.ref, **details(world.cas, email="cas@new.example.org"), at=NOW)


def test_a_sleeping_account_loses_sessions_and_invitations_at_once(world: World):
    code = invitations.print_codes(world.ari, [world.mo.ref], at=NOW)[0].code
    invitations.accept_invitation(code, password=PASSWORD, at=NOW)
    client = Client()
    client.post("/accounts/login/", {"login": "mo", "password": PASSWORD})
    assert client.get("/profile/").status_code == 200
    session = client.cookies["session"].value
    invitations.invite(world.ari, world.mo.ref, at=NOW)
    persons.deactivate(world.ari, world.mo.ref, reason="left the house", at=NOW)
    assert client.get("/profile/").status_code == 302
    assert not Session.objects.filter(session_key=session).exists()
    assert Invitation.objects.get(person=world.mo, kind="link").revoked_at == NOW
    persons.reactivate(world.ari, world.mo.ref, at=NOW)
    client.cookies["session"] = session
    assert client.get("/profile/").status_code == 302


def test_deactivation_takes_a_reason_and_is_done_once(world: World):
    with pytest.raises(BadInput):
        persons.deactivate(world.ari, world.mo.ref, reason=" ", at=NOW)
    persons.deactivate(world.ari, world.mo.ref, reason="left", at=NOW)
    with pytest.raises(WrongState):
        persons.deactivate(world.ari, world.mo.ref, reason="left", at=NOW)


def test_nobody_deactivates_themselves_nor_the_last_administrator(world: World):
    with pytest.raises(NotAllowed):
        persons.deactivate(world.ari, world.ari.ref, reason="tired", at=NOW)
    grant(world.mo, "administrator", world.institution)
    persons.deactivate(world.mo, world.ari.ref, reason="on leave", at=NOW)
    grant(world.mei, "administrator", world.institution)
    persons.deactivate(world.mei, world.mo.ref, reason="on leave", at=NOW)


def test_list_and_door_agree_for_everybody(world: World):
    a_schedule(world, candidates=3, with_cas=True)
    grant(world.mei, "administrator", world.department)
    for reader in (*world.staff, world.sid, world.cas, world.eva):
        listed = set(people_seen_by(reader))
        for person in Person.objects.all():
            try:
                opened = person_seen_by(reader, person.ref) == person
            except NotFound:
                opened = False
            assert opened == (person in listed), (reader, person)


def test_the_list_pages_by_name_and_its_queries_stay_few(world: World, django_assert_max_num_queries):
    a_schedule(world, candidates=12)
    seen: list[str] = []
    after = ""
    while True:
        with django_assert_max_num_queries(5):
            page = people_page(world.ari, after=after, size=5)
        seen += [row.person.sort_name for row in page.rows]
        after = page.next
        if not after:
            break
    assert seen == sorted(seen) and len(seen) == people_seen_by(world.ari).count() > 12


@pytest.mark.parametrize(
    ("search", "found"), [("wit", "Cas de Wit"), ("c-1", "Cas de Wit"), ("mei@", "Mei Lin")]
)
def test_search_finds_names_numbers_and_addresses(world: World, search: str, found: str):
    assert [row.person.name for row in people_page(world.ari, search=search).rows] == [found]


def test_looking_after_all_takes_every_place(world: World):
    assert looks_after_all(world.ari, world.cas)
    assert not looks_after_all(world.ada, world.cas)
    assert looks_after_all(world.ada, world.cas, Verb.PERSON_INVITE)
    assert not looks_after_all(world.ari, world.sid)
