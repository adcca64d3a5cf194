"""Of several attempts exactly one counts, and this says which, and whether that can still change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class AttemptCounts(StrEnum):
    """Which attempt counts."""

    FIRST = "first"
    LAST = "last"
    BEST = "best"


class AttemptState(StrEnum):
    """What has become of one sitting."""

    IN_PROGRESS = "in_progress"
    HANDED_IN = "handed_in"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """One attempt: its number (from 1), its state, its exact score or None while unsettled."""

    number: int
    state: str
    score: Fraction | None = None

    def __post_init__(self) -> None:
        AttemptState(self.state)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The attempt that counts, why, and whether that is settled.

    ``number`` is None when no attempt was handed in, or all are void; while ``settled`` is
    false it is the choice as things stand. ``reason`` is one of only, first, last, best,
    best_tie_earlier, all_void, nothing_handed_in, in_progress, unsettled.
    """

    number: int | None
    reason: str
    settled: bool


def attempt_that_counts(attempts: Sequence[AttemptFact], policy: AttemptCounts | str) -> Chosen:
    """Return which of ``attempts`` counts under ``policy``; their order does not matter.

    A void attempt never counts. An attempt in progress leaves the choice unsettled. With BEST
    every handed-in attempt must have its score, otherwise only the one that counts; equal
    scores go to the earlier attempt.

    Source: docs/rulebook/attempts.md.
    """
    handed_in = sorted(
        (attempt for attempt in attempts if attempt.state == AttemptState.HANDED_IN),
        key=lambda attempt: attempt.number,
    )
    in_progress = any(attempt.state == AttemptState.IN_PROGRESS for attempt in attempts)
    if not handed_in:
        if attempts and not in_progress:
            return Chosen(None, "all_void", True)
        return Chosen(None, "in_progress" if in_progress else "nothing_handed_in", False)
    chosen, reason = CHOOSERS[AttemptCounts(policy)](handed_in)
    if in_progress:
        return Chosen(chosen.number, "in_progress", False)
    awaited = handed_in if policy == AttemptCounts.BEST else [chosen]
    if any(attempt.score is None for attempt in awaited):
        return Chosen(chosen.number, "unsettled", False)
    return Chosen(chosen.number, "only" if len(handed_in) == 1 else reason, True)


def _first(handed_in: list[AttemptFact]) -> tuple[AttemptFact, str]:
    return handed_in[0], "first"


def _last(handed_in: list[AttemptFact]) -> tuple[AttemptFact, str]:
    return handed_in[-1], "last"


def _best(handed_in: list[AttemptFact]) -> tuple[AttemptFact, str]:
    scored = [attempt for attempt in handed_in if attempt.score is not None]
    if not scored:
        return handed_in[0], "best"
    # max() keeps the first of equals, and the list is in order of attempts.
    best = max(scored, key=lambda attempt: attempt.score or Fraction(0))
    tied = sum(attempt.score == best.score for attempt in scored) > 1
    return best, "best_tie_earlier" if tied else "best"


CHOOSERS: dict[AttemptCounts, Callable[[list[AttemptFact]], tuple[AttemptFact, str]]] = {
    AttemptCounts.FIRST: _first,
    AttemptCounts.LAST: _last,
    AttemptCounts.BEST: _best,
}
