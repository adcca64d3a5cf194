"""An entry of a history in words, and what the words of all verbs share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from marksheet.apps.release.queries.history import Entry
from marksheet.entrypoints.shared.templatetags.ui import marks as marks_words


@dataclass(frozen=True, slots=True)
class Said:
    """An entry in words: what happened, its tone, and what else there is to know, a line each.

    ``changes`` are triples of what, before and after.
    """

    text: str
    tone: str = ""
    more: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()


def actor_words(entry: Entry) -> str:
    """Return who did it; where nobody acted, which part of the system."""
    if entry.actor:
        return entry.actor
    return _("the system (%(name)s)") % {"name": entry.system} if entry.system else ""


def handed_on(entry: Entry) -> tuple[tuple[str, str, str], ...]:
    """Return the scripts that changed hands as triples: which marker's, with whom it was and is."""
    words = {"marker-1": _("First marker"), "marker-2": _("Second marker")}

    def who(key: int | None) -> str:
        return entry.names.get(key or 0, "") or _("nobody")

    ordered = sorted(entry.handed, key=lambda one: one.round)
    return tuple((words.get(one.round, _("Marker")), who(one.before), who(one.after)) for one in ordered)


def mark_changes(entry: Entry) -> tuple[tuple[str, str, str], ...]:
    """Return marks as triples of question, before and after."""
    proposed = entry.line.get("round") == "agreed"
    return tuple(
        (
            _("Question %(part)s") % {"part": one.part},
            _("nothing proposed") if proposed and one.before is None else mark_words(one.before),
            mark_words(one.after),
        )
        for one in entry.marks
    )


def mark_words(value: int | str | None) -> str:
    """Return a mark as people say it."""
    if value is None:
        return _("unmarked")
    return _("no response") if value == "nr" else marks_words(int(value))


def count(entry: Entry, *names: str) -> int:
    """Return the first of these facts that is a number; else how many the event was about."""
    for name in names:
        found = entry.facts.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
    return entry.count


def about_one(entry: Entry) -> bool:
    """Return whether the entry stands in the history of one result, so that it is about that one."""
    return bool(entry.line) or entry.line_kind != ""


def facts(entry: Entry, name: str) -> Mapping[str, Any]:
    """Return a set of facts that the event holds; an empty one where it holds none."""
    found = entry.facts.get(name)
    return found if isinstance(found, Mapping) else {}
