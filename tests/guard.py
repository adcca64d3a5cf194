"""Fail a test that writes to a table of ours outside a change."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from marksheet.apps.ledger.change import is_open

_WRITE = re.compile(
    r"\b(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|TRUNCATE(?:\s+TABLE)?|COPY)"
    r'\s+"?((?:ledger|people|exams|marking|results|release)_\w+)',
    re.IGNORECASE,
)
# Django's own note of a sign-in, the one write that is not ours to make.
_SIGN_IN = re.compile(r'\s*UPDATE\s+"people_person"\s+SET\s+"last_login"\s*=\s*\S+\s+WHERE\b', re.IGNORECASE)

_QUIET = ("SELECT", "SAVEPOINT", "RELEASE", "BEGIN", "SET CONSTRAINTS", "PRAGMA")

_allowed: ContextVar[bool] = ContextVar("writes_allowed", default=False)
_writes = 0


class WroteOutsideChange(AssertionError):
    """A statement wrote to a table of ours with no change open: no audit event would tell of it."""


@contextmanager
def writes_allowed() -> Iterator[None]:
    """Let a test write directly: factories that set a scene, tampering that a check must find."""
    token = _allowed.set(True)
    try:
        yield
    finally:
        _allowed.reset(token)


def writes() -> int:
    """Return how many statements were executed so far that are not known to leave the database as it is."""
    return _writes


def guard(
    execute: Callable[..., Any], statement: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Wrap every statement of a connection (see Django's ``execute_wrapper``)."""
    global _writes
    # What begins with SELECT writes nothing; a WITH may.
    if str(statement).startswith(_QUIET):
        return execute(statement, params, many, context)
    _writes += 1
    if not is_open() and not _allowed.get():
        found = _WRITE.search(str(statement))
        if found and not _SIGN_IN.match(str(statement)):
            raise WroteOutsideChange(
                f"{found[1]} was written outside a change. In the product: open one with "
                f"ledger.change.change(). In a test's scenery: use `with writes_allowed():`. {statement:.200}"
            )
    return execute(statement, params, many, context)


def watch(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Guard a connection, on Django's ``connection_created`` signal, so that new threads are covered."""
    if guard not in connection.execute_wrappers:
        connection.execute_wrappers.append(guard)
