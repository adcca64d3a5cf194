"""Which scripts go to moderation, and why; a case settles one script, a sample judges a group."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from marksheet.rules.allocation import shuffled
from marksheet.rules.scale import Scale

MOST_ROUNDS = 3


class Kind(StrEnum):
    """What sends a script to moderation."""

    BEYOND_TOLERANCE = "beyond_tolerance"
    DIFFERENCE = "difference"
    NEAR_BOUNDARY = "near_boundary"
    FLAGGED = "flagged"
    EVERY = "every"
    RANDOM_SHARE = "random_share"
    OF_MARKER = "of_marker"
    FIRST = "first"


# A case decision changes its script: the moderator's mark stands. A sample ends in one decision for the group.
CASES = frozenset({Kind.BEYOND_TOLERANCE, Kind.DIFFERENCE, Kind.NEAR_BOUNDARY, Kind.FLAGGED, Kind.EVERY})
# Triggers that an amount belongs to; the others have none.
MEASURED = frozenset({Kind.DIFFERENCE, Kind.NEAR_BOUNDARY, Kind.RANDOM_SHARE, Kind.FIRST})


@dataclass(frozen=True, slots=True)
class Trigger:
    """One reason to moderate.

    Attributes:
        kind: what is looked at.
        amount: more than so many marks between two markers; within so many marks of a boundary; so many per cent of
            each marker's scripts; the first so many of each marker. Not for the others.
        marker: whose scripts, for ``of_marker``.
    """

    kind: Kind
    amount: Fraction = Fraction(0)
    marker: int = 0

    def __post_init__(self) -> None:
        if self.amount < 0 or (self.kind is Kind.RANDOM_SHARE and self.amount > 100):
            raise ValueError("An amount is 0 or more, and a share at most 100 per cent.")
        if self.kind is Kind.FIRST and self.amount.denominator != 1:
            raise ValueError("The first so many scripts are a whole number.")

    @property
    def is_case(self) -> bool:
        """Whether the moderator's mark will stand, rather than judge a group."""
        return self.kind in CASES


@dataclass(frozen=True, slots=True)
class Marked:
    """A script as its markers left it: its key, what each gave in all, in the order of the rounds, and the flag.

    ``score`` is what stands of it now (None: nothing yet); ``place`` its place in the order in which it was submitted;
    ``beyond`` that two marks of it differ by more than the tolerance, and moderation settles those.
    """

    script: int
    totals: tuple[tuple[int, Fraction], ...]
    score: Fraction | None
    flagged: bool = False
    place: int = 0
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The triggers that send one script to moderation, in their order."""

    triggers: tuple[Trigger, ...]

    @property
    def is_case(self) -> bool:
        """Whether the moderator's mark will stand: one case among the reasons is enough."""
        return any(trigger.is_case for trigger in self.triggers)


def sent_to_moderation(
    scripts: Sequence[Marked],
    triggers: Sequence[Trigger],
    *,
    boundaries: Sequence[Fraction] = (),
    seed: str = "",
) -> dict[int, Sent]:
    """Return which scripts go to moderation, and for which of the reasons; the others are not in it.

    Args:
        scripts: all that are marked and submitted, of one schedule.
        triggers: combined by "or".
        boundaries: every pass mark and grade boundary, in marks.
        seed: decides who is in a random share; a larger share of the same seed holds the smaller.

    Source: docs/rulebook/moderation.md#triggers.
    """
    chosen: dict[int, list[Trigger]] = defaultdict(list)
    own = {
        marker: [Held(one.script, place=one.place) for one in theirs]
        for marker, theirs in _by_marker(scripts).items()
    }
    for trigger in triggers:
        if trigger.is_case:
            found = {one.script for one in scripts if is_case_of(one, trigger, boundaries)}
        else:
            # A script of two markers may be chosen for both: that is one reason.
            found = {key for marker, held in own.items() for key in sampled(held, trigger, marker, seed=seed)}
        for script in found:
            chosen[script].append(trigger)
    return {one.script: Sent(tuple(chosen[one.script])) for one in scripts if one.script in chosen}


def is_case_of(one: Marked, trigger: Trigger, boundaries: Sequence[Fraction]) -> bool:
    """Say whether a script is a case of this trigger.

    "More than" is more than; "within" includes the amount itself. Which of two markers came first does not matter.

    Source: docs/rulebook/moderation.md#triggers.
    """
    return _CASES[trigger.kind](one, trigger.amount, boundaries)


def _differs(one: Marked, amount: Fraction, _at: Sequence[Fraction]) -> bool:
    return len(one.totals) > 1 and abs(one.totals[0][1] - one.totals[1][1]) > amount


def _is_near(one: Marked, amount: Fraction, at: Sequence[Fraction]) -> bool:
    return one.score is not None and any(abs(one.score - boundary) <= amount for boundary in at)


_CASES: Mapping[Kind, Callable[[Marked, Fraction, Sequence[Fraction]], bool]] = {
    Kind.BEYOND_TOLERANCE: lambda one, _amount, _at: one.beyond,
    Kind.DIFFERENCE: _differs,
    Kind.NEAR_BOUNDARY: _is_near,
    Kind.FLAGGED: lambda one, _amount, _at: one.flagged,
    Kind.EVERY: lambda _one, _amount, _at: True,
}


@dataclass(frozen=True, slots=True)
class Held:
    """One script of a marker, as a sample of that marker's work sees it.

    Attributes:
        script: its key.
        submitted: it is marked and submitted; ``place`` is its place among those.
        drawn: it is in the sample already, and stays there.
        settled: the sample was confirmed when this script was there: it is drawn no more.
    """

    script: int
    submitted: bool = True
    place: int = 0
    drawn: bool = False
    settled: bool = False


def sampled(
    own: Sequence[Held], trigger: Trigger, marker: int, *, seed: str, whole: bool = True
) -> frozenset[int]:
    """Return which of one marker's scripts a sample holds; of a random share also some that are still being marked.

    What was drawn stays; the rest is drawn from what came since the sample was confirmed, if it was. So late
    scripts join by the same rule, and the size is what the rule says whenever somebody counts.

    Args:
        own: all scripts of the marker, in any order.
        marker: the marker's key.
        whole: ``own`` is known to be all: otherwise chance is not asked yet, and a share stays as it is.

    Source: docs/rulebook/moderation.md#samples.
    """
    drawn = [one for one in own if one.drawn]
    free = [one for one in own if not one.drawn and not one.settled]
    if trigger.kind is Kind.OF_MARKER:
        new = free if marker == trigger.marker else []
    elif trigger.kind is Kind.FIRST:
        in_order = sorted((one for one in free if one.submitted), key=lambda one: (one.place, one.script))
        new = in_order[: max(0, int(trigger.amount) - len(drawn))]
    else:
        # Rounded up: a share of few scripts is at least one of them, unless it is nothing.
        wanted = int(-(-len(own) * trigger.amount // 100)) if whole else 0
        by_key = {one.script: one for one in free}
        order = shuffled(by_key, f"{seed}:{marker}")
        new = [by_key[key] for key in order[: max(0, wanted - len(drawn))]]
    return frozenset(one.script for one in (*drawn, *new))


def concerns(trigger: Trigger, marker: int) -> bool:
    """Say whether a sample looks at this marker's work, so that a decision on it is waited for."""
    return not trigger.is_case and (trigger.kind is not Kind.OF_MARKER or trigger.marker == marker)


def _by_marker(scripts: Sequence[Marked]) -> dict[int, list[Marked]]:
    """Every marker's scripts; one that two people marked is among those of both."""
    found: dict[int, list[Marked]] = defaultdict(list)
    for one in scripts:
        for marker in dict.fromkeys(key for key, _total in one.totals):
            found[marker].append(one)
    return found


@dataclass(frozen=True, slots=True)
class Round:
    """One round of moderation: what sends scripts to it, and whether moderators read the markers' notes.

    Raises:
        ValueError: no trigger, or one twice.
    """

    triggers: tuple[Trigger, ...]
    notes: bool = True

    def __post_init__(self) -> None:
        if not self.triggers:
            raise ValueError("A round of moderation has at least one trigger.")
        if len({(one.kind, one.marker) for one in self.triggers}) < len(self.triggers):
            raise ValueError("A round of moderation has each trigger once.")


def rounds_to_json(rounds: Iterable[Round]) -> list[dict[str, Any]]:
    """Return rounds as they are stored; amounts as exact text."""
    return [
        {
            "triggers": [
                {"kind": one.kind.value, "amount": str(one.amount), "marker": one.marker}
                for one in round_.triggers
            ],
            "notes": round_.notes,
        }
        for round_ in rounds
    ]


def rounds_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[Round, ...]:
    """Return the rounds that were stored.

    Raises:
        ValueError, KeyError: they make no sense.
    """
    return tuple(
        Round(
            tuple(
                Trigger(Kind(one["kind"]), Fraction(one["amount"]), int(one["marker"]))
                for one in round_["triggers"]
            ),
            bool(round_["notes"]),
        )
        for round_ in stored
    )


def boundaries_of(scale: Scale, maximum: Fraction) -> tuple[Fraction, ...]:
    """Return the pass mark and every grade boundary in marks; where the lowest grade starts at 0 there is none."""
    return tuple(sorted({one.marks(maximum) for one in (scale.pass_mark, *scale.bands)} - {Fraction(0)}))
