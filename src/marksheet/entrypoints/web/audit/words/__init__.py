"""What an entry of the audit log says to somebody who reads it: one function for each verb."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from marksheet.apps.release.queries.history import Entry
from marksheet.entrypoints.web.audit.words.house import (
    exam,
    invited,
    mail_managed,
    password,
    person,
    role,
    scheme,
    taken_out,
    unit,
    work_managed,
)
from marksheet.entrypoints.web.audit.words.marking import imported, marked, reopened
from marksheet.entrypoints.web.audit.words.moderation import goes_to_moderation, moderated
from marksheet.entrypoints.web.audit.words.result import (
    adjusted,
    exported,
    mail,
    published,
    retracted,
    voided,
    withheld,
)
from marksheet.entrypoints.web.audit.words.said import Said, actor_words, mark_changes, mark_words
from marksheet.entrypoints.web.audit.words.schedule import attendance, coordinate, schedule
from marksheet.rules.access import Verb

__all__ = ["VERBS", "WORDS", "Said", "actor_words", "mark_words", "say", "verb_words"]

WORDS: Mapping[str, Callable[[Entry], Said]] = {
    Verb.SCHEDULE_MANAGE: schedule,
    Verb.SCHEDULE_COORDINATE: coordinate,
    Verb.ATTENDANCE_RECORD: attendance,
    Verb.WORK_IMPORT: imported,
    Verb.MARK_GIVE: marked,
    Verb.MARK_MODERATE: moderated,
    Verb.RESULT_REOPEN: reopened,
    Verb.RESULT_ADJUST: adjusted,
    Verb.RESULT_VOID: voided,
    Verb.RESULT_WITHHOLD: withheld,
    Verb.RESULT_PUBLISH: published,
    Verb.RESULT_RETRACT: retracted,
    Verb.RESULT_EXPORT: exported,
    "result.prepare": lambda e: Said(_("Prepared results for publication")),
    "result.publish-failed": lambda e: Said(
        _("The publication did not happen: something had changed"), "bad"
    ),
    "result.publish-stopped": lambda e: Said(_("Stopped the publication"), "warn"),
    "result.seen-as-candidate": lambda e: Said(_("Looked at the result as the candidate would see it")),
    "result.seen": lambda e: Said(_("The candidate saw version %(n)d") % {"n": e.facts["version"]}),
    "notice.queue": lambda e: Said(_("Asked for messages to candidates")),
    "mail": mail,
    Verb.EXAM_AUTHOR: exam,
    Verb.SCHEME_EDIT: scheme,
    Verb.UNIT_MANAGE: unit,
    Verb.PERSON_MANAGE: person,
    Verb.PERSON_INVITE: invited,
    Verb.ROLE_MANAGE: role,
    Verb.MAIL_MANAGE: mail_managed,
    Verb.WORK_MANAGE: work_managed,
    Verb.AUDIT_VIEW: taken_out,
    "invitation.accept": lambda e: Said(_("Accepted the invitation")),
    "account.sign-in": lambda e: Said(_("Signed in")),
    "account.password": password,
    "person.name-account": lambda e: Said(_("Named the account")),
}


def verb_words(verb: str) -> str:
    """Return what a verb is about in two or three words, for the filter of a history."""
    return VERBS.get(verb, lambda: verb)()


VERBS: Mapping[str, Callable[[], str]] = {
    Verb.SCHEDULE_MANAGE: lambda: _("Schedule and candidates"),
    Verb.SCHEDULE_COORDINATE: lambda: _("People and rights"),
    Verb.ATTENDANCE_RECORD: lambda: _("Attendance"),
    Verb.WORK_IMPORT: lambda: _("Work brought in"),
    Verb.MARK_GIVE: lambda: _("Marks"),
    Verb.MARK_MODERATE: lambda: _("Moderation"),
    Verb.RESULT_REOPEN: lambda: _("Reopened"),
    Verb.RESULT_ADJUST: lambda: _("Adjusted"),
    Verb.RESULT_VOID: lambda: _("Void"),
    Verb.RESULT_WITHHOLD: lambda: _("Withheld"),
    Verb.RESULT_PUBLISH: lambda: _("Published, shown, hidden"),
    Verb.RESULT_RETRACT: lambda: _("Retracted"),
    Verb.RESULT_EXPORT: lambda: _("Exports"),
    Verb.SCHEME_EDIT: lambda: _("Marking schemes"),
    "result.seen-as-candidate": lambda: _("Seen as the candidate"),
    "result.prepare": lambda: _("Publications prepared"),
    "notice.queue": lambda: _("Messages asked for"),
    Verb.EXAM_AUTHOR: lambda: _("Exams"),
    Verb.UNIT_MANAGE: lambda: _("Units"),
    Verb.PERSON_MANAGE: lambda: _("People and roles given"),
    Verb.PERSON_INVITE: lambda: _("Invitations and sign-in codes"),
    Verb.ROLE_MANAGE: lambda: _("Roles"),
    Verb.MAIL_MANAGE: lambda: _("Mail"),
    Verb.WORK_MANAGE: lambda: _("Work in the background"),
    Verb.AUDIT_VIEW: lambda: _("The log taken out"),
    "invitation.accept": lambda: _("Invitations accepted"),
    "account.sign-in": lambda: _("Sign-ins"),
    "account.password": lambda: _("Passwords"),
    "result.publish-failed": lambda: _("Publications that failed"),
    "result.publish-stopped": lambda: _("Publications stopped"),
}


def say(entry: Entry) -> Said:
    """Return the entry in words; a verb without words of its own is named as it is."""
    words = WORDS.get(entry.verb)
    said = words(entry) if words else Said(entry.verb)
    more = said.more + goes_to_moderation(entry)
    if entry.left_out:
        more += (_("Left out: %(who)s.") % {"who": entry.left_out},)
    return Said(said.text, said.tone, more, said.changes or mark_changes(entry))
