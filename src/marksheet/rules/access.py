"""One list of verbs says what anybody may do, and these rules say who holds them where."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verb(StrEnum):
    """Everything a person, token or webhook can be allowed to do."""

    UNIT_MANAGE = "unit.manage"
    PERSON_MANAGE = "person.manage"
    PERSON_INVITE = "person.invite"
    ROLE_MANAGE = "role.manage"
    EXAM_AUTHOR = "exam.author"
    SCHEME_EDIT = "scheme.edit"
    SCHEDULE_MANAGE = "schedule.manage"
    SCHEDULE_COORDINATE = "schedule.coordinate"
    CANDIDATE_SEE = "candidate.see"
    WORK_IMPORT = "work.import"
    ATTENDANCE_RECORD = "attendance.record"
    MARK_GIVE = "mark.give"
    MARK_MODERATE = "mark.moderate"
    RESULT_PUBLISH = "result.publish"
    RESULT_RETRACT = "result.retract"
    RESULT_WITHHOLD = "result.withhold"
    RESULT_VOID = "result.void"
    RESULT_REOPEN = "result.reopen"
    RESULT_ADJUST = "result.adjust"
    RESULT_EXPORT = "result.export"
    PUBLISHED_VIEW = "published.view"
    REPORT_VIEW = "report.view"
    AUDIT_VIEW = "audit.view"
    MAIL_MANAGE = "mail.manage"
    WORK_MANAGE = "work.manage"


DESCRIPTIONS: dict[Verb, str] = {
    Verb.UNIT_MANAGE: "Add, rename and move units.",
    Verb.PERSON_MANAGE: "Add people, change their details and grants.",
    Verb.PERSON_INVITE: "Send invitations and print sign-in codes.",
    Verb.ROLE_MANAGE: "Make roles and choose their verbs.",
    Verb.EXAM_AUTHOR: "Write assessments, keys, scales and options.",
    Verb.SCHEME_EDIT: "Change marking schemes of a schedule.",
    Verb.SCHEDULE_MANAGE: "Plan schedules and their candidates.",
    Verb.SCHEDULE_COORDINATE: "Set up marking: people, rights, allocation, progress.",
    Verb.CANDIDATE_SEE: "See the candidates of a unit and their published results.",
    Verb.WORK_IMPORT: "Bring in responses and marks from files.",
    Verb.ATTENDANCE_RECORD: "Record who is present, absent, excused or deferred.",
    Verb.MARK_GIVE: "Give marks to work assigned to you.",
    Verb.MARK_MODERATE: "Moderate marks that others gave.",
    Verb.RESULT_PUBLISH: "Publish, release, hide, retract and publish again, at one schedule.",
    Verb.RESULT_RETRACT: "Take a published result out of force.",
    Verb.RESULT_WITHHOLD: "Hold one result back, and let it go again.",
    Verb.RESULT_VOID: "Make an attempt void, and undo that.",
    Verb.RESULT_REOPEN: "Reopen submitted work for marking.",
    Verb.RESULT_ADJUST: "Adjust one candidate's score, with a reason, and take that back.",
    Verb.RESULT_EXPORT: "Take results out as a file.",
    Verb.PUBLISHED_VIEW: "See the published results of a schedule.",
    Verb.REPORT_VIEW: "See results, reports and finished schedules.",
    Verb.AUDIT_VIEW: "Read the audit log.",
    Verb.MAIL_MANAGE: "See, pause and resend e-mail.",
    Verb.WORK_MANAGE: "See, replay and park work that runs in the background.",
}

# A role given at a unit reaches everything below it, except for these.
DIRECT_ONLY: frozenset[Verb] = frozenset({Verb.RESULT_PUBLISH})


# Verbs over the house itself: only somebody who holds one may hand it on.
GOVERNING: frozenset[Verb] = frozenset(
    {
        Verb.UNIT_MANAGE,
        Verb.PERSON_MANAGE,
        Verb.ROLE_MANAGE,
        Verb.AUDIT_VIEW,
        Verb.MAIL_MANAGE,
        Verb.WORK_MANAGE,
    }
)


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A role that ships: its name, its verbs, and one sentence about it."""

    name: str
    verbs: frozenset[Verb]
    description: str


def _role(name: str, description: str, *verbs: Verb) -> RoleSpec:
    return RoleSpec(name, frozenset(verbs), description)


SHIPPED_ROLES: dict[str, RoleSpec] = {
    "administrator": _role(
        "Administrator",
        "Looks after units, people, roles and the machinery; holds no marks and publishes nothing.",
        Verb.UNIT_MANAGE,
        Verb.PERSON_MANAGE,
        Verb.PERSON_INVITE,
        Verb.ROLE_MANAGE,
        Verb.AUDIT_VIEW,
        Verb.MAIL_MANAGE,
        Verb.WORK_MANAGE,
    ),
    "author": _role(
        "Author", "Writes assessments with their keys and scales.", Verb.EXAM_AUTHOR, Verb.SCHEME_EDIT
    ),
    "scheduler": _role(
        "Scheduler",
        "Plans schedules, their candidates and their work.",
        Verb.SCHEDULE_MANAGE,
        Verb.CANDIDATE_SEE,
        Verb.PERSON_INVITE,
        Verb.WORK_IMPORT,
        Verb.ATTENDANCE_RECORD,
    ),
    "coordinator": _role(
        "Coordinator",
        "Sets up the marking of a schedule, its people and their rights.",
        Verb.SCHEDULE_COORDINATE,
        Verb.CANDIDATE_SEE,
        Verb.WORK_IMPORT,
        Verb.ATTENDANCE_RECORD,
        Verb.SCHEME_EDIT,
        Verb.RESULT_WITHHOLD,
        Verb.RESULT_VOID,
        Verb.RESULT_REOPEN,
        Verb.RESULT_ADJUST,
    ),
    "marker": _role("Marker", "Marks the work assigned to them.", Verb.MARK_GIVE),
    "sole_marker": _role(
        "Marks alone",
        "Marks a schedule that nobody coordinates, opens marks again, withholds and voids there.",
        Verb.MARK_GIVE,
        Verb.SCHEME_EDIT,
        Verb.RESULT_REOPEN,
        Verb.RESULT_WITHHOLD,
        Verb.RESULT_VOID,
    ),
    "moderator": _role("Moderator", "Checks marks that others gave.", Verb.MARK_MODERATE),
    "reports_viewer": _role(
        "Reports viewer",
        "Sees results and reports of a unit, and may export them.",
        Verb.REPORT_VIEW,
        Verb.RESULT_EXPORT,
    ),
    "reviewer": _role("Reviewer", "Marks work again after publication.", Verb.MARK_GIVE),
    "external_examiner": _role(
        "External examiner",
        "Reads results, reports and published work.",
        Verb.REPORT_VIEW,
        Verb.PUBLISHED_VIEW,
    ),
    "board_member": _role(
        "Board member",
        "Confirms provisional results.",
        Verb.REPORT_VIEW,
        Verb.PUBLISHED_VIEW,
        Verb.AUDIT_VIEW,
    ),
    "invigilator": _role("Invigilator", "Records who is there.", Verb.ATTENDANCE_RECORD),
    "candidate": _role("Candidate", "Takes part and sees released results of their own."),
    "publisher": _role(
        "Publisher",
        "Publishes, releases and retracts at one schedule.",
        Verb.RESULT_PUBLISH,
        Verb.RESULT_RETRACT,
    ),
    "published_viewer": _role(
        "Published results viewer", "Sees published results of one schedule.", Verb.PUBLISHED_VIEW
    ),
    "scheme_editor": _role("Scheme editor", "Changes marking schemes of one schedule.", Verb.SCHEME_EDIT),
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and the stable word for why (not)."""

    allowed: bool
    code: str


OK = Decision(True, "ok")


@dataclass(frozen=True, slots=True)
class GrantFact:
    """A grant that reaches a node: its verbs, and how many nodes up it was given (0: there)."""

    verbs: frozenset[str]
    distance: int


@dataclass(frozen=True, slots=True)
class ResultAccess:
    """How one person stands to one result.

    Args:
        grants: those that reach the schedule.
        assigned: marker or moderator at the schedule.
        runs_alone: the scheduler of a workflow without a coordinator, from activation.
        own: the result is their own.
    """

    grants: tuple[GrantFact, ...] = ()
    assigned: bool = False
    runs_alone: bool = False
    own: bool = False


def holds(verb: Verb | str, grants: Iterable[GrantFact]) -> bool:
    """Say whether ``grants`` confer ``verb``; the Publish right only where it was given.

    Example: Publish granted at the faculty (distance 2) does not count at the schedule.

    Source: docs/rulebook/access.md.
    """
    direct = verb in DIRECT_ONLY
    return any(verb in grant.verbs and (grant.distance == 0 or not direct) for grant in grants)


def sees_results(facts: ResultAccess) -> Decision:
    """Return whether the person sees this row on Results: code ok, no_sight or own_result."""
    if facts.assigned or facts.runs_alone or holds(Verb.REPORT_VIEW, facts.grants):
        return handles(own=facts.own)
    return Decision(False, "no_sight")


def publishes(facts: ResultAccess) -> Decision:
    """Return whether the person may publish this row: ok, no_sight, own_result or no_right.

    Without sight the Publish right sleeps.
    """
    sight = sees_results(facts)
    if not sight.allowed:
        return sight
    if not facts.runs_alone and not holds(Verb.RESULT_PUBLISH, facts.grants):
        return Decision(False, "no_right")
    return OK


def handles(*, own: bool) -> Decision:
    """Return whether a result may be seen among others', marked, voided, published or exported: never one's own."""
    return Decision(False, "own_result") if own else OK


def gives(role: Iterable[str], held: Iterable[str], *, own: bool) -> Decision:
    """Return whether somebody who holds ``held`` at a unit may give ``role`` (its verbs) over that unit.

    Codes: ok, no_right (does not look after people there), own_grant (nobody raises themselves), direct_only
    (the Publish right is given at single schedules), more_than_own (a governing verb that the giver lacks).

    Source: docs/rulebook/access.md.
    """
    wanted, has = {str(verb) for verb in role}, {str(verb) for verb in held}
    if Verb.PERSON_MANAGE not in has:
        return Decision(False, "no_right")
    if own:
        return Decision(False, "own_grant")
    if wanted & DIRECT_ONLY:
        return Decision(False, "direct_only")
    if (wanted & GOVERNING) - has:
        return Decision(False, "more_than_own")
    return OK
