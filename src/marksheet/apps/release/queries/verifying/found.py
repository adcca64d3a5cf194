"""What ``verify`` says: how much it read, and what is not as it was written."""

from dataclasses import dataclass

BATCH = 2_000


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
