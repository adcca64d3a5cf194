"""The lists of the Results tab are read in order from indexes that hold only what waits there."""

import pytest
from django.db import connection

from marksheet.apps.ledger.tidying import note_sizes
from marksheet.apps.release.actions.withholding import withhold
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries import searching
from marksheet.apps.results.queries.finder import SORTS, Criteria, find, page, whole_order
from marksheet.apps.results.queries.orders import ORDERS, make_indexes, waiting
from marksheet.entrypoints.web.results.columns import COLUMNS
from marksheet.formats.names import words
from tests.apps.release.scenes import a_ready_quiz, hand_in
from tests.factories import NOW, a_machine_assessment, a_schedule, a_world
from tests.guard import writes_allowed
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, "results_result"))


def test_the_indexes_are_there_and_come_back_with_a_migrate() -> None:
    wanted = {f"results_waiting_{name}" for name in ORDERS}
    assert wanted <= indexes()
    with as_owner():
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


@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
def test_every_order_is_walked_by_key_and_rows_without_a_value_stand_last(sort: str) -> None:
    world = a_world()
    for code, answers in (("B-1", ("AAA", "AAB", "BBB", "AAA")), ("A-2", ("AAB", "BBB", "BBB"))):
        a_ready_quiz(world, answers, code=code)
    hand_in(a_schedule(world, code="C-3", candidates=3), ["AA", "AA"])
    for ref in Result.objects.filter(code="C-3").order_by("id").values_list("ref", flat=True)[:2]:
        withhold(world.ada, [ref], reason="a complaint", at=NOW)
    wanted, found, after = Criteria(sort=sort), [], ""
    everything = list(find(world.pia, wanted).order_by(*whole_order(world.pia, wanted)))
    assert len(everything) >= 7
    while True:
        one = page(world.pia, wanted, after=after, size=2)
        found += [row.pk for row in one.rows]
        after = one.next
        if not after:
            break
    assert found == [row.pk for row in everything]
    column = SORTS[sort.removeprefix("-")]
    values = [getattr(row, column) for row in everything]
    some = [value for value in values if value not in (None, "")]
    assert values[: len(some)] == some == sorted(some, reverse=sort.startswith("-"))


def test_schedule_and_code_are_two_orders() -> None:
    world = a_world()
    for code, title in (("A-1", "Zoology"), ("B-2", "Algebra")):
        version = a_machine_assessment(world, code=code, workflow="coordinated")
        hand_in(a_schedule(world, version=version, code=code, title=title, candidates=1), ["AAA"])
    titles = {sort: [row.title for row in page(world.pia, Criteria(sort=sort)).rows] for sort in SORTS}
    assert titles["schedule"] == ["Algebra", "Zoology"]
    assert titles["code"] == ["Zoology", "Algebra"]


def test_every_order_has_its_index() -> None:
    leading = {columns.partition(",")[0] for columns in ORDERS.values()}
    assert leading == set(SORTS.values())


def test_columns_that_sort_are_those_that_can() -> None:
    assert {column.sort for column in COLUMNS if column.sort} == set(SORTS)
    assert {column.key for column in COLUMNS if not column.sort} == {"unit", "flags", "publisher"}


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
    monkeypatch.setattr(searching, "COMMON", common)
    asked = find(world.pia, Criteria(text=start))
    assert {row.pk for row in asked} == rare
    assert ("EXISTS" in str(asked.query)) == (connection.vendor == "sqlite")
    assert not find(world.pia, Criteria(text=f"{start} nobody")).exists()
