"""Empty the demo's database: its rows where the tables are up to date, everything where they are not."""

from collections.abc import Callable

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

# What migrating wrote and nobody changes; the first link of the chain is put back.
_STAYS = {"django_migrations", "django_content_type", "auth_permission", "django_site"}
_FIRST_LINK = "UPDATE ledger_head SET seq = 0, hash = %s WHERE id = 1"
_GENESIS = "0" * 64


def is_migrated() -> bool:
    """Whether the tables are exactly those of this version of the program."""
    executor = MigrationExecutor(connection)
    known = set(executor.loader.graph.nodes)
    return set(executor.loader.applied_migrations) == known


def empty_tables() -> None:
    """Take every row out of the demo's tables, inside the caller's transaction; triggers are there again after."""
    emptied: dict[str, Callable[[CursorWrapper, list[str]], None]] = {
        "postgresql": _empty_postgres,
        "sqlite": _empty_sqlite,
    }
    with connection.cursor() as cursor:
        stays = _STAYS | {"ledger_head"}
        tables = [name for name in connection.introspection.table_names(cursor) if name not in stays]
        emptied[connection.vendor](cursor, tables)
        cursor.execute(_FIRST_LINK, [_GENESIS])


def _empty_postgres(cursor: CursorWrapper, tables: list[str]) -> None:
    quoted = [connection.ops.quote_name(name) for name in tables]
    for name in quoted:
        cursor.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
    cursor.execute(f"TRUNCATE {', '.join(quoted)} RESTART IDENTITY")
    for name in quoted:
        cursor.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")
    cursor.execute("ALTER SEQUENCE ledger_event_number RESTART")


def _empty_sqlite(cursor: CursorWrapper, tables: list[str]) -> None:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    triggers = cursor.fetchall()
    for name, _ in triggers:
        cursor.execute(f'DROP TRIGGER "{name}"')
    for name in tables:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608 - names of our own tables
    cursor.execute("DELETE FROM sqlite_sequence WHERE name NOT LIKE 'django_%'")
    for _, statement in triggers:
        cursor.execute(statement)


def empty_database() -> None:
    """Drop every table of the demo's database; the append-only triggers go with them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        connection.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
        found = cursor.fetchall()
        for kind in ("trigger", "view", "table"):
            for name in [name for one, name in found if one == kind]:
                cursor.execute(f'DROP {kind.upper()} IF EXISTS "{name}"')
    connection.close()
