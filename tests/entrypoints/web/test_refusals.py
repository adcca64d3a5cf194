"""Refusals: the right status, words for people, details for programs, and what was typed is kept."""

import json

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import path

from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.config.urls import urlpatterns as house
from tests.apps.release.scenes import a_ready_quiz
from tests.factories import a_world, signed_in

# Pages: what they ask of the database is tested on both, in tests/apps.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

CASES = {
    "missing": (NotFound("There is no such thing."), 404, "not-found"),
    "not-allowed": (NotAllowed("You may look.", helpers=["Ada Vermeer"]), 403, "not-allowed"),
    "not-now": (WrongState("It is published already."), 409, "wrong-state"),
    "stale": (Stale("Mei was faster."), 409, "stale"),
    "bad": (BadInput("Row 4 is wrong.", details=["row 4, column B: 12 is more than 10"]), 400, "bad-input"),
    "busy": (OperationalError("database is locked"), 503, "busy"),
}


def raising(request: HttpRequest, name: str) -> HttpResponse:
    raise CASES[name][0]


handler404 = "marksheet.entrypoints.shared.errors.not_found"
urlpatterns = [path("raise/<str:name>/", raising), *house]

here = override_settings(ROOT_URLCONF=__name__)


@here
@pytest.mark.parametrize("name", CASES)
def test_a_refusal_has_its_status_its_words_and_is_never_stored(client, name: str):
    _error, status, _code = CASES[name]
    answer = client.get(f"/raise/{name}/")
    assert answer.status_code == status
    assert answer["Cache-Control"] == "no-store, private"
    words = "database is busy" if name == "busy" else str(CASES[name][0])
    assert words in answer.content.decode()


@here
@pytest.mark.parametrize("name", CASES)
def test_programs_get_problem_details(client, name: str):
    _error, status, code = CASES[name]
    answer = client.get(f"/raise/{name}/", headers={"Accept": "application/json"})
    assert answer["Content-Type"] == "application/problem+json"
    body = json.loads(answer.content)
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert body["helpers"] == (["Ada Vermeer"] if name == "not-allowed" else [])


@here
def test_htmx_gets_a_part_of_a_page(client):
    answer = client.get("/raise/not-allowed/", headers={"HX-Request": "true"})
    assert answer["HX-Retarget"] == "#notices" and "<html" not in answer.content.decode()
    assert "Ada Vermeer" in answer.content.decode()


@here
@pytest.mark.parametrize("name", ["stale", "bad", "not-now", "busy"])
def test_what_was_typed_is_kept_but_no_secret(client, name: str):
    answer = client.post(f"/raise/{name}/", {"mark": "7.5", "note": "good <b>work</b>", "password": "hush"})
    page = answer.content.decode()
    assert "7.5" in page and "good &lt;b&gt;work&lt;/b&gt;" in page and "hush" not in page


@here
def test_a_busy_database_says_when_to_come_back(client):
    assert client.get("/raise/busy/")["Retry-After"] == "5"


def test_an_address_that_leads_nowhere_reads_like_something_hidden(client):
    assert "There is no such page." in client.get("/nowhere/at/all/").content.decode()


def test_a_foreign_form_is_refused_and_changes_nothing():
    from django.test import Client

    world = a_world()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.ari, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = client.post(f"/organisation/units/{world.faculty.ref}/add/", {"name": "Cellar"})
    assert answer.status_code == 403 and "Nothing was changed" in answer.content.decode()


def test_private_pages_are_never_stored_and_carry_the_headers():
    answer = signed_in(a_world().ada).get("/profile/")
    assert answer["Cache-Control"] == "no-store, private"
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["X-Frame-Options"] == "DENY"


def test_whoever_is_not_signed_in_sees_no_navigation(client):
    page = client.get("/nowhere/").content.decode()
    assert "Organisation" not in page and 'href="/marking/' not in page


@pytest.mark.parametrize("headers", [{}, {"Referer": "http://testserver/accounts/login/"}])
def test_an_address_for_forms_says_so_and_leads_to_the_front_page(headers: dict[str, str]):
    world = a_world()
    answer = signed_in(world.ari).get(f"/organisation/people/{world.mo.ref}/give/", headers=headers)
    page = answer.content.decode()
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "only takes what a form sends" in page and 'href="/" data-panel-close' in page
    assert "Organisation" in page and answer["Cache-Control"] == "no-store, private"


def test_an_address_that_is_only_read_says_that_it_takes_nothing(client):
    answer = client.post("/")
    assert answer.status_code == 405 and "takes nothing that is sent" in answer.content.decode()
    told = client.get("/theme/", headers={"Accept": "application/json"})
    assert (told.status_code, json.loads(told.content)["code"]) == (405, "other-method")
    assert client.head("/theme/").content == b""


LISTS = {
    "/marking/results/": (
        "sort=x",
        "show=x",
        "state=x",
        "outcome=x",
        "from=x",
        "percent_from=x",
        "after=x~y",
    ),
    "/reports/candidates/": ("sort=x", "outcome=x", "shown=x", "after=x"),
    "/reports/schedules/": ("sort=x", "complete=x", "after=x"),
    "/reports/assessments/": ("sort=x", "after=x"),
    "/marking/audit/": ("sort=x",),
    "/marking/assess/": ("status=x",),
    "/marking/coordinator/": ("status=x",),
    "/schedules/": ("phase=x", "page=x", "page=0"),
    "/exams/": ("page=x",),
    "/organisation/people/": ("kind=x",),
    "/organisation/invitations/": ("state=x",),
    "/organisation/mail/": ("state=x", "after=x"),
    "/organisation/work/": ("state=x", "after=x"),
    "/publications/": ("after=x",),
    "/inbox/": ("page=x",),
}


@pytest.mark.parametrize("path", LISTS)
def test_a_wrong_word_in_the_address_of_a_list_is_named_and_can_be_cleared(path: str) -> None:
    world = a_world()
    a_ready_quiz(world)
    staff = [signed_in(person) for person in (world.ada, world.ari, world.pia)]
    client = next(one for one in staff if one.get(path).status_code == 200)
    for query in LISTS[path]:
        answer = client.get(f"{path}?{query}")
        assert answer.status_code == 400, query
        assert f'<a href="{path}">Clear all of it and show the page</a>' in answer.text, query
        assert answer.text.count("<h1") == 1 and 'class="areas"' in answer.text


def test_a_wrong_day_in_a_history_is_named() -> None:
    world = a_world()
    quiz = a_ready_quiz(world)
    answer = signed_in(world.ada).get(f"/marking/audit/schedules/{quiz.ref}/history/?from=yesterday")
    assert answer.status_code == 400 and "Write it as 2026-06-09" in answer.text
