"""Work handed in at a schedule, ready to be marked."""

from collections.abc import Sequence

from marksheet.apps.exams.models import Attempt, Enrolment, Schedule
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.exams.steps.work import hand_in_attempts, store_responses
from marksheet.apps.ledger.change import change
from marksheet.apps.marking.models import Script
from marksheet.apps.marking.steps import open_scripts
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.recompute import recompute
from tests.factories import CLOSES, TESTER, enrolments
from tests.scenery import kept


@kept
def hand_in(schedule: Schedule, who: Sequence[Enrolment] | None = None, answer: str = "A") -> list[Attempt]:
    """Hand in a first attempt of each enrolment, with ``answer`` to every machine-scored part."""
    people = enrolments(schedule) if who is None else list(who)
    parts = paper_of(schedule.version_id, schedule.key_version_id).machine_parts
    with change(TESTER, "work.import", at=CLOSES) as opened:
        made = hand_in_attempts(opened, schedule, [one.pk for one in people], "test")
        store_responses(
            opened, schedule, [(attempt, part.id, answer) for attempt in made.values() for part in parts]
        )
        open_scripts(opened, schedule, made.values())
        recompute(opened, schedule, [one.pk for one in people])
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk)
    found = {attempt.enrolment_id: attempt for attempt in Attempt.objects.filter(pk__in=made.values())}
    return [found[one.pk] for one in people]


def human_part(schedule: Schedule, n: int = 0) -> PartRow:
    """Return the n-th part that people mark."""
    return paper_of(schedule.version_id, schedule.key_version_id).human_parts[n]


def script_of(attempt: Attempt) -> Script:
    """Return the attempt's script of the first round."""
    return Script.objects.get(attempt=attempt)


def result_of(attempt: Attempt) -> Result:
    """Return the working result that the attempt belongs to."""
    return Result.objects.get(enrolment=attempt.enrolment_id)
