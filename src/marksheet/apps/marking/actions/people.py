"""Add assessors to a schedule, change what they may do there, take them off; every mark they gave stays."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marksheet.apps.exams.models import Schedule, ScheduleState
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.marking.queries.allocation import markers_at
from marksheet.apps.marking.queries.people import (
    Kind,
    Missing,
    Rights,
    assessor_here,
    coordinated_for,
    grants_here,
    missing_here,
    people_named,
)
from marksheet.apps.marking.steps.allocation import flow, hold_allocation, take_back, tell_of_more
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import shipped_role
from marksheet.apps.people.steps import end, give, tell
from marksheet.apps.people.steps.sight import watching_sight
from marksheet.rules.access import Verb

# Who goes on with the open scripts of somebody who is taken off.
OTHERS, NOBODY = "others", "nobody"


def add_assessors(
    actor: Person, schedule_ref: str, person_refs: Sequence[str], rights: Rights, *, at: datetime
) -> int:
    """Give people a role and boxes at one schedule; coordinators can add themselves. Return how many.

    Raises:
        NotFound: the schedule is hidden from the actor, or a person is not of its institution.
        BadInput: nobody was chosen, or "other" without a box.
        NotAllowed: somebody is a candidate here: nobody handles their own work.
        WrongState: somebody is here already, is deactivated, or is not staff; the schedule is archived.
    """
    if not person_refs:
        raise BadInput(_("Choose at least one person."))
    _demand_something(rights)
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = _open(actor, schedule_ref)
        people = people_named(schedule, list(person_refs))
        _refuse(schedule, people)
        for person in people:
            _give(opened, schedule, person, rights.roles)
        _record(opened, schedule, "add", people, rights)
        others = [person for person in people if person.pk != actor.pk]
        _tell(opened, schedule, others, "assessor-added", _page(schedule, rights))
        return len(people)


def change_assessor(
    actor: Person, schedule_ref: str, person_ref: str, rights: Rights, *, at: datetime
) -> None:
    """Give somebody another role or other boxes at one schedule.

    Coordinators hear of a Publish right that falls asleep with it. Open scripts of who marks no more go to the others.

    Raises:
        As ``add_assessors``; NotFound: the person was given nothing here.
    """
    _demand_something(rights)
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = _open(actor, schedule_ref)
        person = assessor_here(schedule, person_ref).person
        if missing_here(schedule, [person])[person.pk] == Missing.CANDIDATE:
            raise NotAllowed(_(REFUSALS[Missing.CANDIDATE]) % {"name": person.name})
        grants = grants_here(schedule).filter(person=person).select_related("role")
        held = {grant.role.key: grant for grant in grants}
        gone, new = set(held) - rights.roles, rights.roles - set(held)
        if not gone and not new:
            return
        hold_allocation(opened, schedule)
        with watching_sight(opened, [person.pk]):
            _give(opened, schedule, person, new)
            end(opened, [held[key] for key in gone])
        _pass_on(opened, schedule, person, OTHERS)
        _record(opened, schedule, "change", [person], rights, before=sorted(held))


def remove_assessor(
    actor: Person, schedule_ref: str, person_ref: str, *, to: str = OTHERS, at: datetime
) -> None:
    """End what somebody was given at one schedule; every mark stays, and open scripts go to others.

    Args:
        to: who goes on with their open scripts: ``OTHERS`` (the markers with the fewest left), ``NOBODY`` for now,
            or the ref of a marker who takes their place.

    Raises:
        NotFound: the schedule is hidden from the actor, the person was given nothing here, or nobody marks here by
            the name of ``to``.
    """
    with change(actor, Verb.SCHEDULE_COORDINATE, at=at) as opened:
        schedule = coordinated_for(actor, schedule_ref)
        person = assessor_here(schedule, person_ref).person
        hold_allocation(opened, schedule)
        with watching_sight(opened, [person.pk]):
            end(opened, grants_here(schedule).filter(person=person))
        _record(opened, schedule, "remove", [person], None)
        _pass_on(opened, schedule, person, to)
        _tell(opened, schedule, [person] if person.pk != actor.pk else [], "assessor-removed")


def _pass_on(opened: Change, schedule: Schedule, person: Person, to: str) -> None:
    """Give the open scripts of who marks here no more to those who do; on a pile they are there for all anyway."""
    markers = markers_at(schedule)
    if person in markers:
        return
    next_ones = None if to in (OTHERS, NOBODY) else [one.pk for one in markers if one.ref == to]
    if next_ones == []:
        raise NotFound(_("Nobody by that name marks here. Choose somebody of the list."))
    scripts = take_back(opened, schedule, person.pk)
    if scripts and to != NOBODY:
        counts = flow(opened, schedule, scripts, markers=next_ones)
        tell_of_more(opened, schedule, counts, "scripts-allocated")


REFUSALS = {
    Missing.HERE: gettext_noop("%(name)s is here already. Change their rights in the list."),
    Missing.CANDIDATE: gettext_noop(
        "%(name)s is a candidate of this schedule. Nobody handles their own work."
    ),
    Missing.INACTIVE: gettext_noop("%(name)s is deactivated. An administrator can reactivate the account."),
    Missing.NOT_STAFF: gettext_noop(
        "%(name)s is not staff. An administrator can change that under Organisation."
    ),
}


def _demand_something(rights: Rights) -> None:
    if not rights.roles:
        raise BadInput(
            _("Somebody with the role Other needs at least one right: tick a box, or choose another role.")
        )


def _open(actor: Person, schedule_ref: str) -> Schedule:
    schedule = coordinated_for(actor, schedule_ref)
    if schedule.state != ScheduleState.ACTIVE:
        raise WrongState(_("This schedule is archived: nobody can be added or changed."))
    return schedule


def _refuse(schedule: Schedule, people: list[Person]) -> None:
    why = missing_here(schedule, people)
    for person in people:
        if why[person.pk]:
            refusal = NotAllowed if why[person.pk] == Missing.CANDIDATE else WrongState
            raise refusal(_(REFUSALS[Missing(why[person.pk])]) % {"name": person.name})


def _give(opened: Change, schedule: Schedule, person: Person, roles: frozenset[str]) -> None:
    for key in sorted(roles):
        give(opened, person=person, role=shipped_role(key), unit=schedule.node)


def _record(
    opened: Change,
    schedule: Schedule,
    move: str,
    people: Sequence[Person],
    rights: Rights | None,
    before: Sequence[str] = (),
) -> None:
    opened.record(
        "schedule",
        schedule.pk,
        schedule_id=schedule.pk,
        move=move,
        people=[person.pk for person in people],
        roles=sorted(rights.roles) if rights else [],
        before=list(before),
    )


def _page(schedule: Schedule, rights: Rights) -> str:
    """Return where somebody who was added begins: with the scripts, or with the schemes that are theirs to change."""
    only_schemes = rights.kind == Kind.OTHER and rights.edit_scheme and not rights.publish
    return f"/marking/{'schemes' if only_schemes else 'assess'}/{schedule.ref}/"


def _tell(opened: Change, schedule: Schedule, people: Sequence[Person], kind: str, path: str = "") -> None:
    tell(opened, people, kind, path=path, schedule=schedule.title, code=schedule.code)
