"""The filters that are on, each as a chip that takes it off."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from marksheet.apps.results.queries.finder import ScheduleLine
from marksheet.entrypoints.web.results.asked import Asked
from marksheet.entrypoints.web.results.words import BUCKETS, OUTCOMES


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter that is on: what it is, its value in words, and the query without it."""

    label: str
    value: str
    query: str


def chips_for(asked: Asked, lines: Sequence[ScheduleLine], names: dict[str, str] | None = None) -> list[Chip]:
    """Return a chip for each filter of the address, in the order of the form.

    Args:
        lines: the schedules that the reader sees here, for their codes.
        names: refs of units, assessments and markers in words; a ref without words reads *one of them*.
    """
    known = {line.schedule.ref: line.schedule.code for line in lines} | (names or {})
    words = known | {k: str(v) for k, v in BUCKETS.items()} | {k: str(v) for k, v in OUTCOMES.items()}
    many = (
        ("schedule", _("Schedule")),
        ("assessment", _("Assessment")),
        ("unit", _("Unit")),
        ("state", _("State")),
        ("outcome", _("Outcome")),
        ("marked_by", _("Marked by")),
    )
    found = [
        Chip(label, words.get(value, _("chosen")), asked.without(name, value))
        for name, label in many
        for value in asked.values.get(name, ())
    ]
    one = (
        ("from", _("Window from")),
        ("until", _("Window until")),
        ("grade", _("Grade")),
        ("percent_from", _("At least, %")),
        ("percent_until", _("At most, %")),
        ("score_from", _("At least, marks")),
        ("score_until", _("At most, marks")),
    )
    return found + [
        Chip(label, asked.values[name][0], asked.query(**{name: None}))
        for name, label in one
        if name in asked.values
    ]
