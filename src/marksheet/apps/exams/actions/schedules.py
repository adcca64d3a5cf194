"""The verbs of a scheduler that write to exams only: plan a sitting, put it away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from marksheet.apps.exams.models import AssessmentVersion, Schedule, ScheduleState
from marksheet.apps.exams.queries.assessments import versions_offered
from marksheet.apps.exams.queries.schedules import Phase, phase
from marksheet.apps.exams.steps.schedules import (
    copy_options,
    lock_schedule,
    touch,
)
from marksheet.apps.ledger.change import Change, change
from marksheet.apps.ledger.errors import BadInput, WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import demand, institution_of, unit_for
from marksheet.apps.people.steps import add_schedule_node
from marksheet.formats.localtime import BadZone, zone_named
from marksheet.rules.access import Verb
from marksheet.rules.publication import offered

LONGEST_WINDOW = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a scheduler decides about a sitting; moments in UTC, ``timezone`` an IANA name."""

    title: str
    code: str
    opens_at: datetime
    closes_at: datetime
    timezone: str
    venue: str = ""
    contact: str = ""
    show_results: str = ""


def create_schedule(actor: Person, unit_ref: str, version_ref: str, plan: Plan, *, at: datetime) -> Schedule:
    """Plan a sitting of a live assessment version in a unit; return the draft.

    Raises:
        NotFound: the unit is hidden from the actor.
        NotAllowed: the actor does not plan schedules there.
        BadInput: a value is missing or impossible, the code is taken, or the version cannot be used there.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        unit = unit_for(actor, unit_ref, Verb.SCHEDULE_MANAGE, Verb.EXAM_AUTHOR, Verb.UNIT_MANAGE)
        demand(actor, Verb.SCHEDULE_MANAGE, unit.pk, _("You may not plan schedules in this unit."))
        version = versions_offered(actor, unit).filter(ref=version_ref).first()
        institution = institution_of(unit)
        details = plan_problems(institution.pk, plan)
        if version is None:
            details.append(_("Choose an assessment that is live and may be used in this unit."))
        if details or version is None:
            raise BadInput(details[0], details=details)
        node = add_schedule_node(opened, unit=unit, title=plan.title.strip(), timezone=plan.timezone)
        schedule = Schedule(
            # One name for the node and the schedule: whoever knows the tree can lead to the page.
            ref=node.ref,
            node=node,
            unit=unit,
            institution=institution,
            version=version,
            ends_at=plan.closes_at,
            created_by=actor,
            last_activity_at=at,
            show_results="",
        )
        write_plan(schedule, plan)
        copy_options(schedule, version)
        schedule.save()
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            did="created",
            version=version.ref,
            after=plan_facts(schedule),
        )
    return schedule


def write_plan(schedule: Schedule, plan: Plan) -> None:
    """Write a checked plan onto a schedule; the caller saves it."""
    schedule.title = plan.title.strip()
    schedule.code = plan.code.strip()
    schedule.venue = plan.venue.strip()
    schedule.contact = plan.contact.strip()
    schedule.opens_at = plan.opens_at
    schedule.closes_at = plan.closes_at
    schedule.timezone = plan.timezone


def plan_facts(schedule: Schedule) -> dict[str, str]:
    """Return what the audit log keeps of a plan."""
    return {
        "title": schedule.title,
        "code": schedule.code,
        "venue": schedule.venue,
        "opens_at": schedule.opens_at.isoformat(),
        "closes_at": schedule.closes_at.isoformat(),
        "timezone": schedule.timezone,
        "show_results": schedule.show_results,
    }


def plan_problems(institution_id: int, plan: Plan, *, but: Schedule | None = None) -> list[str]:
    """Return what is wrong with a plan, in sentences."""
    found = []
    if not plan.title.strip():
        found.append(_("Give the schedule a title."))
    if not plan.code.strip():
        found.append(_("Give the schedule a code."))
    if len(plan.title.strip()) > 200 or len(plan.code.strip()) > 60 or len(plan.venue.strip()) > 200:
        found.append(_("A title and a venue have at most 200 characters, a code at most 60."))
    if plan.closes_at <= plan.opens_at:
        found.append(_("The window must close after it opens."))
    elif plan.closes_at - plan.opens_at > LONGEST_WINDOW:
        found.append(_("A window lasts three years at most."))
    try:
        zone_named(plan.timezone)
    except BadZone as error:
        found.append(str(error))
    others = Schedule.objects.filter(institution_id=institution_id, code__iexact=plan.code.strip())
    if others.exclude(pk=but.pk if but else 0).exists():
        found.append(_("The code %(code)s is taken by another schedule.") % {"code": plan.code.strip()})
    return found


def show_problems(version: AssessmentVersion, wanted: str, *, wholly_machine: bool) -> list[str]:
    """Return why the scheduler may not choose what candidates are shown; empty when they may."""
    if not wanted or wanted == version.show_results:
        return []
    if not version.scheduler_may_override:
        return [_("The author of this exam decides when candidates see their results.")]
    if wanted not in offered(wholly_machine):
        return [_("Choose when candidates see their results.")]
    return []


def archive_schedule(actor: Person, ref: str, *, reason: str, at: datetime) -> None:
    """Put a schedule away that has ended, or a draft that will not be held; everything in it stays.

    Raises:
        NotFound, NotAllowed: the actor does not see it, or does not plan schedules there.
        BadInput: no reason was given.
        WrongState: a window is still open, or it is archived already.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, ref)
        stands = phase(schedule, at)
        if stands not in (Phase.DRAFT, Phase.ENDED):
            raise WrongState(_("Only a draft, or a schedule whose every window is closed, can be archived."))
        if not reason.strip():
            raise BadInput(_("Say why this schedule is archived. The reason stays in its history."))
        Schedule.objects.filter(pk=schedule.pk).update(state=ScheduleState.ARCHIVED)
        touch(opened, schedule)
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            private={"reason": reason.strip()},
            did="archived",
            was=str(stands),
        )


def restore_schedule(actor: Person, ref: str, *, reason: str, at: datetime) -> None:
    """Bring an archived schedule back to where it stood: a draft, or active with its windows as they are.

    Raises:
        NotFound, NotAllowed: the actor does not see it, or does not plan schedules there.
        BadInput: no reason was given.
        WrongState: it is not archived.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, ref)
        if schedule.state != ScheduleState.ARCHIVED:
            raise WrongState(_("This schedule is not archived."))
        if not reason.strip():
            raise BadInput(_("Say why this schedule is brought back. The reason stays in its history."))
        schedule.state = ScheduleState.ACTIVE if schedule.activated_at else ScheduleState.DRAFT
        Schedule.objects.filter(pk=schedule.pk).update(state=schedule.state)
        touch(opened, schedule)
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            private={"reason": reason.strip()},
            did="restored",
            now=str(phase(schedule, at)),
        )


def managed(opened: Change, actor: Person, ref: str) -> Schedule:
    """Return a schedule that the actor sees and manages, locked until the change ends.

    Raises:
        NotFound, NotAllowed: one of the two is not so.
    """
    schedule = lock_schedule(opened, actor, ref)
    demand(
        actor,
        Verb.SCHEDULE_MANAGE,
        schedule.node_id,
        _("You may see this schedule but not change it."),
    )
    return schedule
