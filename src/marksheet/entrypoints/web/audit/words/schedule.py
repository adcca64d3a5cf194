"""What happened to a schedule, its people and its candidates, in words."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.release.queries.history import Entry
from marksheet.entrypoints.web.audit.changes import changes
from marksheet.entrypoints.web.audit.words.moderation import rounds_changed
from marksheet.entrypoints.web.audit.words.said import Said, about_one, count, facts, handed_on
from marksheet.entrypoints.web.audit.words.seeding import SEEDING

STANDINGS: Mapping[str, Callable[[], str]] = {
    "expected": lambda: _("expected"),
    "absent": lambda: _("absent"),
    "excused": lambda: _("excused"),
    "deferred": lambda: _("deferred"),
}


def schedule(entry: Entry) -> Said:
    """Say what happened to the plan of a schedule, or to who takes part."""
    return SCHEDULE.get(str(entry.facts.get("did", "")), _schedule_other)(entry)


def _schedule_other(entry: Entry) -> Said:
    if entry.facts.get("started"):
        return Said(_("Began to bring in a file of candidates"))
    if entry.line_kind == "enrolment":
        return _enrolled(entry)
    return Said(_("Changed the schedule"))


def _enrolled(entry: Entry) -> Said:
    late = bool(entry.line.get("late") or (not about_one(entry) and entry.facts.get("late")))
    if about_one(entry):
        text = _("Added the candidate after the window") if late else _("Added the candidate to the schedule")
        return Said(text, "warn" if late else "")
    n = count(entry, "added")
    text = ngettext("Added %(n)d candidate", "Added %(n)d candidates", n) % {"n": n}
    return Said(text, "warn" if late else "", (_("After the window."),) if late else ())


def _unenrolled(entry: Entry) -> Said:
    n = count(entry, "removed")
    return Said(ngettext("Removed %(n)d candidate", "Removed %(n)d candidates", n) % {"n": n})


def _own_window(entry: Entry) -> Said:
    n = entry.count or 1
    text = _("Gave the candidate a window of their own")
    if not about_one(entry):
        text = ngettext(
            "Gave %(n)d candidate a window of their own", "Gave %(n)d candidates a window of their own", n
        ) % {"n": n}
    told = {k: v for k, v in (entry.line or entry.facts).items() if k in ("opens_at", "closes_at")}
    return Said(text, "", (), tuple((what, "", after) for what, _before, after in changes({}, told)))


def _edited(entry: Entry) -> Said:
    return Said(_("Changed the schedule"), "", (), changes(facts(entry, "before"), facts(entry, "after")))


def handed_to(entry: Entry) -> str:
    """Return who has the schedule from then on."""
    people = entry.facts.get("people") or [0]
    return entry.names.get(people[0], "")


SCHEDULE: Mapping[str, Callable[[Entry], Said]] = {
    "created": lambda e: Said(_("Planned the schedule")),
    "edited": _edited,
    "activated": lambda e: Said(_("Activated the schedule"), "ok"),
    "handed_over": lambda e: Said(_("Handed the schedule over to %(name)s") % {"name": handed_to(e)}),
    "archived": lambda e: Said(_("Archived the schedule")),
    "restored": lambda e: Said(_("Brought the schedule back from the archive")),
    "enrolled": _enrolled,
    "unenrolled": _unenrolled,
    "own_window": _own_window,
}


def coordinate(entry: Entry) -> Said:
    """Say what was done to the people of a schedule, or with whom its scripts are."""
    if str(entry.facts.get("did", "")) in SEEDING:
        return SEEDING[str(entry.facts["did"])](entry)
    if about_one(entry) and "allocated" in entry.line:
        return _allocated(entry)
    people = ", ".join(
        entry.names.get(key, "") for key in entry.facts.get("people", []) if isinstance(key, int)
    )
    move = str(entry.facts.get("move", ""))
    roles = [str(role).replace("_", " ") for role in entry.facts.get("roles", [])]
    before = [str(role).replace("_", " ") for role in entry.facts.get("before", [])]
    texts = {
        "add": _("Added %(people)s to the schedule"),
        "change": _("Changed the rights of %(people)s at the schedule"),
        "remove": _("Took %(people)s off the schedule"),
        "conflict": _("Declared a conflict of interest of %(people)s"),
        "conflict-end": _("Ended a conflict of interest of %(people)s"),
        "allocate": _("Shared the scripts out among %(people)s"),
        "give": _("Gave scripts to %(people)s to mark"),
        "pile": _("Put the scripts on a pile, from which every marker takes"),
        "plan": _("Changed how the schedule is marked"),
        "moderation": _("Changed what goes to moderation"),
        "lift": _("Showed names before all was published"),
        "remind": _("Reminded %(people)s of what is left to mark"),
    }
    text = texts.get(move, _("Changed who works on the schedule")) % {"people": people or _("people")}
    if move == "plan":
        return Said(text, "", (), changes(facts(entry, "was"), facts(entry, "now")))
    if move == "moderation":
        return Said(text, "", (), rounds_changed(entry))
    if roles or before:
        return Said(text, "", (), ((_("Roles"), ", ".join(before), ", ".join(roles)),))
    return Said(text)


def _allocated(entry: Entry) -> Said:
    """Say to whom the script went; with two markers, to whom each."""
    gone = [one for one in entry.handed if one.after is not None]
    if not gone:
        text = ngettext(
            "Took the script back: it is with nobody for now",
            "Took the script back from both markers: it is with nobody for now",
            len(entry.handed),
        )
        return Said(text, "", (), handed_on(entry) if len(entry.handed) > 1 else ())
    if len(entry.handed) > 1 or gone[0].round != "marker-1":
        return Said(_("Gave the script to its markers"), "", (), handed_on(entry))
    return Said(
        _("Gave the script to %(marker)s to mark") % {"marker": entry.names.get(gone[0].after or 0, "")}
    )


def _taken_back(entry: Entry) -> Said:
    one = entry.line_kind == "attempt" and about_one(entry)
    marks = entry.line.get("marks_taken_back") if one else entry.facts.get("marks_taken_back")
    more: tuple[str, ...] = ()
    if isinstance(marks, int) and marks:
        words = ngettext("%(n)d mark counts no more.", "%(n)d marks count no more.", marks)
        more = (words % {"n": marks},)
    if one:
        return Said(_("Took back that the work was handed in"), "warn", more)
    n = count(entry, "taken_back")
    text = ngettext(
        "Took back the hand-in of %(n)d candidate", "Took back the hand-in of %(n)d candidates", n
    )
    return Said(text % {"n": n}, "warn", more)


def attendance(entry: Entry) -> Said:
    """Say who was recorded as present or absent, or as having handed in."""
    if entry.facts.get("did") == "hand_in_recorded":
        if entry.line_kind == "attempt":
            return Said(_("Recorded that the work was handed in"), "ok")
        n = count(entry, "handed_in")
        return Said(
            ngettext("Recorded that %(n)d candidate handed in", "Recorded that %(n)d candidates handed in", n)
            % {"n": n}
        )
    if entry.facts.get("did") == "hand_in_taken_back":
        return _taken_back(entry)
    after = str(entry.facts.get("standing", ""))
    word = STANDINGS.get(after, lambda: after)()
    if about_one(entry):
        before = str(entry.line.get("before", ""))
        return Said(
            _("Recorded the candidate as %(standing)s") % {"standing": word}, "",
            (), ((_("Attendance"), STANDINGS.get(before, lambda: before)(), word),),
        )  # fmt: skip
    n = entry.count
    return Said(
        ngettext("Recorded %(n)d candidate as %(standing)s", "Recorded %(n)d candidates as %(standing)s", n)
        % {"n": n, "standing": word}
    )
