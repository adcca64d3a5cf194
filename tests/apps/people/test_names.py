"""Names are found as they are typed, with or without accents, wherever people are looked for."""

import importlib

import pytest
from django.apps import apps
from django.db import models

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.exams.queries.schedules import enrolled_in, searched_candidates
from marksheet.apps.ledger import bulk
from marksheet.apps.marking.queries.people import picked
from marksheet.apps.marking.queries.submissions import page_of, scripts_for, searched
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries.directory import people_page
from marksheet.apps.results.actions.enrolment import Candidate
from marksheet.apps.results.models import Result
from tests.apps.marking.scene import hand_in
from tests.factories import World, a_schedule, a_world
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db

NAMES = ("Chloé Aydın", "Łukasz Großmann-Nuñez", "Zoë O'Brien", "Bea Zander")
TYPED = [
    ("chloe", NAMES[0]),
    ("CHLOÉ ayd", NAMES[0]),
    ("aydin", NAMES[0]),
    ("aydın", NAMES[0]),
    ("grossmann-nunez", NAMES[1]),
    ("o'brien zoe", NAMES[2]),
    ("O’Brien", NAMES[2]),
]


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    wanted = [Candidate(number=f"2{n}", name=name, email="") for n, name in enumerate(NAMES)]
    return a_schedule(world, candidates=wanted)


@pytest.mark.parametrize(("typed", "found"), TYPED)
def test_a_name_is_found_without_its_accents(world: World, schedule: Schedule, typed: str, found: str):
    hand_in(schedule)
    rows = searched(world.mo, schedule, scripts_for(world.mo, schedule), typed)
    scripts, _more = page_of(rows, status="", after="", size=10)
    assert [script.attempt.enrolment.name for script in scripts] == [found]
    assert [row.person.name for row in people_page(world.ari, search=typed).rows] == [found]
    assert [pick.person.name for pick in picked(schedule, typed)] == [found]
    candidates = searched_candidates(world.ada, schedule, enrolled_in(world.ada, schedule), typed)
    assert [one.name for one in candidates] == [found]


def test_what_holds_no_letter_is_in_no_name(world: World, schedule: Schedule):
    assert people_page(world.ari, search="-").rows == ()
    assert picked(schedule, "'") == []


def test_names_stand_in_order_of_family_name_accents_aside(world: World, schedule: Schedule):
    names = [row.person.name for row in people_page(world.ari, kind="candidates").rows]
    assert [name for name in names if name in NAMES] == [NAMES[0], NAMES[1], NAMES[2], NAMES[3]]


@pytest.mark.parametrize(
    ("app", "number", "model"),
    [("people", "0005", Person), ("exams", "0004", Enrolment), ("results", "0008", Result)],
)
def test_names_from_before_are_folded_batch_by_batch(
    schedule: Schedule, monkeypatch: pytest.MonkeyPatch, app: str, number: str, model: type[models.Model]
):
    rows = model._default_manager.order_by("pk").values_list("pk", "sort_name")
    wanted = list(rows)
    monkeypatch.setattr(bulk, "BATCH", 2)
    migration = importlib.import_module(f"marksheet.apps.{app}.migrations.{number}_names_without_accents")
    with writes_allowed():
        model._default_manager.update(sort_name="as it was")
        migration.fold(apps, None)
        assert list(rows) == wanted and any(key == "aydin chloe" for _pk, key in wanted)
        assert bulk.refill(model, "sort_name", "sort_name", str) == 0
