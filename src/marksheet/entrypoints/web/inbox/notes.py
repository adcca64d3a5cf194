"""The words of each kind of note; a note says what and where, never a result."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.release.queries.candidate_changes import Changed

WORDS: dict[str, object] = {
    "assessor-added": gettext_lazy("You were added to %(schedule)s (%(code)s)."),
    "schedule-handed-over": gettext_lazy(
        "%(by)s handed %(schedule)s (%(code)s) over to you: what is to be marked there is with you, and you publish."
    ),
    "schedule-taken-over": gettext_lazy(
        "%(by)s handed %(schedule)s (%(code)s) over to somebody else; every mark you gave stays."
    ),
    "assessor-removed": gettext_lazy(
        "You were taken off %(schedule)s (%(code)s); every mark you gave stays."
    ),
    "conflict-declared": gettext_lazy(
        "A conflict of interest was declared at %(schedule)s (%(code)s): some work there is not for you."
    ),
    "publish-right-sleeps": gettext_lazy(
        "%(person)s can no longer see the results of %(schedule)s, so the right to publish them sleeps."
        " Assign them to the marking, have “view reports” given, or give the right to somebody else."
    ),
    "scripts-allocated": gettext_lazy("%(count)s scripts to mark at %(title)s came into your hands."),
    "scripts-with-nobody": gettext_lazy(
        "%(count)s scripts at %(title)s are with nobody now: a conflict of interest keeps their marker away."
        " Give them to somebody else."
    ),
    "marking-reminder": gettext_lazy(
        "%(by)s reminds you: %(count)s scripts at %(title)s are still yours to mark."
    ),
    "scheme-changed": gettext_lazy(
        "Part %(part)s at %(schedule)s (%(code)s) has a new version of its marking scheme."
        " Marks given before stand as they are, and are listed there."
    ),
    "mark-proposed": gettext_lazy("At %(title)s the other marker proposes a mark to agree on."),
    "mark-agreed": gettext_lazy("At %(title)s the other marker agreed with the mark that you proposed."),
    "moderation-sent-back": gettext_lazy(
        "%(by)s sent the script of candidate %(number)s at %(title)s back to you: “%(note)s”"
    ),
    "moderation-again": gettext_lazy(
        "%(by)s asks you to mark %(count)s scripts at %(title)s again: “%(note)s”"
    ),
    "script-flagged": gettext_lazy("%(by)s flagged a script at %(title)s for you to look at."),
    "marker-stopped": gettext_lazy(
        "%(by)s is stopped at %(title)s: what was given a seed is too far from its definitive marks. Look, and decide."
    ),
    "marker-unqualified": gettext_lazy("%(by)s did not qualify at %(title)s. Look, and decide."),
    "qualified-anyway": gettext_lazy("%(by)s has looked: you may mark at %(title)s. “%(note)s”"),
    "qualify-again": gettext_lazy(
        "%(by)s asks you to mark the qualification scripts at %(title)s again: “%(note)s”"
    ),
    "marking-goes-on": gettext_lazy("%(by)s has looked, and your marking at %(title)s goes on: “%(note)s”"),
    "marking-ended": gettext_lazy("%(by)s asks you to mark no more at %(title)s: “%(note)s”"),
    "flag-settled": gettext_lazy("%(by)s settled the flag that you raised at %(title)s."),
    "names-shown": gettext_lazy(
        "At %(schedule)s (%(code)s) names are shown from now on: its anonymity was lifted."
    ),
    "more-to-mark": gettext_lazy("%(count)s more to mark at %(title)s: late scripts came in."),
}

# What changed with a candidate's results; what a result is stands on its own page alone.
RESULTS: dict[str, object] = {
    "shown": gettext_lazy("Your result for %(title)s (%(code)s) is available."),
    "shown-again": gettext_lazy("Your result for %(title)s (%(code)s) is available again."),
    "new-version": gettext_lazy("A new version of your result for %(title)s (%(code)s) is available."),
    "withdrawn": gettext_lazy("Your result for %(title)s (%(code)s) has been withdrawn for checking."),
    "hidden": gettext_lazy("Your result for %(title)s (%(code)s) is not disclosed any more."),
    "no-result": gettext_lazy("Your page about %(title)s (%(code)s) has changed: please read it."),
}


def words_of(changed: Changed) -> str:
    """Return the sentence of a change that a candidate is told."""
    return str(RESULTS[changed.word]) % {"title": changed.title, "code": changed.code}


def words_for(kind: str, params: Mapping[str, Any]) -> str:
    """Return the sentence of a note; a kind without words of its own says its ``text``."""
    pattern = WORDS.get(kind)
    if pattern is None:
        return str(params.get("text") or _("Something changed: %(kind)s.") % {"kind": kind.replace("-", " ")})
    try:
        return str(pattern) % params
    except (KeyError, ValueError):
        return str(params.get("text", kind))
