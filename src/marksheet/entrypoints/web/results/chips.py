"""The filters that are on, each as a chip that takes it off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.results.queries.by_schedule import ScheduleLine
from marksheet.entrypoints.shared.asking import MILLION
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
    unknown = {"schedule": _("not yours to see")}
    found = [
        Chip(label, words.get(value, unknown.get(name, _("chosen"))), asked.without(name, value))
        for name, label in many
        for value in asked.values.get(name, ())
    ]
    meant = asked.criteria
    one = (
        ("from", _("Window from"), _day(meant.day_from)),
        ("until", _("Window until"), _day(meant.day_until)),
        ("grade", _("Grade"), "; ".join(asked.values.get("grade", ()))),
        ("percent_from", _("Per cent at least"), _number(meant.percent_from)),
        ("percent_until", _("Per cent at most"), _number(meant.percent_until)),
        ("score_from", _("Score at least"), _marks(meant.score_from)),
        ("score_until", _("Score at most"), _marks(meant.score_until)),
    )
    return found + [
        Chip(label, value, asked.query(**{name: None})) for name, label, value in one if name in asked.values
    ]


def _day(found: date | None) -> str:
    return formats.date_format(found, "j F Y") if found else ""


def _number(found: int | None) -> str:
    return "" if found is None else _decimal(found)


def _decimal(found: int) -> str:
    """A number with all the decimals that were typed, so that the chip says what the filter means."""
    text = f"{Decimal(found) / MILLION:f}"
    return str(formats.number_format(text, use_l10n=True))


def _marks(found: int | None) -> str:
    if found is None:
        return ""
    n = _decimal(found)
    return ngettext("%(n)s mark", "%(n)s marks", 1 if found == MILLION else 2) % {"n": n}
