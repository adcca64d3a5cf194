"""How a result stands in the list: what it shows, whether it can be ticked, and if not, why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.people import Assigned, not_submitted_by
from marksheet.entrypoints.web.results.words import STATES, listed, missing_words
from marksheet.rules.publication import cell

# Only here is a score more than work in progress.
WITH_NUMBERS = ("ready", "correction", "published")
TICKABLE = ("ready", "correction")


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a result says in numbers; empty where it says none."""

    score: str = ""
    maximum: str = ""
    percent: str = ""
    grade: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the page shows it."""

    ref: str
    name: str
    number: str
    title: str
    code: str
    unit: str
    zone: str
    attempt: int | None
    handed_in_at: datetime | None
    numbers: Numbers
    state: str
    word: str
    note: str
    flags: tuple[str, ...]
    publisher: str
    tickable: bool


def numbers_of(row: Any) -> Numbers:
    """Return the numbers that may be shown to whoever sees the row: none while not ready or withheld."""
    if row.bucket not in WITH_NUMBERS:
        return Numbers()
    one = row.in_force if row.bucket == "published" else row
    return Numbers(one.shown_score, one.shown_maximum, one.shown_percent, one.grade, one.outcome)


def lines_of(
    rows: Sequence[Any],
    reader: Person,
    people: Mapping[int, Assigned],
    *,
    at: datetime,
    published: bool = False,
) -> list[Line]:
    """Return the rows as the page shows them to ``reader``.

    Args:
        people: schedule node -> who publishes, marks and moderates there.
        at: the moment that decides whether a last attempt can still come.
        published: the list is that of published rows, where those of one's own schedules can be ticked.
    """
    buckets = ("published",) if published else TICKABLE
    behind = not_submitted_by(reader, [row.enrolment_id for row in rows if row.bucket == "not-submitted"])
    found = []
    for row in rows:
        here = people.get(row.schedule.node_id) or Assigned()
        found.append(
            _line(row, reader, here, _another_attempt(row, at), buckets, behind.get(row.enrolment_id))
        )
    return found


def _another_attempt(row: Any, at: datetime) -> bool:
    """Whether the option has this row wait for a last attempt; as ``sight.before_the_last_attempt``."""
    rule = cell(row.schedule.show_results, wholly_machine=row.schedule.wholly_machine)
    left = row.schedule.attempts_allowed > row.attempts_count
    return rule.needs_last_attempt and left and (row.enrolment.closes_at or row.schedule.closes_at) > at


def _line(
    row: Any,
    reader: Person,
    people: Assigned,
    another_attempt: bool,
    buckets: Sequence[str],
    behind: Sequence[str] | None,
) -> Line:
    mine = any(key == reader.pk for key, _name in people.publishers)
    return Line(
        ref=row.ref,
        name=row.name,
        number=row.number,
        title=row.title,
        code=row.code,
        unit=row.unit.name,
        zone=row.schedule.timezone,
        attempt=row.attempt_number,
        handed_in_at=row.handed_in_at,
        numbers=numbers_of(row),
        state=row.standing if row.bucket == "absent" else STATES[row.bucket],
        word=_("Nothing handed in") if row.bucket == "expected" else "",
        note=_("another attempt can still come")
        if another_attempt and row.bucket in TICKABLE
        else _note(row, people, behind, mine=mine),
        flags=flags_of(row),
        publisher=publisher_words(people, reader),
        tickable=row.bucket in buckets and mine and not (another_attempt and row.bucket in TICKABLE),
    )


def _note(row: Any, people: Assigned, behind: Sequence[str] | None, *, mine: bool) -> str:
    """Say why a row cannot be ticked, or what is worth knowing about it.

    Args:
        behind: with whom its scripts are that are not submitted; None where they lie on a pile.
    """
    if row.bucket == "moderation":
        return _("with %(names)s") % {"names": _names(people.moderators)} if people.moderators else ""
    if row.bucket == "withheld":
        return _("by %(name)s") % {"name": row.withheld_by.name} if row.withheld_by else ""
    if row.bucket == "not-submitted":
        if behind is not None:
            names = listed(behind, most=2) or _("nobody yet")
            return _("with %(names)s") % {"names": names}
        return _("with %(names)s") % {"names": _names(people.markers)} if people.markers else ""
    if row.bucket == "not-ready":
        return "; ".join(missing_words(row.missing)[:2])
    if row.bucket == "published":
        return _("shown to the candidate") if row.shown_to_candidate else _("not shown to the candidate")
    if row.bucket in TICKABLE and not mine:
        if people.publishers:
            return _("left to %(names)s") % {"names": _names(people.publishers)}
        return _("nobody may publish it yet")
    return ""


def _names(people: Sequence[tuple[int, str]]) -> str:
    return listed([name for _key, name in people], most=2)


def flags_of(row: Any) -> tuple[str, ...]:
    """Return the words that single a row out."""
    found = []
    if row.retracted:
        found.append(_("Retracted"))
    if row.bucket == "published" and row.revision != row.in_force_revision:
        found.append(_("Changed since"))
    if (row.in_force if row.bucket == "published" else row).adjustments:
        found.append(_("Adjusted"))
    if row.stale:
        found.append(_("Being recomputed"))
    return tuple(found)


def publisher_words(people: Assigned, reader: Person) -> str:
    """Return who publishes there: *you*, *you and 2 others*, *Pia Holm and 1 other*, *nobody yet*."""
    others = [name for key, name in people.publishers if key != reader.pk]
    if len(others) < len(people.publishers):
        if not others:
            return _("you")
        return ngettext("you and %(n)d other", "you and %(n)d others", len(others)) % {"n": len(others)}
    if not others:
        return _("nobody yet")
    if len(others) == 1:
        return others[0]
    return ngettext("%(name)s and %(n)d other", "%(name)s and %(n)d others", len(others) - 1) % {
        "name": others[0],
        "n": len(others) - 1,
    }
