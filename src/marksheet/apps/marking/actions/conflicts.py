"""Declare that somebody never has certain work in hand, and end that; it holds at every schedule."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.steps.activity import note_activity
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.marking.queries.conflicts import candidate_named, conflict_here, homes_of
from marksheet.apps.marking.queries.people import assessor_here, coordinated_for
from marksheet.apps.marking.steps.allocation import take_back_kept_apart
from marksheet.apps.people.models import Conflict, Person, Unit
from marksheet.apps.people.queries import people_with
from marksheet.apps.people.steps import tell
from marksheet.rules.access import Verb


def declare_conflict(
    actor: Person,
    schedule_ref: str,
    person_ref: str,
    *,
    number: str = "",
    unit_ref: str = "",
    reason: str,
    at: datetime,
) -> Conflict:
    """Keep somebody who works at a schedule from the work of one candidate, or of a unit's candidates.

    Marks given before stay, and are listed: what becomes of them is a person's decision. Scripts that are allocated
    to the person and not submitted are with nobody from now on, at every schedule; other coordinators are told.

    Args:
        number: of a candidate of the schedule; or else
        unit_ref: of a home of its candidates, or a unit above one.

    Raises:
        NotFound: the schedule is hidden from the actor, or the person was given nothing here.
        BadInput: neither or both are named, there is no such candidate or unit, or no reason is given.
        WrongState: it is declared already, or the person is that candidate.
    """
    if bool(number.strip()) == bool(unit_ref):
        raise BadInput(_("Name either a candidate's number or a unit."))
    if not reason.strip():
        raise BadInput(_("Say why: the reason stays with the conflict of interest."))
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = coordinated_for(actor, schedule_ref)
        person = assessor_here(schedule, person_ref).person
        candidate: Person | None = None
        unit: Unit | None = None
        if unit_ref:
            unit = homes_of(schedule).filter(ref=unit_ref).first()
            if unit is None:
                raise BadInput(
                    _("No candidate of this schedule belongs to that unit. Choose one of the list.")
                )
        else:
            candidate = candidate_named(actor, schedule, number)
            if candidate is None:
                words = _("No candidate of this schedule has the number “%(number)s”.")
                raise BadInput(words % {"number": number.strip()[:40]})
        if candidate == person:
            raise WrongState(_("This is their own work, which nobody handles anyway."))
        if Conflict.objects.filter(person=person, candidate=candidate, unit=unit, ended_at=None).exists():
            raise WrongState(_("This conflict of interest is declared already."))
        declared = Conflict.objects.create(
            person=person, candidate=candidate, unit=unit, reason=reason.strip(), declared_by=actor,
            declared_at=at, declared_event_id=opened.event_id,
        )  # fmt: skip
        counts = take_back_kept_apart(opened, person)
        _record(opened, schedule, "conflict", declared, reason, with_nobody=counts.get(schedule.pk, 0))
        _tell_elsewhere(opened, schedule, counts)
        if person.pk != actor.pk:
            tell(opened, [person], "conflict-declared", schedule=schedule.title, code=schedule.code)
        return declared


def end_conflict(actor: Person, schedule_ref: str, conflict_ref: str, *, reason: str, at: datetime) -> None:
    """End a conflict of interest that keeps somebody from candidates of this schedule, everywhere.

    Raises:
        NotFound: the schedule or the conflict is hidden from the actor.
        BadInput: no reason.
        NotAllowed: it is the actor's own.
    """
    if not reason.strip():
        raise BadInput(_("Say why: the reason stays in the history."))
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = coordinated_for(actor, schedule_ref)
        conflict = conflict_here(actor, schedule, conflict_ref).conflict
        if conflict.person_id == actor.pk:
            raise NotAllowed(_("Nobody ends a conflict of interest of their own. Ask another coordinator."))
        Conflict.objects.filter(pk=conflict.pk).update(ended_at=at, ended_event_id=opened.event_id)
        _record(opened, schedule, "conflict-end", conflict, reason)


def _tell_elsewhere(opened: Change, schedule: Schedule, counts: Mapping[int, int]) -> None:
    """Tell the coordinators of other schedules how many scripts are with nobody there now, and not why."""
    for other in Schedule.objects.filter(pk__in=list(counts)).exclude(pk=schedule.pk).order_by("pk"):
        everybody = people_with(Verb.SCHEDULE_COORDINATE, other.node_id)
        people = [one for one in everybody if one.pk != opened.actor.id]
        path = f"/marking/coordinator/{other.ref}/allocation/"
        tell(opened, people, "scripts-with-nobody", path=path, count=counts[other.pk], title=other.title)
        note_activity(opened, other)


def _record(
    opened: Change, schedule: Schedule, move: str, conflict: Conflict, reason: str, **facts: int
) -> None:
    opened.record(
        "schedule", schedule.pk, schedule_id=schedule.pk, move=move, people=[conflict.person_id],
        conflict=conflict.pk, candidate=conflict.candidate_id, unit=conflict.unit_id,
        private={"reason": reason.strip()}, **facts,
    )  # fmt: skip
