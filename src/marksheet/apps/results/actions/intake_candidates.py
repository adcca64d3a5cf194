"""Bring in a file of candidates: all of it in one change, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.schedules import managed
from marksheet.apps.exams.models import Enrolment, Schedule, ScheduleState
from marksheet.apps.exams.steps.enrolments import enrol
from marksheet.apps.exams.steps.imports import lock_import, settle_import
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, WrongState
from marksheet.apps.people.models import Membership, Person, Unit
from marksheet.apps.people.queries import demand
from marksheet.apps.results.actions.enrolment import note_enrolled
from marksheet.formats.candidates_layout import CandidateRow, Candidates
from marksheet.rules.access import Verb

LONGEST_NUMBER = 40
SHOWN = 200


@dataclass(slots=True)
class CandidatesPlan:
    """What a file of candidates would do.

    Args:
        fresh: rows of those to enrol.
        known: how many are enrolled already; they stay as they are.
        new_people: how many of the fresh ones have no account at this institution yet.
        late: whether they come after the window, which needs a reason.
        problems: rows that cannot be taken, as sentences; the first 200.
    """

    rows: int
    fresh: list[CandidateRow] = field(default_factory=list)
    known: int = 0
    new_people: int = 0
    late: bool = False
    problems: list[str] = field(default_factory=list)
    problem_count: int = 0
    homes: dict[str, int] = field(default_factory=dict)
    unnamed: int = 0

    def wrong(self, row: CandidateRow, why: str) -> None:
        """Count one row that cannot be taken."""
        self.problem_count += 1
        if len(self.problems) < SHOWN:
            self.problems.append(
                _("row %(row)s, candidate %(number)s: %(why)s")
                % {"row": row.row_number, "number": row.number, "why": why}
            )


@dataclass(frozen=True, slots=True)
class CandidatesReceipt:
    """What became of a file of candidates."""

    rows: int
    enrolled: int
    there_already: int
    late: int
    nothing_new: bool

    def as_json(self) -> dict[str, Any]:
        """Return the receipt as JSON values, to be kept with the import."""
        return {name: getattr(self, name) for name in self.__slots__}


def plan_candidates(schedule: Schedule, candidates: Candidates, *, at: datetime) -> CandidatesPlan:
    """Return what enrolling ``candidates`` would do. The caller was let into the schedule."""
    plan = CandidatesPlan(len(candidates.rows))
    enrolled = set(Enrolment.objects.filter(schedule=schedule).values_list("number", flat=True))
    people = _known_people(schedule.institution_id, [row.number for row in candidates.rows])
    units = _units(schedule.institution, {row.unit for row in candidates.rows if row.unit})
    for row in candidates.rows:
        why = _why_not(row, people, units)
        if why:
            plan.wrong(row, why)
        elif row.number in enrolled:
            plan.known += 1
        else:
            plan.fresh.append(row)
            plan.new_people += row.number not in people
            plan.unnamed += not row.name and row.number not in people
    plan.homes = {text: key for text, key in units.items() if key is not None}
    over = schedule.state == ScheduleState.ACTIVE and schedule.closes_at <= at
    plan.late = bool(plan.fresh) and over
    return plan


def import_candidates(
    actor: Person,
    schedule_ref: str,
    candidates: Candidates,
    *,
    reason: str = "",
    import_ref: str = "",
    facts: Mapping[str, Any] | None = None,
    at: datetime,
) -> CandidatesReceipt:
    """Enrol the candidates of a file, all or none; who is enrolled already stays as they are.

    A candidate without a name in the file is called by the number until somebody corrects it.

    Raises:
        NotFound, NotAllowed: the actor does not see the schedule, or does not plan it.
        WrongState: the schedule is archived, or the file was carried in meanwhile.
        BadInput: rows that cannot be taken, or no reason after the window.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, schedule_ref)
        if schedule.state == ScheduleState.ARCHIVED:
            raise WrongState(_("This schedule is archived: nobody can be added."))
        row = lock_import(opened, import_ref)
        plan = plan_candidates(schedule, candidates, at=at)
        _refuse(plan, reason)
        fresh = [_as_row(one, plan.homes) for one in plan.fresh]
        added: Sequence[Enrolment] = enrol(opened, schedule, fresh) if fresh else []
        receipt = CandidatesReceipt(
            rows=plan.rows,
            enrolled=len(added),
            there_already=plan.known,
            late=len(added) if plan.late else 0,
            nothing_new=not added,
        )
        if not added:
            return receipt
        note_enrolled(opened, schedule, added, reason=reason)
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            content=candidates.content_hash,
            **dict(facts or {}),
        )
        settle_import(
            opened, row, content_hash=candidates.content_hash, report=receipt.as_json(), reason=reason
        )
        return receipt


def may_import_candidates(actor: Person, schedule: Schedule) -> None:
    """Refuse unless the actor plans this schedule.

    Raises:
        NotAllowed: they do not; the error names who can.
    """
    demand(actor, Verb.SCHEDULE_MANAGE, schedule.node_id, _("You may see this schedule but not change it."))


def _refuse(plan: CandidatesPlan, reason: str) -> None:
    if plan.problem_count:
        raise BadInput(
            _("Nobody was added: %(n)s rows need correcting.") % {"n": plan.problem_count},
            details=plan.problems,
        )
    if plan.late and not reason.strip():
        raise BadInput(
            _("The window is over: say why candidates are added now. The reason stays in the history.")
        )


def _as_row(row: CandidateRow, homes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": row.name or row.number,
        "email": row.email,
        "language": row.language[:10],
        "home": homes.get(row.unit),
    }


def _why_not(row: CandidateRow, people: Mapping[str, str], units: Mapping[str, int | None]) -> str:
    if len(row.number) > LONGEST_NUMBER:
        return _("a number has at most %(most)s characters") % {"most": LONGEST_NUMBER}
    if row.unit and units.get(row.unit) is None:
        return _("there is no unit with the code or name “%(unit)s”") % {"unit": row.unit}
    name = people.get(row.number)
    if name and row.name and _folded(name) != _folded(row.name) and name != row.number:
        return _("this is already the number of %(known)s, not of %(name)s") % {
            "known": name,
            "name": row.name,
        }
    return ""


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _known_people(institution_id: int, numbers: Sequence[str]) -> dict[str, str]:
    wanted = set(numbers)
    rows = Membership.objects.filter(institution=institution_id).exclude(number="")
    if len(wanted) <= 500:
        rows = rows.filter(number__in=wanted)
    return {n: name for n, name in rows.values_list("number", "person__name") if n in wanted}


def _units(institution: Unit, texts: set[str]) -> dict[str, int | None]:
    """Return unit text -> key, by code or else by a name that only one unit has; None when there is none."""
    if not texts:
        return {}
    by_code: dict[str, int] = {}
    by_name: dict[str, list[int]] = {}
    rows = Unit.objects.filter(institution=institution, archived_at=None).exclude(kind="schedule")
    for key, code, name in [
        *rows.values_list("id", "code", "name"),
        (institution.pk, institution.code, institution.name),
    ]:
        if code:
            by_code[code.casefold()] = key
        by_name.setdefault(name.casefold(), []).append(key)
    found: dict[str, int | None] = {}
    for text in texts:
        named = by_name.get(text.casefold(), [])
        found[text] = by_code.get(text.casefold()) or (named[0] if len(named) == 1 else None)
    return found
