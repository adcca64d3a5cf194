"""What an entry of the audit log says to somebody who reads it: one function for each verb."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marksheet.apps.release.queries.history import Entry, MarkChange
from marksheet.entrypoints.shared.templatetags.ui import marks as marks_words
from marksheet.entrypoints.web.audit.changes import changes
from marksheet.rules.access import Verb


@dataclass(frozen=True, slots=True)
class Said:
    """An entry in words: what happened, its tone, and what else there is to know, a line each.

    ``changes`` are triples of what, before and after.
    """

    text: str
    tone: str = ""
    more: tuple[str, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()


ROUNDS: Mapping[str, Callable[[], str]] = {
    "marker-1": lambda: _("first marker"),
    "marker-2": lambda: _("second marker"),
    "moderation-1": lambda: _("moderation"),
    "moderation-2": lambda: _("second moderation"),
    "moderation-3": lambda: _("third moderation"),
}
STANDINGS: Mapping[str, Callable[[], str]] = {
    "expected": lambda: _("expected"),
    "absent": lambda: _("absent"),
    "excused": lambda: _("excused"),
    "deferred": lambda: _("deferred"),
}
OUTCOMES: Mapping[str, Callable[[], str]] = {
    "passed": lambda: _("passed"),
    "failed": lambda: _("failed"),
    "void": lambda: _("void"),
}


def say(entry: Entry) -> Said:
    """Return the entry in words; a verb without words of its own is named as it is."""
    words = WORDS.get(entry.verb)
    said = words(entry) if words else Said(entry.verb)
    more = said.more
    if entry.left_out:
        more += (_("Left out: %(who)s.") % {"who": entry.left_out},)
    return Said(said.text, said.tone, more, said.changes or _marks(entry))


def actor_words(entry: Entry) -> str:
    """Return who did it; where nobody acted, which part of the system."""
    if entry.actor:
        return entry.actor
    return _("the system (%(name)s)") % {"name": entry.system} if entry.system else ""


def _marks(entry: Entry) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_("Question %(part)s") % {"part": one.part}, mark_words(one.before), mark_words(one.after))
        for one in entry.marks
    )


def mark_words(value: int | str | None) -> str:
    """Return a mark as people say it."""
    if value is None:
        return _("unmarked")
    return _("no response") if value == "nr" else marks_words(int(value))


def _count(entry: Entry, *names: str) -> int:
    for name in names:
        found = entry.facts.get(name)
        if isinstance(found, int) and not isinstance(found, bool):
            return found
    return entry.count


def _one(entry: Entry) -> bool:
    """Whether the entry stands in the history of one result, so that it is about that one."""
    return bool(entry.line) or entry.line_kind != ""


# --- schedules and who takes part ---


def _schedule(entry: Entry) -> Said:
    return SCHEDULE.get(str(entry.facts.get("did", "")), _schedule_other)(entry)


def _schedule_other(entry: Entry) -> Said:
    if entry.facts.get("started"):
        return Said(_("Began to bring in a file of candidates"))
    if entry.line_kind == "enrolment":
        return _enrolled(entry)
    return Said(_("Changed the schedule"))


def _enrolled(entry: Entry) -> Said:
    late = bool(entry.line.get("late") or (not _one(entry) and entry.facts.get("late")))
    if _one(entry):
        text = _("Added the candidate after the window") if late else _("Added the candidate to the schedule")
        return Said(text, "warn" if late else "")
    n = _count(entry, "added")
    text = ngettext("Added %(n)d candidate", "Added %(n)d candidates", n) % {"n": n}
    return Said(text, "warn" if late else "", (_("After the window."),) if late else ())


def _unenrolled(entry: Entry) -> Said:
    n = _count(entry, "removed")
    return Said(ngettext("Removed %(n)d candidate", "Removed %(n)d candidates", n) % {"n": n})


def _own_window(entry: Entry) -> Said:
    n = entry.count or 1
    text = _("Gave the candidate a window of their own")
    if not _one(entry):
        text = ngettext(
            "Gave %(n)d candidate a window of their own", "Gave %(n)d candidates a window of their own", n
        ) % {"n": n}
    told = {k: v for k, v in (entry.line or entry.facts).items() if k in ("opens_at", "closes_at")}
    return Said(text, "", (), tuple((what, "", after) for what, _before, after in changes({}, told)))


def _edited(entry: Entry) -> Said:
    return Said(
        _("Changed the schedule"), "", (), changes(_dict(entry, "before"), _dict(entry, "after"))
    )


def _dict(entry: Entry, name: str) -> Mapping[str, Any]:
    found = entry.facts.get(name)
    return found if isinstance(found, Mapping) else {}


SCHEDULE: Mapping[str, Callable[[Entry], Said]] = {
    "created": lambda e: Said(_("Planned the schedule")),
    "edited": _edited,
    "activated": lambda e: Said(_("Activated the schedule"), "ok"),
    "archived": lambda e: Said(_("Archived the schedule")),
    "enrolled": _enrolled,
    "unenrolled": _unenrolled,
    "own_window": _own_window,
}


def _coordinate(entry: Entry) -> Said:
    people = ", ".join(entry.names.get(key, "") for key in entry.facts.get("people", []) if isinstance(key, int))
    move = str(entry.facts.get("move", ""))
    roles = [str(role).replace("_", " ") for role in entry.facts.get("roles", [])]
    before = [str(role).replace("_", " ") for role in entry.facts.get("before", [])]
    texts = {
        "add": _("Added %(people)s to the schedule"),
        "change": _("Changed the rights of %(people)s at the schedule"),
        "remove": _("Took %(people)s off the schedule"),
    }
    text = texts.get(move, _("Changed who works on the schedule")) % {"people": people or _("people")}
    if roles or before:
        return Said(text, "", (), ((_("Roles"), ", ".join(before), ", ".join(roles)),))
    return Said(text)


def _attendance(entry: Entry) -> Said:
    if entry.facts.get("did") == "hand_in_recorded":
        if entry.line_kind == "attempt":
            return Said(_("Recorded that the work was handed in"), "ok")
        n = _count(entry, "handed_in")
        return Said(
            ngettext("Recorded that %(n)d candidate handed in", "Recorded that %(n)d candidates handed in", n)
            % {"n": n}
        )
    after = str(entry.facts.get("standing", ""))
    word = STANDINGS.get(after, lambda: after)()
    if _one(entry):
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


# --- work and marks ---


def _imported(entry: Entry) -> Said:
    if entry.facts.get("started"):
        return Said(_("Began to bring in a file of work"))
    more = []
    if entry.line.get("handed_in"):
        more.append(_("The work counts as handed in."))
    n = entry.line.get("responses") if _one(entry) else entry.facts.get("responses")
    if isinstance(n, int) and n:
        more.append(ngettext("%(n)d answer came.", "%(n)d answers came.", n) % {"n": n})
    if not _one(entry) and isinstance(entry.facts.get("marks"), int) and entry.facts["marks"]:
        n = entry.facts["marks"]
        more.append(ngettext("%(n)d mark came.", "%(n)d marks came.", n) % {"n": n})
    marker = entry.names.get(entry.facts.get("marker") or entry.line.get("marker") or 0, "")
    if entry.marks and marker:
        more.append(_("Marks in the name of %(marker)s.") % {"marker": marker})
    return Said(_("Brought in work from a file"), "", tuple(more))


def _marked(entry: Entry) -> Said:
    round_ = str(entry.line.get("round") or entry.facts.get("round") or "")
    more = (ROUNDS[round_](),) if round_ in ROUNDS and round_ != "marker-1" else ()
    if entry.line.get("submitted") or "submitted" in entry.facts:
        if _one(entry):
            return Said(_("Submitted the marking"), "ok", more)
        n = _count(entry, "submitted")
        return Said(ngettext("Submitted %(n)d script", "Submitted %(n)d scripts", n) % {"n": n}, "ok", more)
    if _one(entry):
        n = len(entry.marks)
        if entry.hidden_marks or not n:
            hidden = (_("The marks are shown once they are part of a published result."),)
            return Said(_("Gave marks"), "", more + (hidden if entry.hidden_marks else ()))
        changed = any(one.before is not None for one in entry.marks)
        text = (
            ngettext("Changed or gave %(n)d mark", "Changed or gave %(n)d marks", n)
            if changed
            else ngettext("Gave %(n)d mark", "Gave %(n)d marks", n)
        )
        return Said(text % {"n": n}, "", more)
    n = _count(entry, "marks")
    return Said(ngettext("Gave %(n)d mark", "Gave %(n)d marks", n) % {"n": n}, "", more)


def _reopened(entry: Entry) -> Said:
    if _one(entry):
        return Said(_("Reopened the marking"), "warn")
    n = _count(entry, "reopened")
    return Said(ngettext("Reopened %(n)d script", "Reopened %(n)d scripts", n) % {"n": n}, "warn")


# --- the result ---


def _of(entry: Entry, one: str, singular: str, plural: str) -> str:
    if _one(entry):
        return one
    n = entry.count
    return (singular if n == 1 else plural) % {"n": n}


def _voided(entry: Entry) -> Said:
    if entry.facts.get("attempts") == "void":
        text = _of(entry, _("Made the attempt void"), _("Made %(n)d attempt void"), _("Made %(n)d attempts void"))
        return Said(text, "bad")
    return Said(
        _of(
            entry, _("Let the void attempt count again"), _("Let %(n)d void attempt count again"),
            _("Let %(n)d void attempts count again"),
        )
    )  # fmt: skip


def _withheld(entry: Entry) -> Said:
    if "lifted" in entry.facts:
        return Said(
            _of(
                entry, _("Let the withheld result go again"), _("Let %(n)d withheld result go again"),
                _("Let %(n)d withheld results go again"),
            ),
            "ok",
        )  # fmt: skip
    return Said(_of(entry, _("Withheld the result"), _("Withheld %(n)d result"), _("Withheld %(n)d results")), "warn")


def _published(entry: Entry) -> Said:
    facts = entry.facts
    if entry.version is not None and not entry.line.get("withdrawn"):
        text = _("Published as version %(n)d") % {"n": entry.version.number}
        return Said(text, "ok", version_words(entry))
    if "shown" in facts:
        more = (_("With a message to those who have an address."),) if facts.get("inform") else ()
        text = _of(
            entry, _("Showed the result to the candidate"), _("Showed %(n)d result to its candidate"),
            _("Showed %(n)d results to their candidates"),
        )  # fmt: skip
        return Said(text, "ok", more)
    if "hidden" in facts:
        text = _of(
            entry, _("Hid the result from the candidate"), _("Hid %(n)d result from its candidate"),
            _("Hid %(n)d results from their candidates"),
        )  # fmt: skip
        return Said(text, "warn")
    if facts.get("committed"):
        return Said(_("Published results"), "ok")
    return Said(_("Began to publish results"))


def version_words(entry: Entry) -> tuple[str, ...]:
    """Return what a version says: score, percentage, grade, outcome, and how it came about."""
    version = entry.version
    if version is None:
        return ()
    outcome = OUTCOMES.get(version.outcome, lambda: version.outcome)()
    if version.outcome == "void":
        numbers = _("Void, without a score.")
    else:
        numbers = _("%(score)s of %(maximum)s marks, %(percent)s %%, grade %(grade)s, %(outcome)s.") % {
            "score": version.shown_score,
            "maximum": version.shown_maximum,
            "percent": version.shown_percent,
            "grade": version.grade or "–",
            "outcome": outcome,
        }
    rules = _("Worked out under rules %(rules)s.") % {"rules": version.rules_version}
    return (numbers, rules)


def _retracted(entry: Entry) -> Said:
    more = (_("With a message to those who had seen it."),) if entry.facts.get("notice") else ()
    if entry.version is not None:
        return Said(_("Retracted version %(n)d") % {"n": entry.version.number}, "bad", more)
    return Said(_of(entry, _("Retracted the result"), _("Retracted %(n)d result"), _("Retracted %(n)d results")), "bad", more)


def _mail(entry: Entry) -> Said:
    notice = {
        "result-available": _("“Your result is available”"),
        "result-withdrawn": _("“Your result has been withdrawn”"),
    }.get(str(entry.facts.get("notice", "")), _("A message"))
    fate, state = entry.facts.get("fate"), entry.facts.get("state")
    if state == "done" and fate == "sent":
        return Said(_("%(notice)s was sent to the candidate by e-mail") % {"notice": notice}, "ok")
    if state == "done":
        why = str(entry.facts.get("why", ""))
        return Said(_("%(notice)s was not sent") % {"notice": notice}, "warn", (why,) if why else ())
    if state == "parked":
        text = (
            _("%(notice)s may have been delivered: the answer of the mail server was lost")
            if fate == "handing-over"
            else _("%(notice)s could not be sent")
        )
        return Said(text % {"notice": notice}, "warn")
    return Said(_("%(notice)s waits to be sent by e-mail") % {"notice": notice})


# --- the house ---


def _exam(entry: Entry) -> Said:
    did = str(entry.facts.get("did", ""))
    texts = {
        "created": _("Made the assessment"),
        "renamed": _("Renamed the assessment"),
        "archived": _("Archived the assessment"),
        "made_live": _("Made the assessment live"),
        "drafted": _("Began a new version of the assessment"),
        "draft_discarded": _("Discarded the draft"),
        "items_imported": _("Brought in questions from a file"),
        "items_added": _("Added questions"),
        "item_edited": _("Changed a question"),
        "item_removed": _("Removed a question"),
        "item_moved": _("Moved a question"),
        "section_added": _("Added a section"),
        "section_edited": _("Changed a section"),
        "section_removed": _("Removed a section"),
        "section_moved": _("Moved a section"),
        "settings": _("Changed the options"),
        "scale": _("Changed the grade scale"),
    }
    if entry.facts.get("started"):
        return Said(_("Began to bring in a file of questions"))
    return Said(texts.get(did, _("Changed the assessment")), "", (), changes(_dict(entry, "before"), _dict(entry, "after")))


def _unit(entry: Entry) -> Said:
    texts = {
        "found": _("Founded the institution"), "add": _("Added the unit"), "rename": _("Renamed the unit"),
        "move": _("Moved the unit"), "archive": _("Archived the unit"), "restore": _("Restored the unit"),
    }  # fmt: skip
    return Said(texts.get(str(entry.facts.get("move", "")), _("Changed the unit")))


def _person(entry: Entry) -> Said:
    texts = {
        "add": _("Added the person"), "edit": _("Changed the person's details"),
        "deactivate": _("Deactivated the person"), "reactivate": _("Activated the person again"),
        "give": _("Gave the role %(role)s"), "end": _("Ended the role %(role)s"),
    }  # fmt: skip
    text = texts.get(str(entry.facts.get("move", "")), _("Changed the person"))
    return Said(text % {"role": entry.facts.get("role", "")} if "%(role)s" in text else text)


def _invited(entry: Entry) -> Said:
    texts = {
        "invite": _("Invited the person"), "print-codes": _("Printed sign-in codes"),
        "revoke": _("Revoked the invitation"),
    }  # fmt: skip
    return Said(texts.get(str(entry.facts.get("move", "")), _("Invited the person")))


def _role(entry: Entry) -> Said:
    texts = {
        "make": _("Made the role %(name)s"), "edit": _("Changed the role %(name)s"),
        "archive": _("Archived the role %(name)s"),
    }  # fmt: skip
    text = texts.get(str(entry.facts.get("move", "")), _("Changed the role %(name)s"))
    name = entry.facts.get("name") or _dict(entry, "after").get("name", "")
    return Said(text % {"name": name})


def _password(entry: Entry) -> Said:
    if entry.facts.get("move") == "ask-reset":
        return Said(_("Asked for a new password"))
    return Said(_("Set a password"))


def _mail_managed(entry: Entry) -> Said:
    texts = {
        "resend": _("Sent the message again"),
        "pause": _("Paused messages"),
        "resume": _("Let paused messages go on"),
    }
    return Said(texts.get(str(entry.facts.get("move", "")), _("Managed messages")))


def _work_managed(entry: Entry) -> Said:
    texts = {
        "replay": _("Started parked work again"),
        "pause": _("Paused work in the background"),
        "resume": _("Let paused work go on"),
    }
    return Said(texts.get(str(entry.facts.get("move", "")), _("Managed work in the background")))


WORDS: Mapping[str, Callable[[Entry], Said]] = {
    Verb.SCHEDULE_MANAGE: _schedule,
    Verb.SCHEDULE_COORDINATE: _coordinate,
    Verb.ATTENDANCE_RECORD: _attendance,
    Verb.WORK_IMPORT: _imported,
    Verb.MARK_GIVE: _marked,
    Verb.MARK_MODERATE: _marked,
    Verb.RESULT_REOPEN: _reopened,
    Verb.RESULT_VOID: _voided,
    Verb.RESULT_WITHHOLD: _withheld,
    Verb.RESULT_PUBLISH: _published,
    Verb.RESULT_RETRACT: _retracted,
    Verb.RESULT_EXPORT: lambda e: Said(_("Took results out as a file")),
    "result.prepare": lambda e: Said(_("Prepared results for publication")),
    "result.publish-failed": lambda e: Said(_("The publication did not happen: something had changed"), "bad"),
    "result.publish-stopped": lambda e: Said(_("Stopped the publication"), "warn"),
    "result.seen-as-candidate": lambda e: Said(_("Looked at the result as the candidate would see it")),
    "notice.queue": lambda e: Said(_("Asked for messages to candidates")),
    "mail": _mail,
    Verb.EXAM_AUTHOR: _exam,
    Verb.SCHEME_EDIT: lambda e: Said(_("Changed a marking scheme")),
    Verb.UNIT_MANAGE: _unit,
    Verb.PERSON_MANAGE: _person,
    Verb.PERSON_INVITE: _invited,
    Verb.ROLE_MANAGE: _role,
    Verb.MAIL_MANAGE: _mail_managed,
    Verb.WORK_MANAGE: _work_managed,
    "invitation.accept": lambda e: Said(_("Accepted the invitation")),
    "account.sign-in": lambda e: Said(_("Signed in")),
    "account.password": _password,
    "person.name-account": lambda e: Said(_("Named the account")),
}


def verb_words(verb: str) -> str:
    """Return what a verb is about in two or three words, for the filter of a history."""
    return VERBS.get(verb, lambda: verb)()


VERBS: Mapping[str, Callable[[], str]] = {
    Verb.SCHEDULE_MANAGE: lambda: _("Schedule and candidates"),
    Verb.SCHEDULE_COORDINATE: lambda: _("People and rights"),
    Verb.ATTENDANCE_RECORD: lambda: _("Attendance"),
    Verb.WORK_IMPORT: lambda: _("Files brought in"),
    Verb.MARK_GIVE: lambda: _("Marks"),
    Verb.MARK_MODERATE: lambda: _("Moderation"),
    Verb.RESULT_REOPEN: lambda: _("Reopened"),
    Verb.RESULT_VOID: lambda: _("Void"),
    Verb.RESULT_WITHHOLD: lambda: _("Withheld"),
    Verb.RESULT_PUBLISH: lambda: _("Published, shown, hidden"),
    Verb.RESULT_RETRACT: lambda: _("Retracted"),
    Verb.RESULT_EXPORT: lambda: _("Exports"),
    "result.seen-as-candidate": lambda: _("Seen as the candidate"),
    "result.publish-failed": lambda: _("Publications that failed"),
    "result.publish-stopped": lambda: _("Publications stopped"),
}

__all__ = ["WORDS", "MarkChange", "Said", "actor_words", "mark_words", "say", "verb_words"]
