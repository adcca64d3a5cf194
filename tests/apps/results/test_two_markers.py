"""Two markers: each alone, two marks become one by the rule, and who differ agree before a result is ready."""

import pytest

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking.actions.allocation import (
    back_to_the_pile,
    give_scripts,
)
from marksheet.apps.marking.actions.people import remove_assessor
from marksheet.apps.marking.models import Mark, Plan, Script
from marksheet.apps.marking.queries.allocation import Which, standing_of
from marksheet.apps.marking.queries.assess import counts_of
from marksheet.apps.marking.queries.grid import grid_of
from marksheet.apps.marking.queries.progress import progress_by_item
from marksheet.apps.marking.queries.submissions import submissions_of
from marksheet.apps.people.models import InboxNote, Person
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.queries.history import history_for
from marksheet.apps.results.actions.marks import (
    CellSave,
    propose_mark,
    reopen_scripts,
    save_marks,
    set_plan,
    submit_scripts,
)
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.differences import differences_of
from marksheet.apps.results.queries.unmarked import unmarked_of
from marksheet.entrypoints.web.audit.words import say
from marksheet.rules.schemes import Scheme
from tests.apps.marking.scene import hand_in, human_part, result_of
from tests.apps.marking.two_markers import first, mark, plan, script_of, share, two_questions
from tests.factories import NOW, World, a_schedule, a_world, enrolments, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    """Two questions of 5 by hand, four candidates who handed in; Mo and Mei mark."""
    return two_questions(world, 4)


def test_nobody_is_both_markers_and_each_sees_their_own_alone(world, schedule) -> None:
    plan(world, schedule)
    assert Script.objects.filter(schedule=schedule, allocated=True, marker=None).count() == 8
    assert counts_of(world.mo, [schedule.pk]) == {}, "until scripts are shared out, nobody has any"
    share(world, schedule)
    for attempt in Attempt.objects.filter(schedule=schedule):
        markers = set(Script.objects.filter(attempt=attempt).values_list("marker__username", flat=True))
        assert markers == {"mo", "mei"}
    mine, theirs = ({one.ref for one in submissions_of(p, schedule)[0]} for p in (world.mo, world.mei))
    assert len(mine) == len(theirs) == 4
    assert not mine & theirs, "the same work has another name for each"


def test_neither_sees_the_others_marks(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 4, 3, submit=False)
    shown = {cell.shown for row in grid_of(world.mei, schedule).rows for cell in row.cells}
    assert shown == {""}
    assert {one.marked for one in progress_by_item(world.mei, schedule)} == {0}
    assert {one.marked for one in progress_by_item(world.mo, schedule)} == {1}
    with pytest.raises(NotAllowed, match="allocated to somebody else"):
        cell = CellSave(script_of(world.mo, attempt).ref, human_part(schedule).ref, 1000, False, 1)
        save_marks(world.mei, schedule.ref, [cell], at=NOW)


def test_the_history_hides_the_others_marks_until_ones_own_are_submitted(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 4, 3)
    ref = result_of(attempt).ref

    def seen(person: Person) -> int:
        return sum(len(entry.marks) for entry in history_for(person, ref).entries)

    assert (seen(world.mo), seen(world.mei), seen(world.ada)) == (2, 0, 2)
    for person in (world.mei, world.max):
        grant(person, "moderator", schedule.node)
    # A moderator sees both; one who is also its other marker, when that is done.
    assert (seen(world.mei), seen(world.max)) == (0, 2)
    mark(world.mei, attempt, 4, 3)
    assert seen(world.mei) == 4


def test_within_the_tolerance_stands_the_mean_exactly(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 4, 3)
    assert result_of(attempt).state == "marking"
    mark(world.mei, attempt, 5, 3)
    row = result_of(attempt)
    assert (row.state, row.score_numerator, row.score_denominator) == ("ready", 15, 2)


def test_or_the_higher(world, schedule) -> None:
    plan(world, schedule, within="higher")
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 4, 3)
    mark(world.mei, attempt, 5, 3)
    assert result_of(attempt).score_numerator == 8


def test_measured_by_script_the_totals_decide(world, schedule) -> None:
    plan(world, schedule, measured="script")
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 5, 1)
    mark(world.mei, attempt, 2, 4)
    row = result_of(attempt)
    assert (row.state, row.score_numerator) == ("ready", 6)


def test_beyond_it_a_result_waits_until_both_propose_the_same(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 5, 3)
    mark(world.mei, attempt, 1, 3)
    row = result_of(attempt)
    assert (row.state, row.missing) == ("moderation", [{"code": "not_agreed", "count": 1}])
    assert unmarked_of(row).count == 0
    part = human_part(schedule)
    (seen,) = differences_of(world.mei, schedule)[0]
    assert (seen.part.label, seen.mine, seen.other, seen.proposed.shown) == ("1", "1", "5", "")
    mine, theirs = script_of(world.mo, attempt), script_of(world.mei, attempt)
    assert not propose_mark(world.mo, mine.ref, part.ref, value=4000, note="The sign is right", at=NOW)
    assert result_of(attempt).state == "moderation"
    (note,) = InboxNote.objects.filter(kind="mark-proposed")
    assert note.person == world.mei
    (seen,) = differences_of(world.mei, schedule)[0]
    assert (seen.answered.shown, seen.answered.note) == ("4", "The sign is right")
    assert not propose_mark(world.mei, theirs.ref, part.ref, value=3000, note="One line is missing", at=NOW)
    assert propose_mark(world.mo, mine.ref, part.ref, value=3000, note="Indeed", at=NOW)
    row = result_of(attempt)
    assert (row.state, row.score_numerator, row.score_denominator) == ("ready", 6, 1)
    assert differences_of(world.mo, schedule) == ([], "")
    told = [say(entry).text for entry in history_for(world.ada, row.ref).entries]
    assert "Proposed a mark to agree on" in told


def test_before_both_have_submitted_nothing_says_whether_they_differ(world, schedule) -> None:
    plan(world, schedule, tolerance_thousandths=0)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 5, 3)
    mark(world.mei, attempt, 1, 3, submit=False)
    assert result_of(attempt).missing == [{"code": "not_submitted", "count": 1}]
    submit_scripts(world.mei, schedule.ref, at=NOW)
    assert result_of(attempt).missing == [{"code": "not_agreed", "count": 1}]


def test_two_markers_have_no_pile(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    with pytest.raises(WrongState, match="one could be both"):
        back_to_the_pile(world.ada, schedule.ref, at=NOW)
    assert Script.objects.filter(schedule=schedule, allocated=False).count() == 0


def test_a_proposal_needs_a_mark_a_note_and_a_difference(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 5, 3)
    part, other = human_part(schedule), human_part(schedule, 1)
    ref = script_of(world.mo, attempt).ref
    with pytest.raises(WrongState, match="both of you have submitted"):
        propose_mark(world.mo, ref, part.ref, value=3000, note="So", at=NOW)
    mark(world.mei, attempt, 1, 3)
    with pytest.raises(BadInput, match="Say why"):
        propose_mark(world.mo, ref, part.ref, value=3000, note=" ", at=NOW)
    with pytest.raises(BadInput, match="Enter the mark"):
        propose_mark(world.mo, ref, part.ref, value=None, note="So", at=NOW)
    with pytest.raises(BadInput):
        propose_mark(world.mo, ref, part.ref, value=6000, note="So", at=NOW)
    write_scheme(world.ada, part.ref, Scheme("Whole marks", step_thousandths=1000), against=0, at=NOW)
    with pytest.raises(BadInput):
        propose_mark(world.mo, ref, part.ref, value=3500, note="So", at=NOW)
    with pytest.raises(WrongState, match="agreed here"):
        propose_mark(world.mo, ref, other.ref, value=3000, note="So", at=NOW)
    for person in (world.mei, world.max, world.sid, world.ada):
        with pytest.raises(NotFound):
            propose_mark(person, ref, part.ref, value=3000, note="So", at=NOW)
    propose_mark(world.mo, ref, part.ref, value=3000, note="So", at=NOW)
    with pytest.raises(WrongState, match="proposed that already"):
        propose_mark(world.mo, ref, part.ref, value=3000, note="So", at=NOW)


def test_no_response_of_both_is_no_response_and_of_one_is_nought(world, schedule) -> None:
    plan(world, schedule, tolerance_thousandths=0)
    share(world, schedule)
    attempt = first(schedule)
    for person, blank in ((world.mo, (True, True)), (world.mei, (True, False))):
        script = script_of(person, attempt)
        cells = [
            CellSave(script.ref, human_part(schedule, n).ref, None if no else 0, no, 0)
            for n, no in enumerate(blank)
        ]
        save_marks(person, schedule.ref, cells, at=NOW)
        submit_scripts(person, schedule.ref, [script.ref], at=NOW)
    row = result_of(attempt)
    assert (row.state, row.score_numerator) == ("ready", 0)


def test_reopened_each_round_is_submitted_anew(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 4, 3)
    mark(world.mei, attempt, 4, 3)
    ref = script_of(world.mo, attempt).ref
    assert reopen_scripts(world.ada, schedule.ref, [ref], reason="A page was missed", at=NOW) == 1
    assert result_of(attempt).state == "marking"
    assert script_of(world.mei, attempt).submitted_at is not None
    submit_scripts(world.mo, schedule.ref, at=NOW)
    assert result_of(attempt).state == "ready"


def test_the_other_marker_of_a_script_cannot_be_given_it(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    theirs = script_of(world.mei, attempt)
    with pytest.raises(NotAllowed, match="other marker"):
        give_scripts(world.ada, schedule.ref, [theirs.ref], world.mo.ref, at=NOW)
    remove_assessor(world.ada, schedule.ref, world.mei.ref, at=NOW)
    assert standing_of(schedule, at=NOW).nobodys == 4, "Mo is the other marker of them all"
    grant(world.max, "marker", schedule.node)
    share(world, schedule, world.mo, world.max, which=Which.NOBODYS)
    assert Script.objects.filter(schedule=schedule, marker=world.max).count() == 4


def test_late_work_gets_two_markers_as_well(world, schedule) -> None:
    late = a_schedule(world, version=schedule.version, code="LATE", candidates=2)
    plan(world, late)
    hand_in(late, enrolments(late)[:1])
    share(world, late)
    hand_in(late, enrolments(late)[1:])
    for attempt in Attempt.objects.filter(schedule=late):
        assert Script.objects.filter(attempt=attempt, marker__isnull=False).count() == 2


def test_settings_change_until_something_is_published(world, schedule) -> None:
    plan(world, schedule)
    share(world, schedule)
    with pytest.raises(Stale):
        set_plan(world.ada, schedule.ref, Plan(markers=1), against=0, at=NOW)
    plan(world, schedule, markers=1)
    assert Script.objects.filter(schedule=schedule).count() == 4
    plan(world, schedule)
    share(world, schedule)
    attempt = first(schedule)
    mark(world.mo, attempt, 4, 3)
    mark(world.mei, attempt, 5, 3)
    with pytest.raises(WrongState, match="Second markers"):
        plan(world, schedule, markers=1)
    plan(world, schedule, within="higher")
    assert result_of(attempt).score_numerator == 8
    ref = Result.objects.get(enrolment=attempt.enrolment).ref
    selection = freeze_selection(world.pia, refs=[ref], at=NOW)
    publish(world.pia, selection.ref, show=False, at=NOW)
    carry_on(selection.ref, at=NOW)
    with pytest.raises(WrongState, match="published"):
        plan(world, schedule, within="mean")
    for person in (world.mo, world.sid):
        with pytest.raises(NotFound):
            set_plan(person, schedule.ref, Plan(), against=0, at=NOW)


@pytest.mark.parametrize(
    "more",
    [
        {"markers": 3},
        {"within": "lower"},
        {"beyond": "tossing"},
        {"measured": "day"},
        {"tolerance_thousandths": -1},
    ],
)
def test_a_setting_that_is_not_offered_is_refused(world, schedule, more) -> None:
    with pytest.raises(BadInput):
        plan(world, schedule, **more)
    assert not Plan.objects.exists()


def test_going_from_one_marker_to_two_keeps_what_was_marked(world, schedule) -> None:
    attempt = first(schedule)
    script = Script.objects.get(attempt=attempt)
    cells = [CellSave(script.ref, human_part(schedule, n).ref, 4000, False, 0) for n in (0, 1)]
    save_marks(world.mo, schedule.ref, cells, at=NOW)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    assert result_of(attempt).state == "ready"
    plan(world, schedule)
    assert result_of(attempt).state == "marking"
    share(world, schedule)
    assert script_of(world.mei, attempt).round == "marker-2"
    mark(world.mei, attempt, 4, 4)
    assert (result_of(attempt).state, Mark.objects.count()) == ("ready", 4)
