"""Keep the rows that a scene wrote and write them again: thousands of tests begin with the same scene.

A function marked ``@kept`` sets a scene by verbs, from its arguments and what earlier scenes left and nothing else.
What it wrote is kept: called again with the same arguments on the same state of the database, the rows are inserted as
they were. A database of which it is not known what it holds (a test wrote to
it, or it is a copy of something prepared) is served by verbs as ever.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, fields, is_dataclass
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from psycopg import ClientCursor

from marksheet.apps.ledger.models import Event
from tests import guard, roles

# Tables whose keys are counted by a sequence that is not their own.
COUNTED_APART = {"ledger_event": "ledger_event_number"}

P = ParamSpec("P")
R = TypeVar("R")

# The scenes that a database went through since it was empty, each a digest of the function and its arguments.
State = tuple[str, ...]
# Table -> key -> the values of a row, the key among them.
Rows = dict[str, dict[Any, tuple[Any, ...]]]
# And the values it is executed with, in turn.
_Statement = tuple[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    key: str

    @property
    def key_at(self) -> int:
        return self.columns.index(self.key)


@dataclass(frozen=True, slots=True)
class _Change:
    """What a scene did to one table; ``gone`` are keys."""

    table: _Table
    new: tuple[tuple[Any, ...], ...]
    other: tuple[tuple[Any, ...], ...]
    gone: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    write: Callable[[], None]
    after: Rows
    answer: Any


_migrated: Rows | None = None
_kept: dict[State, _Kept] = {}
_state: State | None = None
_writes = 0


def forget() -> None:
    """Nothing is known of the database any more: another test begins, or another database is used."""
    global _state, _writes
    _state, _writes = None, guard.writes()


def kept(scene: Callable[P, R]) -> Callable[P, R]:
    """Keep what ``scene`` wrote, for the next time; see the head of this file."""

    @wraps(scene)
    def played(*args: P.args, **kwargs: P.kwargs) -> R:
        before = _known()
        if before is None:
            return scene(*args, **kwargs)
        global _migrated
        if before == () and _migrated is None:
            _migrated = rows()
        then: State = (*before, f"{scene.__qualname__}{_digest(args)}{_digest(kwargs)}")
        if then in _kept:
            _kept[then].write()
            answer: R = deepcopy(_kept[then].answer)
        else:
            answer = scene(*args, **kwargs)
            known = _rows_of(before)
            if known is not None:
                after = rows()
                _kept[then] = _Kept(_writer(_changes(known, after)), after, deepcopy(answer))
        _remember(then)
        return answer

    return played


def putting_back() -> Callable[[], None]:
    """Return what puts every row back as it is now, whatever was written since; on PostgreSQL."""
    then = rows()

    def put_back() -> None:
        _writer(_changes(rows(), then))()
        forget()

    return put_back


def _known() -> State | None:
    if guard.writes() != _writes:
        return None
    return () if _state is None and not Event.objects.exists() else _state


def _remember(state: State) -> None:
    global _state, _writes
    _state, _writes = state, guard.writes()


def _digest(value: Any) -> str:
    if isinstance(value, Model):
        return f"{value._meta.label}:{value.pk}"
    if is_dataclass(value):
        inside = ",".join(_digest(getattr(value, field.name)) for field in fields(value))
        return f"{type(value).__qualname__}({inside})"
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}={_digest(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(_digest, value)) + "]"
    return repr(value)


def _rows_of(state: State) -> Rows | None:
    """Return what the database holds in this state, where that was read: of the empty one, or after a kept scene."""
    if not state:
        return _migrated
    return _kept[state].after if state in _kept else None


@cache
def _tables() -> tuple[_Table, ...]:
    """Return the tables that scenes write to: ours, and those of people's addresses and second factors."""
    return tuple(
        _Table(
            model._meta.db_table,
            tuple(field.column for field in model._meta.local_concrete_fields),
            model._meta.pk.column,
        )
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith(("marksheet.", "allauth."))
    )


def rows() -> Rows:
    """Return every row of those tables, as the database holds it now."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in _tables():
            columns = ", ".join(f'"{column}"' for column in table.columns)
            cursor.execute(f'SELECT {columns} FROM "{table.name}"')
            found[table.name] = {row[table.key_at]: tuple(row) for row in cursor.fetchall()}
    return found


def _changes(before: Rows, after: Rows) -> list[_Change]:
    changes = []
    for table in _tables():
        old, new = before[table.name], after[table.name]
        changes.append(
            _Change(
                table,
                new=tuple(row for key, row in new.items() if key not in old),
                other=tuple(row for key, row in new.items() if key in old and row != old[key]),
                gone=tuple(old.keys() - new.keys()),
            )
        )
    return changes


def _statements(change: _Change) -> Iterator[_Statement]:
    """Return what makes a change again."""
    name, key, columns = change.table.name, change.table.key, change.table.columns
    if change.gone:
        yield f'DELETE FROM "{name}" WHERE "{key}" = %s', [(one,) for one in change.gone]
    if change.other:
        pairs = ", ".join(f'"{column}" = %s' for column in columns)
        at = change.table.key_at
        yield f'UPDATE "{name}" SET {pairs} WHERE "{key}" = %s', [(*row, row[at]) for row in change.other]
    if change.new:
        listed = ", ".join(f'"{column}"' for column in columns)
        yield f'INSERT INTO "{name}" ({listed}) VALUES ({", ".join(["%s"] * len(columns))})', list(change.new)


def _writer(changes: Sequence[_Change]) -> Callable[[], None]:
    """Return what makes the changes again, without triggers: they would refuse the rows of what is in use by now.

    It goes round the guard of tests, which has seen these writes once.
    """
    wanted = [one for change in changes for one in _statements(change)]
    return _for_sqlite(wanted) if connection.vendor == "sqlite" else _for_postgres(wanted, changes)


def _for_sqlite(wanted: Sequence[_Statement]) -> Callable[[], None]:
    prepared = [(statement.replace("%s", "?"), rows) for statement, rows in wanted]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE INSERT%'"
        )
        triggers = cursor.fetchall()

    def write() -> None:
        with transaction.atomic():
            database = connection.connection
            for name, _sql in triggers:
                database.execute(f'DROP TRIGGER "{name}"')
            for statement, rows in prepared:
                database.executemany(statement, rows)
            for _name, sql in triggers:
                database.execute(sql)

    return write


def _for_postgres(wanted: Sequence[_Statement], changes: Sequence[_Change]) -> Callable[[], None]:
    connection.ensure_connection()
    compose = ClientCursor(connection.connection).mogrify
    statements = ["RESET ROLE", "SET LOCAL session_replication_role = replica"]
    statements += [compose(statement, row) for statement, rows in wanted for row in rows]
    statements += [_sequence_past(change) for change in changes if change.new]
    statements += ["SET LOCAL session_replication_role = origin", f"SET ROLE {roles.APPLICATION}"]
    text = ";".join(filter(None, statements))

    def write() -> None:
        with transaction.atomic():
            connection.connection.execute(text)

    return write


def _sequence_past(change: _Change) -> str:
    """Return a statement by which no later row gets a key that is taken; empty where keys are not counted."""
    table = change.table
    keys = [row[table.key_at] for row in change.new]
    if not all(isinstance(key, int) for key in keys):
        return ""
    counted = COUNTED_APART.get(table.name)
    sequence = f"'{counted}'" if counted else f"pg_get_serial_sequence('\"{table.name}\"', '{table.key}')"
    return (
        f"SELECT setval(name, greatest({max(keys)}, nextval(name)))"
        f" FROM (SELECT {sequence}::regclass AS name) AS counted WHERE name IS NOT NULL"
    )
