"""Which mark of a part counts: the definitive, the moderator's, the last given, or what two markers' come to."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import NamedTuple

from django.db.models import QuerySet

from marksheet.apps.marking.models import BESIDE, DECISIVE, MARKERS, Mark, Round
from marksheet.apps.marking.queries.marks import Cell
from marksheet.rules.agreement import Agreeing, Pair, brought_together

Given = tuple[int | None, bool]
"""(thousandths of a mark or None, no response)."""


class Counted(NamedTuple):
    """What counts of one part, in marks, exactly; None while it is unmarked.

    Args:
        waits: nothing, or why two marks are not one yet: ``agreed_awaited`` or ``moderation_awaited``.
    """

    value: Fraction | None
    no_response: bool = False
    waits: str = ""


UNMARKED = Counted(None)
NO_RESPONSE = Counted(Fraction(0), True)
FIRST = Round.MARKER_1.value
AWAITED = frozenset({"agreed_awaited", "moderation_awaited", "script_incomplete"})


def counted_marks(
    marks: QuerySet[Mark],
    agreeing: Agreeing | None,
    parts: Collection[int],
    *,
    until: Mapping[int, int] | None = None,
) -> dict[Cell, Counted]:
    """Return what counts for each (attempt, part) that was ever marked, in one statement.

    The rows come all at once: of a cursor PostgreSQL wants the first row soon, and walks all marks for it.

    Args:
        marks: those of some attempts of one schedule.
        agreeing: how two markers' marks become one; None where one marker marks.
        parts: every part of its paper that people mark; two marks may be compared over the whole script.
        until: attempt -> event; marks of that event or later do not count.
    """
    rows = marks.order_by("id").values_list(
        "attempt_id", "part_id", "round", "marker_id", "value_thousandths", "no_response", "event_id"
    )
    moderated: dict[Cell, dict[str, Given]] = defaultdict(dict)
    if agreeing is None:
        last: dict[Cell, Counted] = {}
        known: dict[int, Counted] = {}
        for attempt, part, round_, _marker, value, blank, event in rows:
            if until and event >= until.get(attempt, event + 1):
                continue
            if round_ != FIRST and round_ in DECISIVE:
                moderated[attempt, part][round_] = (value, blank)
            elif round_ != FIRST and round_.startswith(BESIDE):
                continue
            elif value is None:
                last[attempt, part] = NO_RESPONSE if blank else UNMARKED
            else:
                last[attempt, part] = known.get(value) or known.setdefault(
                    value, Counted(Fraction(value, 1000))
                )
        return last | _moderated(moderated)
    two: dict[int, dict[int, _Two]] = defaultdict(dict)
    for attempt, part, round_, marker, value, blank, event in rows:
        if until and event >= until.get(attempt, event + 1):
            continue
        if round_ in DECISIVE:
            moderated[attempt, part][round_] = (value, blank)
        elif not round_.startswith(BESIDE):
            two[attempt].setdefault(part, _Two()).give(round_, marker, (value, blank))
    found = {
        (attempt, part): counted
        for attempt, given in two.items()
        for part, counted in _brought_together(given, agreeing, parts).items()
    }
    return found | _moderated(moderated)


def _moderated(given: Mapping[Cell, Mapping[str, Given]]) -> dict[Cell, Counted]:
    """Return what moderators gave, the last round's of each part, or what is definitive.

    What was taken back leaves the markers' marks.
    """
    found: dict[Cell, Counted] = {}
    for cell, rounds in given.items():
        for round_ in DECISIVE:
            value, blank = rounds.get(round_, (None, False))
            if value is not None or blank:
                found[cell] = NO_RESPONSE if blank else Counted(Fraction(value or 0, 1000))
    return found


class _Two:
    """The newest mark of each marker's round, and what each of the two proposed to agree on."""

    __slots__ = ("proposed", "rounds")

    def __init__(self) -> None:
        self.rounds: dict[str, Given] = {}
        self.proposed: dict[int, Given] = {}

    def give(self, round_: str, marker: int, given: Given) -> None:
        if round_ == Round.AGREED:
            self.proposed[marker] = given
        else:
            self.rounds[round_] = given

    def pair(self) -> Pair:
        first, second = (_value(self.rounds.get(round_)) for round_ in MARKERS)
        proposals = {given for given in self.proposed.values() if _value(given) is not None}
        agreed = len(self.proposed) > 1 and len(proposals) == 1
        return Pair(first, second, _value(proposals.pop()) if agreed else None)

    def both_blank(self) -> bool:
        return all(self.rounds.get(round_) == (None, True) for round_ in MARKERS)


def _value(given: Given | None) -> Fraction | None:
    """Return a mark as the rule compares it: "no response" is worth nothing, taken back is not there."""
    if given is None or given == (None, False):
        return None
    return Fraction(given[0] or 0, 1000)


def _brought_together(
    given: Mapping[int, _Two], agreeing: Agreeing, parts: Collection[int]
) -> dict[int, Counted]:
    nothing = Pair(None, None)
    pairs = {part: given[part].pair() if part in given else nothing for part in parts}
    found: dict[int, Counted] = {}
    for part, stands in brought_together(pairs, agreeing).items():
        if part not in given:
            continue
        if stands.value is None:
            found[part] = Counted(None, waits=stands.reason if stands.reason in AWAITED else "")
        elif given[part].both_blank():
            found[part] = NO_RESPONSE
        else:
            found[part] = Counted(stands.value)
    return found
