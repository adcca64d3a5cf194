"""Put many rows into a table with a constant number of statements."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

BATCH = 20_000


def insert_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert ``rows`` into the table of ``model``; return how many.

    Args:
        fields: attribute names (``schedule_id``, not ``schedule``); columns left out take no default of
            Django's, so every column without a database default must be named.
        rows: values in the order of ``fields``, as Python has them.

    PostgreSQL takes them by COPY, SQLite by ``executemany``.
    """
    described = [_field(model, name) for name in fields]
    columns = ", ".join(connection.ops.quote_name(str(f.column)) for f in described)
    table = connection.ops.quote_name(model._meta.db_table)
    ready = _prepared(described, rows)
    if connection.vendor == "postgresql":
        return _copy(f"COPY {table} ({columns}) FROM STDIN", ready)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608 - names of our own tables
    count = 0
    with connection.cursor() as cursor:
        while batch := list(islice(ready, BATCH)):
            cursor.executemany(statement, batch)
            count += len(batch)
    return count


def _field(model: type[models.Model], name: str) -> Any:
    return next(f for f in model._meta.concrete_fields if name in (f.attname, f.name))


def _copy(statement: str, rows: Iterator[Sequence[Any]]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _prepared(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Convert what the driver cannot take as it is; most columns need nothing."""
    converters: list[tuple[int, Callable[[Any], Any]]] = [
        (n, lambda value, f=f: f.get_db_prep_save(value, connection))  # type: ignore[misc]
        for n, f in enumerate(fields)
        if isinstance(f, models.DateTimeField | models.JSONField)
    ]
    if not converters:
        yield from rows
        return
    for row in rows:
        changed = list(row)
        for n, convert in converters:
            changed[n] = convert(changed[n])
        yield changed
