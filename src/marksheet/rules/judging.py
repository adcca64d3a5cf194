"""What was chosen beside a response becomes a mark: a level of each criterion, steps of a method, or a number."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marksheet.rules.marks import TypedMark, check_mark
from marksheet.rules.schemes import Scheme, total_of_levels, total_of_method


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a marker chose under a scheme.

    Args:
        levels: for each criterion the place of its level from 0, None while it is open.
        earned: places of the method marks that were earned.
        looked: somebody looked for method marks, so that none earned is 0 and not open.
        rest: thousandths beside the method marks, where they come to less than the maximum.
    """

    levels: tuple[int | None, ...] = ()
    earned: tuple[int, ...] = ()
    looked: bool = False
    rest: int = 0

    @property
    def nothing(self) -> bool:
        """Nothing was chosen yet."""
        return all(place is None for place in self.levels) and not (self.earned or self.looked or self.rest)

    def as_json(self) -> dict[str, Any]:
        """Return the choice as it is stored; {} where nothing was chosen."""
        if self.nothing:
            return {}
        if self.levels:
            return {"levels": list(self.levels)}
        return {"earned": sorted(self.earned), "looked": True, "rest": self.rest}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Chosen":
        """Return what ``as_json`` stored; anything else reads as nothing chosen."""
        try:
            return cls(
                tuple(None if place is None else int(place) for place in stored.get("levels", ())),
                tuple(int(place) for place in stored.get("earned", ())),
                bool(stored.get("looked")),
                int(stored.get("rest", 0)),
            )
        except (AttributeError, TypeError, ValueError):
            return cls()


NOTHING_CHOSEN = Chosen()


def rest_of(scheme: Scheme, maximum: int) -> int:
    """Return how many thousandths lie beyond a scheme's method marks; 0 without method marks."""
    if not scheme.method_marks:
        return 0
    return maximum - sum(one.points for one in scheme.method_marks)


def fits(scheme: Scheme, chosen: Chosen, maximum: int) -> bool:
    """Say whether a choice is one that the scheme offers."""
    if any(place is not None for place in chosen.levels) and len(chosen.levels) != len(scheme.criteria):
        return False
    pairs = zip(scheme.criteria, chosen.levels, strict=False)
    if any(place is not None and not 0 <= place < len(one.levels) for one, place in pairs):
        return False
    if any(not 0 <= place < len(scheme.method_marks) for place in chosen.earned):
        return False
    return 0 <= chosen.rest <= rest_of(scheme, maximum)


def mark_of(scheme: Scheme, chosen: Chosen, typed: TypedMark | None, maximum: int) -> TypedMark | None:
    """Return the mark that a choice comes to; None while something is open, so that what stands stays.

    With criteria it is the sum of the chosen levels, with method marks what was earned and the rest, otherwise what
    was typed. It is never guessed: while a criterion is open there is no mark.

    Args:
        typed: what stands in the field for a number; a blank takes the mark back. None: there is no such field.
        maximum: of the part, in thousandths.

    Raises:
        BadMark: the mark is above the maximum, or between the steps of the scheme.
        ValueError: the scheme does not offer such a choice.

    Source: docs/rulebook/marks.md#chosen.
    """
    if typed is not None:
        if typed.value is not None:
            check_mark(typed.value, maximum, scheme.step_thousandths)
        return typed
    if chosen.nothing:
        return None
    if not fits(scheme, chosen, maximum):
        raise ValueError("the scheme does not offer this")
    if scheme.criteria:
        total = total_of_levels(scheme.criteria, chosen.levels)
    else:
        total = total_of_method(scheme.method_marks, chosen.earned) + chosen.rest
    if total is None:
        return None
    check_mark(total, maximum, scheme.step_thousandths)
    return TypedMark(total)


def explaining(given: Collection[str], moderation: Sequence[str]) -> frozenset[str]:
    """Return the rounds whose words explain the mark that holds: the last moderator's alone, else every marker's.

    Args:
        given: the rounds in which a mark stands.
        moderation: the rounds of moderation, in their order.

    Example: of two markers' marks that became one both explain it; once a moderator gave another, neither does.

    Source: docs/rulebook/marks.md#what-explains-a-mark.
    """
    moderated = [one for one in moderation if one in given]
    return frozenset(moderated[-1:] or given)
