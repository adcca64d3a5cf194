"""The first administrator comes in by one command and a link."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from marksheet.apps.people.models import Person, Role, Unit
from marksheet.apps.people.queries import verbs_held_somewhere
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


def run(**options: object) -> str:
    said = StringIO()
    call_command("first_administrator", no_input=True, stdout=said, **options)
    return said.getvalue()


def test_the_printed_link_lets_the_administrator_in():
    link = run(institution="Oude Rijn", name="Ari Blom", username="ari").split()[-1]
    assert Unit.objects.get(kind="institution").name == "Oude Rijn"
    assert Role.objects.filter(key="coordinator").exists()
    assert verbs_held_somewhere(Person.objects.get()) >= {"person.manage", "unit.manage"}
    client = Client()
    client.get(link.removeprefix("http://127.0.0.1:8000"), follow=True)
    client.post("/invitation/", {"username": "ari", "password": PASSWORD, "password_again": PASSWORD})
    client.post("/accounts/login/", {"login": "ari", "password": PASSWORD})
    assert client.get("/organisation/units/").status_code == 200


def test_an_office_of_one_gets_the_everyday_roles_too():
    run(institution="Oude Rijn", name="Ari Blom", email="ari@example.org", everyday=True)
    assert verbs_held_somewhere(Person.objects.get()) >= {"exam.author", "schedule.manage", "report.view"}


@pytest.mark.parametrize("missing", ["institution", "name", "username"])
def test_what_is_missing_is_named_and_nothing_is_made(missing: str):
    given = {"institution": "Oude Rijn", "name": "Ari Blom", "username": "ari"}
    with pytest.raises(CommandError, match=missing):
        run(**{**given, missing: ""})
    assert not Unit.objects.exists()
    run(**given)


def test_a_second_institution_is_made_on_purpose_only():
    run(institution="Oude Rijn", name="Ari Blom", username="ari")
    with pytest.raises(CommandError, match="another"):
        run(institution="Nieuwe Maas", name="Olga", username="olga")
    run(institution="Nieuwe Maas", name="Olga", username="olga", another=True)
    assert Unit.objects.filter(kind="institution").count() == 2
