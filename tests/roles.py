"""What tests may do in the database: what the application may, and on candidates' pages what they may.

On PostgreSQL every connection of a test has the application's role, so a statement that only the owner could run
fails. What scenery or tampering must do as the owner, it does in ``as_owner()``. The pages of candidates read through
the connection of the test (no other would see what is rolled back in the end), held to their columns meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.signals import connection_created

from marksheet.apps.ledger import roles

APPLICATION, CANDIDATE = "marksheet_test_app", "marksheet_test_candidate"
of_the_house = roles.candidate_cursor


def give() -> None:
    """Make the roles of the run's cluster, if they are not there, and give them their rights in this database."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for role in (APPLICATION, CANDIDATE):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {role} NOLOGIN")
    roles.grant(APPLICATION, CANDIDATE)


def take() -> None:
    """From now on have every connection be the application's, and candidates' pages read as theirs."""
    connection_created.connect(_be_the_application, dispatch_uid="tests.roles")
    roles.candidate_cursor = _candidate_cursor


def _be_the_application(sender: Any, connection: Any, **_: Any) -> None:
    """But for a connection that came in as somebody of its own: an owner, a candidate."""
    if connection.vendor == "postgresql" and connection.settings_dict is settings.DATABASES["default"]:
        connection.connection.execute(f"SET SESSION ROLE {APPLICATION}")


@contextmanager
def as_owner() -> Iterator[None]:
    """Do what only the owner of the database can."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    connection.connection.execute("RESET ROLE")
    try:
        yield
    finally:
        connection.connection.execute(f"SET ROLE {APPLICATION}")


@contextmanager
def _candidate_cursor() -> Iterator[Any]:
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        connection.connection.set_authorizer(roles.authorize)
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.connection.set_authorizer(None)
        return
    connection.connection.execute(f"SET ROLE {CANDIDATE}")
    try:
        with connection.cursor() as cursor:
            yield cursor
    except BaseException:
        # Inside a transaction the role goes back with it.
        if not connection.in_atomic_block:
            connection.connection.execute(f"SET ROLE {APPLICATION}")
        raise
    connection.connection.execute(f"SET ROLE {APPLICATION}")
