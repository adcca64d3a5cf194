"""What ``verify`` says: how much it read, and what is not as it was written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

BATCH = 2_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written: where, and what is wrong."""

    where: str
    what: str


@dataclass(slots=True)
class Verified:
    """How much was checked."""

    events: int = 0
    lines: int = 0
    sides: int = 0
    versions: int = 0
    disclosures: int = 0
    marks: int = 0
    answers: int = 0
    results: int = 0
    files: int = 0


def in_batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Yield ``rows`` by the ``BATCH``, so that little of a large table is in memory at once."""
    source = iter(rows)
    while some := list(islice(source, BATCH)):
        yield some
