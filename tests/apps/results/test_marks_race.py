"""Two markers at one cell: every accepted save is in the history, every other one is refused and kept."""

import threading

import pytest
from django.db import connections

from marksheet.apps.marking.models import Mark, MarkDraft, Script
from marksheet.apps.results.actions.marks import SavedMark, StaleMarks, save_mark
from tests.apps.marking.scene import hand_in, human_part
from tests.factories import NOW, a_schedule, a_world

CLIENTS, SAVES = 8, 4


def test_no_save_overwrites_another(committed_db: str) -> None:
    world = a_world()
    schedule = a_schedule(world, candidates=1)
    (attempt,) = hand_in(schedule)
    part, people = human_part(schedule), (world.mo, world.mei)
    start = threading.Barrier(CLIENTS)
    answers: list[tuple[int, SavedMark | StaleMarks]] = []

    def client(k: int) -> None:
        start.wait()
        try:
            for n in range(SAVES):
                value = 100 * k + n + 1
                try:
                    saved = save_mark(
                        people[k % 2], attempt.script_ref, part.ref, value=value, against_version=n, at=NOW
                    )
                    answers.append((value, saved))
                except StaleMarks as stale:
                    answers.append((value, stale))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=client, args=(k,)) for k in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    accepted = {saved.version: value for value, saved in answers if isinstance(saved, SavedMark)}
    refused = [stale for _, stale in answers if isinstance(stale, StaleMarks)]
    assert len(accepted) + len(refused) == CLIENTS * SAVES == len(answers)
    assert dict(Mark.objects.values_list("version", "value_thousandths")) == accepted
    assert sorted(accepted) == list(range(1, len(accepted) + 1))
    assert MarkDraft.objects.exists()
    assert Script.objects.get().unmarked == 0


@pytest.fixture(autouse=True)
def _close(committed_db: str):
    yield
    connections.close_all()
