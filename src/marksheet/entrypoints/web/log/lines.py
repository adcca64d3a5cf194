"""Entries of the audit log in words, with the way to what they are about."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from marksheet.apps.release.queries.log import About, LogEntry
from marksheet.entrypoints.web.audit.words import Said, actor_words, say

# Where a thing of each kind is looked at; of a schedule, its history.
PAGES = {
    "schedule": "audit:schedule-history",
    "result": "audit:history",
    "person": "organisation:person",
    "assessment": "exams:assessment",
    "publication": "publications:receipt",
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as the page shows it; ``things`` are words and addresses ("" where this reader cannot go there)."""

    logged: LogEntry
    said: Said
    who: str
    things: tuple[tuple[str, str], ...]

    @property
    def entry(self) -> object:
        """The entry itself, for the timeline."""
        return self.logged.entry


def line_of(logged: LogEntry) -> Line:
    """Return an entry in words."""
    who = _("a candidate") if logged.by_candidate else actor_words(logged.entry)
    about = [one for one in (logged.schedule, logged.about) if one is not None and words(one) != who]
    things = tuple((words(one), address_of(one)) for one in about if words(one))
    return Line(logged, say(logged.entry), who, things)


def words(about: About) -> str:
    """Return what a thing is called; of results and of candidates nobody says here whose they are."""
    kinds = {
        "result": _("History of the result"),
        "publication": _("Receipt"),
        "person": _("a candidate"),
    }
    if about.kind in ("result", "publication") and not about.ref:
        return ""
    return about.name or kinds.get(about.kind, "")


def address_of(about: About) -> str:
    """Return where a thing is looked at; "" where there is no such page for this reader."""
    return reverse(PAGES[about.kind], args=[about.ref]) if about.ref and about.kind in PAGES else ""
