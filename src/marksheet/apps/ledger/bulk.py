"""Put many rows into a table with a constant number of statements."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL

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
    statement = f"INSERT INTO {table} ({columns}) VALUES ({places})"
    count = 0
    with connection.cursor() as cursor:
        while batch := list(islice(ready, BATCH)):
            cursor.executemany(statement, batch)
            count += len(batch)
    return count


def among(keys: Iterable[int]) -> Any:
    """Return what to give to ``__in`` for thousands of whole numbers: one parameter, however many they are."""
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])


def _field(model: type[models.Model], name: str) -> Any:
    return next(f for f in model._meta.concrete_fields if name in (f.attname, f.name))


def _copy(statement: str, rows: Iterator[Sequence[Any]]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def _converter(field: Any) -> Callable[[Any], Any]:
    """Convert for the database; the moment of a change stands in all its rows and is converted once."""
    last: list[Any] = [object(), None]

    def convert(value: Any) -> Any:
        if value is not last[0]:
            last[1] = field.get_db_prep_save(value, connection)
            last[0] = value if isinstance(field, models.DateTimeField) else last[0]
        return last[1]

    return convert


def _prepared(fields: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Convert what the driver cannot take as it is; most columns need nothing."""
    converters = [
        (n, _converter(f))
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


def update_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Set ``fields`` of many rows of ``model``, each to its own values; return how many were given.

    Args:
        fields: attribute names to set.
        rows: the primary key, then a value for each field.

    PostgreSQL joins with a temporary table filled by COPY, SQLite runs one ``executemany``.
    """
    described = [_field(model, name) for name in fields]
    ready = _prepared([model._meta.pk, *described], rows)
    if connection.vendor == "postgresql":
        return _update_joined(model, described, ready)
    settings = ", ".join(f"{connection.ops.quote_name(str(f.column))} = %s" for f in described)
    key = connection.ops.quote_name(str(model._meta.pk.column))
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"UPDATE {table} SET {settings} WHERE {key} = %s"
    count = 0
    with connection.cursor() as cursor:
        while batch := [(*row[1:], row[0]) for row in islice(ready, BATCH)]:
            cursor.executemany(statement, batch)
            count += len(batch)
    return count


def refill(model: type[models.Model], column: str, source: str, made: Callable[[str], str]) -> int:
    """Set ``column`` of every row to what ``made`` makes of ``source``, for migrations; return how many differed.

    Batch by batch, each in a transaction of its own, so that no table is locked for long; safe to run again.
    """
    last, count = 0, 0
    rows = model._default_manager.order_by("pk").values_list("pk", source, column)
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        changed = [(key, made(text)) for key, text, kept in batch if made(text) != kept]
        if changed:
            with transaction.atomic():
                count += update_rows(model, [column], changed)
        last = batch[-1][0]
    return count


def _update_joined(model: type[models.Model], fields: Sequence[Any], rows: Iterator[Sequence[Any]]) -> int:
    name = connection.ops.quote_name
    pk, table, wide = name(str(model._meta.pk.column)), name(model._meta.db_table), name("bulk_update")
    columns = ", ".join([pk, *(name(str(f.column)) for f in fields)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {wide} ON COMMIT DROP AS SELECT {columns} FROM {table} LIMIT 0"
        )
        count = _copy(f"COPY {wide} ({columns}) FROM STDIN", rows)
        settings = ", ".join(f"{name(str(f.column))} = {wide}.{name(str(f.column))}" for f in fields)
        cursor.execute(f"UPDATE {table} SET {settings} FROM {wide} WHERE {table}.{pk} = {wide}.{pk}")
        cursor.execute(f"DROP TABLE {wide}")
    return count
