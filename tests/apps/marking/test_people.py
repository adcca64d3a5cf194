"""Coordinators say who marks, moderates and publishes at a schedule; nobody handles their own."""

import pytest

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event
from marksheet.apps.marking.actions.people import add_assessors, change_assessor, remove_assessor
from marksheet.apps.marking.models import Mark
from marksheet.apps.marking.queries.people import (
    Kind,
    Missing,
    Rights,
    assessors_of,
    coordinated_by,
    coordinated_for,
    picked,
)
from marksheet.apps.people.models import InboxNote
from marksheet.apps.people.queries import holds
from marksheet.apps.results.actions.marks import save_mark
from marksheet.rules.access import Verb
from tests.apps.marking.scene import hand_in, human_part
from tests.factories import NOW, World, a_schedule, a_world, grant
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return a_schedule(world, candidates=2, with_cas=True, staffed=False)


def test_a_coordinator_sees_the_schedules_of_her_units_only(world, schedule) -> None:
    assert list(coordinated_by(world.ada)) == [schedule]
    for person in (world.eva, world.mo, world.sid, world.ari, world.cas):
        assert not coordinated_by(person).exists()
        with pytest.raises(NotFound):
            coordinated_for(person, schedule.ref)


def test_roles_and_boxes_are_rights_at_this_schedule_alone(world, schedule) -> None:
    other = a_schedule(world, code="OTHER", version=schedule.version, staffed=False)
    rights = Rights(Kind.MARKER_AND_MODERATOR, edit_scheme=True, publish=True, view_published=True)
    assert add_assessors(world.ada, schedule.ref, [world.mo.ref, world.mei.ref], rights, at=NOW) == 2
    verbs = (Verb.MARK_GIVE, Verb.MARK_MODERATE, Verb.SCHEME_EDIT, Verb.RESULT_PUBLISH, Verb.PUBLISHED_VIEW)
    for verb in verbs:
        assert holds(world.mo, verb, schedule.node_id)
        assert not holds(world.mo, verb, other.node_id)
    assert [one.rights for one in assessors_of(schedule)] == [rights, rights]
    assert InboxNote.objects.filter(person=world.mo, path=f"/marking/assess/{schedule.ref}/").exists()


def test_a_coordinator_can_add_herself(world, schedule) -> None:
    add_assessors(world.ada, schedule.ref, [world.ada.ref], Rights(Kind.MARKER, publish=True), at=NOW)
    assert holds(world.ada, Verb.RESULT_PUBLISH, schedule.node_id)
    assert not assessors_of(schedule)[0].sleeps


def test_publish_for_somebody_without_sight_sleeps_and_says_so(world, schedule) -> None:
    add_assessors(world.ada, schedule.ref, [world.mo.ref], Rights(Kind.OTHER, publish=True), at=NOW)
    add_assessors(world.ada, schedule.ref, [world.pia.ref], Rights(Kind.OTHER, publish=True), at=NOW)
    assert {one.person.name: one.sleeps for one in assessors_of(schedule)} == {
        "Mo Idris": True,
        "Pia Holm": False,
    }


def test_other_without_a_right_is_nothing(world, schedule) -> None:
    with pytest.raises(BadInput):
        add_assessors(world.ada, schedule.ref, [world.mo.ref], Rights(Kind.OTHER), at=NOW)
    with pytest.raises(BadInput):
        add_assessors(world.ada, schedule.ref, [], Rights(), at=NOW)


@pytest.mark.parametrize(
    ("who", "error"), [("cas", NotAllowed), ("sleeper", WrongState), ("mo", WrongState), ("sid", NotFound)]
)
def test_who_cannot_be_added_and_why(world, schedule, who, error) -> None:
    add_assessors(world.ada, schedule.ref, [world.mo.ref], Rights(), at=NOW)
    if who == "sleeper":
        with writes_allowed():
            world.mei.is_active = False
            world.mei.save()
    person = world.mei if who == "sleeper" else getattr(world, who)
    before = Event.objects.count()
    with pytest.raises(error):
        add_assessors(world.ada, schedule.ref, [world.max.ref, person.ref], Rights(), at=NOW)
    assert Event.objects.count() == before
    assert not holds(world.max, Verb.MARK_GIVE, schedule.node_id)


def test_the_picker_says_why_somebody_is_missing(world, schedule) -> None:
    add_assessors(world.ada, schedule.ref, [world.mo.ref], Rights(), at=NOW)
    assert [(pick.person, pick.missing) for pick in picked(schedule, "idris")] == [(world.mo, Missing.HERE)]
    assert [pick.missing for pick in picked(schedule, "cas wit")] == [Missing.CANDIDATE]
    assert [pick.missing for pick in picked(schedule, "mei@")] == [""]
    assert picked(schedule, "sid") == []
    assert picked(schedule, "  ") == []


def test_only_its_coordinator_gives_rights(world, schedule) -> None:
    for person in (world.eva, world.ari, world.mo, world.sid):
        with pytest.raises(NotFound):
            add_assessors(person, schedule.ref, [world.mo.ref], Rights(), at=NOW)


def test_rights_are_changed_and_coordinators_hear_when_publishing_falls_asleep(world, schedule) -> None:
    grant(world.max, "coordinator", schedule.unit)
    add_assessors(world.ada, schedule.ref, [world.mo.ref], Rights(Kind.MARKER, publish=True), at=NOW)
    change_assessor(world.ada, schedule.ref, world.mo.ref, Rights(Kind.OTHER, publish=True), at=NOW)
    (one,) = assessors_of(schedule)
    assert (one.rights, one.sleeps) == (Rights(Kind.OTHER, publish=True), True)
    assert InboxNote.objects.filter(person=world.max, kind="publish-right-sleeps").exists()
    events = Event.objects.count()
    change_assessor(world.ada, schedule.ref, world.mo.ref, Rights(Kind.OTHER, publish=True), at=NOW)
    assert Event.objects.count() == events


def test_removing_a_marker_keeps_every_mark(world, schedule) -> None:
    (attempt, *_rest) = hand_in(schedule)
    add_assessors(world.ada, schedule.ref, [world.mo.ref], Rights(), at=NOW)
    part = human_part(schedule)
    save_mark(world.mo, attempt.script_ref, part.ref, value=3000, against_version=0, at=NOW)
    assert assessors_of(schedule)[0].in_hand == 1
    remove_assessor(world.ada, schedule.ref, world.mo.ref, at=NOW)
    assert assessors_of(schedule) == []
    assert Mark.objects.get().marker == world.mo
    with pytest.raises(NotFound):
        save_mark(world.mo, attempt.script_ref, part.ref, value=4000, against_version=1, at=NOW)
    with pytest.raises(NotFound):
        remove_assessor(world.ada, schedule.ref, world.mo.ref, at=NOW)
