"""Every how-to that a page links to is there, and reads as a page of the house."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from marksheet.entrypoints.web.help import pages
from tests import factories as f

# Pages: what they ask of the database is tested on both, in tests/apps.
pytestmark = pytest.mark.once

TEMPLATES = Path(settings.ROOT) / "src" / "marksheet" / "entrypoints"
ASKED = sorted(
    {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% help_link "([^"]+)"', path.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("name", ASKED)
def test_a_page_that_is_linked_to_is_there(name: str) -> None:
    assert pages.page(name) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("name", pages.names())
def test_a_how_to_is_a_page(name: str) -> None:
    answer = f.signed_in(f.a_world().pia).get(reverse("help", args=[name]))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f"<h1>{pages.page(name).title.replace(chr(39), '&#x27;')}</h1>" in text
    assert " style=" not in text and ".md" not in re.sub(r"<code>.*?</code>", "", text, flags=re.DOTALL)


@pytest.mark.django_db
def test_other_names_are_no_pages() -> None:
    client = f.signed_in(f.a_world().sid)
    for path in ("/help/none-such/", "/help/..%2f..%2fREADME/", "/help/README.md/"):
        assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_strangers_sign_in_first() -> None:
    answer = Client().get(reverse("help", args=["audit"]))
    assert answer.status_code == 302 and "login" in answer["Location"]


@pytest.mark.django_db
def test_a_candidate_reads_it_without_the_staff_menu() -> None:
    answer = f.signed_in(f.a_world().cas).get(reverse("help", args=["audit"]))
    assert answer.status_code == 200 and 'class="areas"' not in answer.content.decode()
