"""Give people roles over units, and end them."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.people import steps
from marksheet.apps.people.actions.persons import demand_not_last
from marksheet.apps.people.models import Grant, NodeKind, Person, Reach, Role, RoleVerb, Unit
from marksheet.apps.people.queries import (
    demand,
    helpers,
    holds,
    institution_of,
    nodes_where,
    shipped_role,
    unit_for,
    verbs_at,
)
from marksheet.apps.people.queries.directory import SEES_PEOPLE, person_seen_by
from marksheet.apps.people.steps.sight import watching_sight
from marksheet.rules.access import Verb, gives

REFUSALS = {
    "no_right": gettext_lazy("You may see %(unit)s but not give rights there."),
    "own_grant": gettext_lazy("Nobody adds to their own rights. Ask another administrator."),
    "direct_only": gettext_lazy(
        "%(role)s confers the right to publish, which is given at single schedules only, by the"
        " coordinator, under Marking > Coordinator > People."
    ),
    "more_than_own": gettext_lazy(
        "%(role)s confers a right over the organisation that you do not hold at %(unit)s."
    ),
}


def give_role(
    actor: Person,
    person_ref: str,
    *,
    role_ref: str,
    unit_ref: str,
    reach: str = Reach.SCHEDULES,
    at: datetime,
) -> Grant:
    """Give a role over the schedules, or over the candidates, of a unit and everything below it.

    Raises:
        NotAllowed: the actor does not look after people there, would raise themselves, or hands on more
            than they hold; names who can help.
        BadInput: the role makes no sense over candidates.
    """
    with change(actor, Verb.PERSON_MANAGE, at=at) as opened:
        person = person_seen_by(actor, person_ref)
        unit = unit_for(actor, unit_ref, *SEES_PEOPLE)
        role = _role(role_ref, unit)
        return _give(opened, actor, person, role, unit, reach)


def end_grant(actor: Person, grant_ref: str, *, at: datetime) -> str:
    """End a grant, which stays on record; return the ref of the person who held it.

    Coordinators hear of a Publish right that falls asleep with it.
    """
    with change(actor, Verb.PERSON_MANAGE, at=at) as opened:
        grant = _grant(actor, grant_ref)
        _end(opened, actor, grant)
    return str(grant.person.ref)


def set_reports_view(actor: Person, person_ref: str, *, unit_ref: str, given: bool, at: datetime) -> None:
    """Give or take back "view reports" at a unit: sight of results, reports and finished schedules there."""
    with change(actor, Verb.PERSON_MANAGE, at=at) as opened:
        person = person_seen_by(actor, person_ref)
        unit = unit_for(actor, unit_ref, *SEES_PEOPLE)
        role = shipped_role("reports_viewer")
        if given:
            _give(opened, actor, person, role, unit, Reach.SCHEDULES)
            return
        grant = Grant.objects.filter(person=person, role=role, unit=unit, ended_at=None).first()
        if grant is None:
            raise WrongState(
                _("%(person)s was not given “view reports” at %(unit)s itself.")
                % {"person": person.name, "unit": unit.name}
            )
        _end(opened, actor, grant)


def _give(opened: Change, actor: Person, person: Person, role: Role, unit: Unit, reach: str) -> Grant:
    if unit.kind == NodeKind.SCHEDULE:
        raise WrongState(
            _("Rights at one schedule are given by its coordinator, under Marking > Coordinator.")
        )
    if unit.archived_at is not None:
        raise WrongState(_("%(unit)s is archived. Choose another unit.") % {"unit": unit.name})
    if not person.is_active:
        raise WrongState(
            _("%(person)s's account is inactive. Reactivate it first.") % {"person": person.name}
        )
    verbs = set(RoleVerb.objects.filter(role=role).values_list("verb", flat=True))
    _demand_gives(actor, person, role, unit, verbs)
    if reach not in Reach.values:
        raise BadInput(_("A role is given over schedules or over candidates."))
    if reach == Reach.CANDIDATES and Verb.CANDIDATE_SEE not in verbs:
        raise BadInput(
            _("%(role)s does not let anybody see candidates. Give it over schedules.") % {"role": role.name}
        )
    grant = steps.give(opened, person=person, role=role, unit=unit, reach=reach)
    opened.record("person", person.pk, move="give", role=role.name, unit=unit.ref, reach=str(reach))
    return grant


def _demand_gives(actor: Person, person: Person, role: Role, unit: Unit, verbs: set[str]) -> None:
    decision = gives(verbs, verbs_at(actor, unit.pk), own=actor.pk == person.pk)
    if not decision.allowed:
        message = str(REFUSALS[decision.code]) % {"unit": unit.name, "role": role.name}
        names = [name for name in helpers(Verb.PERSON_MANAGE, unit.pk) if name != actor.name]
        raise NotAllowed(message, helpers=[] if decision.code == "direct_only" else names)


def _end(opened: Change, actor: Person, grant: Grant) -> None:
    demand(
        actor,
        Verb.PERSON_MANAGE,
        grant.unit_id,
        _("You may not end rights at %(unit)s.") % {"unit": grant.unit.name},
    )
    if grant.unit.kind == NodeKind.SCHEDULE:
        raise WrongState(
            _("Rights at one schedule are ended by its coordinator, under Marking > Coordinator.")
        )
    if grant.person_id == actor.pk:
        raise NotAllowed(
            _("Nobody changes their own rights. Ask another administrator."),
            helpers=[n for n in helpers(Verb.PERSON_MANAGE, grant.unit_id) if n != actor.name],
        )
    if RoleVerb.objects.filter(role=grant.role, verb=Verb.PERSON_MANAGE).exists():
        _demand_another_administrator(grant)
    with watching_sight(opened, [grant.person_id]):
        steps.end(opened, [grant])
    opened.record(
        "person",
        grant.person_id,
        move="end",
        role=grant.role.name,
        unit=grant.unit.ref,
        reach=grant.reach,
    )


def _demand_another_administrator(grant: Grant) -> None:
    if grant.unit.kind == NodeKind.INSTITUTION and holds(grant.person, Verb.PERSON_MANAGE, grant.unit_id):
        demand_not_last(grant.person)


def _grant(actor: Person, ref: str) -> Grant:
    grants = Grant.objects.select_for_update(of=("self",), no_key=True).select_related(
        "role", "unit", "person"
    )
    grant = grants.filter(ref=ref, ended_at=None, unit__in=nodes_where(actor, *SEES_PEOPLE)).first()
    if grant is None:
        raise NotFound(_("There is no such grant in force."))
    return grant


def _role(ref: str, unit: Unit) -> Role:
    roles = Role.objects.filter(Q(institution=None) | Q(institution=institution_of(unit)), archived_at=None)
    role = roles.filter(ref=ref).first()
    if role is None:
        raise NotFound(_("There is no such role."))
    return role
