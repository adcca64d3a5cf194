"""What a database wants done now and then."""

from django.db import connection


def note_sizes() -> None:
    """Have SQLite note how its tables are filled: its plans go by that. PostgreSQL does it by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit=1000")
            cursor.execute("ANALYZE")
