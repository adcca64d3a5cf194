"""How a schedule is marked: by how many, and how two marks become one."""

from fractions import Fraction

from marksheet.apps.exams.models import Schedule
from marksheet.apps.marking.models import MARKERS, MODERATION, Mark, Round, Script
from marksheet.apps.marking.models import Plan as Plan
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import verbs_at
from marksheet.rules.access import Verb
from marksheet.rules.agreement import Agreeing, Beyond, Measured, Within
from marksheet.rules.anonymity import Sharing, sees_others


def plan_of(schedule: Schedule) -> Plan:
    """Return how a schedule is marked: as its coordinator set it, otherwise by one marker."""
    return Plan.objects.filter(schedule=schedule).first() or Plan(schedule=schedule)


def rounds_of(schedule: Schedule) -> tuple[Round, ...]:
    """Return the rounds in which its scripts are marked by markers."""
    return MARKERS[: plan_of(schedule).markers]


def agreeing_of(plan: Plan) -> Agreeing | None:
    """Return how two marks become one, as the rules want it; None where there is one marker."""
    if plan.markers == 1:
        return None
    return Agreeing(
        Fraction(plan.tolerance_thousandths, 1000),
        Within(plan.within),
        Beyond(plan.beyond),
        Measured(plan.measured),
    )


def marking_begun(schedule: Schedule) -> bool:
    """Say whether somebody gave a mark at the schedule, ever."""
    return Mark.objects.filter(attempt__schedule=schedule).exists()


def may_see_marks(person: Person, schedule: Schedule, enrolment_id: int) -> bool:
    """Say whether somebody works with the marks of a schedule, and may see all that were given to a candidate.

    Of two markers neither sees the other's before submitting their own, not even as a moderator, unless the schedule
    shares marks; who marks somebody else's scripts does not either.
    """
    held = verbs_at(person, schedule.node_id)
    moderates = Verb.MARK_MODERATE in held
    if Verb.SCHEDULE_COORDINATE in held or (moderates and Verb.MARK_GIVE not in held):
        return True
    plan = plan_of(schedule)
    if Verb.MARK_GIVE not in held or (plan.markers == 1 and not plan.second_keying):
        return Verb.MARK_GIVE in held
    own = Script.objects.filter(schedule=schedule, attempt__enrolment=enrolment_id, marker=person)
    moderated = Mark.objects.filter(attempt__enrolment=enrolment_id, round__in=MODERATION)
    return sees_others(
        Sharing(plan.sharing),
        on_script=moderates or own.exists(),
        submitted=not own.filter(submitted_at=None).exists(),
        gave="moderator" if moderated.exists() else "marker",
    )
