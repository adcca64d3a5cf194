"""The roles of the database: the application cannot change what only grows, candidates' pages read their columns."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test import override_settings
from django.urls import reverse

from marksheet.apps.ledger import roles
from marksheet.apps.ledger.apps import check_roles
from marksheet.apps.ledger.constraints import APPEND_ONLY
from marksheet.apps.ledger.roles import CANDIDATES_READ
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.entrypoints.jobs.management.commands import up
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, a_world, enrolments, signed_in
from tests.guard import writes_allowed
from tests.roles import as_owner, of_the_house
from tests.settings import TEST_DB, TEST_POSTGRES

on_postgres = pytest.mark.skipif(TEST_DB != "postgres", reason="SQLite has no roles")
REFUSED = "permission denied|must be owner|not authorized|prohibited"


def refused(statement: str) -> None:
    with (
        pytest.raises(DatabaseError, match=REFUSED),
        writes_allowed(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@on_postgres
@pytest.mark.django_db
@pytest.mark.parametrize("table", [guarded.table for guarded in APPEND_ONLY])
def test_the_application_cannot_change_what_only_grows_nor_take_its_guards_off(table: str) -> None:
    for statement in (
        "UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE", "DROP TABLE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER USER", "DROP TRIGGER {}_append_only ON {}", "ALTER TABLE {} ADD COLUMN x int",
    ):  # fmt: skip
        refused(statement.format(table, table))


@on_postgres
@pytest.mark.django_db
def test_the_application_makes_no_tables_and_goes_round_no_trigger() -> None:
    refused("CREATE TABLE public.mine (id int)")
    refused("SET LOCAL session_replication_role = replica")
    refused("DELETE FROM django_migrations")
    refused("CREATE ROLE another")


@pytest.mark.django_db
def test_a_candidates_page_reads_its_columns_and_no_others() -> None:
    """Whatever a fault in such a page asks for: a column that is not on the list is refused by the database."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        columns = [
            (table, column.name)
            for table in tables
            for column in connection.introspection.get_table_description(cursor, table)
        ]
    assert {(table, column) for table, named in CANDIDATES_READ.items() for column in named} <= set(columns)
    readable = {pair for pair in columns if _reads('SELECT "{1}" FROM "{0}" LIMIT 1'.format(*pair))}
    assert readable == {(table, column) for table, named in CANDIDATES_READ.items() for column in named}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE release_viewing SET at = at",
        "DELETE FROM release_opening",
        "INSERT INTO release_publication (id) VALUES (1)",
        "DROP TABLE release_disclosure",
        "SELECT count(*) FROM marking_mark",
        "SELECT r.score_micro FROM exams_enrolment e JOIN results_result r ON r.enrolment_id = e.id",
    ],
)
def test_a_candidates_page_writes_nothing_and_reaches_no_mark(statement: str) -> None:
    with writes_allowed():
        assert not _reads(statement)


def _reads(statement: str) -> bool:
    try:
        with transaction.atomic(), roles.candidate_cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        assert re.search(REFUSED, str(error)), (statement, error)
        return False
    return True


@pytest.fixture
def made(committed_db: str) -> Iterator[dict[str, str]]:
    """Roles with passwords, as the command makes them; on SQLite nothing is to be made."""
    if TEST_DB != "postgres":
        yield {}
        return
    prefix = f"{connection.settings_dict['NAME']}"
    with override_settings(DATABASE_OWNER={**connection.settings_dict, "OPTIONS": {}}):
        said = StringIO()
        call_command("database_roles", prefix=prefix, stdout=said)
        yield dict(line.split("=", 1) for line in said.getvalue().splitlines())
    connections.close_all()
    with psycopg.connect(TEST_POSTGRES.removesuffix("/postgres") + f"/{prefix}", autocommit=True) as server:
        for role in (f"{prefix}_app", f"{prefix}_candidate"):
            server.execute(f'DROP OWNED BY "{role}"')
            server.execute(f'DROP ROLE "{role}"')


@pytest.fixture
def candidates_connection(made: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages of candidates read through a connection of their own, as in an installation."""
    theirs = {**connection.settings_dict}
    if made:
        theirs |= {"USER": made["DATABASE_CANDIDATE_URL"].split("/")[2].split(":")[0]}
        theirs |= {"PASSWORD": made["DATABASE_CANDIDATE_URL"].split(":")[2].split("@")[0]}
    monkeypatch.setitem(settings.DATABASES, roles.CANDIDATE, theirs)
    monkeypatch.setattr(roles, "candidate_cursor", of_the_house)
    yield
    connections[roles.CANDIDATE].close()
    del connections[roles.CANDIDATE]


def test_a_candidate_reads_a_result_through_a_connection_that_knows_nothing_else(
    candidates_connection: None,
) -> None:
    world = a_world()
    schedule = a_ready_quiz(world)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=True, at=NOW)
    carry_on(selection.ref, at=NOW)
    one = enrolments(schedule)[0]
    client = signed_in(one.person)
    assert one.ref in client.get(reverse("my:dashboard")).content.decode()
    assert "3 of 3" in client.get(reverse("my:result", args=[one.ref])).content.decode()
    assert "is available." in client.get(reverse("inbox:inbox")).content.decode()
    with connections[roles.CANDIDATE].cursor() as cursor:
        for statement in ("SELECT shown_score FROM results_result", "DELETE FROM release_viewing"):
            with pytest.raises(DatabaseError, match=f"{REFUSED}|read-only"), writes_allowed():
                cursor.execute(statement)


@on_postgres
def test_roles_are_made_once_and_their_addresses_lead_in(made: dict[str, str]) -> None:
    assert made.keys() == {"DATABASE_URL", "DATABASE_CANDIDATE_URL"}
    for address in made.values():
        with psycopg.connect(address) as server:
            assert server.execute("SELECT count(id) FROM release_publication").fetchone() == (0,)
    said = StringIO()
    call_command("database_roles", prefix=connection.settings_dict["NAME"], stdout=said)
    assert said.getvalue().count("keeps its password") == 2
    with psycopg.connect(made["DATABASE_URL"]) as server:
        server.execute("SELECT 1")


@pytest.mark.django_db
def test_roles_are_refused_where_there_is_no_owner_to_make_them() -> None:
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        call_command("database_roles")


@on_postgres
@pytest.mark.django_db
@override_settings(IN_EARNEST=True)
def test_the_check_says_when_one_role_does_everything() -> None:
    assert [found.id for found in check_roles(None, ["default"])] == ["ledger.W002"]
    with as_owner():
        assert [found.id for found in check_roles(None, ["default"])] == ["ledger.W001", "ledger.W002"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("setting", "database"),
    [
        ("DATABASE_OWNER_URL", "sqlite:////tmp/x.sqlite3"),
        ("DATABASE_CANDIDATE_URL", "sqlite:////tmp/x.sqlite3"),
        ("DATABASE_CANDIDATE_URL", ""),
    ],
)
def test_a_role_of_postgresql_beside_sqlite_is_refused_by_name(
    setting: str, database: str, tmp_path: Path
) -> None:
    given = {
        "DATABASE_URL": database,
        setting: "postgresql://o:p@127.0.0.1/x",
        "MARKSHEET_VAR": str(tmp_path),
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_")}
    inherited.pop("DJANGO_SETTINGS_MODULE", None)
    ended = subprocess.run(
        [sys.executable, "-m", "marksheet", "check"],
        env=inherited | given | {"PYTHONPATH": str(settings.PACKAGE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode != 0
    assert f"{setting} is a role of PostgreSQL" in ended.stderr
    assert f"unset {setting}" in ended.stderr


@on_postgres
@pytest.mark.django_db
def test_without_its_owner_the_tables_stay_as_they_are_and_a_server_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The connection is the test's own, to the end.
    monkeypatch.setattr(up.connections, "close_all", lambda: None)
    assert settings.DATABASE_OWNER is None
    with pytest.raises(CommandError, match="set DATABASE_OWNER_URL"):
        call_command("migrate", verbosity=0)
    up.Command()._prepare()
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'release'")
    with pytest.raises(CommandError, match=r"not those of this version.*DATABASE_OWNER_URL"):
        up.Command()._prepare()
