"""What happened to exams, units, people and the machinery, in words."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.release.queries.history import Entry
from marksheet.entrypoints.web.audit.changes import changes
from marksheet.entrypoints.web.audit.words.said import Said, about_one, facts

EXAM: Mapping[str, Callable[[], str]] = {
    "created": lambda: _("Made the assessment"),
    "renamed": lambda: _("Renamed the assessment"),
    "archived": lambda: _("Archived the assessment"),
    "made_live": lambda: _("Made the assessment live"),
    "drafted": lambda: _("Began a new version of the assessment"),
    "draft_discarded": lambda: _("Discarded the draft"),
    "items_imported": lambda: _("Brought in questions from a file"),
    "items_added": lambda: _("Added questions"),
    "item_edited": lambda: _("Changed a question"),
    "item_removed": lambda: _("Removed a question"),
    "item_moved": lambda: _("Moved a question"),
    "section_added": lambda: _("Added a section"),
    "section_edited": lambda: _("Changed a section"),
    "section_removed": lambda: _("Removed a section"),
    "section_moved": lambda: _("Moved a section"),
    "settings": lambda: _("Changed the options"),
    "scale": lambda: _("Changed the grade scale"),
}


def exam(entry: Entry) -> Said:
    """Say what was done to an assessment."""
    if entry.facts.get("started"):
        return Said(_("Began to bring in a file of questions"))
    words = EXAM.get(str(entry.facts.get("did", "")), lambda: _("Changed the assessment"))
    return Said(words(), "", (), changes(facts(entry, "before"), facts(entry, "after")))


def scheme(entry: Entry) -> Said:
    """Say that a marking scheme was written or changed."""
    part, number = entry.facts.get("part", ""), entry.facts.get("number", 0)
    if number == 1:
        return Said(_("Wrote the marking scheme of part %(part)s") % {"part": part})
    words = _("Changed the marking scheme of part %(part)s: version %(n)s") % {"part": part, "n": number}
    return Said(words if part else _("Changed a marking scheme"))


def unit(entry: Entry) -> Said:
    """Say what was done to a unit."""
    texts = {
        "found": _("Founded the institution"), "add": _("Added the unit"), "rename": _("Renamed the unit"),
        "move": _("Moved the unit"), "archive": _("Archived the unit"), "restore": _("Restored the unit"),
    }  # fmt: skip
    return Said(texts.get(str(entry.facts.get("move", "")), _("Changed the unit")))


def person(entry: Entry) -> Said:
    """Say what was done to a person."""
    texts = {
        "add": _("Added the person"), "edit": _("Changed the person's details"),
        "deactivate": _("Deactivated the person"), "reactivate": _("Activated the person again"),
        "give": _("Gave the role %(role)s"), "end": _("Ended the role %(role)s"),
    }  # fmt: skip
    text = texts.get(str(entry.facts.get("move", "")), _("Changed the person"))
    return Said(text % {"role": entry.facts.get("role", "")} if "%(role)s" in text else text)


def invited(entry: Entry) -> Said:
    """Say an invitation, or those of the candidates of a schedule."""
    n = entry.facts.get("count")
    if isinstance(n, int) and not about_one(entry):
        if entry.facts.get("way") == "code":
            words = ngettext(
                "Printed a sign-in code for %(n)d candidate", "Printed sign-in codes for %(n)d candidates", n
            )
        else:
            words = ngettext("Invited %(n)d candidate", "Invited %(n)d candidates", n)
        return Said(words % {"n": n})
    texts = {
        "invite": _("Invited the person"), "print-codes": _("Printed sign-in codes"),
        "revoke": _("Revoked the invitation"),
    }  # fmt: skip
    return Said(texts.get(str(entry.facts.get("move", "")), _("Invited the person")))


def role(entry: Entry) -> Said:
    """Say what was done to a role."""
    texts = {
        "make": _("Made the role %(name)s"), "edit": _("Changed the role %(name)s"),
        "archive": _("Archived the role %(name)s"),
    }  # fmt: skip
    text = texts.get(str(entry.facts.get("move", "")), _("Changed the role %(name)s"))
    name = entry.facts.get("name") or facts(entry, "after").get("name", "")
    return Said(text % {"name": name})


def password(entry: Entry) -> Said:
    """Say what was done about a password."""
    if entry.facts.get("move") == "ask-reset":
        return Said(_("Asked for a new password"))
    return Said(_("Set a password"))


def mail_managed(entry: Entry) -> Said:
    """Say what somebody did with messages."""
    texts = {
        "resend": _("Sent the message again"),
        "pause": _("Paused all messages, also those to come")
        if entry.facts.get("units")
        else _("Paused messages"),
        "resume": _("Let paused messages go on"),
    }
    return Said(texts.get(str(entry.facts.get("move", "")), _("Managed messages")))


def work_managed(entry: Entry) -> Said:
    """Say what somebody did with background work."""
    texts = {
        "replay": _("Started parked work again"),
        "pause": _("Paused work in the background"),
        "resume": _("Let paused work go on"),
    }
    return Said(texts.get(str(entry.facts.get("move", "")), _("Managed work in the background")))


def taken_out(entry: Entry) -> Said:
    """Say that the audit log was taken out as a file."""
    n = entry.facts.get("entries", 0)
    words = ngettext(
        "Took %(n)d entry of the audit log out as a file",
        "Took %(n)d entries of the audit log out as a file",
        n,
    )
    return Said(words % {"n": n})
