"""The word and the colour of each state that a page can show."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from marksheet.entrypoints.shared.menu import Label


@dataclass(frozen=True, slots=True)
class Shown:
    """How a state looks: ``tone`` is ok, warn, bad, act or quiet."""

    tone: str
    label: Label


STATES: dict[str, Shown] = {
    # a result
    "ready": Shown("ok", _("Ready")),
    "waiting": Shown("quiet", _("Not ready")),
    "not_ready": Shown("quiet", _("Not ready")),
    "marking": Shown("quiet", _("Being marked")),
    "moderation": Shown("warn", _("In moderation")),
    "not_agreed": Shown("warn", _("Markers differ")),
    "in_moderation": Shown("warn", _("In moderation")),
    "sample_open": Shown("warn", _("Sample not decided")),
    "seed_stop": Shown("warn", _("Its marker is stopped")),
    "withheld": Shown("quiet", _("Withheld")),
    "correction_ready": Shown("act", _("Correction ready")),
    "scheduled": Shown("act", _("Scheduled")),
    "stale": Shown("warn", _("Being recomputed")),
    # an outcome, and facts beside it
    "passed": Shown("ok", _("Passed")),
    "failed": Shown("bad", _("Failed")),
    "void": Shown("bad", _("Void")),
    "absent": Shown("quiet", _("Absent")),
    "excused": Shown("quiet", _("Excused")),
    "deferred": Shown("quiet", _("Deferred")),
    # a version
    "frozen": Shown("quiet", _("Frozen")),
    "in_force": Shown("ok", _("In force")),
    "published": Shown("ok", _("Published")),
    "superseded": Shown("quiet", _("Superseded")),
    "withdrawn": Shown("bad", _("Withdrawn")),
    "retracted": Shown("bad", _("Retracted")),
    "released": Shown("ok", _("Shown to candidates")),
    "hidden": Shown("quiet", _("Not shown")),
    "provisional": Shown("warn", _("Provisional")),
    "confirmed": Shown("ok", _("Confirmed")),
    # a schedule, an exam
    "draft": Shown("quiet", _("Draft")),
    "live": Shown("ok", _("Live")),
    "active": Shown("act", _("Active")),
    "running": Shown("ok", _("Running")),
    "ended": Shown("quiet", _("Ended")),
    "archived": Shown("quiet", _("Archived")),
    "to_set_up": Shown("warn", _("To set up")),
    "ready_to_publish": Shown("ok", _("Ready to publish")),
    "partly_published": Shown("act", _("Partly published")),
    "all_so_far": Shown("act", _("All so far")),
    "complete": Shown("ok", _("Complete")),
    # an attempt, a script
    "in_progress": Shown("act", _("In progress")),
    "handed_in": Shown("ok", _("Handed in")),
    "submitted": Shown("ok", _("Submitted")),
    "not_submitted": Shown("quiet", _("Not submitted")),
    # work and messages
    "claimed": Shown("act", _("Running")),
    "done": Shown("ok", _("Done")),
    "parked": Shown("bad", _("Parked")),
    "sent": Shown("ok", _("Sent")),
    "paused": Shown("warn", _("Paused")),
    # saving
    "saved": Shown("ok", _("Saved")),
    "saving": Shown("quiet", _("Saving")),
    "unsaved": Shown("warn", _("Not saved")),
}
