"""How a schedule is marked: by how many, and how two marks become one."""

from fractions import Fraction

from marksheet.apps.exams.models import Schedule
from marksheet.apps.marking.models import MARKERS, Plan, Round
from marksheet.rules.agreement import Agreeing, Beyond, Measured, Within


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
