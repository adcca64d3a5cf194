"""The one place that asks what time it is, and in which zone the database keeps it."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection


def read() -> datetime:
    """Return the moment that decides windows, embargoes and order: the database's clock, in UTC.

    PostgreSQL answers with ``statement_timestamp()``; SQLite has no clock of its own, so the host's is used.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT statement_timestamp()")
            moment: datetime = cursor.fetchone()[0]
            return moment.astimezone(UTC)
    return datetime.now(UTC)


def in_utc(value: Any) -> Any:
    """Say of a moment that it is UTC: SQLite keeps it without a zone."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value
