"""Hand a schedule that nobody coordinates over to somebody else: its marking, its results, the Publish right."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from marksheet.apps.exams.actions.schedules import managed
from marksheet.apps.exams.models import ScheduleState
from marksheet.apps.exams.queries.schedules import roles_alone
from marksheet.apps.exams.steps.schedules import let_scheduler_publish, touch
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, WrongState
from marksheet.apps.marking.queries.people import Missing, people_named
from marksheet.apps.people.models import Person
from marksheet.apps.people.steps import end, tell
from marksheet.apps.results.queries.alone import kept_from_it, running_alone
from marksheet.rules.access import Verb

REFUSALS = {
    Missing.HERE: gettext_noop("%(name)s runs this schedule already."),
    Missing.INACTIVE: gettext_noop("%(name)s is deactivated. An administrator can reactivate the account."),
    Missing.NOT_STAFF: gettext_noop(
        "%(name)s is not staff. An administrator can change that under Organisation."
    ),
}


def hand_over(actor: Person, ref: str, person_ref: str, *, at: datetime) -> None:
    """Give what the scheduler holds at a schedule to somebody else, and end it for who held it; every mark stays.

    Raises:
        NotFound: the schedule is hidden from the actor, or nobody of its institution is called so.
        NotAllowed: the actor does not plan schedules there, or the person is a candidate of it.
        WrongState: it is not active, has a coordinator, is theirs already, or the person has no account as staff.
        BadInput: nobody was chosen.
    """
    if not person_ref:
        raise BadInput(_("Choose who takes it over."))
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, ref)
        if schedule.state != ScheduleState.ACTIVE:
            raise WrongState(_("Only an active schedule can be handed over."))
        if not roles_alone(schedule):
            raise WrongState(
                _("This schedule is coordinated: its coordinator says who marks and who publishes.")
            )
        (person,) = people_named(schedule, [person_ref])
        grants = list(running_alone(schedule))
        why = kept_from_it(schedule, [person])[person.pk]
        if why == Missing.CANDIDATE:
            raise NotAllowed(
                _("%(name)s is a candidate of this schedule. Nobody handles their own work.")
                % {"name": person.name}
            )
        if why:
            raise WrongState(_(REFUSALS[Missing(why)]) % {"name": person.name})
        before = {grant.person_id: grant.person for grant in grants if grant.person_id != person.pk}
        end(opened, [grant for grant in grants if grant.person_id != person.pk])
        let_scheduler_publish(opened, schedule, person)
        touch(opened, schedule)
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            did="handed_over",
            people=[person.pk, *sorted(before)],
        )
        said = {"schedule": schedule.title, "code": schedule.code, "by": actor.name}
        page = f"/marking/{'results' if schedule.wholly_machine else 'assess'}/"
        if person.pk != actor.pk:
            tell(opened, [person], "schedule-handed-over", path=page, **said)
        gone = [one for one in before.values() if one.pk != actor.pk]
        tell(opened, gone, "schedule-taken-over", **said)
