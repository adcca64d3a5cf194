"""Moderation: what sends a script there, what a moderator decides, and what its result waits for meanwhile."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction

import pytest

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.marking.actions.conflicts import declare_conflict
from marksheet.apps.marking.models import Flag, Mark, Moderation, Script
from marksheet.apps.marking.queries.moderation import moderated_by
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.samples import sample_of, samples_here
from marksheet.apps.people.models import InboxNote, Person
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.queries.history import history_for
from marksheet.apps.results.actions.marks import (
    CellSave,
    accept,
    change_marks,
    confirm_sample,
    doubt,
    flag_script,
    mark_again,
    preview_moderation,
    propose_mark,
    reopen_scripts,
    save_marks,
    send_back,
    set_moderation,
    settle_flag,
    submit_scripts,
)
from marksheet.apps.results.queries.differences import differences_of
from marksheet.apps.results.queries.moderated import moderated_script
from marksheet.entrypoints.web.audit.words import say
from marksheet.rules.moderation import Kind, Round, Trigger
from tests.apps.marking.scene import hand_in, human_part, result_of
from tests.apps.marking.two_markers import plan, share
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, enrolments, grant
from tests.scenery import kept

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)
MUCH_LATER = NOW + timedelta(hours=2)
EVERY = Trigger(Kind.EVERY)


def share_of(percent: int) -> Trigger:
    return Trigger(Kind.RANDOM_SHARE, Fraction(percent))


@pytest.fixture
def world() -> World:
    return a_world()


@kept
def _schedule(world: World, candidates: int) -> Schedule:
    """Two questions of 5 by hand, so that the pass mark is 5.5; all but two candidates handed in."""
    version = an_assessment(world, wanted=[by_hand("1"), by_hand("2")])
    found = a_schedule(world, version=version, candidates=candidates)
    hand_in(found, enrolments(found)[:-2])
    return found


@pytest.fixture
def schedule(world: World) -> Schedule:
    return _schedule(world, 8)


def moderate(world: World, schedule: Schedule, *rounds: Sequence[Trigger], notes: bool = True) -> None:
    wanted = [Round(tuple(one), notes) for one in rounds]
    set_moderation(world.ada, schedule.ref, wanted, seed="spring", against=plan_of(schedule).revision, at=NOW)


def attempts(schedule: Schedule) -> list[Attempt]:
    rows = Attempt.objects.filter(schedule=schedule).select_related("schedule", "enrolment")
    return list(rows.order_by("pk"))


def mark(
    person: Person, attempt: Attempt, *values: int, at=NOW, against: int = 0, submit: bool = True
) -> None:
    """Give whole marks, a part each, and submit."""
    scripts = Script.objects.filter(attempt=attempt)
    script = scripts.filter(marker=person).first() or scripts.get(marker=None)
    cells = [
        CellSave(script.ref, human_part(attempt.schedule, n).ref, value * 1000, False, against)
        for n, value in enumerate(values)
    ]
    save_marks(person, attempt.schedule.ref, cells, at=at)
    if submit:
        submit_scripts(person, attempt.schedule.ref, [script.ref], at=at)


def waiting(person: Person) -> list[Moderation]:
    return list(moderated_by(person).filter(decision="", ripe=True).order_by("pk"))


def missing(attempt: Attempt) -> dict[str, int]:
    return {one["code"]: one["count"] for one in result_of(attempt).missing}


def kinds(row: Moderation) -> list[str]:
    return [one["kind"] for one in row.reasons]


def test_a_case_waits_without_a_score_and_is_ready_once_its_marks_are_accepted(world, schedule) -> None:
    moderate(world, schedule, [Trigger(Kind.NEAR_BOUNDARY, Fraction(1, 2))])
    near, far = attempts(schedule)[:2]
    mark(world.mo, near, 3, 3)
    mark(world.mo, far, 5, 5)
    assert result_of(far).state == "ready"
    row = result_of(near)
    assert (row.state, row.bucket, row.score_numerator) == ("moderation", "moderation", None)
    assert missing(near) == {"in_moderation": 1}
    (found,) = waiting(world.max)
    assert (found.attempt_id, kinds(found)) == (near.pk, ["near_boundary"])
    assert waiting(world.mo) == waiting(world.ada) == []
    assert accept(world.max, schedule.ref, [found.ref], at=NOW) == 1
    row = result_of(near)
    assert (row.state, row.score_numerator) == ("ready", 6)
    with pytest.raises(Stale):
        accept(world.max, schedule.ref, [found.ref], at=NOW)


def test_a_moderators_mark_stands_in_a_case_and_the_history_tells_it(world, schedule) -> None:
    moderate(world, schedule, [EVERY])
    first = attempts(schedule)[0]
    mark(world.mo, first, 3, 3)
    (row,) = waiting(world.max)
    part = human_part(schedule, 1)
    with pytest.raises(BadInput, match="stand already"):
        change_marks(world.max, row.ref, {part.ref: (3000, False)}, note="So", against=0, at=NOW)
    with pytest.raises(BadInput, match="Say why"):
        change_marks(world.max, row.ref, {part.ref: (5000, False)}, note=" ", against=0, at=NOW)
    with pytest.raises(BadInput, match="another look"):
        change_marks(world.max, row.ref, {part.ref: (5500, False)}, note="So", against=0, at=NOW)
    assert change_marks(world.max, row.ref, {part.ref: (5000, False)}, note="Page 2", against=0, at=NOW) == 1
    assert (result_of(first).state, result_of(first).score_numerator) == ("ready", 8)
    with pytest.raises(Stale, match="Max Stern"):
        change_marks(world.max, row.ref, {part.ref: (4000, False)}, note="No", against=0, at=NOW)
    change_marks(world.max, row.ref, {part.ref: (None, True)}, note="Nothing there", against=1, at=NOW)
    assert result_of(first).score_numerator == 3
    assert Mark.objects.filter(attempt=first, round="marker-1").count() == 2, "the marker's marks stay"
    told = [(say(entry).text, entry.reason) for entry in history_for(world.ada, result_of(first).ref).entries]
    assert ("Changed 1 mark as a moderator", "Page 2") in told


def test_who_had_a_script_in_hand_or_is_kept_from_it_does_not_moderate_it(world, schedule) -> None:
    grant(world.mo, "moderator", schedule.node)
    moderate(world, schedule, [EVERY])
    one, two, three = attempts(schedule)[:3]
    mark(world.mo, one, 3, 3)
    mark(world.mei, two, 3, 3)
    mark(world.mei, three, 3, 3)
    number = three.enrolment.number
    declare_conflict(world.ada, schedule.ref, world.mo.ref, number=number, reason="cousins", at=NOW)
    assert {row.attempt_id for row in waiting(world.mo)} == {two.pk}
    own = Moderation.objects.get(attempt=one)
    for act in (
        lambda: accept(world.mo, schedule.ref, [own.ref], at=NOW),
        lambda: send_back(world.mo, own.ref, note="So", against=0, at=NOW),
    ):
        with pytest.raises(NotFound):
            act()
    for person, error in ((world.mei, NotAllowed), (world.sid, NotFound), (world.cas, NotFound)):
        with pytest.raises(error):
            accept(person, schedule.ref, [own.ref], at=NOW)


def test_sent_back_it_is_marked_again_and_comes_back(world, schedule) -> None:
    moderate(world, schedule, [Trigger(Kind.NEAR_BOUNDARY, Fraction(1))])
    first = attempts(schedule)[0]
    mark(world.mo, first, 3, 3)
    (row,) = waiting(world.max)
    assert send_back(world.max, row.ref, note="Look at page 2", against=0, at=NOW) == 1
    assert missing(first) == {"not_submitted": 1}
    assert waiting(world.max) == []
    (note,) = InboxNote.objects.filter(kind="moderation-sent-back")
    assert (note.person, note.params["note"]) == (world.mo, "Look at page 2")
    mark(world.mo, first, 5, 5, at=LATER, against=1)
    (row,) = waiting(world.max)
    assert (row.returned, missing(first)) == (True, {"in_moderation": 1}), (
        "though no trigger sends it any more"
    )
    accept(world.max, schedule.ref, [row.ref], at=LATER)
    assert result_of(first).score_numerator == 10


def test_opened_again_by_a_coordinator_a_moderators_mark_counts_no_more(world, schedule) -> None:
    moderate(world, schedule, [EVERY])
    first = attempts(schedule)[0]
    mark(world.mo, first, 3, 3)
    (row,) = waiting(world.max)
    change_marks(world.max, row.ref, {human_part(schedule).ref: (5000, False)}, note="So", against=0, at=NOW)
    reopen_scripts(world.ada, schedule.ref, [first.script_ref], reason="A page was missed", at=NOW)
    submit_scripts(world.mo, schedule.ref, at=LATER)
    assert missing(first) == {"in_moderation": 1}
    accept(world.max, schedule.ref, [waiting(world.max)[0].ref], at=LATER)
    assert result_of(first).score_numerator == 6


def test_a_second_round_looks_at_what_the_first_has_settled_and_needs_other_eyes(world, schedule) -> None:
    moderate(world, schedule, [EVERY], [Trigger(Kind.NEAR_BOUNDARY, Fraction(0))])
    one, two = attempts(schedule)[:2]
    mark(world.mo, one, 3, 3)
    mark(world.mo, two, 3, 3)
    first, second = waiting(world.max)
    part = human_part(schedule)
    change_marks(world.max, first.ref, {part.ref: (2500, False)}, note="Half", against=0, at=NOW)
    accept(world.max, schedule.ref, [second.ref], at=NOW)
    assert (missing(one), missing(two)) == ({"in_moderation": 1}, {})
    assert waiting(world.max) == [], "who decided in one round does not decide in the next"
    grant(world.mei, "moderator", schedule.node)
    (row,) = waiting(world.mei)
    assert row.round == "moderation-2"
    change_marks(world.mei, row.ref, {part.ref: (4000, False)}, note="Nearly", against=0, at=NOW)
    assert result_of(one).score_numerator == 7, "the mark of the later round stands"


def test_beyond_the_tolerance_a_moderators_mark_settles_it(world, schedule) -> None:
    plan(world, schedule, beyond="moderation")
    share(world, schedule)
    one, two = attempts(schedule)[:2]
    for attempt, theirs in ((one, 1), (two, 4)):
        mark(world.mo, attempt, 5, 3)
        mark(world.mei, attempt, theirs, 3)
    assert (missing(one), missing(two)) == ({"in_moderation": 1}, {})
    assert differences_of(world.mo, schedule) == ([], "")
    script = Script.objects.get(attempt=one, marker=world.mo)
    with pytest.raises(WrongState, match="agreed"):
        propose_mark(world.mo, script.ref, human_part(schedule).ref, value=4000, note="So", at=NOW)
    (row,) = waiting(world.max)
    assert kinds(row) == ["beyond_tolerance"]
    with pytest.raises(BadInput, match="yours is needed"):
        accept(world.max, schedule.ref, [row.ref], at=NOW)
    with pytest.raises(BadInput, match="as well"):
        change_marks(
            world.max, row.ref, {human_part(schedule, 1).ref: (4000, False)}, note="So", against=0, at=NOW
        )
    change_marks(world.max, row.ref, {human_part(schedule).ref: (2000, False)}, note="So", against=0, at=NOW)
    assert result_of(one).score_numerator == 5


def test_two_markers_who_differ_by_more_are_a_case_at_the_exact_boundary(world, schedule) -> None:
    plan(world, schedule, tolerance_thousandths=5000)
    moderate(world, schedule, [Trigger(Kind.DIFFERENCE, Fraction(2))])
    share(world, schedule)
    for attempt, theirs in zip(attempts(schedule), ((3, 3), (2, 3), (5, 1)), strict=False):
        mark(world.mo, attempt, 4, 4)
        mark(world.mei, attempt, *theirs)
    assert [result_of(one).state for one in attempts(schedule)[:3]] == ["ready", "moderation", "ready"]


def test_a_sample_changes_no_mark_and_ends_in_one_decision(world, schedule) -> None:
    moderate(world, schedule, [share_of(20)])
    share(world, schedule)
    everybody = attempts(schedule)
    mine = [one for one in everybody if Script.objects.filter(attempt=one, marker=world.mo).exists()]
    assert len(mine) == 3
    for attempt in mine[:-1]:
        mark(world.mo, attempt, 4, 4)
    with pytest.raises(WrongState, match="1 to submit"):
        confirm_sample(world.max, schedule.ref, "moderation-1", world.mo.ref, at=NOW)
    mark(world.mo, mine[-1], 4, 4)
    (row,) = waiting(world.max)
    waits = [missing(one) for one in mine]
    assert waits.count({"sample_open": 1}) == 2
    assert waits.count({"in_moderation": 1, "sample_open": 1}) == 1
    with pytest.raises(WrongState, match="changes no single mark"):
        change_marks(
            world.max, row.ref, {human_part(schedule).ref: (1000, False)}, note="No", against=0, at=NOW
        )
    with pytest.raises(WrongState, match="1 to look at"):
        confirm_sample(world.max, schedule.ref, "moderation-1", world.mo.ref, at=NOW)
    doubt(world.max, row.ref, note="Generous", against=0, at=NOW)
    sample = sample_of(world.max, schedule, "moderation-1", world.mo.ref)
    assert (sample.scripts, sample.drawn, sample.doubted, sample.may_confirm) == (3, 1, 1, True)
    for person in (world.mo, world.mei, world.ada):
        assert samples_here(person, schedule) == []
    with pytest.raises(NotAllowed):
        confirm_sample(world.mei, schedule.ref, "moderation-1", world.mo.ref, at=NOW)
    confirm_sample(world.max, schedule.ref, "moderation-1", world.mo.ref, note="Within bounds", at=NOW)
    assert {result_of(one).state for one in mine} == {"ready"}
    with pytest.raises(WrongState, match="confirmed already"):
        confirm_sample(world.max, schedule.ref, "moderation-1", world.mo.ref, at=NOW)


def test_late_candidates_join_a_sample_by_the_same_rule(world, schedule) -> None:
    moderate(world, schedule, [share_of(50)])
    share(world, schedule, world.mo)
    for attempt in attempts(schedule):
        mark(world.mo, attempt, 4, 4)
    assert len(waiting(world.max)) == 3
    accept(world.max, schedule.ref, [row.ref for row in waiting(world.max)], at=NOW)
    confirm_sample(world.max, schedule.ref, "moderation-1", world.mo.ref, at=NOW)
    late = hand_in(schedule, enrolments(schedule)[-2:])
    for attempt in late:
        mark(world.mo, Attempt.objects.select_related("schedule").get(pk=attempt.pk), 4, 4, at=LATER)
    (row,) = waiting(world.max)
    assert row.attempt_id in {one.pk for one in late}
    assert sorted(result_of(one).state for one in late) == ["moderation", "ready"]
    assert {result_of(one).state for one in attempts(schedule)[:6]} == {"ready"}, "what was confirmed stays"
    accept(world.max, schedule.ref, [row.ref], at=LATER)
    assert {result_of(one).state for one in late} == {"ready"}


def test_on_a_pile_a_share_is_drawn_once_the_pile_is_empty(world, schedule) -> None:
    moderate(world, schedule, [share_of(50)])
    everybody = attempts(schedule)
    for n, attempt in enumerate(everybody):
        assert not Moderation.objects.exists()
        mark((world.mo, world.mei)[n % 2], attempt, 4, 4)
    assert Moderation.objects.filter(ripe=True).count() == 4, "two of three of each marker"
    assert [missing(one) for one in everybody].count({"in_moderation": 1, "sample_open": 1}) == 4


def test_marked_again_the_marks_of_those_questions_are_given_anew(world, schedule) -> None:
    moderate(world, schedule, [Trigger(Kind.FIRST, Fraction(1))])
    one, two = attempts(schedule)[:2]
    mark(world.mo, one, 4, 4)
    mark(world.mo, two, 4, 4, at=LATER)
    with pytest.raises(WrongState, match="Nobody has looked"):
        mark_again(
            world.max, schedule.ref, "moderation-1", world.mo.ref, parts=[human_part(schedule).ref],
            reason="Generous", at=LATER,
        )  # fmt: skip
    (row,) = waiting(world.max)
    assert row.attempt_id == one.pk
    doubt(world.max, row.ref, note="Generous", against=0, at=LATER)
    n = mark_again(
        world.max, schedule.ref, "moderation-1", world.mo.ref, parts=[human_part(schedule).ref],
        reason="Generous", at=LATER,
    )  # fmt: skip
    assert n == 2
    assert missing(two) == {"unmarked": 1, "not_submitted": 1}
    assert InboxNote.objects.get(kind="moderation-again").person == world.mo
    for attempt in (one, two):
        script = Script.objects.get(attempt=attempt)
        cell = CellSave(script.ref, human_part(schedule).ref, 3000, False, 2)
        save_marks(world.mo, schedule.ref, [cell], at=MUCH_LATER)
    submit_scripts(world.mo, schedule.ref, at=MUCH_LATER)
    (row,) = waiting(world.max)
    accept(world.max, schedule.ref, [row.ref], at=MUCH_LATER)
    assert missing(one) == {"sample_open": 1}
    grant(world.mo, "moderator", schedule.node)
    with pytest.raises(NotAllowed, match="your own marking"):
        confirm_sample(world.mo, schedule.ref, "moderation-1", world.mo.ref, at=MUCH_LATER)
    for attempt in attempts(schedule)[2:]:
        mark(world.mei, attempt, 1, 1, at=MUCH_LATER)
    confirm_sample(world.max, schedule.ref, "moderation-1", world.mo.ref, at=MUCH_LATER)
    assert (result_of(one).state, result_of(one).score_numerator) == ("ready", 7)


def test_the_preview_counts_by_trigger_what_setting_it_sends(world, schedule) -> None:
    for n, attempt in enumerate(attempts(schedule)[:4]):
        mark(world.mo, attempt, 3, n)
    wanted = [Round((Trigger(Kind.NEAR_BOUNDARY, Fraction(1, 2)), share_of(50))), Round((EVERY,))]
    found = preview_moderation(world.ada, schedule.ref, wanted, "spring")
    assert (found.marked, found.unmarked, found.scripts, found.leaving) == (4, 2, 4, 0)
    assert dict(found.rounds[0].triggers) == {("near_boundary", 0): 2}, "the pile is not empty yet"
    assert (found.rounds[0].scripts, found.rounds[1].scripts) == (2, 4)
    assert not Moderation.objects.exists()
    set_moderation(world.ada, schedule.ref, wanted, seed="spring", against=0, at=NOW)
    assert Moderation.objects.filter(round="moderation-1").count() == 2
    with pytest.raises(Stale):
        set_moderation(world.ada, schedule.ref, [], against=0, at=NOW)


def test_changed_triggers_keep_what_was_decided_and_ask_the_rest_anew(world, schedule) -> None:
    moderate(world, schedule, [EVERY])
    one, two = attempts(schedule)[:2]
    mark(world.mo, one, 3, 3)
    mark(world.mo, two, 5, 5)
    change_marks(
        world.max, waiting(world.max)[0].ref, {human_part(schedule).ref: (1000, False)}, note="So", against=0,
        at=NOW,
    )  # fmt: skip
    found = preview_moderation(
        world.ada, schedule.ref, [Round((Trigger(Kind.NEAR_BOUNDARY, Fraction(0)),))], "spring"
    )
    assert (found.decided, found.leaving) == (1, 1)
    moderate(world, schedule, [Trigger(Kind.NEAR_BOUNDARY, Fraction(0))])
    assert (missing(one), missing(two)) == ({}, {})
    assert result_of(one).score_numerator == 4
    moderate(world, schedule)
    assert result_of(one).score_numerator == 4
    moderate(world, schedule, [EVERY])
    assert (missing(one), missing(two)) == ({}, {"in_moderation": 1})


def test_rounds_that_make_no_sense_or_come_too_late_are_refused(world, schedule) -> None:
    for bad in (
        Trigger(Kind.BEYOND_TOLERANCE),
        Trigger(Kind.DIFFERENCE, Fraction(1)),
        Trigger(Kind.OF_MARKER, marker=world.sid.pk),
        share_of(0),
        Trigger(Kind.NEAR_BOUNDARY, Fraction(1, 3)),
    ):
        with pytest.raises(BadInput):
            moderate(world, schedule, [bad])
    with pytest.raises(BadInput, match="three rounds"):
        moderate(world, schedule, [EVERY], [EVERY], [EVERY], [EVERY])
    for person in (world.mo, world.max, world.sid):
        with pytest.raises(NotFound):
            set_moderation(person, schedule.ref, [], against=0, at=NOW)
    first = attempts(schedule)[0]
    mark(world.mo, first, 3, 3)
    selection = freeze_selection(world.pia, refs=[result_of(first).ref], at=NOW)
    publish(world.pia, selection.ref, show=False, at=NOW)
    carry_on(selection.ref, at=NOW)
    with pytest.raises(WrongState, match="published"):
        moderate(world, schedule, [EVERY])


def test_notes_can_be_kept_from_the_moderator_until_they_have_decided(world, schedule) -> None:
    plan(world, schedule)
    moderate(world, schedule, [EVERY], notes=False)
    share(world, schedule)
    first = attempts(schedule)[0]
    mark(world.mo, first, 5, 3)
    mark(world.mei, first, 1, 3)
    part = human_part(schedule)
    for person in (world.mo, world.mei):
        script = Script.objects.get(attempt=first, marker=person)
        propose_mark(person, script.ref, part.ref, value=3000, note="Between us", at=NOW)
    ref = result_of(first).ref

    def read(person: Person) -> bool:
        return "Between us" in {entry.reason for entry in history_for(person, ref).entries}

    assert (read(world.ada), read(world.max)) == (True, False)
    accept(world.max, schedule.ref, [waiting(world.max)[0].ref], at=NOW)
    assert read(world.max)


def test_a_flagged_script_is_a_case_and_the_decision_settles_its_flag(world, schedule) -> None:
    moderate(world, schedule, [Trigger(Kind.FLAGGED)])
    one, two, three, *_others = attempts(schedule)
    for attempt in (one, two, three):
        script = Script.objects.get(attempt=attempt)
        flag_script(world.mo, schedule.ref, script.ref, "Two handwritings", at=NOW)
        mark(world.mo, attempt, 2, 3)
    assert [kinds(row) for row in waiting(world.max)] == [["flagged"]] * 3
    assert missing(one) == {"in_moderation": 1, "flagged": 1}
    first, second, _third = waiting(world.max)
    accept(world.max, schedule.ref, [first.ref], at=LATER)
    given = {human_part(schedule).ref: (4000, False)}
    change_marks(world.max, second.ref, given, note="One hand, two pens", against=second.revision, at=LATER)
    assert missing(one) == missing(two) == {}
    assert result_of(two).shown_score == "7"
    flags = Flag.objects.order_by("attempt")
    assert [flag.answer for flag in flags] == [
        "A moderator looked at it: the marks stand.", "One hand, two pens", "",
    ]  # fmt: skip
    assert InboxNote.objects.filter(kind="flag-settled", person=world.mo).count() == 2
    notes = moderated_script(world.max, schedule, second.ref).notes
    assert [note.text for note in notes if note.by == "Mo Idris"] == ["Two handwritings"]


def test_a_flag_that_is_settled_before_anybody_decided_lets_its_script_go(world, schedule) -> None:
    moderate(world, schedule, [Trigger(Kind.FLAGGED)])
    attempt, other, *_others = attempts(schedule)
    script = Script.objects.get(attempt=attempt)
    flag_script(world.mo, schedule.ref, script.ref, "Two handwritings", at=NOW)
    for one in (attempt, other):
        mark(world.mo, one, 2, 3)
    assert missing(other) == {} and [row.attempt_id for row in waiting(world.max)] == [attempt.pk]
    settle_flag(world.max, schedule.ref, script.ref, "One hand", at=LATER)
    assert missing(attempt) == {} and waiting(world.max) == []
    flag_script(world.mo, schedule.ref, script.ref, "And the last page?", at=LATER)
    assert [kinds(row) for row in waiting(world.max)] == [["flagged"]], "flagged again, it is a case again"
