"""What the address of a report asks for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from django.http import QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from marksheet.apps.results.queries.reports import SCORE_SORTS, SORTS, Asked, Choices
from marksheet.entrypoints.shared.asking import known_word, word

OUTCOMES = ("passed", "failed", "void")
SHOWN = ("shown", "hidden")


def asked(given: QueryDict, *, sort: str = "name", at: datetime | None = None) -> Asked:
    """Return what is asked for. A list of schedules needs the moment.

    Raises:
        BadInput: the address says an order, an outcome or a word that there is not.
    """
    wanted = given.get("sort", "").strip() or sort
    known_word(wanted.removeprefix("-"), "sort", SORTS | SCORE_SORTS | {"opens": ""})
    outcomes = tuple(filter(None, given.getlist("outcome")))
    for one in outcomes:
        known_word(one, "outcome", OUTCOMES)
    return Asked(
        text=given.get("q", "").strip()[:200],
        schedules=tuple(given.getlist("schedule"))[:50],
        assessments=tuple(given.getlist("assessment"))[:50],
        units=tuple(given.getlist("unit"))[:50],
        outcomes=outcomes,
        shown=word(given, "shown", SHOWN),
        complete=word(given, "complete", ("1",)) == "1",
        sort=wanted,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    label: str
    value: str
    query: str


def chips(given: QueryDict, wanted: Asked, choices: Choices) -> list[Chip]:
    """Return the filters that are on, each with the address that takes it off."""
    names = dict(choices.schedules + choices.assessments + choices.units)
    labels = {
        "schedule": _("Schedule"),
        "assessment": _("Assessment"),
        "unit": _("Unit"),
        "outcome": _("Outcome"),
    }
    words = {"passed": _("Passed"), "failed": _("Failed"), "void": _("Void")}
    found = []
    for name, values in (
        ("schedule", wanted.schedules), ("assessment", wanted.assessments), ("unit", wanted.units),
        ("outcome", wanted.outcomes),
    ):  # fmt: skip
        for value in values:
            shown = words.get(value) or names.get(value, _("not yours to see"))
            found.append(Chip(labels[name], shown.partition(" · ")[0], without(given, name, value)))
    return found


def without(given: QueryDict, name: str, value: str) -> str:
    """Return the query without one value of one name; paging starts anew."""
    kept = given.copy()
    kept.setlist(name, [one for one in kept.getlist(name) if one != value])
    kept.pop("after", None)
    return kept.urlencode()


def filters_of(given: QueryDict) -> str:
    """Return the filters alone, without order and page: what a selection belongs to."""
    kept = given.copy()
    for name in ("after", "sort", "page"):
        kept.pop(name, None)
    return kept.urlencode()


def query_of(given: QueryDict) -> str:
    """Return filters and order, without the page: what a file of the list is about."""
    kept = given.copy()
    for name in ("after", "page"):
        kept.pop(name, None)
    return kept.urlencode()


def export_address() -> str:
    """Return where exports are chosen; empty where there are none."""
    try:
        return reverse("exports:new")
    except NoReverseMatch:
        return ""


def selection_key(name: str, filters: str) -> str:
    """Return what ticks in the browser are kept under: the list and its filters, short enough to come back."""
    return f"{name}:{crc32(filters.encode()):08x}"


def kept_fields(given: QueryDict, *names: str) -> list[tuple[str, Any]]:
    """Return what a search form must carry along as hidden fields."""
    return [(name, value) for name in names for value in given.getlist(name)]
