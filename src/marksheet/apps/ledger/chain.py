"""How one audit event is bound to the one before it."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

GENESIS = "0" * 64


def canonical(value: Any) -> str:
    """Return ``value`` as sorted, compact JSON; equal values give equal text on every machine."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """Return the SHA-256 of ``text`` in UTF-8 as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def commitment(salt: str, value: str) -> str:
    """Return what the log keeps of a private text: its salted hash, which says nothing without the text."""
    return digest(f"{salt}\x00{value}")


def new_salt() -> str:
    """Return 128 random bits as hexadecimal text."""
    return secrets.token_hex(16)


def moment(at: datetime) -> str:
    """Return ``at`` as the log writes it: ISO 8601, UTC, microseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def link(previous: str, seq: int, body: Mapping[str, Any]) -> str:
    """Return the hash that binds event ``seq`` with ``body`` to the hash ``previous`` of the one before."""
    return digest(f"{previous}\n{seq}\n{canonical(body)}")


class LineDigest:
    """A running digest over the lines of a bulk event, so that memory stays flat."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self.count = 0

    def add(self, kind: str, subject: int, body: str) -> None:
        """Take one line into account; order matters."""
        self._hash.update(f"{kind}\x00{subject}\x00{body}\n".encode())
        self.count += 1

    def extend(self, lines: Iterable[tuple[str, int, str]]) -> None:
        """Take many lines into account."""
        for kind, subject, body in lines:
            self.add(kind, subject, body)

    @property
    def hex(self) -> str:
        """The digest so far, 64 hexadecimal digits."""
        return self._hash.hexdigest()
