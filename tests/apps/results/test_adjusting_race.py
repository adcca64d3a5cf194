"""Several coordinators at one result that is recomputed: one adjustment of a kind holds, and none is forgotten."""

import threading
from fractions import Fraction

import pytest
from django.db import connections

from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import WrongState
from marksheet.apps.results.actions.adjusting import adjust
from marksheet.apps.results.models import Adjustment, Result
from marksheet.apps.results.steps.recompute import recompute
from tests.apps.marking.scene import hand_in
from tests.apps.release.scenes import mark_all
from tests.factories import NOW, TESTER, a_schedule, a_world

COORDINATORS, TIMES = 4, 12


def test_one_adjustment_of_a_kind_holds_and_recomputing_meanwhile_keeps_it(committed_db: str) -> None:
    world = a_world()
    schedule = a_schedule(world, candidates=2)
    attempt, _other = hand_in(schedule)
    mark_all(world, schedule, 2000)
    ref = Result.objects.get(enrolment=attempt.enrolment_id).ref
    start = threading.Barrier(COORDINATORS + 1)
    refused: list[WrongState] = []

    def coordinator() -> None:
        start.wait()
        try:
            adjust(world.ada, [ref], "late_penalty", Fraction(1), reason="late", at=NOW)
        except WrongState as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    def recomputer() -> None:
        start.wait()
        try:
            for _ in range(TIMES):
                with change(TESTER, "work.import", at=NOW) as opened:
                    recompute(opened, schedule)
                    opened.record("schedule", schedule.pk, schedule_id=schedule.pk)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=coordinator) for _ in range(COORDINATORS)]
    threads.append(threading.Thread(target=recomputer))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Adjustment.objects.count(), len(refused)) == (1, COORDINATORS - 1)
    row = Result.objects.get(ref=ref)
    assert row.adjustments == [["late_penalty", "1", "marks", "4", "3"]]
    assert row.shown_score == "3"


@pytest.fixture(autouse=True)
def _close(committed_db: str):
    yield
    connections.close_all()
