"""Coming in: the front page, sign-in, invitations by link and code, second factor, session end."""

import pytest
from django.test import Client, override_settings

from marksheet.apps.ledger.models import Event, Work
from marksheet.apps.people.actions import invitations
from marksheet.apps.people.models import Person
from tests.factories import NOW, PASSWORD, World, a_world, signed_in

# Pages: what they ask of the database is tested on both, in tests/apps.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _fresh_limits():
    from django.core.cache import cache

    cache.clear()


@pytest.fixture
def world() -> World:
    return a_world()


def with_password(world: World, person: Person) -> Person:
    """Let ``person`` accept an invitation by link, now."""
    from marksheet.apps.ledger import clock

    at = clock.read()
    invitations.invite(world.ari, person.ref, at=at)
    token = Work.objects.filter(payload__person=person.ref).latest("id").payload["token"]
    return invitations.accept_invitation(token, password=PASSWORD, at=at)


def sign_in(login: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": login, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_the_welcome_is_for_everybody_and_shows_nothing(client):
    page = client.get("/")
    assert page.status_code == 200 and "Sign in" in page.content.decode()
    assert "Reset demo" not in page.content.decode()


def test_demo_sign_in_does_not_exist_outside_demo_mode(world: World, client):
    for address in ("/demo/sign-in/", "/demo/reset/"):
        assert client.post(address, {"username": "ari"}).status_code == 404
    assert not is_in(client)


def test_even_the_demo_view_itself_refuses_outside_demo_mode(world: World, rf):
    from marksheet.apps.ledger.errors import NotFound
    from marksheet.entrypoints.web.front import demo

    for view in (demo.sign_in, demo.reset):
        with pytest.raises(NotFound):
            view(rf.post("/", {"username": "ari"}))


def test_people_land_on_their_most_useful_page(world: World):
    assert signed_in(world.ari).get("/")["Location"] == "/organisation/units/"
    assert signed_in(world.sid).get("/")["Location"] == "/inbox/"


@pytest.mark.parametrize("login", ["mo", "MO", "mo@example.org", "Mo@Example.org"])
def test_sign_in_by_name_or_proved_address(world: World, login: str):
    with_password(world, world.mo)
    client = sign_in(login)
    assert is_in(client)
    assert Event.objects.filter(verb="account.sign-in", subject_id=world.mo.pk).count() == 1


def test_an_address_that_was_not_proved_signs_nobody_in(world: World):
    from marksheet.apps.ledger import clock

    code = invitations.print_codes(world.ari, [world.mo.ref], at=clock.read())[0].code
    invitations.accept_invitation(code, password=PASSWORD, at=clock.read())
    assert not is_in(sign_in("mo@example.org"))
    assert is_in(sign_in("mo"))


def test_unknown_and_wrong_read_the_same(world: World):
    with_password(world, world.mo)
    wrong = Client().post("/accounts/login/", {"login": "mo", "password": "wrong wrong wrong"})
    unknown = Client().post("/accounts/login/", {"login": "no", "password": "wrong wrong wrong"})
    said = "not correct"
    assert said in wrong.content.decode() and said in unknown.content.decode()


def test_the_sixth_guess_in_a_row_is_not_even_looked_at(world: World):
    with_password(world, world.mo)
    for _ in range(5):
        Client().post("/accounts/login/", {"login": "mo", "password": "guess guess guess"})
    assert not is_in(sign_in("mo"))


def test_a_sleeping_account_does_not_sign_in(world: World):
    from marksheet.apps.people.actions.persons import deactivate

    with_password(world, world.mo)
    assert is_in(sign_in("mo"))
    deactivate(world.ari, world.mo.ref, reason="left", at=NOW)
    assert not is_in(sign_in("mo"))


def test_a_sign_in_name_that_is_proposed_can_be_kept(world: World):
    from marksheet.apps.ledger import clock

    code = invitations.print_codes(world.ari, [world.mo.ref], at=clock.read())[0].code
    client = Client()
    page = client.post("/invitation/", {"printed": code}, follow=True).content.decode()
    assert 'value="mo"' in page
    typed = {"username": "mo", "password": PASSWORD, "password_again": PASSWORD}
    assert client.post("/invitation/", typed)["Location"] == "/accounts/login/"
    assert is_in(sign_in("mo"))


@pytest.mark.parametrize("address", ["signup/", "email/", "confirm-email/"])
def test_nobody_signs_up_or_changes_addresses_by_themselves(world: World, address: str):
    assert signed_in(world.mo).get(f"/accounts/{address}").status_code == 404


def test_a_reset_is_queued_for_a_proved_address_and_says_nothing_about_others(world: World):
    with_password(world, world.mo)
    known = Client().post("/accounts/password/reset/", {"email": "mo@example.org"})
    other = Client().post("/accounts/password/reset/", {"email": "mei@example.org"})
    assert (known.status_code, known["Location"]) == (other.status_code, other["Location"])
    works = [work for work in Work.objects.all() if work.payload.get("notice") == "password-reset"]
    assert [work.payload["person"] for work in works] == [world.mo.ref]


def test_the_reset_link_sets_a_password(world: World):
    with_password(world, world.mo)
    Client().post("/accounts/password/reset/", {"email": "mo@example.org"})
    key = next(w.payload["token"] for w in Work.objects.all() if w.payload["notice"] == "password-reset")
    client = Client()
    form = client.get(f"/accounts/password/reset/key/{key}/", follow=True)
    new = "one more long password"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert is_in(sign_in("mo", new))
    assert Event.objects.filter(verb="account.password", subject_id=world.mo.pk).exists()


def test_a_link_leads_to_a_password_and_then_to_sign_in(world: World):
    from marksheet.apps.ledger import clock

    invitations.invite(world.ari, world.mo.ref, at=clock.read())
    token = Work.objects.get(kind="mail").payload["token"]
    client = Client()
    page = client.get(f"/invitation/{token}/", follow=True)
    assert page.redirect_chain == [("/invitation/", 302)] and "Mo Idris" in page.content.decode()
    different = client.post("/invitation/", {"password": PASSWORD, "password_again": "something else"})
    assert "differ" in different.content.decode()
    weak = client.post("/invitation/", {"password": "password", "password_again": "password"})
    assert "too common" in weak.content.decode() or "too short" in weak.content.decode()
    done = client.post("/invitation/", {"password": PASSWORD, "password_again": PASSWORD})
    assert done["Location"] == "/accounts/login/"
    assert is_in(sign_in("mo@example.org"))
    assert Client().get(f"/invitation/{token}/").status_code == 404


def test_opening_a_link_changes_nothing(world: World):
    from marksheet.apps.ledger import clock

    invitations.invite(world.ari, world.mo.ref, at=clock.read())
    token = Work.objects.get(kind="mail").payload["token"]
    for _ in range(3):
        assert Client().get(f"/invitation/{token}/").status_code == 302
    world.mo.refresh_from_db()
    assert not world.mo.has_usable_password()


def test_a_code_is_typed_and_a_sign_in_name_kept_when_the_password_is_bad(world: World):
    from marksheet.apps.ledger import clock

    code = invitations.print_codes(world.ari, [world.cas.ref], at=clock.read())[0].code
    client = Client()
    assert "not valid" in client.post("/invitation/", {"printed": "AAAA-AAAA"}).content.decode()
    client.post("/invitation/", {"printed": code.lower()})
    typed = {"username": "cas.dewit", "password": "short", "password_again": "short"}
    page = client.post("/invitation/", typed).content.decode()
    assert 'value="cas.dewit"' in page and "short" not in page.replace("too short", "")
    client.post("/invitation/", {**typed, "password": PASSWORD, "password_again": PASSWORD})
    assert is_in(sign_in("cas.dewit"))


def test_guessing_codes_is_slowed_down(world: World):
    answers = {Client().post("/invitation/", {"printed": f"AAAA{n}"}).status_code for n in range(25)}
    assert 429 in answers


@override_settings(MARKSHEET_REQUIRE_MFA=True)
def test_staff_set_up_a_second_factor_before_anything_else(world: World):
    client = signed_in(world.ari)
    answer = client.get("/organisation/units/")
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/2fa/")
    page = client.get("/accounts/2fa/")
    assert page.status_code == 200 and "Two-Factor" not in page.text
    assert page.text.count("Second step of sign-in") >= 3, "in the title, at its head and in the menu"
    assert signed_in(world.cas).get("/profile/").status_code == 200


@override_settings(MARKSHEET_REQUIRE_MFA=True)
def test_who_just_signed_in_sets_it_up_without_the_password_again_and_who_did_so_long_ago_types_it(
    world: World,
):
    client = sign_in(with_password(world, world.mei).username)
    address = "/accounts/2fa/totp/activate/"
    assert client.get(address).status_code == 200
    refused = client.post(address, {"code": "000000"})
    assert "Please correct what is marked below." in refused.text and "Nothing was saved" not in refused.text
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": 1_700_000_000}]
    session.save()
    assert client.get(address)["Location"].startswith("/accounts/reauthenticate/")


@override_settings(MARKSHEET_REQUIRE_MFA=True)
def test_staff_with_a_second_factor_go_on(world: World):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(world.ari, generate_totp_secret())
    assert "otp" not in str(Authenticator.objects.get(user=world.ari).data["secret"]).lower()
    assert signed_in(world.ari).get("/organisation/units/").status_code == 200


@override_settings(LANGUAGES=[("en", "English"), ("nl", "Nederlands")])
def test_a_language_is_chosen_and_spoken(world: World):
    client = signed_in(world.mo)
    client.post("/profile/", {"language": "nl"})
    world.mo.refresh_from_db()
    assert world.mo.language == "nl"
    assert 'lang="nl"' in client.get("/profile/").content.decode()
    assert client.post("/profile/", {"language": "xx"}).status_code == 400
    world.mo.refresh_from_db()
    assert world.mo.language == "nl"
