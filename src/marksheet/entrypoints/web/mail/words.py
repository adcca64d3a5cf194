"""What the page says of a message: which notice it is, and what became of it."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from marksheet.apps.release.queries.mailing import Fate, Group

NOTICES: Mapping[str, Callable[[], str]] = {
    "result-available": lambda: _("Your result is available"),
    "result-withdrawn": lambda: _("Your result has been withdrawn"),
    "invitation": lambda: _("Invitation to set a password"),
    "password-reset": lambda: _("Link for a new password"),
}
FATES: Mapping[Fate, tuple[Callable[[], str], str]] = {
    Fate.WAITING: (lambda: _("Waiting"), "quiet"),
    Fate.PAUSED: (lambda: _("Paused"), "warn"),
    Fate.SENDING: (lambda: _("Being sent"), "act"),
    Fate.SENT: (lambda: _("Sent"), "ok"),
    Fate.NOT_SENT: (lambda: _("Not sent"), "quiet"),
    Fate.UNSURE: (lambda: _("May have been delivered"), "warn"),
    Fate.PARKED: (lambda: _("Could not be sent"), "bad"),
}


def notice_words(notice: str) -> str:
    """Return what a notice is called."""
    known = NOTICES.get(notice)
    return known() if known else notice or _("A message")


def fate_words(fate: Fate) -> tuple[str, str]:
    """Return the word for what became of a message, and its tone."""
    words, tone = FATES[fate]
    return words(), tone


def group_words(group: Group) -> str:
    """Return what messages of a group have in common."""
    if group.title:
        return _("%(title)s, published by %(who)s") % {"title": group.title, "who": group.by}
    kind = group.key.partition(":")[0]
    if kind == "show":
        return _("Results shown later")
    if kind == "retract":
        return _("Results withdrawn")
    return _("Invitations") if "invit" in kind else _("Single messages")
