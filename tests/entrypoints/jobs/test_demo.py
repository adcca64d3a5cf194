"""The demo institution: made and made anew in one piece, by one person at a time."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from marksheet.apps.ledger import constraints
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.ledger.models import Event
from marksheet.apps.people.actions.organisation import add_unit
from marksheet.apps.people.models import Person, Unit
from marksheet.apps.people.queries import person_by_username
from marksheet.apps.results.models import Result
from marksheet.entrypoints.jobs.demo import build as demo_build
from marksheet.entrypoints.jobs.management.commands import demo as demo_command
from marksheet.entrypoints.shared.demo import demo_in_hand
from marksheet.entrypoints.web.front import demo as demo_pages
from tests.factories import NOW
from tests.guard import writes_allowed
from tests.roles import as_owner


@pytest.fixture(autouse=True)
def _in_demo_mode(tmp_path: Path):
    with override_settings(DEMO=True, VAR=tmp_path), writes_allowed():
        yield


def anew():
    with as_owner():
        call_command("demo", reset=True, verbosity=0)


@pytest.mark.first
def test_a_reset_makes_the_demo_as_on_the_first_day_and_everything_still_verifies(committed_db: str):
    call_command("demo", verbosity=0)
    made = Event.objects.count()
    twice = Result.objects.filter(schedule__code="LAW-3300")
    waits = {one["code"] for row in twice for one in row.missing}
    assert {"not_agreed", "in_moderation", "flagged", "unmarked", "not_handed_in", "seed_stop"} <= waits
    assert twice.filter(bucket="ready").exists()
    ari = person_by_username("ari")
    assert ari is not None
    add_unit(ari, Unit.objects.get(kind="institution").ref, name="Tried out", label="", code="X", at=NOW)
    anew()
    assert not Unit.objects.filter(name="Tried out").exists()
    assert Event.objects.count() == made and constraints.missing() == []
    call_command("verify", verbosity=0)


def test_a_reset_that_fails_leaves_the_demo_as_it_was(committed_db: str, monkeypatch: pytest.MonkeyPatch):
    def half(*_: object) -> None:
        demo_build.make_people(NOW)
        raise RuntimeError("the power is gone")

    monkeypatch.setattr(demo_command, "build", lambda now, say: demo_build.make_people(now))
    monkeypatch.setattr(demo_command, "let_cast_in", lambda at: None)
    call_command("demo", verbosity=0)
    before = set(Person.objects.values_list("ref", flat=True))
    monkeypatch.setattr(demo_command, "build", half)
    with pytest.raises(RuntimeError):
        anew()
    assert set(Person.objects.values_list("ref", flat=True)) == before and constraints.missing() == []


@pytest.mark.django_db
def test_while_the_demo_is_made_anew_nobody_else_does_and_who_signs_in_is_told(rf):
    with demo_in_hand(alone=True):
        with pytest.raises(CommandError, match="being made anew"):
            call_command("demo", reset=True, verbosity=0)
        for view in (demo_pages.reset, demo_pages.sign_in):
            with pytest.raises(WrongState, match="Wait a few seconds"):
                view(rf.post("/", {"username": "ari"}))


@pytest.mark.django_db
def test_many_may_sign_in_to_the_demo_at_once():
    with demo_in_hand(), demo_in_hand():
        pass
