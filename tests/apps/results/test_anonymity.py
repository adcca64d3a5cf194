"""Whoever marks an anonymous schedule reads codes everywhere, until all is published or it is lifted."""

import pytest

from marksheet.apps.exams.models import Attempt, Enrolment, Part, Schedule
from marksheet.apps.exams.queries.anonymity import through, veil_over
from marksheet.apps.ledger.errors import BadInput, NotFound, WrongState
from marksheet.apps.marking.models import Plan
from marksheet.apps.marking.queries.grid import grid_of
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.submissions import submissions_of
from marksheet.apps.marking.queries.workshop import workshop_of
from marksheet.apps.people.models import InboxNote
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.queries.history import history_for
from marksheet.apps.results.actions.marks import lift_anonymity, save_mark, set_plan, submit_scripts
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.finder import Criteria, find, page
from marksheet.entrypoints.web.audit.words import say
from tests.apps.marking.two_markers import share
from tests.apps.release.scenes import hand_in, mark_all, refs
from tests.factories import NOW, World, a_schedule, a_world, grant, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    """Three candidates whose work is in; candidates and markers are anonymous; Mo may also view reports."""
    found = a_schedule(world, candidates=3)
    hand_in(found, ["AA", "AB", "BB"])
    set_plan(world.ada, found.ref, Plan(), anonymous=(True, True), against=0, at=NOW)
    grant(world.mo, "reports_viewer", found.node)
    found.refresh_from_db()
    return found


def codes(schedule: Schedule) -> list[str]:
    return sorted(Enrolment.objects.filter(schedule=schedule).values_list("script_code", flat=True))


def read_by(person, schedule: Schedule) -> list[str]:  # type: ignore[no-untyped-def]
    criteria = Criteria(schedules=(schedule.ref,), states=("not-submitted", "ready", "published"))
    return [row.name for row in page(person, criteria).rows]


def names(schedule: Schedule) -> list[str]:
    return list(
        Enrolment.objects.filter(schedule=schedule).order_by("sort_name").values_list("name", flat=True)
    )


def publish_all(world: World, schedule: Schedule) -> None:
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=False, inform=False, at=NOW)
    carry_on(selection.ref, at=NOW)


def test_a_marker_reads_codes_in_their_order_and_who_does_not_mark_reads_names(
    world: World, schedule: Schedule
) -> None:
    assert read_by(world.mo, schedule) == codes(schedule)
    assert read_by(world.pia, schedule) == names(schedule)
    assert [one.name for one in submissions_of(world.mo, schedule)[0]] == codes(schedule)
    assert [row.script.name for row in grid_of(world.mo, schedule).rows] == codes(schedule)
    assert {one.number for one in submissions_of(world.mo, schedule)[0]} == {""}


def test_a_name_or_number_finds_nobody_for_who_reads_codes(world: World, schedule: Schedule) -> None:
    one = Enrolment.objects.filter(schedule=schedule).order_by("pk")[0]
    states = ("not-submitted",)
    for typed, found in ((one.name, 0), (one.number, 0), (one.script_code, 1), (schedule.code, 3)):
        assert find(world.mo, Criteria(text=typed, states=states)).count() == found
        assert len(submissions_of(world.mo, schedule, search=typed)[0]) == (found if found < 3 else 0)
    assert find(world.pia, Criteria(text=one.name, states=states)).count() == 1


def test_pages_of_codes_follow_each_other_without_a_name(world: World, schedule: Schedule) -> None:
    criteria = Criteria(schedules=(schedule.ref,), states=("not-submitted",))
    found, after = [], ""
    for _page in range(3):
        one = page(world.mo, criteria, after=after, size=1)
        found += [row.name for row in one.rows]
        after = one.next
    assert (found, after) == (codes(schedule), "")


def test_a_row_that_was_read_without_its_name_is_never_saved(world: World, schedule: Schedule) -> None:
    row = through(world.mo, Result.objects.filter(schedule=schedule)).first()
    assert row is not None and row.name == row.script_code
    with pytest.raises(TypeError, match="cannot be saved"):
        row.save()


def test_names_are_shown_when_all_is_published_and_hidden_again_by_a_retraction(
    world: World, schedule: Schedule
) -> None:
    mark_all(world, schedule, 3000)
    assert read_by(world.mo, schedule) == codes(schedule)
    publish_all(world, schedule)
    assert not veil_over(world.mo)
    assert read_by(world.mo, schedule) == names(schedule)
    retract(world.pia, refs(schedule)[:1], reason="A sum was wrong", at=NOW)
    assert read_by(world.mo, schedule) == codes(schedule)


def test_lifting_shows_names_for_good_and_stands_in_the_log(world: World, schedule: Schedule) -> None:
    with pytest.raises(BadInput):
        lift_anonymity(world.ada, schedule.ref, reason=" ", at=NOW)
    with pytest.raises(NotFound):
        lift_anonymity(world.mo, schedule.ref, reason="I want to know", at=NOW)
    lift_anonymity(world.ada, schedule.ref, reason="An accident in the hall", at=NOW)
    assert read_by(world.mo, schedule) == names(schedule)
    assert InboxNote.objects.filter(person=world.mo, kind="names-shown").count() == 1
    with pytest.raises(WrongState):
        lift_anonymity(world.ada, schedule.ref, reason="Again", at=NOW)
    with pytest.raises(WrongState, match="cannot be undone"):
        set_plan(world.ada, schedule.ref, Plan(), anonymous=(False, True), against=1, at=NOW)
    assert (
        "An accident in the hall"
        in signed_in(world.ada).get(f"/marking/audit/schedules/{schedule.ref}/history/").content.decode()
    )


def test_it_is_set_before_the_first_mark_and_only_lifted_afterwards(world: World, schedule: Schedule) -> None:
    set_plan(world.ada, schedule.ref, Plan(), anonymous=(True, False), against=1, at=NOW)
    script = Attempt.objects.filter(schedule=schedule).order_by("pk")[0].script_ref
    part = Part.objects.get(version=schedule.version, machine=False)
    save_mark(world.mo, script, part.ref, value=3000, against_version=0, at=NOW)
    for wanted, why in (((True, True), "before the first mark"), ((False, False), "lifting")):
        with pytest.raises(WrongState, match=why):
            set_plan(world.ada, schedule.ref, Plan(), anonymous=wanted, against=2, at=NOW)
    assert set_plan(world.ada, schedule.ref, Plan(sharing="all"), anonymous=(True, False), against=2, at=NOW)


def test_the_history_names_neither_candidate_nor_colleague(world: World, schedule: Schedule) -> None:
    mark_all(world, schedule, 3000)
    ref = refs(schedule)[0]
    grant(world.mei, "reports_viewer", schedule.node)
    told = history_for(world.mei, ref)
    assert told.row.name in codes(schedule)
    marked = [entry for entry in told.entries if say(entry).text and entry.verb == "mark.give"]
    assert {entry.actor for entry in marked} <= {"Marker 1", "Marker 2"} and marked
    assert {entry.actor for entry in history_for(world.ada, ref).entries if entry.verb == "mark.give"} == {
        "Mo Idris"
    }


def test_the_coordinator_is_told_that_an_assessor_may_view_reports(world: World, schedule: Schedule) -> None:
    page_ = signed_in(world.ada).get(f"/marking/coordinator/{schedule.ref}/people/").content.decode()
    assert "Mo Idris may view reports here, and sees script codes" in page_
    added = signed_in(world.ada).post(
        f"/marking/coordinator/{schedule.ref}/people/",
        {"person": world.pia.ref, "kind": "marker"},
        follow=True,
    )
    assert "Pia Holm" in added.content.decode() and "script codes" in added.content.decode()


def test_a_second_marker_sees_the_first_ones_mark_only_where_it_is_shared(world: World) -> None:
    schedule = a_schedule(world, candidates=1)
    hand_in(schedule, ["AA"])
    set_plan(world.ada, schedule.ref, Plan(markers=2), anonymous=(False, True), against=0, at=NOW)
    schedule.refresh_from_db()
    share(world, schedule)
    part = Part.objects.get(version=schedule.version, machine=False)
    (mine,) = submissions_of(world.mo, schedule)[0]
    (other,) = submissions_of(world.mei, schedule)[0]
    save_mark(world.mei, other.ref, part.ref, value=4000, against_version=0, at=NOW)

    def seen() -> list[tuple[str, str]]:
        found = workshop_of(world.mo, schedule, mine.ref, part.ref).others
        (row,) = grid_of(world.mo, schedule).rows
        assert row.cells[-1].others == found
        assert submissions_of(world.mo, schedule)[0][0].others == tuple((one.by, one.mark) for one in found)
        return [(one.by, one.mark) for one in found]

    assert seen() == []
    set_plan(world.ada, schedule.ref, Plan(markers=2, sharing="co-marker"), against=1, at=NOW)
    assert plan_of(schedule).sharing == "co-marker"
    ((by, mark),) = seen()
    assert by.startswith("Marker ") and mark == "4"
    set_plan(world.ada, schedule.ref, Plan(markers=2), against=2, at=NOW)
    assert seen() == []
    save_mark(world.mo, mine.ref, part.ref, value=3000, against_version=0, at=NOW)
    submit_scripts(world.mo, schedule.ref, [mine.ref], at=NOW)
    assert [mark for _by, mark in seen()] == ["4"]
