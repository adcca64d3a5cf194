"""A mark as somebody types it: a number within the part's maximum, a key for no response, or blank."""

import re
from dataclasses import dataclass

from marksheet.rules.schemes import FINEST, allows

NUMBER = re.compile(r"[+-]?([0-9]{0,9})(?:[.,]([0-9]{0,3}))?")
NO_RESPONSE = frozenset({"n", "nr", "-", "–"})


class BadMark(ValueError):
    """Something that cannot be a mark of this part; ``code`` says which: number, thousandths, maximum, step."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class TypedMark:
    """What was meant: thousandths of a mark, or no response, or neither (unmarked, which is not zero)."""

    value: int | None
    no_response: bool = False


def read_mark(
    text: str, maximum_thousandths: int, step_thousandths: int = FINEST, *, lowest_thousandths: int = 0
) -> TypedMark:
    """Return what ``text`` means as a mark of a part with this maximum.

    Example: ``read_mark("2,5", 3000)`` is ``TypedMark(2500)``; "n" is no response; "" is unmarked.

    Args:
        step_thousandths: the step of the part's marking scheme; a thousandth where it has none.
        lowest_thousandths: below 0 where a machine score that is checked by hand can be.

    Raises:
        BadMark: it is not a number, is finer than a thousandth, is below the lowest or above the maximum, or the scheme
            does not allow it.

    Source: docs/rulebook/marks.md#typing.
    """
    typed = text.strip().lower()
    if not typed:
        return TypedMark(None)
    if typed in NO_RESPONSE:
        return TypedMark(None, True)
    found = NUMBER.fullmatch(typed)
    below = typed.startswith("-")
    if found is None or not (found[1] or found[2]) or (below and not lowest_thousandths):
        too_fine = re.fullmatch(r"\+?[0-9]*[.,][0-9]{4,}", typed)
        if too_fine:
            raise BadMark(f"“{text.strip()}” is finer than a thousandth of a mark.", "thousandths")
        raise BadMark(
            f"“{text.strip()}” is not a number from {shown(lowest_thousandths)} to {shown(maximum_thousandths)}.",
            "number",
        )
    value = int(found[1] or 0) * 1000 + int((found[2] or "").ljust(3, "0"))
    value = -value if below else value
    check_mark(value, maximum_thousandths, step_thousandths, lowest_thousandths=lowest_thousandths)
    return TypedMark(value)


def check_mark(
    value: int, maximum_thousandths: int, step_thousandths: int = FINEST, *, lowest_thousandths: int = 0
) -> None:
    """Refuse a mark outside the lowest (0) to the part's maximum, both inclusive, or between two steps.

    Raises:
        BadMark: it is outside, or the step does not allow it.
    """
    if not lowest_thousandths <= value <= maximum_thousandths:
        raise BadMark(
            f"{shown(value)} is not between {shown(lowest_thousandths)} and {shown(maximum_thousandths)}.",
            "maximum",
        )
    if not allows(value, step_thousandths):
        raise BadMark(f"{shown(value)} is not possible: marks here {stepped(step_thousandths)}.", "step")


def stepped(step_thousandths: int) -> str:
    """Return how marks of this step go: "are whole marks", "go in steps of 0.5"."""
    return "are whole marks" if step_thousandths == 1000 else f"go in steps of {shown(step_thousandths)}"


def shown(thousandths: int) -> str:
    """Return thousandths of a mark as people write them: 2500 is 2.5, 3000 is 3."""
    sign, size = ("-" if thousandths < 0 else ""), abs(thousandths)
    whole, rest = divmod(size, 1000)
    return f"{sign}{whole}.{rest:03d}".rstrip("0").rstrip(".")
