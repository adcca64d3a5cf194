"""What a version of a marking scheme changed, in words."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from marksheet.rules.schemes import Changed

NAMED = 60


def changed_words(changed: Sequence[Changed]) -> str:
    """Return what differs from the version before, as one line; "" when nothing is known of it."""
    return "; ".join(_words(one) for one in changed)


def _words(one: Changed) -> str:
    plain = {
        "guidance": _("guidance"),
        "model_answer": _("model answer"),
        "step_thousandths": _("steps of marks"),
        "criteria": _("criteria"),
        "method_marks": _("method marks"),
    }[one.what]
    more = [
        words % {"names": ", ".join(_short(name) for name in names)}
        for words, names in (
            (_("added %(names)s"), one.added),
            (_("removed %(names)s"), one.removed),
            (_("changed %(names)s"), one.changed),
        )
        if names
    ]
    return f"{plain} ({', '.join(more)})" if more else plain


def _short(name: str) -> str:
    return f"“{name}”" if len(name) <= NAMED else f"“{name[: NAMED - 1]}…”"
