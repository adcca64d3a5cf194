"""What sends a script to moderation, in words, as every page says it."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.rules.marks import shown
from marksheet.rules.moderation import Kind, Round, Trigger

WORDS: Mapping[str, Callable[[Fraction, str], str]] = {
    Kind.BEYOND_TOLERANCE: lambda _n, _who: _("two marks differ beyond the tolerance"),
    Kind.DIFFERENCE: lambda n, _who: (
        ngettext(
            "the two markers differ by more than %(n)s mark in all",
            "the two markers differ by more than %(n)s marks in all",
            _plural(n),
        )
        % {"n": number(n)}
    ),
    Kind.NEAR_BOUNDARY: lambda n, _who: (
        ngettext(
            "the score lies within %(n)s mark of a boundary",
            "the score lies within %(n)s marks of a boundary",
            _plural(n),
        )
        % {"n": number(n)}
        if n
        else _("the score lies exactly at a boundary")
    ),
    Kind.FLAGGED: lambda _n, _who: _("flagged by a marker"),
    Kind.EVERY: lambda _n, _who: _("every script"),
    Kind.RANDOM_SHARE: lambda n, who: (
        _("random sample, %(n)s %% of the scripts of %(who)s") % {"n": number(n), "who": who}
        if who
        else _("random sample, %(n)s %% of each marker's scripts") % {"n": number(n)}
    ),
    Kind.OF_MARKER: lambda _n, who: _("sample: the scripts of %(who)s") % {"who": who or _("one marker")},
    Kind.FIRST: lambda n, who: (
        _("sample: the first %(n)s scripts of %(who)s") % {"n": number(n), "who": who}
        if who
        else _("sample: the first %(n)s scripts of each marker") % {"n": number(n)}
    ),
}


def reason_words(reason: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """Return a stored reason in words.

    Args:
        names: key -> name of the markers whose samples there are.
    """
    words = WORDS.get(str(reason.get("kind")))
    amount, who = Fraction(str(reason.get("amount", 0))), names.get(reason.get("of") or 0, "")
    return words(amount, who) if words else str(reason.get("kind"))


def trigger_words(trigger: Trigger, names: Mapping[int, str]) -> str:
    """Return a trigger of a round in words."""
    return WORDS[trigger.kind](trigger.amount, names.get(trigger.marker, ""))


def round_words(round_: Round, names: Mapping[int, str]) -> str:
    """Return a round in one line."""
    words = "; ".join(trigger_words(one, names) for one in round_.triggers)
    return words if round_.notes else _("%(words)s (notes of markers hidden)") % {"words": words}


def number(amount: Fraction) -> str:
    """Return an amount as people write it."""
    return shown(int(amount * 1000))


def _plural(amount: Fraction) -> int:
    return 1 if amount == 1 else 2


def names_of(people: Iterable[Any]) -> dict[int, str]:
    """Return key -> name."""
    return {one.pk: one.name for one in people}
