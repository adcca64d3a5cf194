"""What the coordinator reads of a schedule with two markers: one unit, and nothing that cannot be done."""

import pytest

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.marking.actions.allocation import give_scripts, preview_allocation
from marksheet.apps.marking.models import Method, Script
from marksheet.apps.marking.queries.allocation import Wanted
from tests.apps.marking.scene import hand_in
from tests.apps.marking.two_markers import mark, plan, share, two_questions
from tests.factories import NOW, World, a_schedule, a_world, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    found = two_questions(world, 3)
    plan(world, found)
    return found


def read(world: World, schedule: Schedule, page: str = "", **asked: str) -> str:
    return signed_in(world.ada).get(f"/marking/coordinator/{schedule.ref}/{page}", asked).content.decode()


def test_the_overview_counts_scripts_and_not_their_markings(world, schedule) -> None:
    page = read(world, schedule)
    assert "3 scripts lack one or both of their two markers." in page
    assert "3 scripts are not submitted." in page
    share(world, schedule)
    first = Script.objects.filter(schedule=schedule, marker=world.mo).order_by("pk")[0].attempt
    mark(world.mo, first, 4, 3)
    page = read(world, schedule)
    assert "3 scripts are not submitted." in page and "lack one" not in page


def test_after_two_markers_were_chosen_nothing_is_said_to_be_shared_out(world, schedule) -> None:
    page = read(world, schedule, "allocation/")
    assert "Nothing is shared out yet" in page and "Shared out:" not in page
    assert "6 markings are with nobody: each script is marked twice." in page
    assert "Back to a pile" not in page and "All to one marker" not in page
    scripts = Script.objects.filter(schedule=schedule, round="marker-1").order_by("pk")
    give_scripts(world.ada, schedule.ref, [scripts[0].ref], world.mo.ref, at=NOW)
    page = read(world, schedule, "allocation/")
    assert "Given by hand." in page and "what comes late is with nobody until you give it" in page
    share(world, schedule)
    page = read(world, schedule, "allocation/")
    assert "Shared out: Evenly" in page and "Back to a pile" not in page


def test_nobody_can_be_given_both_markings_of_all_scripts(world, schedule) -> None:
    with pytest.raises(BadInput, match="has two markers"):
        preview_allocation(world.ada, schedule.ref, Wanted(Method.ONE, {world.mo.pk: 1}), "spring")
    page = read(
        world, schedule, "allocation/share-out/", method="random", which="untouched", markers=world.mo.ref
    )
    assert "Share out 3 markings" in page
    assert "3 markings would be with nobody: everybody ticked is the script's other marker" in page


def test_one_marker_may_have_all_and_scripts_go_back_to_a_pile(world) -> None:
    schedule = a_schedule(world, candidates=2)
    hand_in(schedule)
    assert "All to one marker" in read(world, schedule, "allocation/")
    share(world, schedule, world.mo)
    assert "Back to a pile" in read(world, schedule, "allocation/")
