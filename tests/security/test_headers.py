"""Every address answers with the headers that keep a browser, a cache and a neighbour out."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from tests.security.asking import ask, cases, link
from tests.security.scene import Scene

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("quiet")]
ALWAYS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
# What the policy would block anyway, and what a page of ours must therefore never hold.
INLINE = re.compile(
    rb"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style\b|\sstyle=\"|\son[a-z]+=\""
)


def _answers(scene: Scene) -> Iterator[tuple[str, Any]]:
    for who in ("anon", "cas", "pia"):
        client = scene.client(who)
        for case in cases():
            cache.clear()
            yield f"{who} {case}", ask(client, "GET", link(scene, case))[0]


@pytest.fixture(scope="module")
def answers(scene: Scene) -> list[tuple[str, Any]]:
    """What three people are answered at every address."""
    return list(_answers(scene))


def test_every_answer_has_the_headers_of_the_house(answers: list[tuple[str, Any]]) -> None:
    wrong = [
        (case, k, a.headers.get(k)) for case, a in answers for k, v in ALWAYS.items() if a.headers.get(k) != v
    ]
    assert wrong == []


def test_the_content_policy_is_strict_everywhere(answers: list[tuple[str, Any]]) -> None:
    for case, answer in answers:
        policy = dict(
            part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";")
        )
        assert POLICY.items() <= policy.items(), case
        assert "unsafe" not in answer.headers["Content-Security-Policy"], case


def test_no_page_holds_what_the_policy_blocks(answers: list[tuple[str, Any]]) -> None:
    found = [
        (case, INLINE.search(answer.content)[0])
        for case, answer in answers
        if answer.headers.get("Content-Type", "").startswith("text/html") and INLINE.search(answer.content)
    ]
    assert found == []


def test_nothing_private_is_kept_by_any_cache(answers: list[tuple[str, Any]]) -> None:
    wrong = [
        (case, a.headers.get("Cache-Control"))
        for case, a in answers
        if "no-store" not in a.get("Cache-Control", "")
    ]
    assert wrong == []


def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    response = Client().get("/accounts/login/")
    assert response.cookies
    for cookie in response.cookies.values():
        assert cookie["samesite"] == "Lax" and not cookie["domain"], cookie.key
    assert settings.SESSION_COOKIE_HTTPONLY and settings.CSRF_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax" and settings.SESSION_COOKIE_DOMAIN is None


def test_two_people_never_read_each_others_page(scene: Scene) -> None:
    """A canary: the same addresses by two people in turn, through the same process and its caches."""
    cas, other = scene.cast["cas"].name.encode(), scene.cast["other"].name.encode()
    for _turn in range(3):
        for path in ("/my/", "/inbox/", "/profile/"):
            for who, own, foreign in (("cas", cas, other), ("other", other, cas), ("anon", b"", cas)):
                content = ask(scene.client(who), "GET", path)[0].content
                assert own in content and foreign not in content, (who, path)


def test_two_people_s_sessions_answer_no_etag_of_the_other(scene: Scene) -> None:
    first = ask(scene.client("cas"), "GET", "/my/")[0]
    asked = {
        "If-None-Match": first.headers.get("ETag", '"x"'),
        "If-Modified-Since": "Tue, 01 Jan 2030 00:00:00 GMT",
    }
    again = scene.client("other").get("/my/", headers=asked)
    assert again.status_code == 200 and scene.cast["other"].name.encode() in again.content


@pytest.mark.django_db
def test_a_name_that_is_not_ours_is_a_bad_request_and_not_an_error() -> None:
    answer = Client(raise_request_exception=False).get("/healthz", HTTP_HOST="elsewhere.example.org")
    assert answer.status_code == 400
