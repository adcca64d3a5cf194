"""Coming in, staying in and going out: what a stolen, old or borrowed session and a guessed name are worth."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.actions import invitations
from marksheet.apps.people.models import Grant, Person
from tests.factories import PASSWORD, World, a_world, signed_in
from tests.guard import writes_allowed
from tests.security.asking import ask, cases, link
from tests.security.masks import masked
from tests.security.scene import Scene

pytestmark = pytest.mark.once
SIGN_IN = "/accounts/login/"
# What answers a POST before any form is read: there is nothing to forge.
NO_FORM = frozenset({"healthz"})


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def with_password(world: World, person: Person, password: str = PASSWORD) -> Person:
    """Let ``person`` accept an invitation by link, now."""
    at = clock.read()
    invitations.invite(world.ari, person.ref, at=at)
    token = Work.objects.filter(payload__person=person.ref).latest("id").payload["token"]
    return invitations.accept_invitation(token, password=password, at=at)


def sign_in(client: Client, login: str, password: str = PASSWORD) -> None:
    client.post(SIGN_IN, {"login": login, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def a_copy(client: Client) -> Client:
    """Return a client with the same session cookie: a thief, or a browser's back button."""
    copy = Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return copy


def test_signing_in_makes_a_new_session(world: World) -> None:
    """Whoever planted a session in another's browser has nothing in hand after the sign-in."""
    with_password(world, world.mo)
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    planted = str(session.session_key)
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    sign_in(client, "mo")
    assert is_in(client) and client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_in(thief)


def test_signing_out_ends_the_session_on_the_server(world: World) -> None:
    client = signed_in(world.mo)
    thief = a_copy(client)
    assert is_in(thief)
    client.post("/accounts/logout/")
    assert not is_in(client) and not is_in(thief)


def test_the_way_out_is_on_every_page_of_people(world: World) -> None:
    for path in ("/inbox/", "/profile/", "/marking/results/", "/my/"):
        assert 'action="/accounts/logout/"' in signed_in(world.ada).get(path).content.decode(), path


def test_a_new_password_ends_every_other_session(world: World) -> None:
    with_password(world, world.mo)
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client, "mo")
    new = "one more long password"
    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert not is_in(elsewhere)
    again = Client()
    sign_in(again, "mo", new)
    assert is_in(again)


def test_the_old_password_is_asked_for_a_new_one(world: World) -> None:
    with_password(world, world.mo)
    client = Client()
    sign_in(client, "mo")
    new = "one more long password"
    client.post("/accounts/password/change/", {"oldpassword": "a guess", "password1": new, "password2": new})
    world.mo.refresh_from_db()
    assert world.mo.check_password(PASSWORD)


def test_people_end_their_other_sessions(world: World) -> None:
    with_password(world, world.mo)
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client, "mo")
        client.get("/profile/")
    here.post("/accounts/sessions/")
    assert is_in(here) and not is_in(elsewhere)


def test_a_right_that_ends_ends_in_sessions_that_last(world: World) -> None:
    client = signed_in(world.ari)
    assert client.get(reverse("mail:list")).status_code == 200
    with writes_allowed():
        Grant.objects.filter(person=world.ari).update(ended_at=clock.read())
    assert client.get(reverse("mail:list")).status_code == 404


@pytest.mark.parametrize(
    "password",
    ["spaces between four words", "ALLUPPERCASELETTERS", "ééééééééééééééé", "9" * 6 + "x" * 94, "🗝️ " * 30],
)
def test_passwords_of_any_kind_and_length_count_exactly_as_typed(world: World, password: str) -> None:
    with_password(world, world.mo, password)
    for typed, right in ((password, True), (password[:-1], False), (password.swapcase() + "x", False)):
        cache.clear()
        client = Client()
        sign_in(client, "mo", typed)
        assert is_in(client) == right


def test_the_password_field_hides_and_lets_a_manager_fill_it(world: World) -> None:
    field = re.search(r'<input[^>]*name="password"[^>]*>', Client().get(SIGN_IN).content.decode())
    assert field and 'type="password"' in field[0] and 'autocomplete="current-password"' in field[0]
    assert "onpaste" not in field[0]


def test_a_wrong_name_and_a_wrong_password_are_answered_byte_for_byte_alike(world: World) -> None:
    with_password(world, world.mo)
    answers = []
    for login in ("mo", "no"):
        answer = Client().post(SIGN_IN, {"login": login, "password": "wrong wrong wrong"})
        content = masked(answer.content).replace(f'value="{login}"'.encode(), b'value=""')
        answers.append((answer.status_code, content))
    assert answers[0] == answers[1]


def test_no_form_is_taken_from_another_site(scene: Scene) -> None:
    """Every address that takes a POST refuses one without the token, whoever sends it."""
    for who in ("anon", "ada"):
        client = scene.client(who)
        client.handler.enforce_csrf_checks = True
        taken = {
            case
            for case in cases()
            if case not in NO_FORM and ask(client, "POST", link(scene, case))[0].status_code != 403
        }
        assert taken == set(), who


def test_an_installation_in_earnest_has_safe_cookies_and_asks_for_a_second_factor() -> None:
    wanted = {
        "SESSION_COOKIE_SECURE": "True", "CSRF_COOKIE_SECURE": "True", "SECURE_SSL_REDIRECT": "True",
        "SESSION_COOKIE_NAME": "__Host-session", "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_HTTPONLY": "True", "SESSION_COOKIE_SAMESITE": "Lax", "SECURE_HSTS_SECONDS": "31536000",
        "MARKSHEET_REQUIRE_MFA": "True",
    }  # fmt: skip
    told = f"from marksheet.config import settings as s; print(*[getattr(s, n) for n in {list(wanted)}])"
    kept = {
        k: v for k, v in os.environ.items() if k not in ("DEBUG", "MARKSHEET_DEMO", "MARKSHEET_REQUIRE_MFA")
    }
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env=kept)
    assert dict(zip(wanted, done.stdout.split(), strict=True)) == wanted


def test_tries_are_counted_by_all_web_processes_together(tmp_path: Path) -> None:
    def process(code: str) -> str:
        return subprocess.run(
            [
                sys.executable,
                "-c",
                f"import django; django.setup(); from django.core.cache import cache; {code}",
            ],
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "marksheet.config.settings", "MARKSHEET_VAR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    process("cache.set('tried', 3)")
    assert process("print(cache.get('tried'))") == "3"
