"""What each role of the database may do, so that a fault in a page is not a way to every mark.

On PostgreSQL there are three: the *owner* makes tables and triggers (``migrate``), the *application* does all else but
cannot change what is append-only nor take its triggers off, and the pages of *candidates* are read through a third that
knows the columns below and no others. SQLite has no roles: there an authorizer holds the candidates' connection to the
same columns, and the triggers alone stand before the rest.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, connections

from marksheet.apps.ledger.constraints import APPEND_ONLY

CANDIDATE = "candidate"

# Candidate-side facts and what was disclosed: no mark, no key, no working result.
CANDIDATES_READ: Mapping[str, frozenset[str]] = {
    table: frozenset(columns.split())
    for table, columns in {
        "exams_enrolment": "id ref person_id schedule_id standing opens_at closes_at",
        "exams_schedule": (
            "id version_id title code venue timezone opens_at closes_at activated_at first_released_at show_results"
            " contact"
        ),
        "exams_assessmentversion": "id duration_minutes",
        "exams_attempt": "id enrolment_id number state handed_in_at",
        "results_result": "id enrolment_id",
        "release_opening": "id result_id status at publication_id disclosure_id",
        "release_publication": "id committed_at",
        "release_disclosure": "id body",
        "release_viewing": "disclosure_id at",
    }.items()
}

# Of what Django keeps for itself, the application reads which migrations ran, and changes none.
_READ_ONLY = ("django_migrations",)


@contextmanager
def candidate_cursor() -> Iterator[Any]:
    """Give a cursor for the pages of candidates: it reads ``CANDIDATES_READ``, and whatever else is refused.

    An installation on PostgreSQL that was given one role alone reads as that role; ``check`` says so.
    """
    chosen = connections[CANDIDATE] if CANDIDATE in connections.settings else connection
    with chosen.cursor() as cursor:
        yield cursor


def authorize(
    action: int, first: str | None, second: str | None, _database: str | None, _inner: str | None
) -> int:
    """Answer SQLite whether the candidates' connection may do this: read the named columns, nothing else."""
    if action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION):
        return sqlite3.SQLITE_OK
    # Without a column it asks for the rows as such: a count, or their keys alone.
    known = CANDIDATES_READ.get(first or "", frozenset()) if action == sqlite3.SQLITE_READ else frozenset()
    if known and (not second or second in known):
        return sqlite3.SQLITE_OK
    return sqlite3.SQLITE_DENY


def hold_to_columns(sender: Any, connection: Any, **_: Any) -> None:
    """Set the authorizer on a new connection of the candidates' (a receiver of ``connection_created``)."""
    if connection.alias == CANDIDATE and connection.vendor == "sqlite":
        connection.connection.set_authorizer(authorize)


@contextmanager
def as_owner() -> Iterator[None]:
    """Let this thread's connection be the owner's, where the installation has one of its own."""
    if settings.DATABASE_OWNER is None:
        yield
        return
    before = connection.settings_dict
    _leave()
    connection.settings_dict = {**before, **settings.DATABASE_OWNER}
    try:
        yield
    finally:
        _leave()
        connection.settings_dict = before


def _leave() -> None:
    connection.close()
    if connection.vendor == "postgresql":
        connection.close_pool()  # type: ignore[attr-defined]


def grant_as_configured() -> None:
    """Give the roles that the settings name what they may, on the tables that exist now; runs after each migrate."""
    if connection.vendor != "postgresql" or settings.DATABASE_OWNER is None:
        return
    application = settings.DATABASES["default"]["USER"]
    candidate = settings.DATABASES.get(CANDIDATE, {}).get("USER", "")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    if application != owner:
        grant(application, candidate)


def grant(application: str, candidate: str = "") -> None:
    """Give both roles exactly what they may do in the schema ``public``, and take away what they had before."""
    name = connection.ops.quote_name
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        for role in filter(None, (application, candidate)):
            cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name(role)}")
            cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name(role)}")
        cursor.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        role = name(application)
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        for guarded in APPEND_ONLY:
            if guarded.table in existing:
                cursor.execute(f"REVOKE UPDATE, DELETE ON {name(guarded.table)} FROM {role}")
                if guarded.but_empty:
                    cursor.execute(
                        f"GRANT UPDATE ({name(guarded.but_empty)}) ON {name(guarded.table)} TO {role}"
                    )
        for table in existing.intersection(_READ_ONLY):
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {name(table)} FROM {role}")
        if candidate:
            for table in sorted(CANDIDATES_READ.keys() & existing):
                columns = ", ".join(map(name, sorted(CANDIDATES_READ[table])))
                cursor.execute(f"GRANT SELECT ({columns}) ON {name(table)} TO {name(candidate)}")


def makes_tables() -> bool:
    """Whether this installation's settings name somebody who may make tables: without an owner the application does."""
    if connection.vendor != "postgresql" or settings.DATABASE_OWNER is not None:
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_schema_privilege(current_user, 'public', 'CREATE')")
        return bool(cursor.fetchone()[0])


def owns_its_tables() -> bool:
    """Whether the application's own role could take the guards off: it owns the tables, or may do anything."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(pg_has_role(current_user, c.relowner, 'USAGE')) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relname = %s",
            [APPEND_ONLY[0].table],
        )
        return bool(cursor.fetchone()[0])
