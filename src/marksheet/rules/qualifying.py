"""Practice and qualification: whether a marker may begin, and what is still to be done before."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a marker stands before the marking."""

    NOT_BEGUN = "not-begun"
    ON_THE_WAY = "on-the-way"
    QUALIFIED = "qualified"
    NOT_QUALIFIED = "not-qualified"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a marker stands: the state, what is left to submit of each kind, and how many were near enough."""

    state: State
    practice_left: int
    qualification_left: int
    within: int
    needed: int

    @property
    def opens_qualification(self) -> bool:
        """Every practice script is submitted."""
        return not self.practice_left


def standing(
    practice: Sequence[bool], qualification: Sequence[bool | None], needed: int = 0, *, let: bool = False
) -> Standing:
    """Return where a marker stands; the order of scripts does not matter.

    Args:
        practice: for each practice script whether it is submitted.
        qualification: for each qualification script whether it was near enough; None until it is submitted.
        needed: so many must be near enough; 0, or more than there are, means all of them.
        let: the lead marker decided that this marker marks anyway.

    Source: docs/rulebook/qualifying.md#who-qualifies.
    """
    if needed < 0:
        raise ValueError("So many of them: 0 or more.")
    of = len(qualification)
    enough = min(needed, of) if needed else of
    within, left = qualification.count(True), qualification.count(None)
    if let or within >= enough:
        state = State.QUALIFIED
    elif not left:
        state = State.NOT_QUALIFIED
    else:
        state = State.ON_THE_WAY if any(practice) or left < of else State.NOT_BEGUN
    return Standing(state, practice.count(False), left, within, enough)
