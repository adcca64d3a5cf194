"""The lists of the Results tab are read in order from indexes that hold only what waits there."""

import pytest
from django.db import connection

from marksheet.apps.ledger.tidying import note_sizes
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries import finder
from marksheet.apps.results.queries.finder import Criteria, find
from marksheet.apps.results.queries.orders import ORDERS, make_indexes, waiting
from marksheet.formats.names import words
from tests.factories import a_schedule, a_world
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "results_result"))


def test_the_indexes_are_there_and_come_back_with_a_migrate() -> None:
    wanted = {f"results_waiting_{name}" for name in ORDERS}
    assert wanted <= indexes()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX results_waiting_name")
    assert not wanted <= indexes()
    make_indexes()
    assert wanted <= indexes()


def test_the_list_asks_in_the_words_of_its_indexes() -> None:
    """A partial index serves only a question that says its condition, on SQLite to the letter."""
    world = a_world()
    a_schedule(world)
    condition = str(Result.objects.filter(waiting()).query).split("WHERE ")[1]
    assert condition in str(find(world.pia, Criteria()).query)
    assert condition in str(find(world.pia, Criteria(states=("ready",))).query)
    assert condition not in str(find(world.pia, Criteria(states=("ready", "absent"))).query)
    assert condition not in str(find(world.pia, Criteria(show="published")).query)


def test_sqlite_notes_how_full_its_tables_are() -> None:
    a_world()
    note_sizes()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'people_person'")
            assert cursor.fetchone()[0]


@pytest.mark.parametrize("common", [2, 1])
def test_a_word_finds_the_same_results_whether_it_is_common_or_rare(monkeypatch, common) -> None:
    """Three candidates have the word: it is common where more than one, or two, of a word are many."""
    world = a_world()
    a_schedule(world, candidates=3)
    with writes_allowed():
        Result.objects.update(bucket="ready")
    start = words(Result.objects.first().title)[0][:3]
    rare = {row.pk for row in find(world.pia, Criteria(text=start))}
    assert len(rare) == 3, start
    monkeypatch.setattr(finder, "COMMON", common)
    asked = find(world.pia, Criteria(text=start))
    assert {row.pk for row in asked} == rare
    assert ("EXISTS" in str(asked.query)) == (connection.vendor == "sqlite")
    assert not find(world.pia, Criteria(text=f"{start} nobody")).exists()
