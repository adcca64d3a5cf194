"""Sharing out scripts: who gets which, what stays, how late ones flow, and what becomes of a leaver's."""

from collections import Counter

import pytest

from marksheet.apps.exams.models import Attempt, Enrolment, Schedule
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking.actions.allocation import (
    allocate,
    back_to_the_pile,
    give_scripts,
    preview_allocation,
    remind,
)
from marksheet.apps.marking.actions.conflicts import declare_conflict
from marksheet.apps.marking.actions.people import NOBODY, change_assessor, remove_assessor
from marksheet.apps.marking.models import Allocation, HandsOn, Mark, Method, Script
from marksheet.apps.marking.queries.allocation import Wanted, Which, standing_of
from marksheet.apps.marking.queries.assess import assess_list, counts_of, schedules_to_mark
from marksheet.apps.marking.queries.grid import grid_of
from marksheet.apps.marking.queries.people import Kind, Rights
from marksheet.apps.marking.queries.progress import progress_by_item
from marksheet.apps.marking.queries.submissions import scripts_named, submissions_of, unsubmitted
from marksheet.apps.people.models import InboxNote, Person
from marksheet.apps.results.actions.hand_in import record_hand_in
from marksheet.apps.results.actions.marks import CellSave, save_marks, submit_scripts
from tests.apps.marking.scene import hand_in, human_part
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, enrolments
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    """Ten candidates; eight handed in. Mo and Mei mark there."""
    found = a_schedule(world, version=an_assessment(world), candidates=10)
    hand_in(found, enrolments(found)[:8])
    return found


def share(world: World, schedule: Schedule, wanted: Wanted, *, seed: str = "spring") -> None:
    found = preview_allocation(world.ada, schedule.ref, wanted, seed)
    allocate(world.ada, schedule.ref, wanted, seed=seed, against=found.fingerprint, at=NOW)


def evenly(world: World, *people: Person, which: str = Which.UNTOUCHED) -> Wanted:
    return Wanted(Method.EVENLY, {one.pk: 1 for one in people or (world.mo, world.mei)}, which)


def with_whom(schedule: Schedule) -> Counter[str]:
    rows = Script.objects.filter(schedule=schedule).select_related("marker")
    return Counter(row.marker.name.split()[0] if row.marker else "nobody" for row in rows)


def scripts_of(schedule: Schedule, person: Person | None) -> list[Script]:
    rows = Script.objects.filter(schedule=schedule, marker=person).select_related("attempt__enrolment")
    return list(rows.order_by("place", "pk"))


def mark(person: Person, schedule: Schedule, script: Script, value: int = 3000, against: int = 0) -> None:
    cell = CellSave(script.attempt.script_ref, human_part(schedule).ref, value, False, against)
    save_marks(person, schedule.ref, [cell], at=NOW)


def test_on_a_pile_every_marker_sees_every_script(world, schedule) -> None:
    assert counts_of(world.mo, [schedule.pk])[schedule.pk].total == 8
    assert counts_of(world.mei, [schedule.pk])[schedule.pk].total == 8
    mark(world.mei, schedule, scripts_of(schedule, None)[0])


def test_evenly_is_evenly_and_each_marker_sees_their_own_alone(world, schedule) -> None:
    share(world, schedule, evenly(world))
    assert with_whom(schedule) == {"Mo": 4, "Mei": 4}
    for person in (world.mo, world.mei):
        own = {one.attempt.script_ref for one in scripts_of(schedule, person)}
        assert {one.ref for one in submissions_of(person, schedule)[0]} == own
        assert {row.script.ref for row in grid_of(person, schedule).rows} == own
        assert {one.ref for one in unsubmitted(person, schedule)} == own
        assert {one.total for one in progress_by_item(person, schedule)} == {4}
        assert counts_of(person, [schedule.pk])[schedule.pk].total == 4
        assert assess_list(person)[0][0].counts.total == 4
    others = [one.attempt.script_ref for one in scripts_of(schedule, world.mei)]
    assert scripts_named(world.mo, schedule, others) == []
    assert len(submissions_of(world.ada, schedule, everybodys=True)[0]) == 8


def test_anothers_script_is_refused_at_the_door(world, schedule) -> None:
    share(world, schedule, evenly(world))
    theirs = scripts_of(schedule, world.mei)[0]
    with pytest.raises(NotAllowed, match="allocated to somebody else") as caught:
        mark(world.mo, schedule, theirs)
    assert "Ada Vermeer" in caught.value.helpers
    with pytest.raises(NotAllowed, match="somebody else"):
        submit_scripts(world.mo, schedule.ref, [theirs.attempt.script_ref], at=NOW)
    assert not Mark.objects.exists()


def test_submitting_all_submits_ones_own_alone(world, schedule) -> None:
    share(world, schedule, evenly(world))
    for person in (world.mo, world.mei):
        for one in scripts_of(schedule, person):
            mark(person, schedule, one)
    done = submit_scripts(world.mo, schedule.ref, at=NOW)
    assert (done.submitted, done.unfinished, done.apart) == (4, (), 0)
    assert Script.objects.filter(marker=world.mei, submitted_at=None).count() == 4
    assert schedules_to_mark(world.mo) == 0
    assert schedules_to_mark(world.mei) == 1


def test_by_workload_the_numbers_follow_the_shares(world, schedule) -> None:
    share(world, schedule, Wanted(Method.WORKLOAD, {world.mo.pk: 3, world.mei.pk: 1}))
    assert with_whom(schedule) == {"Mo": 6, "Mei": 2}


def test_all_to_one(world, schedule) -> None:
    share(world, schedule, Wanted(Method.ONE, {world.mei.pk: 1}))
    assert with_whom(schedule) == {"Mei": 8}
    with pytest.raises(BadInput, match="one marker only"):
        share(world, schedule, Wanted(Method.ONE, {world.mei.pk: 1, world.mo.pk: 1}))


def test_chance_follows_from_the_stored_seed(world, schedule) -> None:
    wanted = Wanted(Method.RANDOM, {world.mo.pk: 1, world.mei.pk: 1}, Which.OPEN)
    first = preview_allocation(world.ada, schedule.ref, wanted, "spring")
    assert preview_allocation(world.ada, schedule.ref, wanted, "spring") == first
    assert preview_allocation(world.ada, schedule.ref, wanted, "autumn").given != first.given
    share(world, schedule, wanted)
    assert Allocation.objects.get().seed == "spring"
    assert {row.pk: row.marker_id for row in Script.objects.all()} == first.given
    assert Counter(first.given.values()) == {world.mo.pk: 4, world.mei.pk: 4}


def test_each_marker_has_an_order_of_their_own(world, schedule) -> None:
    share(world, schedule, Wanted(Method.ONE, {world.mo.pk: 1}))
    shown = [one.ref for one in submissions_of(world.mo, schedule)[0]]
    assert shown == [one.attempt.script_ref for one in scripts_of(schedule, world.mo)]
    by_name = [one.ref for one in submissions_of(world.ada, schedule, everybodys=True)[0]]
    assert shown != by_name
    assert sorted(shown) == sorted(by_name)
    first, after = submissions_of(world.mo, schedule, size=3)
    second, end = submissions_of(world.mo, schedule, size=5, after=after)
    assert [one.ref for one in first + second] == shown
    assert not end
    plain = Wanted(Method.ONE, {world.mo.pk: 1}, Which.OPEN, shuffled=False)
    share(world, schedule, plain)
    assert [one.pk for one in scripts_of(schedule, world.mo)] == sorted(
        Script.objects.values_list("pk", flat=True)
    )


def test_a_conflict_is_never_crossed_and_what_nobody_may_have_is_named(world, schedule) -> None:
    for person in (world.mo, world.mei):
        declare_conflict(world.ada, schedule.ref, person.ref, number="1001", reason="Her nephew", at=NOW)
    declare_conflict(world.ada, schedule.ref, world.mo.ref, number="1002", reason="His niece", at=NOW)
    found = preview_allocation(world.ada, schedule.ref, evenly(world), "spring")
    assert len(found.nobody) == 1
    share(world, schedule, evenly(world))
    (nobodys,) = scripts_of(schedule, None)
    assert nobodys.attempt.enrolment.number == "1001"
    assert "1002" in {one.attempt.enrolment.number for one in scripts_of(schedule, world.mei)}
    assert standing_of(schedule, at=NOW).nobodys == 1
    with pytest.raises(NotAllowed, match="own work, a conflict of interest"):
        give_scripts(world.ada, schedule.ref, [nobodys.attempt.script_ref], world.mo.ref, at=NOW)


def test_late_work_flows_to_who_has_the_fewest_left_and_they_are_told(world, schedule) -> None:
    share(world, schedule, evenly(world))
    for one in scripts_of(schedule, world.mei)[:3]:
        mark(world.mei, schedule, one)
    submit_scripts(world.mei, schedule.ref, at=NOW)
    late = enrolments(schedule)[8:]
    with writes_allowed():
        Enrolment.objects.filter(pk__in=[one.pk for one in late]).update(late=True)
    record_hand_in(world.ada, schedule.ref, [one.ref for one in late], at=NOW)
    assert with_whom(schedule) == {"Mo": 4, "Mei": 6}
    assert max(one.place for one in scripts_of(schedule, world.mei)) == 6
    (note,) = InboxNote.objects.filter(kind="more-to-mark")
    assert (note.person, note.params["count"]) == (world.mei, 2)


def test_what_somebody_has_begun_stays_with_them_unless_all_is_asked_for(world, schedule) -> None:
    begun = scripts_of(schedule, None)[0]
    mark(world.mo, schedule, begun)
    share(world, schedule, evenly(world, world.mei))
    assert with_whom(schedule) == {"Mo": 1, "Mei": 7}
    share(world, schedule, evenly(world, world.mei, which=Which.OPEN))
    assert with_whom(schedule) == {"Mei": 8}
    assert Mark.objects.get().marker == world.mo
    mark(world.mei, schedule, begun, 4000, against=1)


def test_submitted_scripts_never_change_hands(world, schedule) -> None:
    share(world, schedule, evenly(world))
    done = scripts_of(schedule, world.mo)[0]
    mark(world.mo, schedule, done)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    share(world, schedule, evenly(world, world.mei, which=Which.OPEN))
    assert with_whom(schedule) == {"Mo": 1, "Mei": 7}
    with pytest.raises(WrongState, match="submitted"):
        give_scripts(world.ada, schedule.ref, [done.attempt.script_ref], world.mei.ref, at=NOW)


def test_an_allocation_that_would_differ_from_its_preview_is_not_made(world, schedule) -> None:
    found = preview_allocation(world.ada, schedule.ref, evenly(world), "spring")
    hand_in(schedule, enrolments(schedule)[8:9])
    with pytest.raises(Stale, match="Nothing was allocated"):
        allocate(world.ada, schedule.ref, evenly(world), seed="spring", against=found.fingerprint, at=NOW)
    assert not Allocation.objects.exists()
    assert with_whom(schedule) == {"nobody": 9}


def test_who_leaves_hands_on_and_every_mark_stays(world, schedule) -> None:
    share(world, schedule, evenly(world))
    mark(world.mo, schedule, scripts_of(schedule, world.mo)[0])
    remove_assessor(world.ada, schedule.ref, world.mo.ref, at=NOW)
    assert with_whom(schedule) == {"Mei": 8}
    assert Mark.objects.get().marker == world.mo
    (note,) = InboxNote.objects.filter(person=world.mei, kind="scripts-allocated", params__count=4).order_by(
        "-pk"
    )[:1]
    assert note.params["title"] == schedule.title
    assert HandsOn.objects.filter(person=world.mo).count() == 4


def test_who_leaves_may_leave_scripts_with_nobody_or_with_one_who_takes_their_place(world, schedule) -> None:
    share(world, schedule, evenly(world))
    with pytest.raises(NotFound, match="Nobody by that name"):
        remove_assessor(world.ada, schedule.ref, world.mo.ref, to="nonsense", at=NOW)
    remove_assessor(world.ada, schedule.ref, world.mo.ref, to=NOBODY, at=NOW)
    assert with_whom(schedule) == {"nobody": 4, "Mei": 4}
    assert counts_of(world.mei, [schedule.pk])[schedule.pk].total == 4
    share(world, schedule, evenly(world, world.mei, which=Which.NOBODYS))
    assert with_whom(schedule) == {"Mei": 8}


def test_who_moderates_from_now_on_hands_on_too(world, schedule) -> None:
    share(world, schedule, evenly(world))
    change_assessor(world.ada, schedule.ref, world.mo.ref, Rights(Kind.MODERATOR), at=NOW)
    assert with_whom(schedule) == {"Mei": 8}


def test_by_hand_scripts_go_where_they_are_given(world, schedule) -> None:
    some = [one.attempt.script_ref for one in scripts_of(schedule, None)[:3]]
    assert give_scripts(world.ada, schedule.ref, some, world.mei.ref, at=NOW) == 3
    assert with_whom(schedule) == {"nobody": 5, "Mei": 3}
    assert Allocation.objects.get().method == Method.BY_HAND
    assert counts_of(world.mo, [schedule.pk]) == {}
    assert give_scripts(world.ada, schedule.ref, some, world.mei.ref, at=NOW) == 0
    hand_in(schedule, enrolments(schedule)[8:])
    assert with_whom(schedule) == {"nobody": 7, "Mei": 3}


def test_back_to_the_pile_everybody_may_take_again(world, schedule) -> None:
    share(world, schedule, evenly(world))
    begun = scripts_of(schedule, world.mo)[0]
    mark(world.mo, schedule, begun)
    back_to_the_pile(world.ada, schedule.ref, at=NOW)
    assert with_whom(schedule) == {"nobody": 7, "Mo": 1}
    assert counts_of(world.mei, [schedule.pk])[schedule.pk].total == 8
    with pytest.raises(WrongState, match="already"):
        back_to_the_pile(world.ada, schedule.ref, at=NOW)


def test_how_each_marker_stands(world, schedule) -> None:
    share(world, schedule, evenly(world))
    done, begun = scripts_of(schedule, world.mo)[:2]
    mark(world.mo, schedule, done)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    mark(world.mo, schedule, begun)
    found = {line.person: line for line in standing_of(schedule, at=NOW).lines}
    mo = found[world.mo]
    assert (mo.total, mo.submitted, mo.finished, mo.begun, mo.left, mo.pace) == (4, 1, 1, 0, 3, 1)
    assert mo.last_saved_at == NOW
    assert (found[world.mei].left, found[world.mei].percent) == (4, 0)


def test_who_has_scripts_left_is_reminded(world, schedule) -> None:
    share(world, schedule, Wanted(Method.ONE, {world.mo.pk: 1}))
    assert remind(world.ada, schedule.ref, [world.mo.ref, world.mei.ref], at=NOW) == 1
    (note,) = InboxNote.objects.filter(kind="marking-reminder")
    assert (note.person, note.params["count"]) == (world.mo, 8)
    with pytest.raises(WrongState, match="Nobody"):
        remind(world.ada, schedule.ref, [world.mei.ref], at=NOW)
    with pytest.raises(BadInput):
        remind(world.ada, schedule.ref, [], at=NOW)
    with pytest.raises(NotFound):
        remind(world.ada, schedule.ref, [world.max.ref], at=NOW)


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (Wanted("", {}), "Choose how"),
        (Wanted(Method.PILE, {}), "Choose how"),
        (Wanted(Method.EVENLY, {}), "at least one"),
        (Wanted(Method.EVENLY, {0: 1}), "does not mark here"),
    ],
)
def test_what_makes_no_sense_is_refused(world, schedule, wanted, says) -> None:
    with pytest.raises(BadInput, match=says):
        preview_allocation(world.ada, schedule.ref, wanted, "spring")


def test_a_share_is_from_1_to_100(world, schedule) -> None:
    for share_ in (0, 101):
        with pytest.raises(BadInput, match="from 1 to 100"):
            preview_allocation(world.ada, schedule.ref, Wanted(Method.WORKLOAD, {world.mo.pk: share_}), "s")


def test_who_does_not_coordinate_there_finds_nothing(world, schedule) -> None:
    for person in (world.mo, world.sid, world.eva):
        with pytest.raises(NotFound):
            preview_allocation(person, schedule.ref, evenly(world), "spring")
        with pytest.raises(NotFound):
            give_scripts(person, schedule.ref, ["x"], world.mo.ref, at=NOW)
        with pytest.raises(NotFound):
            back_to_the_pile(person, schedule.ref, at=NOW)


def test_the_history_says_who_got_which_script(world, schedule) -> None:
    from marksheet.apps.release.queries.history import history_for
    from marksheet.entrypoints.web.audit.words import say
    from tests.apps.marking.scene import result_of

    share(world, schedule, evenly(world))
    one = scripts_of(schedule, world.mo)[0]
    give_scripts(world.ada, schedule.ref, [one.attempt.script_ref], world.mei.ref, at=NOW)
    result = result_of(Attempt.objects.get(pk=one.attempt_id))
    told = [say(entry).text for entry in history_for(world.ada, result.ref).entries]
    assert "Gave the script to Mo Idris to mark" in told
    assert "Gave the script to Mei Lin to mark" in told


@pytest.mark.parametrize("n", [2, 40])
def test_the_number_of_statements_does_not_grow(world, n, django_assert_max_num_queries) -> None:
    many = a_schedule(world, version=an_assessment(world, code="BIG"), code="BIG-1", candidates=n)
    hand_in(many)
    found = preview_allocation(world.ada, many.ref, evenly(world), "spring")
    with django_assert_max_num_queries(45):
        allocate(world.ada, many.ref, evenly(world), seed="spring", against=found.fingerprint, at=NOW)
