"""Seeded scripts: how far a marker is from the definitive mark, when he is stopped, what is marked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from marksheet.rules.agreement import Measured


@dataclass(frozen=True, slots=True)
class Seed:
    """A script whose marks are settled: what each item is worth, and how far from it is near enough, in marks.

    ``tolerance`` is of each item, or of the total, as ``measured`` says; what is further off than ``hard``, measured
    alike, is far. Without ``hard`` nothing is.
    """

    definitive: Mapping[int, Fraction]
    tolerance: Fraction
    measured: Measured = Measured.SCRIPT
    hard: Fraction | None = None

    def __post_init__(self) -> None:
        if self.tolerance < 0 or not self.definitive:
            raise ValueError("A seed has definitive marks, and a tolerance of 0 or more.")
        if self.hard is not None and self.hard < self.tolerance:
            raise ValueError("What stops a marker at once on a seed is not less than its tolerance.")


@dataclass(frozen=True, slots=True)
class Judged:
    """One marking of a seed: whether it is near enough, how much more (or less) was given in all, whether it is far."""

    within: bool
    severity: Fraction
    far: bool = False


def judge(seed: Seed, marks: Mapping[int, Fraction]) -> Judged:
    """Compare the marks that somebody gave a seed with the definitive ones; exactly at the tolerance is within.

    Raises:
        ValueError: an item of the seed has no mark.

    Source: docs/rulebook/seeding.md#near-enough.
    """
    if seed.definitive.keys() - marks.keys():
        raise ValueError("A seed is judged when all of it is marked.")
    apart = [marks[item] - settled for item, settled in seed.definitive.items()]
    in_all = sum(apart, Fraction(0))
    off = max(map(abs, apart)) if seed.measured is Measured.ITEM else abs(in_all)
    return Judged(off <= seed.tolerance, in_all, seed.hard is not None and off > seed.hard)


@dataclass(frozen=True, slots=True)
class Stopping:
    """When a marker is stopped: as many as ``misses`` of the last ``of_last`` seeds were not near enough."""

    misses: int = 1
    of_last: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.misses <= self.of_last:
            raise ValueError("So many of the last so many: from 1 to all of them.")


@dataclass(frozen=True, slots=True)
class Done:
    """A script that a marker finished, in order: its key, whether it is submitted, and what it showed if a seed."""

    script: int
    submitted: bool = False
    seed: Judged | None = None


@dataclass(frozen=True, slots=True)
class Seeding:
    """How seeds are given at a schedule: one script in ``every`` of a marker's, where ``chance`` puts it."""

    every: int
    stopping: Stopping
    chance: str

    def __post_init__(self) -> None:
        if self.every < 2:
            raise ValueError("At most every second script is a seed.")


def seeding_to_json(seeding: Seeding | None) -> dict[str, Any]:
    """Return how seeds are given, as it is stored; empty where they are not."""
    if seeding is None:
        return {}
    stopping = seeding.stopping
    return {
        "every": seeding.every,
        "misses": stopping.misses,
        "of_last": stopping.of_last,
        "chance": seeding.chance,
    }


def seeding_from_json(stored: Mapping[str, Any]) -> Seeding | None:
    """Return what was stored.

    Raises:
        ValueError, KeyError: it makes no sense.
    """
    if not stored:
        return None
    stopping = Stopping(int(stored["misses"]), int(stored["of_last"]))
    return Seeding(int(stored["every"]), stopping, str(stored["chance"]))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a marker stands by his seeds.

    Attributes:
        stopped: he marks no further until somebody lets him.
        misses: how many of the last seeds that are looked at were not near enough.
        severity: the mean of what he gave too much on seeds; None without a seed. Negative is severe.
        again: the scripts to be marked again: unsubmitted, no seeds, finished after the last seed that was near
            enough. Only for whoever is stopped.
    """

    stopped: bool
    misses: int
    severity: Fraction | None
    again: tuple[int, ...]


def standing(done: Sequence[Done], stopping: Stopping = Stopping()) -> Standing:
    """Return where a marker stands after what he has done, in the order in which he finished it.

    Args:
        done: what was finished since somebody last let him go on.

    Source: docs/rulebook/seeding.md#when-a-marker-is-stopped.
    """
    seeds = [one.seed for one in done if one.seed is not None]
    misses = sum(not judged.within for judged in seeds[-stopping.of_last :])
    severity = sum((one.severity for one in seeds), Fraction(0)) / len(seeds) if seeds else None
    stopped = misses >= stopping.misses or any(judged.far for judged in seeds)
    again = [one.script for one in since_last_good(done)] if stopped else []
    return Standing(stopped, misses, severity, tuple(again))


def since_last_good(done: Sequence[Done]) -> list[Done]:
    """Return what was finished after the last seed that was near enough, is no seed, and is not submitted."""
    since = max((n + 1 for n, one in enumerate(done) if one.seed is not None and one.seed.within), default=0)
    return [one for one in done[since:] if one.seed is None and not one.submitted]
