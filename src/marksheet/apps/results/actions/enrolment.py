"""The verbs on who takes part: enrol, take out, give a window of their own, record who was not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.schedules import managed
from marksheet.apps.exams.models import Enrolment, Schedule, ScheduleState, Standing
from marksheet.apps.exams.queries.schedules import enrolments_named
from marksheet.apps.exams.steps import enrolments as steps
from marksheet.apps.exams.steps.schedules import lock_schedule, set_ends_at, touch
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.people.models import Membership, Person, Unit
from marksheet.apps.people.queries import demand
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.attendance import set_standing
from marksheet.apps.results.steps.recompute import recompute
from marksheet.apps.results.steps.rows import add_results, take_away
from marksheet.rules.access import Verb

MOST_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody to enrol, as typed: number and name are needed."""

    number: str
    name: str
    email: str = ""
    language: str = ""
    home: int | None = None

    def row(self) -> dict[str, object]:
        """Return what the steps take."""
        return {
            "number": self.number.strip(),
            "name": " ".join(self.name.split()),
            "email": self.email.strip(),
            "language": self.language,
            "home": self.home,
        }


@dataclass(frozen=True, slots=True)
class Window:
    """A window of a candidate's own, in UTC."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of those who were to be enrolled."""

    added: int
    there_already: int
    late: int


def enrol_candidates(
    actor: Person,
    schedule_ref: str,
    candidates: Sequence[Candidate],
    *,
    window: Window | None = None,
    reason: str = "",
    at: datetime,
) -> Enrolled:
    """Enrol candidates, all or none; who is there already stays as they are.

    After the window of an active schedule a candidate needs a window of their own (a deferred sitting, extra
    time), or work to bring in, and in either case a reason; they are then late.

    Raises:
        NotFound, NotAllowed: the actor does not see the schedule, or does not plan it.
        WrongState: the schedule is archived.
        BadInput: a candidate cannot be enrolled; ``details`` names line, value and reason.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, schedule_ref)
        late = _refuse_wrong_moment(schedule, window, reason, at)
        details = _candidate_problems(schedule.institution, candidates)
        if details:
            raise BadInput(
                details[0]
                if len(details) == 1
                else _("Nobody was added: %(n)s lines need correcting.") % {"n": len(details)},
                details=details,
            )
        rows = [candidate.row() for candidate in candidates]
        opens_at, closes_at = (window.opens_at, window.closes_at) if window else (None, None)
        enrolments = steps.enrol(opened, schedule, rows, opens_at=opens_at, closes_at=closes_at)
        if enrolments:
            note_enrolled(opened, schedule, enrolments, reason=reason)
    return Enrolled(len(enrolments), len(rows) - len(enrolments), len(enrolments) if late else 0)


def note_enrolled(
    opened: Change, schedule: Schedule, enrolments: Sequence[Enrolment], *, reason: str = ""
) -> None:
    """Make the working results of new enrolments, recompute when the schedule ends, and write it down.

    Also for files of candidates: call ``exams.steps.enrolments.enrol`` first.
    """
    add_results(opened, schedule, enrolments)
    set_ends_at(opened, schedule)
    touch(opened, schedule)
    recompute(opened, schedule, [enrolment.pk for enrolment in enrolments])
    opened.lines(("enrolment", e.pk, {"person": e.person_id, "late": e.late}) for e in enrolments)
    opened.record(
        "schedule",
        schedule.pk,
        schedule_id=schedule.pk,
        private={"reason": reason.strip()},
        did="enrolled",
        added=len(enrolments),
        late=sum(e.late for e in enrolments),
    )


def _refuse_wrong_moment(schedule: Schedule, window: Window | None, reason: str, at: datetime) -> bool:
    if schedule.state == ScheduleState.ARCHIVED:
        raise WrongState(_("This schedule is archived: nobody can be added."))
    _refuse_bad_window(window)
    late = schedule.state == ScheduleState.ACTIVE and schedule.closes_at <= at
    if (late or window) and not reason.strip():
        raise BadInput(
            _("The window is over: say why somebody is added now. The reason stays in the history.")
            if late
            else _("Say why this candidate has a window of their own. The reason stays in the history.")
        )
    return late


def _refuse_bad_window(window: Window | None) -> None:
    if window and window.closes_at <= window.opens_at:
        raise BadInput(_("The window must close after it opens."))


def _candidate_problems(institution: Unit, candidates: Sequence[Candidate]) -> list[str]:
    if not candidates:
        return [_("Nobody was named: give a number and a name.")]
    if len(candidates) > MOST_AT_ONCE:
        return [_("That is more than %(n)s candidates: use a file.") % {"n": MOST_AT_ONCE}]
    known = _known(institution, [c.number.strip() for c in candidates])
    first_line: dict[str, int] = {}
    found = []
    for line, candidate in enumerate(candidates, 1):
        why = _candidate_problem(candidate, known)
        number = candidate.number.strip()
        if not why and number in first_line:
            why = _("the number %(number)s stands on line %(line)s already") % {
                "number": number,
                "line": first_line[number],
            }
        first_line.setdefault(number, line)
        if why:
            found.append(_("Line %(line)s: %(why)s.") % {"line": line, "why": why})
    return found


def _candidate_problem(candidate: Candidate, known: dict[str, str]) -> str:
    row = candidate.row()
    number, name, email = str(row["number"]), str(row["name"]), str(row["email"])
    if not number:
        return _("the candidate number is missing")
    if not name:
        return _("the name of candidate %(number)s is missing") % {"number": number}
    if len(number) > 40 or len(name) > 200:
        return _("a number has at most 40 characters, a name 200")
    if email and not _is_email(email):
        return _("“%(email)s” is not an e-mail address") % {"email": email}
    if number in known and _folded(known[number]) != _folded(name):
        return _("%(number)s is already the number of %(known)s, not of %(name)s") % {
            "number": number,
            "known": known[number],
            "name": name,
        }
    return ""


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


def _known(institution: Unit, numbers: Sequence[str]) -> dict[str, str]:
    rows = Membership.objects.filter(institution=institution, number__in=[n for n in numbers if n])
    return dict(rows.values_list("number", "person__name"))


def remove_candidates(actor: Person, schedule_ref: str, refs: Sequence[str], *, at: datetime) -> int:
    """Take candidates out who have not begun; return how many.

    Raises:
        NotFound, NotAllowed: the actor does not see the schedule, or does not plan it.
        WrongState: one of them has begun or handed in; nobody is removed.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, schedule_ref)
        chosen = _chosen(actor, schedule, refs)
        begun = steps.started(chosen)
        if begun:
            names = ", ".join(e.name for e in chosen if e.pk in begun)
            raise WrongState(
                _(
                    "Nobody was removed: %(names)s has begun or handed in, or did so by a record that was taken "
                    "back: it stays in the history. Void the attempt, or record them as absent, instead."
                )
                % {"names": names}
            )
        keys = [e.pk for e in chosen]
        people = {e.pk: e.person_id for e in chosen}
        take_away(opened, schedule, keys)
        if Result.objects.filter(enrolment__in=keys).exists():
            # An absent candidate's result is not in the bucket that is taken away at once.
            raise WrongState(_("Nobody was removed: set absent candidates to “expected” first."))
        steps.unenrol(opened, chosen)
        set_ends_at(opened, schedule)
        touch(opened, schedule)
        opened.lines(("enrolment", key, {"person": people[key], "removed": True}) for key in keys)
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk, did="unenrolled", removed=len(keys))
    return len(chosen)


def give_own_window(
    actor: Person, schedule_ref: str, refs: Sequence[str], window: Window | None, *, reason: str, at: datetime
) -> None:
    """Give candidates a window of their own (deferred sitting, extra time); None takes it away again.

    Raises:
        NotFound, NotAllowed: the actor does not see the schedule, or does not plan it.
        WrongState: the schedule is archived.
        BadInput: no reason, nobody chosen, or a window that closes before it opens.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, schedule_ref)
        if schedule.state == ScheduleState.ARCHIVED:
            raise WrongState(_("This schedule is archived and stays as it is."))
        _refuse_bad_window(window)
        if not reason.strip():
            raise BadInput(_("Say why. The reason stays in the history."))
        chosen = _chosen(actor, schedule, refs)
        opens_at, closes_at = (window.opens_at, window.closes_at) if window else (None, None)
        steps.set_window(opened, chosen, opens_at, closes_at)
        keys = [e.pk for e in chosen]
        Result.objects.filter(enrolment__in=keys).update(
            opens_at=opens_at or schedule.opens_at, closes_at=closes_at or schedule.closes_at
        )
        set_ends_at(opened, schedule)
        touch(opened, schedule)
        recompute(opened, schedule, keys)
        told = {
            "opens_at": opens_at and opens_at.isoformat(),
            "closes_at": closes_at and closes_at.isoformat(),
        }
        opened.lines(("enrolment", key, told) for key in keys)
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            private={"reason": reason},
            did="own_window",
            **told,
        )


def record_attendance(
    actor: Person, schedule_ref: str, refs: Sequence[str], standing: str, *, reason: str = "", at: datetime
) -> int:
    """Record that candidates were absent, excused or deferred, or are expected after all; return how many.

    Args:
        refs: enrolments of candidates who handed nothing in.

    Raises:
        NotFound, NotAllowed: the actor does not see the schedule, or does not record attendance there.
        BadInput: nobody chosen, or an unknown word.
        WrongState: one of them has begun or handed in; nothing is changed.
    """
    if standing not in Standing.values:
        raise BadInput(_("Choose absent, excused, deferred or expected."))
    with change(actor, Verb.ATTENDANCE_RECORD, at=at) as opened:
        schedule = lock_schedule(opened, actor, schedule_ref)
        demand(
            actor,
            Verb.ATTENDANCE_RECORD,
            schedule.node_id,
            _("You may see this schedule but not record who was there."),
        )
        keys = [enrolment.pk for enrolment in _chosen(actor, schedule, refs)]
        rows = list(Result.objects.filter(enrolment__in=keys).select_for_update(no_key=True).order_by("pk"))
        if any(row.person_id == actor.pk for row in rows):
            raise NotAllowed(_("You are a candidate here: somebody else records your attendance."))
        return set_standing(opened, rows, Standing(standing), reason=reason)


def _chosen(actor: Person, schedule: Schedule, refs: Sequence[str]) -> list[Enrolment]:
    if not refs:
        raise BadInput(_("Nobody was chosen: tick at least one candidate."))
    return enrolments_named(actor, schedule, list(refs))
