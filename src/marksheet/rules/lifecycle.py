"""The life of a result is one table: what may become what, and by which move."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar


class State(StrEnum):
    """Where a working result stands."""

    WAITING = "waiting"
    MARKING = "marking"
    MODERATION = "moderation"
    READY = "ready"


class Move(StrEnum):
    """What can happen to a working result."""

    ARRIVE = "arrive"
    MODERATE = "moderate"
    COMPLETE = "complete"
    REOPEN = "reopen"
    HOLD = "hold"


class VersionState(StrEnum):
    """Where a result version stands."""

    FROZEN = "frozen"
    IN_FORCE = "in_force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class VersionMove(StrEnum):
    """What can happen to a result version."""

    PUBLISH = "publish"
    SUPERSEDE = "supersede"
    RETRACT = "retract"
    DISCARD = "discard"


class WrongMove(ValueError):
    """A move that the table does not have."""


TABLE: dict[tuple[State, Move], State] = {
    (State.WAITING, Move.ARRIVE): State.MARKING,
    (State.WAITING, Move.MODERATE): State.MODERATION,
    (State.WAITING, Move.COMPLETE): State.READY,
    (State.MARKING, Move.MODERATE): State.MODERATION,
    (State.MARKING, Move.COMPLETE): State.READY,
    (State.MARKING, Move.HOLD): State.WAITING,
    (State.MODERATION, Move.COMPLETE): State.READY,
    (State.MODERATION, Move.REOPEN): State.MARKING,
    (State.MODERATION, Move.HOLD): State.WAITING,
    (State.READY, Move.REOPEN): State.MARKING,
    (State.READY, Move.MODERATE): State.MODERATION,
    (State.READY, Move.HOLD): State.WAITING,
}

VERSION_TABLE: dict[tuple[VersionState, VersionMove], VersionState] = {
    (VersionState.FROZEN, VersionMove.PUBLISH): VersionState.IN_FORCE,
    (VersionState.FROZEN, VersionMove.DISCARD): VersionState.WITHDRAWN,
    (VersionState.IN_FORCE, VersionMove.SUPERSEDE): VersionState.SUPERSEDED,
    (VersionState.IN_FORCE, VersionMove.RETRACT): VersionState.WITHDRAWN,
}

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


def move(state: State, m: Move) -> State:
    """Return what a working result in ``state`` becomes by ``m``.

    Raises:
        WrongMove: the table has no such move.

    Example: ``move(State.MARKING, Move.COMPLETE)`` is ``State.READY``.

    Source: docs/rulebook/lifecycle.md.
    """
    return _moved(TABLE, state, m)


def move_version(state: VersionState, m: VersionMove) -> VersionState:
    """Return what a result version in ``state`` becomes by ``m``.

    Raises:
        WrongMove: the table has no such move; superseded and withdrawn are for ever.
    """
    return _moved(VERSION_TABLE, state, m)


def move_between(before: State, after: State) -> Move | None:
    """Return the move that leads from ``before`` to ``after``; None when they are the same."""
    if before is after:
        return None
    return next(m for (start, m), end in TABLE.items() if start is before and end is after)


def _moved(table: Mapping[tuple[S, M], S], state: S, m: M) -> S:
    try:
        return table[state, m]
    except KeyError:
        allowed = ", ".join(known for start, known in table if start is state) or "nothing more"
        raise WrongMove(f"A result that is {state} cannot {m}; it can {allowed}.") from None


def diagram(table: Mapping[tuple[S, M], S] | None = None) -> str:
    """Return ``table`` (the working result's, unless given) as a Mermaid state diagram."""
    rows: Mapping[tuple[StrEnum, StrEnum], StrEnum] = TABLE if table is None else table  # type: ignore[assignment]
    first = next(iter(rows))[0]
    lines = ["stateDiagram-v2", f"    [*] --> {first}"]
    lines += [f"    {start} --> {end}: {m}" for (start, m), end in rows.items()]
    return "\n".join(lines) + "\n"
