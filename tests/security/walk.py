"""A walk through every answer that candidates and strangers can get, noting which statements each rests on."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest import mock

from django.core.cache import cache as kept
from django.db import DatabaseError, connection, models, transaction
from django.test import Client

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.models import Work
from marksheet.outputs.notices import render
from tests.security.asking import ask, cases, link
from tests.security.masks import masked, masked_headers
from tests.security.scene import Scene
from tests.security.worlds import AT

Address = tuple[str, str]
"""(who asks, the path); for a message ("mail", its key)."""
WHO = ("anon", "cas", "other")
# The pages that are made for candidates.
THEIRS = ("front:front", "my:dashboard", "my:result", "my:result@early", "inbox:inbox", "accounts:profile")
_WORD = re.compile(r"[a-z_0-9]+|(?<![(])\*")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with what it was asked with; ``words`` are the names in it."""

    text: str
    asked_with: str
    given: Any = field(compare=False, hash=False)

    @property
    def words(self) -> frozenset[str]:
        """The names in it, and * where it asks for every column."""
        return _words(self.text)

    def reads(self, model: type[models.Model], name: str) -> bool:
        """Return whether it names the column, or all columns, of the model's table."""
        table, column = model._meta.db_table, model._meta.get_field(name).column
        return table in self.words and (column in self.words or "*" in self.words)


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


@dataclass(slots=True)
class Answer:
    """What was answered, and the statements it rests on."""

    status: int
    headers: bytes
    content: bytes
    statements: list[Statement] = field(default_factory=list)

    @property
    def said(self) -> tuple[int, bytes, bytes]:
        """What the reader gets."""
        return self.status, self.headers, self.content

    @property
    def wrote(self) -> bool:
        """Whether anything was written for it, which later statements of it may have read."""
        return any(one.text.startswith(("INSERT", "UPDATE", "DELETE")) for one in self.statements)


class Walk(dict[Address, Answer]):
    """What is answered where in the first world, and what the database answers to each statement of it."""

    def __init__(self, answers: dict[Address, Answer]) -> None:
        super().__init__(answers)
        there = {s for answer in answers.values() for s in answer.statements if s.text.startswith("SELECT")}
        self._rows = rows_of(there)

    def reads(self, model: type[models.Model], name: str) -> bool:
        """Return whether any answer reads the column."""
        return any(statement.reads(model, name) for statement in self._rows)

    def resting_on(self, model: type[models.Model], name: str) -> list[Address]:
        """Return the answers that may be others now that the column was changed.

        They are those with a statement that reads the column and that the database answers otherwise now.
        """
        reading = {statement for statement in self._rows if statement.reads(model, name)}
        changed = {one for one, rows in rows_of(reading).items() if rows != self._rows[one]}
        return [
            address
            for address, answer in self.items()
            if not changed.isdisjoint(answer.statements)
            or (answer.wrote and not reading.isdisjoint(answer.statements))
        ]


def rows_of(statements: Iterable[Statement]) -> dict[Statement, list[Any] | str]:
    """Return what the database answers to each statement: rows, or the name of its refusal."""
    asked = list(statements)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            return {one: cursor.execute(one.text, one.given).fetchall() for one in asked}
    except DatabaseError as error:
        if len(asked) == 1:
            return {asked[0]: type(error).__name__}
        return {one: answer for each in asked for one, answer in rows_of([each]).items()}


def everywhere(scene: Scene) -> list[Address]:
    """Return every address there is, for each of those who may be strangers to what stands behind it."""
    found = [link(scene, case) for case in cases() if not case.startswith("mfa_")]
    paths = dict.fromkeys([*found, "/static/nothing.css", "/admin/", "/api/"])
    return [*((who, path) for who in WHO for path in paths), *messages()]


def own(scene: Scene) -> list[Address]:
    """Return the pages that are made for two candidates, and every message."""
    paths = [link(scene, case) for case in THEIRS]
    return [*((who, path) for who in ("cas", "other") for path in paths), *messages()]


def messages() -> list[Address]:
    """Return the messages that wait or were sent."""
    return [
        ("mail", key) for key in Work.objects.filter(kind="mail").order_by("pk").values_list("key", flat=True)
    ]


def said(scene: Scene, where: Iterable[Address]) -> dict[Address, Answer]:
    """Return what is answered at these addresses, at the one moment of both worlds."""
    with mock.patch.object(clock, "read", lambda: AT):
        return {address: _said(scene, *address) for address in where}


def _said(scene: Scene, who: str, what: str) -> Answer:
    statements: list[Statement] = []

    def note(execute: Any, statement: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(Statement(str(statement), repr(params), params))
        return execute(statement, params, many, context)

    kept.clear()
    with connection.execute_wrapper(note):
        found = _message(what) if who == "mail" else _page(scene.client(who), what)
    found.statements = statements
    return found


def _message(key: str) -> Answer:
    work = Work.objects.get(kind="mail", key=key)
    return Answer(
        0, b"", repr(render(work.person_id or 0, work.payload, "https://exams.example.org")).encode()
    )


def _page(client: Client, path: str) -> Answer:
    client.raise_request_exception = False
    answer, _wrote = ask(client, "GET", path)
    return Answer(answer.status_code, masked_headers(answer), masked(answer.content))
