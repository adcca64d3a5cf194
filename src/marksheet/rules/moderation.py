"""Which scripts go to moderation, and why; a case settles one script, a sample judges a group."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from marksheet.rules.allocation import shuffled


class Kind(StrEnum):
    """What sends a script to moderation."""

    DIFFERENCE = "difference"
    NEAR_BOUNDARY = "near_boundary"
    FLAGGED = "flagged"
    EVERY = "every"
    RANDOM_SHARE = "random_share"
    OF_MARKER = "of_marker"
    FIRST = "first"


# A case decision changes its script: the moderator's mark stands. A sample ends in one decision for the group.
CASES = frozenset({Kind.DIFFERENCE, Kind.NEAR_BOUNDARY, Kind.FLAGGED, Kind.EVERY})


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

    ``score`` is what stands of it now (None: nothing yet); ``place`` its place in the order in which it was submitted.
    """

    script: int
    totals: tuple[tuple[int, Fraction], ...]
    score: Fraction | None
    flagged: bool = False
    place: int = 0


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
    for trigger in triggers:
        # A script of two markers may be chosen for both: that is one reason.
        for script in set(_CHOOSERS[trigger.kind](scripts, trigger, boundaries, seed)):
            chosen[script].append(trigger)
    return {one.script: Sent(tuple(chosen[one.script])) for one in scripts if one.script in chosen}


_Chooser = Callable[[Sequence[Marked], Trigger, Sequence[Fraction], str], Sequence[int]]


def _differing(scripts: Sequence[Marked], trigger: Trigger, _at: Sequence[Fraction], _seed: str) -> list[int]:
    return [
        one.script
        for one in scripts
        if len(one.totals) > 1 and abs(one.totals[0][1] - one.totals[1][1]) > trigger.amount
    ]


def _near(scripts: Sequence[Marked], trigger: Trigger, at: Sequence[Fraction], _seed: str) -> list[int]:
    return [
        one.script
        for one in scripts
        if one.score is not None and any(abs(one.score - boundary) <= trigger.amount for boundary in at)
    ]


def _flagged(scripts: Sequence[Marked], _trigger: Trigger, _at: Sequence[Fraction], _seed: str) -> list[int]:
    return [one.script for one in scripts if one.flagged]


def _every(scripts: Sequence[Marked], _trigger: Trigger, _at: Sequence[Fraction], _seed: str) -> list[int]:
    return [one.script for one in scripts]


def _share(scripts: Sequence[Marked], trigger: Trigger, _at: Sequence[Fraction], seed: str) -> list[int]:
    found = []
    for marker, own in _by_marker(scripts).items():
        # Rounded up: a share of few scripts is at least one of them, unless it is nothing.
        wanted = -(-len(own) * trigger.amount // 100)
        found += shuffled((one.script for one in own), f"{seed}:{marker}")[: int(wanted)]
    return found


def _of_marker(scripts: Sequence[Marked], trigger: Trigger, _at: Sequence[Fraction], _seed: str) -> list[int]:
    return [one.script for one in _by_marker(scripts).get(trigger.marker, [])]


def _first(scripts: Sequence[Marked], trigger: Trigger, _at: Sequence[Fraction], _seed: str) -> list[int]:
    found = []
    for own in _by_marker(scripts).values():
        in_order = sorted(own, key=lambda one: (one.place, one.script))
        found += [one.script for one in in_order[: int(trigger.amount)]]
    return found


def _by_marker(scripts: Sequence[Marked]) -> dict[int, list[Marked]]:
    """Every marker's scripts; one that two people marked is among those of both."""
    found: dict[int, list[Marked]] = defaultdict(list)
    for one in scripts:
        for marker in dict.fromkeys(key for key, _total in one.totals):
            found[marker].append(one)
    return found


_CHOOSERS: Mapping[Kind, _Chooser] = {
    Kind.DIFFERENCE: _differing,
    Kind.NEAR_BOUNDARY: _near,
    Kind.FLAGGED: _flagged,
    Kind.EVERY: _every,
    Kind.RANDOM_SHARE: _share,
    Kind.OF_MARKER: _of_marker,
    Kind.FIRST: _first,
}
