"""Empty the demo's database."""

from django.db import connection


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
