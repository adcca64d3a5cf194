"""The verbs of a scheduler that also reach working results: change a plan, activate."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.exams.actions.schedules import (
    Plan,
    managed,
    plan_facts,
    plan_problems,
    show_problems,
    write_plan,
)
from marksheet.apps.exams.models import AssessmentVersion, Schedule, ScheduleState
from marksheet.apps.exams.queries.assessments import versions_offered
from marksheet.apps.exams.queries.schedules import has_work_by_hand
from marksheet.apps.exams.steps.schedules import (
    copy_options,
    let_scheduler_publish,
    pin,
    rename_node,
    set_ends_at,
    touch,
)
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, Stale, WrongState
from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.recompute import recompute
from marksheet.apps.results.steps.rows import rename
from marksheet.rules.access import Verb


@dataclass(frozen=True, slots=True)
class Edit:
    """A change to a plan: what it becomes, which version it uses (a draft only), and why (once active).

    ``revision`` is what the actor looked at; None where that does not matter.
    """

    plan: Plan
    version_ref: str = ""
    reason: str = ""
    revision: int | None = None


def edit_schedule(actor: Person, ref: str, edit: Edit, *, at: datetime) -> None:
    """Change a schedule: anything while it is a draft; title, place and window later, with a reason.

    Raises:
        NotFound, NotAllowed: the actor does not see it, or does not plan schedules there.
        WrongState: it is archived.
        Stale: somebody else changed it since.
        BadInput: a value is missing or impossible, or no reason was given; ``details`` says what.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, ref)
        if schedule.state == ScheduleState.ARCHIVED:
            raise WrongState(_("This schedule is archived and stays as it is."))
        if edit.revision is not None and edit.revision != schedule.revision:
            raise Stale(
                _("Somebody changed this schedule while you had it open. Look at it again, then save.")
            )
        version = _wanted_version(actor, schedule, edit)
        details = _problems(schedule, version, edit)
        if details or version is None:
            raise BadInput(details[0], details=details)
        before = plan_facts(schedule)
        switched = version.pk != schedule.version_id
        schedule.version = version
        write_plan(schedule, edit.plan)
        if schedule.state == ScheduleState.DRAFT:
            schedule.show_results = edit.plan.show_results or version.show_results
            copy_options(schedule, version)
        schedule.save()
        after = plan_facts(schedule)
        if before == after and not switched:
            return
        set_ends_at(opened, schedule)
        rename_node(opened, schedule)
        touch(opened, schedule)
        Result.objects.filter(schedule=schedule).update(assessment=version.assessment_id)
        rename(opened, schedule)
        recompute(opened, schedule)
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            private={"reason": edit.reason},
            did="edited",
            before=before,
            after=after,
            version=version.ref,
        )


def _wanted_version(actor: Person, schedule: Schedule, edit: Edit) -> AssessmentVersion | None:
    if not edit.version_ref or edit.version_ref == schedule.version.ref:
        return schedule.version
    return versions_offered(actor, schedule.unit).filter(ref=edit.version_ref).first()


def _problems(schedule: Schedule, version: AssessmentVersion | None, edit: Edit) -> list[str]:
    found = plan_problems(schedule.institution_id, edit.plan, but=schedule)
    if version is None:
        found.append(_("Choose an assessment that is live and may be used in this unit."))
        return found
    if schedule.state == ScheduleState.DRAFT:
        wholly = not version.hand_check and not has_work_by_hand(version.pk)
        return found + show_problems(version, edit.plan.show_results, wholly_machine=wholly)
    if version.pk != schedule.version_id:
        found.append(_("An active schedule keeps its version."))
    if edit.plan.show_results not in ("", schedule.show_results):
        found.append(_("What candidates are shown was decided when the schedule became active."))
    if not edit.reason.strip():
        found.append(_("This schedule is active: say why it changes. The reason stays in its history."))
    return found


def activate(actor: Person, ref: str, *, at: datetime) -> None:
    """Make a planned schedule active: pin its version and keys, copy options, scale and switches.

    In a workflow that nobody coordinates the actor is given the Publish right and sight of the results.

    Raises:
        NotFound, NotAllowed: the actor does not see it, or does not plan schedules there.
        WrongState: it is active or archived already.
    """
    with change(actor, Verb.SCHEDULE_MANAGE, at=at) as opened:
        schedule = managed(opened, actor, ref)
        if schedule.state != ScheduleState.DRAFT:
            raise WrongState(_("This schedule is active already, or archived."))
        pin(opened, schedule)
        touch(opened, schedule)
        alone = let_scheduler_publish(opened, schedule, actor)
        recompute(opened, schedule)
        opened.record(
            "schedule",
            schedule.pk,
            schedule_id=schedule.pk,
            did="activated",
            version=schedule.version.ref,
            workflow=schedule.workflow,
            show_results=schedule.show_results,
            wholly_machine=schedule.wholly_machine,
            scheduler_publishes=alone,
        )
