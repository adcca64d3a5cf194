"""What the Results tab says about a row: the state, what is missing, who can help."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from marksheet.apps.results.queries.unmarked import Unmarked
from marksheet.entrypoints.shared.templatetags.ui import exact

NAMED = 8

# Bucket -> code of shared.states; absent rows say which kind of absence it is.
STATES = {
    "expected": "waiting",
    "not-submitted": "not_submitted",
    "not-ready": "not_ready",
    "moderation": "moderation",
    "ready": "ready",
    "withheld": "withheld",
    "correction": "correction_ready",
    "published": "published",
}
BUCKETS = {
    "ready": gettext_lazy("Ready"),
    "correction": gettext_lazy("Correction ready"),
    "moderation": gettext_lazy("In moderation"),
    "not-ready": gettext_lazy("Not ready"),
    "withheld": gettext_lazy("Withheld"),
    "not-submitted": gettext_lazy("Not submitted"),
    "expected": gettext_lazy("Nothing handed in"),
    "absent": gettext_lazy("Absent, excused or deferred"),
}
OUTCOMES = {
    "passed": gettext_lazy("Passed"),
    "failed": gettext_lazy("Failed"),
    "void": gettext_lazy("Void"),
}
ADJUSTMENTS = {
    "late_penalty": gettext_lazy("Late penalty"),
    "special_consideration": gettext_lazy("Special consideration"),
    "cap_at_pass": gettext_lazy("Cap at the pass mark"),
}
UNITS = {"marks": gettext_lazy("marks"), "percent": gettext_lazy("per cent of the maximum")}

MISSING: Mapping[str, Callable[[int], str]] = {
    "absent": lambda n: _("absent"),
    "excused": lambda n: _("excused"),
    "deferred": lambda n: _("deferred to a later sitting"),
    "not_handed_in": lambda n: _("nothing is handed in"),
    "in_progress": lambda n: _("an attempt is in progress"),
    "unchecked": lambda n: (
        ngettext("%(n)d machine score is not checked", "%(n)d machine scores are not checked", n) % {"n": n}
    ),
    "unmarked": lambda n: ngettext("%(n)d part is not marked", "%(n)d parts are not marked", n) % {"n": n},
    "not_submitted": lambda n: (
        ngettext("%(n)d script is not submitted", "%(n)d scripts are not submitted", n) % {"n": n}
    ),
    "second_keying": lambda n: (
        ngettext("second keying: %(n)d mark to type", "second keying: %(n)d marks to type", n) % {"n": n}
    ),
    "keying_differs": lambda n: (
        ngettext("second keying: %(n)d difference", "second keying: %(n)d differences", n) % {"n": n}
    ),
    "import_open": lambda n: _("an import is still to be decided"),
    "stale": lambda n: _("it is being recomputed"),
    "no_key": lambda n: _("the key is not fixed yet"),
    "not_agreed": lambda n: (
        ngettext("%(n)d mark is not agreed on", "%(n)d marks are not agreed on", n) % {"n": n}
    ),
    "in_moderation": lambda n: _("it waits for a moderator"),
    "sample_open": lambda n: _("the sample of its marker's work is not decided"),
    "seed_stop": lambda n: _("its marker is stopped until the coordinator has looked"),
    "flagged": lambda n: ngettext("%(n)d flag is open", "%(n)d flags are open", n) % {"n": n},
}


def grouped(n: int) -> str:
    """Return a whole number with the reader's separators: *4,812*."""
    return str(formats.number_format(n, use_l10n=True, force_grouping=True))


def adjustment_words(kind: str, amount: Fraction, unit: str) -> str:
    """Return an adjustment in words: *Late penalty: 2 marks*, *Late penalty: 10 %*, *Cap at the pass mark*."""
    name = str(ADJUSTMENTS.get(kind, kind))
    if kind == "cap_at_pass":
        return name
    if unit == "percent":
        return _("%(name)s: %(n)s %%") % {"name": name, "n": exact(amount)}
    plural = 1 if amount == 1 else 2
    return ngettext("%(name)s: %(n)s mark", "%(name)s: %(n)s marks", plural) % {
        "name": name,
        "n": exact(amount),
    }


def missing_words(missing: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a sentence part for each thing that is missing, as a working result keeps it: code and count."""
    return [MISSING[one["code"]](one["count"]) for one in missing if one["code"] in MISSING]


def unmarked_words(unmarked: Unmarked) -> list[str]:
    """Return a sentence part for the questions that wait for a marker, and one for those that lack an answer."""
    found = []
    if unmarked.by_hand:
        words = ngettext(
            "question %(names)s is not marked", "questions %(names)s are not marked", len(unmarked.by_hand)
        )
        found.append(words % {"names": listed(unmarked.by_hand, most=NAMED)})
    if unmarked.answers:
        words = ngettext(
            "the answer to question %(names)s, which the key scores, is not there yet",
            "the answers to questions %(names)s, which the key scores, are not there yet",
            len(unmarked.answers),
        )
        found.append(words % {"names": listed(unmarked.answers, most=NAMED)})
    return found


def listed(names: Sequence[str], *, most: int = 3) -> str:
    """Return names as people say them: *Mo Reza and Mei Lin*, *Mo, Mei and 4 others*."""
    shown, more = list(names[:most]), len(names) - most
    if more > 0:
        shown = shown[: most - 1]
        more = len(names) - len(shown)
        return _("%(names)s and %(n)d others") % {"names": ", ".join(shown), "n": more}
    if len(shown) < 2:
        return "".join(shown)
    return _("%(names)s and %(last)s") % {"names": ", ".join(shown[:-1]), "last": shown[-1]}


def left_words(bucket: str, n: int, helpers: Sequence[str]) -> str:
    """Return what holds ``n`` candidates back, as the rest of a sentence that begins with their number."""
    who = listed(helpers)
    if bucket == "not-submitted":
        words = ngettext("is not submitted yet", "are not submitted yet", n)
        return _("%(words)s, with %(who)s.") % {"words": words, "who": who} if who else f"{words}."
    if bucket == "moderation":
        words = ngettext("is in moderation", "are in moderation", n)
        return _("%(words)s with %(who)s.") % {"words": words, "who": who} if who else f"{words}."
    if bucket == "withheld":
        words = ngettext("is withheld", "are withheld", n)
        return _("%(words)s by %(who)s.") % {"words": words, "who": who} if who else f"{words}."
    plain = {
        "not-ready": ngettext(
            "is not ready: something is missing.", "are not ready: something is missing.", n
        ),
        "expected": ngettext("has handed nothing in.", "have handed nothing in.", n),
        "absent": ngettext(
            "did not take part. No result mail goes to them.",
            "did not take part. No result mail goes to them.",
            n,
        ),
        "ready": ngettext("is ready and was not chosen.", "are ready and were not chosen.", n),
        "correction": ngettext(
            "is a correction that was not chosen.", "are corrections that were not chosen.", n
        ),
    }
    return plain.get(bucket, bucket)
