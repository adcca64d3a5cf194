"""A result is ready when nothing is missing, and this says what still is."""

from dataclasses import dataclass

from marksheet.rules.attempts import AttemptFact, AttemptState
from marksheet.rules.lifecycle import State

ENROLLED_FACTS = ("", "absent", "excused", "deferred")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about one candidate at one schedule.

    Args:
        attempts: all of them, in any order; empty when nothing was begun.
        any_in_progress: an attempt is being sat now.
        unmarked: parts that can count and have neither score, mark nor "no response".
        unsubmitted: assigned scripts whose marker has not submitted.
        disagreed: parts whose two marks differ by more than is settled by itself, and are not agreed on yet.
        moderation_open: rounds not yet settled: scripts that a moderator has to look at.
        seed_stops: markers of it who are stopped, and whom nobody has let go on.
        unchecked: machine-scored parts that can count and wait for the person who checks their score.
        keying_untyped, keying_differing: parts whose marks wait to be typed a second time, or for a third look at what
            two people typed.
        samples_open: samples of its markers' work on which nothing is decided yet, or that are marked again.
        flags_open, imports_open: flags to the lead marker, imports not yet decided.
        stale: an input changed and the result has not been recomputed.
        enrolled_fact: "", absent, excused or deferred.
        key_pinned: the schedule's key version is fixed (true where no part is machine-scored).
    """

    attempts: tuple[AttemptFact, ...]
    any_in_progress: bool = False
    unmarked: int = 0
    unsubmitted: int = 0
    moderation_open: int = 0
    flags_open: int = 0
    imports_open: int = 0
    stale: bool = False
    enrolled_fact: str = ""
    key_pinned: bool = True
    disagreed: int = 0
    samples_open: int = 0
    seed_stops: int = 0
    unchecked: int = 0
    keying_untyped: int = 0
    keying_differing: int = 0

    def __post_init__(self) -> None:
        if self.enrolled_fact not in ENROLLED_FACTS:
            raise ValueError(f"An enrolment is absent, excused or deferred, not “{self.enrolled_fact}”.")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing in the way: a stable word and how many of it."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """Where the result stands and everything that keeps it from being ready."""

    state: State
    missing: tuple[Missing, ...]

    @property
    def ready(self) -> bool:
        """Nothing is missing."""
        return self.state is State.READY


# Each thing that can be missing, and where a result stands that lacks it; the first row decides.
WAITS_IN: dict[str, State] = {
    "absent": State.WAITING,
    "excused": State.WAITING,
    "deferred": State.WAITING,
    "not_handed_in": State.WAITING,
    "in_progress": State.WAITING,
    "unmarked": State.MARKING,
    "unchecked": State.MARKING,
    "not_submitted": State.MARKING,
    "second_keying": State.MARKING,
    "keying_differs": State.MARKING,
    "import_open": State.MARKING,
    "stale": State.MARKING,
    "no_key": State.MARKING,
    "not_agreed": State.MODERATION,
    "in_moderation": State.MODERATION,
    "sample_open": State.MODERATION,
    "seed_stop": State.MODERATION,
    "flagged": State.MODERATION,
}


def assess_readiness(facts: Facts) -> Readiness:
    """Return the state of the working result and what is missing, in a fixed order.

    Every attempt void is ready, without a score. The codes are the keys of ``WAITS_IN``.

    Example: a handed-in script with two unmarked parts is in marking, missing ("unmarked", 2).

    Source: docs/rulebook/readiness.md.
    """
    counts = _void_counts(facts) if _all_void(facts) else _counts(facts)
    missing = tuple(Missing(code, counts[code]) for code in WAITS_IN if counts.get(code, 0) > 0)
    return Readiness(WAITS_IN[missing[0].code] if missing else State.READY, missing)


def _all_void(facts: Facts) -> bool:
    void = all(attempt.state == AttemptState.VOID for attempt in facts.attempts)
    return bool(facts.attempts) and void and not facts.any_in_progress


def _void_counts(facts: Facts) -> dict[str, int]:
    return {"stale": int(facts.stale)} | _enrolled(facts)


def _counts(facts: Facts) -> dict[str, int]:
    handed_in = any(attempt.state == AttemptState.HANDED_IN for attempt in facts.attempts)
    in_progress = sum(attempt.state == AttemptState.IN_PROGRESS for attempt in facts.attempts)
    return {
        "not_handed_in": int(not handed_in),
        "in_progress": max(in_progress, int(facts.any_in_progress)),
        "unmarked": facts.unmarked,
        "unchecked": facts.unchecked,
        "not_submitted": facts.unsubmitted,
        "second_keying": facts.keying_untyped,
        "keying_differs": facts.keying_differing,
        "import_open": facts.imports_open,
        "stale": int(facts.stale),
        "no_key": int(not facts.key_pinned),
        "not_agreed": facts.disagreed,
        "in_moderation": facts.moderation_open,
        "sample_open": facts.samples_open,
        "seed_stop": facts.seed_stops,
        "flagged": facts.flags_open,
    } | _enrolled(facts)


def _enrolled(facts: Facts) -> dict[str, int]:
    return {facts.enrolled_fact: 1} if facts.enrolled_fact else {}
