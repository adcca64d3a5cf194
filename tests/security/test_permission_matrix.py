"""Every address, by every method, as every one of the cast, answers as the committed table says."""

from contextlib import nullcontext
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import connection
from django.template.backends.django import Template

from tests.security.asking import addresses, ask, body, cases, link, word
from tests.security.matrix import MATRIX, METHODS, Row, furthest
from tests.security.scene import CAST, Scene

pytestmark = pytest.mark.usefixtures("quiet", "same_navigation")

# Where everybody who is signed in gets the same answer, these stand for all.
SOME = ("anon", "cas", "sid", "mo", "ada")


def test_every_address_has_a_row_for_every_method() -> None:
    wanted = {(case, method) for case in cases() for method in METHODS}
    assert sorted(wanted - MATRIX.keys()) == [], "add them to tests/security/matrix.py, after thought"
    assert sorted(MATRIX.keys() - wanted) == [], "these lead nowhere any more: take them out"


def test_an_address_without_a_name_leads_nowhere() -> None:
    """An address that cannot be named in the table can only be one that answers "not here"."""
    unnamed = [one.path for one in addresses() if one.name.endswith("None")]
    assert unnamed == ["^accounts/(?:signup|email|confirm-email)/"]


@pytest.mark.parametrize(("case", "method"), sorted(MATRIX))
def test_everybody_gets_the_answer_of_the_table(scene: Scene, case: str, method: str) -> None:
    row, path = MATRIX[case, method], link(scene, case)
    found = {who: _asked(scene, who, method, path, case) for who in _asking(row)}
    assert found == {who: row[who] for who in found}, f"surprise at {case} ({method} {path})"


def _asking(row: Row) -> tuple[str, ...]:
    if connection.vendor == "postgresql":
        # What a second database could refuse, it refuses whoever gets furthest.
        return ("cas", furthest(row))
    alike = len({answer for who, answer in row.items() if who != "anon"}) == 1
    return SOME if alike else CAST


def _asked(scene: Scene, who: str, method: str, path: str, case: str) -> str:
    # What was tried before by others must not slow this one down.
    cache.clear()
    # What a page says is looked at by others (test_headers.py, test_bad_input.py, the walks): here, what it answers.
    # On PostgreSQL it is this that asks for every page as a whole, with the statements that its template makes.
    unread = connection.vendor != "postgresql" or who == "cas"
    with mock.patch.object(Template, "render", return_value="") if unread else nullcontext():
        answer, wrote = ask(scene.client(who), method, path, body(scene, case) if method == "POST" else None)
    return word(answer, wrote)


@pytest.mark.once
@pytest.mark.parametrize(("method", "who"), [("PUT", "ada"), ("PATCH", "cas"), ("DELETE", "anon")])
def test_no_other_method_does_anything(scene: Scene, method: str, who: str) -> None:
    client = scene.client(who)
    for case in cases():
        cache.clear()
        answer, wrote = ask(client, method, link(scene, case))
        assert not wrote and (answer.status_code in (302, 403, 404, 405) or not case.count(":")), case
