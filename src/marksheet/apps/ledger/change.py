"""The one way to write: a transaction that carries its audit event and the work it asks for."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import connection, transaction

from marksheet.apps.ledger import chain
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.models import Event, Head, Line, Side, Work

_open = threading.local()


class Actor(Protocol):
    """Whoever acts: a person, or a named part of the system (``id`` is None, ``system_name`` says which)."""

    @property
    def id(self) -> int | None:
        """The person's key; None for the system."""


@dataclass(frozen=True, slots=True)
class System:
    """A named actor that is not a person, such as the scheduler of publications."""

    system_name: str
    id: None = None


class NothingRecorded(Exception):
    """A change ended without saying what it did; it was rolled back."""


@dataclass(slots=True)
class Change:
    """An open change: what it records is written with it, or not at all."""

    actor: Actor
    verb: str
    at: datetime
    event_id: int
    subject: tuple[str, int | None] = ("", None)
    schedule_id: int | None = None
    body: dict[str, Any] = field(default_factory=dict)
    recorded: bool = False
    _private: dict[str, str] = field(default_factory=dict)
    _digest: chain.LineDigest = field(default_factory=chain.LineDigest)

    def record(
        self,
        kind: str,
        subject_id: int | None,
        *,
        schedule_id: int | None = None,
        private: Mapping[str, str] | None = None,
        **facts: Any,
    ) -> None:
        """Say what this change did.

        Args:
            kind: what it happened to: ``result``, ``schedule``, ``person``, ...
            subject_id: its key.
            schedule_id: the schedule in whose history it belongs, if any.
            private: names and free text; the log keeps a salted hash, the text stands in a side row.
            facts: references and values before and after; strings, integers, booleans, lists, objects.
        """
        self.subject = (kind, subject_id)
        self.schedule_id = schedule_id
        self.body.update(facts)
        self._private.update({name: text for name, text in (private or {}).items() if text})
        self.recorded = True

    def lines(self, lines: Iterable[tuple[str, int, Mapping[str, Any]]]) -> None:
        """Add one line for each subject of a bulk change: (kind, key, what it did to it)."""
        first = self._digest.count
        ready = [(kind, subject, chain.canonical(body)) for kind, subject, body in lines]
        self._digest.extend(ready)
        insert_rows(
            Line,
            ("event_id", "position", "subject_kind", "subject_id", "body"),
            ((self.event_id, first + n, *line) for n, line in enumerate(ready)),
        )

    def queue(
        self,
        kind: str,
        key: str,
        payload: Mapping[str, Any],
        *,
        run_after: datetime | None = None,
        total: int = 0,
        group: str = "",
        person_id: int | None = None,
        paused: bool = False,
    ) -> Work:
        """Ask for work after the commit; the same ``key`` twice is the same work."""
        work, _ = Work.objects.get_or_create(
            key=key,
            defaults={
                "kind": kind,
                "payload": dict(payload),
                "run_after": run_after or self.at,
                "total": total,
                "group": group,
                "asked_by_id": self.actor.id,
                "person_id": person_id,
                "paused": paused,
                "event_id": self.event_id,
                "created_at": self.at,
            },
        )
        return work

    def _seal(self) -> None:
        """Write the event and bind it to the chain: the last statements before the commit."""
        salts = {name: chain.new_salt() for name in self._private}
        side = {name: chain.commitment(salts[name], text) for name, text in self._private.items()}
        kind, subject_id = self.subject
        body: dict[str, Any] = {
            "id": self.event_id,
            "at": chain.moment(self.at),
            "verb": self.verb,
            "actor": self.actor.id,
            "actor_name": getattr(self.actor, "system_name", ""),
            "subject": [kind, subject_id],
            "schedule": self.schedule_id,
            "lines": [self._digest.count, self._digest.hex if self._digest.count else ""],
            "facts": self.body,
            "side": side,
        }
        Side.objects.bulk_create(
            Side(event_id=self.event_id, name=name, salt=salts[name], value=text)
            for name, text in self._private.items()
        )
        head = Head.objects.select_for_update(no_key=True).get(pk=1)
        seq, text = head.seq + 1, chain.canonical(body)
        hashed = chain.link(head.hash, seq, body)
        Event.objects.bulk_create(
            [
                Event(
                    id=self.event_id,
                    seq=seq,
                    at=self.at,
                    verb=self.verb,
                    actor_id=self.actor.id,
                    actor_name=body["actor_name"],
                    subject_kind=kind,
                    subject_id=subject_id,
                    schedule_id=self.schedule_id,
                    body=text,
                    line_count=self._digest.count,
                    line_digest=body["lines"][1],
                    previous=head.hash,
                    hash=hashed,
                )
            ]
        )
        Head.objects.filter(pk=1).update(seq=seq, hash=hashed)


class _Undo(Exception):
    """Leave the transaction without writing, quietly."""


def is_open() -> bool:
    """Whether this thread is inside a change or a draft; writes outside one are a mistake."""
    return getattr(_open, "depth", 0) > 0


@contextmanager
def _opened() -> Iterator[None]:
    _open.depth = getattr(_open, "depth", 0) + 1
    try:
        yield
    finally:
        _open.depth -= 1


@contextmanager
def change(actor: Actor, verb: str, *, at: datetime) -> Iterator[Change]:
    """Open the one transaction of a verb; commit it with its audit event, or roll all of it back.

    Args:
        actor: who acts.
        verb: one of the words of ``rules.access.Verb``, or a system's own.
        at: the moment of the request or job, in UTC.

    A change that recorded nothing is rolled back without a trace. Changes do not nest: a verb that needs
    another app's writing calls its *step* with the open change.
    """
    if is_open():
        raise RuntimeError(f"{verb}: a change is open already; call a step with it instead")
    try:
        with _opened(), transaction.atomic():
            opened = Change(actor=actor, verb=str(verb), at=at, event_id=_next_event_id())
            yield opened
            if not opened.recorded:
                raise _Undo
            opened._seal()
    except _Undo:
        return


@contextmanager
def draft(*, one_statement: bool = False) -> Iterator[None]:
    """Write what is not a link of the log: drafts, frozen selections, views, leases, progress.

    Args:
        one_statement: nothing but a single statement is executed inside, which is all or nothing by itself: no
            transaction is begun and ended around it. A worker does so twice for each of thousands of messages.
    """
    with _opened(), nullcontext() if one_statement else transaction.atomic():
        yield


def _next_event_id() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval('ledger_event_number')")
        else:
            cursor.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM ledger_event")
        return int(cursor.fetchone()[0])
