"""The words of the Assess tab for the codes that queries answer with."""

from django.utils.translation import gettext_lazy as _

from marksheet.apps.marking.queries.assess import Status
from marksheet.entrypoints.shared.menu import Label

# Each status of a schedule with its word and its tone.
STATUS: dict[str, tuple[Label, str]] = {
    Status.WAITING: (_("Waiting for work"), "quiet"),
    Status.READY: (_("Ready to mark"), "act"),
    Status.IN_PROGRESS: (_("In progress"), "act"),
    Status.MODERATION: (_("Moderation needed"), "act"),
    Status.DIFFERENCES: (_("To agree"), "warn"),
    Status.KEYING: (_("To type a second time"), "act"),
    Status.SUBMITTED: (_("Submitted"), "ok"),
}

# The rounds as the head of a column says them.
ROUNDS: dict[str, Label] = {
    "marker-1": _("First marker"),
    "marker-2": _("Second marker"),
    "agreed": _("Agreed"),
    "moderation-1": _("Moderation"),
    "moderation-2": _("Second moderation"),
    "moderation-3": _("Third moderation"),
}
