"""The organisation pages: what each reader sees, and forms that keep what was typed."""

import re
from typing import Any

import pytest

from marksheet.apps.ledger.models import Work
from marksheet.apps.people.models import Grant, InboxNote, Invitation, Person, Role, Unit
from marksheet.apps.people.queries import shipped_role, zone_of
from tests.factories import NOW, World, a_schedule, a_world, grant, signed_in
from tests.guard import writes_allowed

# Pages: what they ask of the database is tested on both, in tests/apps.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

LISTS = (
    "/organisation/units/",
    "/organisation/people/",
    "/organisation/roles/",
    "/organisation/invitations/",
)


def masked(answer: Any, ref: str) -> str:
    """Return a page without its CSRF tokens and the ref that was asked for."""
    return re.sub(r"[A-Za-z0-9]{64}", "token", answer.content.decode()).replace(ref, "ref")


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.mark.parametrize("address", LISTS)
def test_lists_are_friendly_to_whoever_holds_nothing(world: World, address: str):
    stranger = signed_in(world.sid).get(address)
    assert stranger.status_code == 200
    assert "Mathematics" not in stranger.content.decode()
    assert "Cas de Wit" not in stranger.content.decode()
    assert signed_in(world.ari).get(address).status_code == 200


def test_pages_send_whoever_is_not_signed_in_to_sign_in_and_back(client):
    for address in LISTS:
        answer = client.get(address)
        assert answer.status_code == 302
        assert answer["Location"] == f"/accounts/login/?next={address}"


def test_hidden_and_missing_look_the_same(world: World):
    client = signed_in(world.eva)
    grant(world.eva, "administrator", world.elsewhere)
    shown = client.get(f"/organisation/units/{world.elsewhere.ref}/")
    hidden = client.get(f"/organisation/people/{world.ada.ref}/")
    missing = client.get(f"/organisation/people/{'0' * 32}/")
    assert (shown.status_code, hidden.status_code, missing.status_code) == (200, 404, 404)
    assert masked(hidden, world.ada.ref) == masked(missing, "0" * 32)


def test_a_unit_is_added_renamed_moved_and_archived_by_page(world: World):
    client = signed_in(world.ari)
    client.post(f"/organisation/units/{world.faculty.ref}/add/", {"name": "Chemistry", "label": "Department"})
    unit = Unit.objects.get(name="Chemistry")
    client.post(f"/organisation/units/{unit.ref}/", {"name": "Biochemistry", "label": "", "code": "BIO"})
    client.post(f"/organisation/units/{unit.ref}/move/", {"parent": world.department.ref})
    unit.refresh_from_db()
    assert (unit.name, unit.code, unit.parent) == ("Biochemistry", "BIO", world.department)
    client.post(f"/organisation/units/{unit.ref}/archive/", follow=True)
    assert "Biochemistry" not in client.get("/organisation/units/").content.decode()
    assert "Biochemistry" in client.get("/organisation/units/?archived=1").content.decode()


def test_a_wrong_unit_form_keeps_what_was_typed(world: World):
    answer = signed_in(world.ari).post(
        f"/organisation/units/{world.faculty.ref}/add/", {"name": "Cellar", "code": "MAT"}
    )
    page = answer.content.decode()
    assert 'value="Cellar"' in page and 'value="MAT"' in page and "used by another unit" in page
    assert not Unit.objects.filter(name="Cellar").exists()


def test_a_loop_is_refused_beside_the_form(world: World):
    answer = signed_in(world.ari).post(
        f"/organisation/units/{world.faculty.ref}/move/", {"parent": world.department.ref}
    )
    assert "that would make a loop" in answer.content.decode()


def test_a_person_is_added_invited_and_given_a_role_by_page(world: World):
    client = signed_in(world.ari)
    typed = {"name": "Nia Oyelaran", "email": "nia@example.org", "unit": world.department.ref, "invite": "on"}
    answer = client.post("/organisation/people/add/", typed)
    person = Person.objects.get(name="Nia Oyelaran")
    assert answer["Location"] == f"/organisation/people/{person.ref}/"
    assert Invitation.objects.filter(person=person).exists()
    role = shipped_role("coordinator")
    client.post(
        f"/organisation/people/{person.ref}/give/",
        {"role": role.ref, "unit": world.department.ref, "reach": "schedules"},
    )
    page = client.get(f"/organisation/people/{person.ref}/").content.decode()
    assert "Coordinator" in page and "Mathematics, Science" in page and "Ari Blom" in page
    given = Grant.objects.get(person=person, role=role)
    client.post(f"/organisation/grants/{given.ref}/end/")
    given.refresh_from_db()
    assert given.ended_at is not None


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"email": "", "invite": "on"}, "An invitation needs an e-mail address"),
        ({"number": "C-1"}, "belongs to Cas de Wit already"),
        ({"username": "ada"}, "is taken"),
    ],
)
def test_a_wrong_person_form_keeps_what_was_typed(world: World, bad: dict[str, str], said: str):
    typed = {
        "name": "Nia Oyelaran",
        "email": "nia@example.org",
        "unit": world.department.ref,
        "number": "C-9",
    }
    page = signed_in(world.ari).post("/organisation/people/add/", {**typed, **bad}).content.decode()
    assert said in page
    kept = {**typed, **bad}
    assert all(f'value="{kept[name]}"' in page for name in ("name", "number") if kept[name])
    assert not Person.objects.filter(name="Nia Oyelaran").exists()


def test_a_posted_grant_that_the_page_does_not_offer_is_refused(world: World):
    publisher = Role.objects.get(key="publisher")
    answer = signed_in(world.ari).post(
        f"/organisation/people/{world.mo.ref}/give/",
        {"role": publisher.ref, "unit": world.department.ref, "reach": "schedules"},
    )
    assert answer.status_code == 400
    assert not Grant.objects.filter(person=world.mo, role=publisher).exists()


def test_view_reports_is_a_switch_in_the_profile(world: World):
    client = signed_in(world.ari)
    address = f"/organisation/people/{world.mo.ref}/reports/"
    client.post(address, {"unit": world.elsewhere.ref})
    grants = Grant.objects.filter(person=world.mo, role__key="reports_viewer", ended_at=None)
    assert grants.count() == 1
    client.post(address, {"unit": world.elsewhere.ref, "end": "1"})
    assert grants.count() == 0


@pytest.mark.parametrize("act", ["give", "sleep", "reports", "wake", "edit"])
def test_somebody_else_may_not_and_hears_who_can(world: World, act: str):
    sent = {
        "give": {"role": shipped_role("coordinator").ref, "unit": world.department.ref, "reach": "schedules"},
        "sleep": {"reason": "left"},
        "reports": {"unit": world.department.ref},
        "edit": {"name": "Cas Witteveen"},
    }
    client, address = signed_in(world.ada), f"/organisation/people/{world.cas.ref}/{act}/"
    for body in (sent.get(act, {}), {}):
        refused = client.post(address, body)
        page = refused.content.decode()
        assert refused.status_code == 403 and "Ari Blom" in page and "manage people" in page
    assert not Grant.objects.filter(person=world.cas).exists()
    world.cas.refresh_from_db()
    assert world.cas.is_active and world.cas.name == "Cas de Wit"


def test_forms_that_would_be_refused_are_refused_at_once(world: World):
    for address in ("/organisation/people/add/", f"/organisation/people/{world.cas.ref}/edit/"):
        refused = signed_in(world.ada).get(address)
        assert refused.status_code == 403 and "Ari Blom" in refused.content.decode()
        assert signed_in(world.mo).get(address).status_code == 404
        assert signed_in(world.ari).get(address).status_code == 200


@pytest.mark.parametrize("act", ["give", "sleep", "reports"])
def test_nobody_acts_on_their_own_account_and_hears_why(world: World, act: str):
    refused = signed_in(world.ari).post(f"/organisation/people/{world.ari.ref}/{act}/", {"reason": "tired"})
    assert refused.status_code == 403 and "Ask another administrator" in refused.content.decode()


def test_codes_are_shown_once_and_never_again(world: World):
    client = signed_in(world.ada)
    page = client.post("/organisation/people/codes/", {"person": [world.cas.ref]})
    assert page.status_code == 200 and "Cas de Wit" in page.content.decode()
    assert page["Cache-Control"] == "no-store, private"
    assert client.get("/organisation/people/codes/").status_code in (404, 405)
    assert Invitation.objects.get(person=world.cas).kind == "code"


def test_ticking_nobody_prints_nothing(world: World):
    answer = signed_in(world.ada).post("/organisation/people/codes/")
    assert answer.status_code == 400 and "at least one person" in answer.content.decode()


def test_a_role_is_made_and_changed_by_page(world: World):
    client = signed_in(world.ari)
    client.post("/organisation/roles/add/", {"name": "Desk", "verbs": ["report.view", "candidate.see"]})
    role = Role.objects.get(name="Desk")
    client.post(f"/organisation/roles/{role.ref}/", {"name": "Front desk", "verbs": ["candidate.see"]})
    role.refresh_from_db()
    assert role.name == "Front desk" and {v.verb for v in role.verbs.all()} == {"candidate.see"}
    page = client.post("/organisation/roles/add/", {"name": "Boss", "verbs": ["result.publish"]})
    assert "Boss" in page.content.decode() and not Role.objects.filter(name="Boss").exists()
    client.post(f"/organisation/roles/{role.ref}/archive/")
    assert "Front desk" not in client.get("/organisation/roles/").content.decode()


def test_who_has_a_candidate_number_is_a_candidate_on_both_pages(world: World):
    client = signed_in(world.ari)
    roles = client.get("/organisation/roles/").content.decode()
    assert "1 person has it with a candidate number" in roles and "1 person holds it" in roles
    grant(world.cas, "author", world.elsewhere)
    page = " ".join(client.get("/organisation/people/?search=cas").content.decode().split())
    assert 'Author, <span class="quiet">Candidate</span>' in page
    a_schedule(world, candidates=3)
    assert "4 people have it with a candidate number" in client.get("/organisation/roles/").content.decode()


def test_roles_are_out_of_reach_for_others(world: World):
    assert signed_in(world.ada).get("/organisation/roles/add/").status_code == 404
    assert signed_in(world.ari).get("/organisation/roles/add/").status_code == 200


def test_the_people_list_asks_a_fixed_number_of_times(world: World, django_assert_max_num_queries):
    client = signed_in(world.ari)
    client.get("/organisation/people/")
    with django_assert_max_num_queries(20):
        client.get("/organisation/people/")
    assert NOW


def test_the_reader_sees_only_their_own_notes(world: World):
    from marksheet.apps.ledger.change import draft
    from marksheet.apps.people.models import InboxNote

    with draft():
        note = InboxNote.objects.create(
            person=world.ada,
            kind="publish-right-sleeps",
            params={"person": "Pia Holm", "schedule": "Algebra 1"},
            path="/organisation/units/",
            created_at=NOW,
        )
    client = signed_in(world.ada)
    assert "Pia Holm can no longer see" in client.get("/inbox/").content.decode()
    assert "Pia Holm" not in signed_in(world.mo).get("/inbox/").content.decode()
    assert signed_in(world.mo).post(f"/inbox/{note.ref}/read/").status_code == 404
    assert client.post(f"/inbox/{note.ref}/read/", {"go": "1"})["Location"] == "/organisation/units/"
    note.refresh_from_db()
    assert note.read_at is not None


@pytest.mark.parametrize(
    "path",
    ["/inbox/", "/organisation/mail/", "/organisation/work/", "/organisation/invitations/", "/exports/"],
)
def test_moments_that_belong_to_no_schedule_stand_in_the_time_of_the_institution(path: str) -> None:
    world = a_world()
    with writes_allowed():
        Unit.objects.filter(kind="institution").update(timezone="Asia/Tokyo")
        for kind in ("mail", "publication"):
            Work.objects.create(
                kind=kind,
                key=kind,
                payload={},
                person_id=world.cas.pk,
                asked_by_id=world.pia.pk,
                created_at=NOW,
                run_after=NOW,
            )
    assert zone_of(world.ari) == zone_of(world.cas) == "Asia/Tokyo"
    page = signed_in(world.ari).get(path).text
    assert page.count("Times are those of Tokyo.") == 1 and "UTC" not in page


def test_a_note_of_the_inbox_says_the_hour_of_the_institution() -> None:
    world = a_world()
    with writes_allowed():
        Unit.objects.filter(kind="institution").update(timezone="Asia/Tokyo")
        InboxNote.objects.create(person=world.ari, kind="sleeping", created_at=NOW)
    assert "15 Jun 2026, 18:00" in signed_in(world.ari).get("/inbox/").text


def test_who_belongs_nowhere_reads_utc() -> None:
    with writes_allowed():
        nobody = Person.objects.create(username="nobody", name="Nobody Else", created_at=NOW)
    assert zone_of(nobody) == "UTC"
