"""What moderators decided, and what sends scripts to them, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.release.queries.history import Entry
from marksheet.entrypoints.web.assess.reasons import reason_words, round_words
from marksheet.entrypoints.web.audit.words.marking import ROUNDS
from marksheet.entrypoints.web.audit.words.said import Said, about_one, count
from marksheet.rules.moderation import rounds_from_json


def moderated(entry: Entry) -> Said:
    """Say what a moderator decided on a script, or on a sample."""
    did = str(entry.facts.get("did", ""))
    who = ", ".join(entry.names.get(key, "") for key in entry.facts.get("people", []) if isinstance(key, int))
    round_ = str(entry.line.get("round") or entry.facts.get("round") or "")
    more = (ROUNDS[round_](),) if round_ in ROUNDS and round_ != "moderation-1" else ()
    if did == "sample_confirmed":
        return Said(_("Confirmed all that %(who)s gave, by a sample") % {"who": who}, "ok", more)
    if did == "marked_again":
        parts = ", ".join(str(one) for one in entry.facts.get("parts", []))
        text = _("Had all that %(who)s gave marked again: questions %(parts)s") % {"who": who, "parts": parts}
        return Said(text, "warn", more)
    return _decided(entry, more)


def _decided(entry: Entry, more: tuple[str, ...]) -> Said:
    if entry.facts.get("sent_back"):
        return Said(_("Sent the script back to its marker"), "warn", more)
    if entry.facts.get("doubted"):
        return Said(_("Doubted the marks of a script of a sample"), "warn", more)
    if entry.facts.get("changed"):
        n = count(entry, "changed")
        words = ngettext("Changed %(n)d mark as a moderator", "Changed %(n)d marks as a moderator", n)
        return Said(words % {"n": n}, "warn", more)
    n = 1 if about_one(entry) else count(entry, "accepted")
    words = ngettext(
        "Accepted the marks as a moderator", "Accepted the marks of %(n)d scripts as a moderator", n
    )
    return Said(words % {"n": n}, "ok", more)


def goes_to_moderation(entry: Entry) -> tuple[str, ...]:
    """Say that a script came to moderation by what was done, and why; or that it left."""
    if "moderated" not in entry.line or not about_one(entry):
        return ()
    if "why" not in entry.line:
        return (_("It goes to moderation, or leaves it."),)
    why = entry.line["why"]
    if not why:
        return (_("It leaves moderation: nothing sends it any more."),)
    words = "; ".join(reason_words(one, entry.names) for one in why)
    return (_("It goes to moderation: %(why)s.") % {"why": words},)


def rounds_changed(entry: Entry) -> tuple[tuple[str, str, str], ...]:
    """Return the rounds of moderation before and after, a line each."""
    was, now = (_lines(entry.facts.get(name), entry.names) for name in ("was", "now"))
    return tuple(
        (_("Round %(n)s of moderation") % {"n": n + 1}, one, other)
        for n, (one, other) in enumerate(zip(_padded(was, now), _padded(now, was), strict=True))
        if one != other
    )


def _lines(told: Any, names: Mapping[int, str]) -> list[str]:
    if not isinstance(told, Mapping):
        return []
    return [round_words(one, names) for one in rounds_from_json(told.get("rounds", []))]


def _padded(rows: Sequence[str], others: Sequence[str]) -> list[str]:
    return [*rows, *["–"] * (len(others) - len(rows))]
