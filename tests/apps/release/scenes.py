"""Scenes for release tests: a schedule whose work is in, marked and ready."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.steps.work import hand_in_attempts, store_responses
from marksheet.apps.ledger.change import change
from marksheet.apps.marking.steps.marks import store_marks
from marksheet.apps.marking.steps.scripts import open_scripts
from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result
from marksheet.apps.results.steps.recompute import recompute
from tests import factories
from tests.factories import TESTER, World
from tests.scenery import kept

HANDED_IN = factories.CLOSES - timedelta(minutes=5)


@kept
def hand_in(schedule: Schedule, answers: Sequence[str], *, at: datetime = HANDED_IN) -> None:
    """Hand in one string of answers per enrolment, a letter a part; ``.`` is no response."""
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    enrolments = factories.enrolments(schedule)[: len(answers)]
    with change(TESTER, "work.import", at=at) as opened:
        attempts = hand_in_attempts(opened, schedule, [e.pk for e in enrolments], "import")
        store_responses(
            opened,
            schedule,
            [
                (attempts[e.pk], part.id, None if given == "." else given)
                for e, line in zip(enrolments, answers, strict=True)
                for part, given in zip(paper.machine_parts, line, strict=True)
            ],
        )
        open_scripts(opened, schedule, list(attempts.values()))
        recompute(opened, schedule)
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk)


@kept
def mark_all(world: World, schedule: Schedule, thousandths: int, *, submit: bool = True) -> None:
    """Have Mo give every human part of every script the same mark."""
    from marksheet.apps.exams.models import Attempt
    from marksheet.apps.marking.models import Script

    paper = paper_of(schedule.version_id, schedule.key_version_id)
    attempts = list(Attempt.objects.filter(schedule=schedule).values_list("pk", flat=True))
    with change(world.mo, "mark.give", at=factories.NOW) as opened:
        Script.objects.filter(schedule=schedule).update(submitted_at=None)
        rows = [(a, part.id, thousandths, False) for a in attempts for part in paper.human_parts]
        store_marks(opened, schedule, world.mo, "marker-1", rows)
        if submit:
            Script.objects.filter(schedule=schedule).update(submitted_at=factories.NOW)
        recompute(opened, schedule)
        opened.record("schedule", schedule.pk, schedule_id=schedule.pk)


@kept
def a_ready_quiz(
    world: World, answers: Sequence[str] = ("AAA", "AAB", "BBB"), code: str = "QUIZ-1"
) -> Schedule:
    """A coordinated schedule of three choices with key A, handed in and ready; Pia may publish it."""
    version = factories.a_machine_assessment(world, code=code, workflow="coordinated")
    schedule = factories.a_schedule(world, version=version, code=f"{code}-JUN", candidates=len(answers))
    hand_in(schedule, answers)
    return schedule


def refs(schedule: Schedule, person: Person | None = None) -> list[str]:
    """The refs of the schedule's results in order of enrolment."""
    return list(
        Result.objects.filter(schedule=schedule).order_by("enrolment_id").values_list("ref", flat=True)
    )
