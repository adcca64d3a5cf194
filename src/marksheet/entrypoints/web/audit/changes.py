"""What changed, as triples of what, before and after, from the values that the log keeps."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _

LABELS: Mapping[str, Callable[[], str]] = {
    "title": lambda: _("Title"),
    "name": lambda: _("Name"),
    "code": lambda: _("Code"),
    "venue": lambda: _("Venue"),
    "opens_at": lambda: _("Opens"),
    "closes_at": lambda: _("Closes"),
    "timezone": lambda: _("Time zone"),
    "contact": lambda: _("Contact"),
    "show_results": lambda: _("Show results to candidates"),
    "workflow": lambda: _("Workflow"),
    "unit": lambda: _("Unit"),
    "version": lambda: _("Version"),
    "language": lambda: _("Language"),
    "markers": lambda: _("Markers of each script"),
    "tolerance": lambda: _("Tolerance in marks"),
    "measured": lambda: _("Two marks are compared by"),
    "within": lambda: _("Within the tolerance stands"),
    "beyond": lambda: _("Beyond the tolerance"),
    "anonymous_candidates": lambda: _("Candidates are anonymous"),
    "anonymous_markers": lambda: _("Markers are anonymous"),
    "second_keying": lambda: _("Second keying"),
    "sharing": lambda: _("Marks of others before submitting"),
}
# References that mean nothing to a reader.
SKIPPED = ("version", "ref", "node", "unit")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    """Return what differs between two sets of facts, in words; references are left out."""
    return tuple(
        (label(name), shown(before.get(name)), shown(after.get(name)))
        for name in {**before, **after}
        if name not in SKIPPED and before.get(name) != after.get(name)
    )


def label(name: str) -> str:
    """Return what a fact is called on a page."""
    known = LABELS.get(name)
    return known() if known else name.replace("_", " ").capitalize()


def shown(value: Any) -> str:
    """Return one value as people read it; nothing is a dash, a moment is said with its zone UTC."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _moment(value) or value.replace("_", " ")
    if isinstance(value, list | tuple):
        return ", ".join(shown(one) for one in value)
    if isinstance(value, Mapping):
        return "; ".join(f"{label(str(name))}: {shown(one)}" for name, one in value.items())
    return str(value)


def _moment(text: str) -> str:
    if len(text) < 16 or text[4:5] != "-" or "T" not in text[10:11]:
        return ""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    return f"{formats.date_format(moment, 'j M Y, H:i')} (UTC)"
