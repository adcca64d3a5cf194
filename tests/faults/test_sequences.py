"""Whatever people do, in whatever order, and whoever is late or cut off: what must hold holds after each act.

A sequence follows from its number alone; `pytest tests/faults/test_sequences.py -k "[3]"` plays the third again.
"""

import os
from collections.abc import Iterator
from random import Random

import pytest

from marksheet.apps.exams.models import Schedule
from tests.databases import Databases
from tests.factories import World
from tests.faults.sequences.machine import play_out
from tests.faults.sequences.world import Play, a_scene

LONG = os.environ.get("MARKSHEET_FAULTS") == "long"
SEQUENCES = range(1, 201) if LONG else range(1, 5)
STEPS = 100 if LONG else 50
KILLED = range(1001, 1021)

Prepared = tuple[str, World, list[Schedule]]


@pytest.fixture(scope="module")
def prepared(databases: Databases, django_db_blocker) -> Iterator[Prepared]:
    """The name of a database with the scene, and the scene; copied, never used."""
    name = databases.copy()
    with django_db_blocker.unblock(), databases.using(name):
        world, schedules = a_scene()
    yield name, world, schedules
    databases.drop(name)


@pytest.fixture
def play(
    prepared: Prepared, databases: Databases, django_db_blocker, monkeypatch, number: int
) -> Iterator[Play]:
    """A sequence at one schedule or both, in a database of its own, where chance follows from the number."""
    for place in (
        "marking.actions.allocation",
        "results.actions.marks.rounds",
        "results.actions.marks.seeding",
    ):
        monkeypatch.setattr(f"marksheet.apps.{place}.new_seed", lambda: "the same")
    name, world, schedules = prepared
    chance = Random(number)
    where = [schedules, schedules[:1], schedules[1:]][chance.randrange(3)]
    with django_db_blocker.unblock(), databases.fresh(name):
        yield Play(world, [Schedule.objects.get(pk=one.pk) for one in where], chance)


@pytest.mark.parametrize("number", SEQUENCES)
def test_a_sequence_of_acts_leaves_everything_in_order(play):
    play_out(play, STEPS)


@pytest.mark.skipif(not LONG, reason="make faults: acts killed at random boundaries")
@pytest.mark.parametrize("number", KILLED)
def test_a_sequence_in_which_acts_are_killed_leaves_everything_in_order(play):
    play_out(play, STEPS, kills=0.3)
