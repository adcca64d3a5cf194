"""Adjustments: named steps on one candidate's score, with a reason, before rounding, and taken back."""

from datetime import timedelta
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction

from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Side
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.withholding import lift, withhold
from marksheet.apps.release.models import Disclosure
from marksheet.apps.release.queries.verifying import Verified, verify
from marksheet.apps.results.actions.adjusting import adjust, take_back
from marksheet.apps.results.actions.standing import void_attempts
from marksheet.apps.results.models import Adjustment, AdjustmentEnd, Result, ResultVersion
from marksheet.apps.results.queries.adjustments import adjustments_of, steps_of
from marksheet.apps.results.steps.versions import content_hash
from marksheet.rules.rounding import Rounding
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, World, a_world, grant
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
LATE, CAP, SPECIAL = "late_penalty", "cap_at_pass", "special_consideration"


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def a_quiz(world, answers=("AAA", "AAB", "BBB")):
    return a_ready_quiz(world, answers)


def row(ref):
    return Result.objects.select_related("in_force").get(ref=ref)


def publish_all(world, schedule, *, show=False, at=NOW):
    selection = freeze_selection(world.pia, refs=refs(schedule), at=at)
    publish(world.pia, selection.ref, show=show, at=at)
    return carry_on(selection.ref, at=at)


def test_a_late_penalty_changes_score_grade_and_outcome_and_says_so(world):
    ref, *_ = refs(a_quiz(world))
    before = row(ref)
    assert (before.shown_score, before.grade, before.outcome) == ("3", "A", "passed")
    assert adjust(world.ada, [ref], LATE, Fraction(3, 2), reason="two days late", at=NOW) == 1
    after = row(ref)
    assert (after.shown_score, after.grade, after.outcome) == ("1.5", "F", "failed")
    assert after.adjustments == [[LATE, "3/2", "marks", "3", "3/2"]]
    assert after.revision == before.revision + 1
    assert after.bucket == "ready"
    assert after.items == before.items
    [line] = adjustments_of(after)
    assert (line.kind, line.amount, line.unit, line.reason, line.by) == (
        LATE, Fraction(3, 2), "marks", "two days late", "Ada Vermeer",
    )  # fmt: skip
    [step] = steps_of(after, Rounding())
    assert (step.before, step.after) == ("3", "1.5")


def test_adjustments_apply_in_the_order_of_the_rules_whatever_the_order_they_came_in(world):
    ref = refs(a_quiz(world))[1]
    adjust(world.ada, [ref], CAP, reason="a second attempt", at=NOW)
    adjust(world.ada, [ref], LATE, Fraction(10), "percent", reason="late", at=NOW)
    adjust(world.ada, [ref], SPECIAL, Fraction(1, 2), reason="ill", at=NOW)
    found = row(ref)
    # 2 + 0.5 = 2.5; less 10 % of 3 = 2.2; capped at 55 % of 3 = 1.65.
    assert [one[0] for one in found.adjustments] == [SPECIAL, LATE, CAP]
    assert [Fraction(one[4]) for one in found.adjustments] == [
        Fraction(5, 2), Fraction(11, 5), Fraction(33, 20),
    ]  # fmt: skip
    assert (Fraction(found.score_numerator, found.score_denominator), found.outcome) == (
        Fraction(33, 20), "passed",
    )  # fmt: skip


def test_what_is_taken_back_leaves_the_result_as_it_was_and_stays_on_record(world):
    ref, *_ = refs(a_quiz(world))
    before = row(ref)
    adjust(world.ada, [ref], LATE, Fraction(1), reason="late", at=NOW)
    assert take_back(world.ada, [ref], LATE, reason="the clock was wrong", at=LATER) == 1
    after = row(ref)
    assert (after.shown_score, after.grade, after.adjustments) == (before.shown_score, before.grade, None)
    assert adjustments_of(after) == []
    assert take_back(world.ada, [ref], LATE, reason="again", at=LATER) == 0
    assert (Adjustment.objects.count(), AdjustmentEnd.objects.count()) == (1, 1)
    assert adjust(world.ada, [ref], LATE, Fraction(2), reason="late after all", at=LATER) == 1
    assert row(ref).shown_score == "1"


def test_one_of_a_kind_holds_at_a_time(world):
    first, second, _ = refs(a_quiz(world))
    adjust(world.ada, [first], LATE, Fraction(1), reason="late", at=NOW)
    with pytest.raises(WrongState, match="Take it back first"):
        adjust(world.ada, [first, second], LATE, Fraction(1), reason="late", at=NOW)
    assert row(second).adjustments is None
    assert Adjustment.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "amount", "unit", "why", "said"),
    [
        ("bonus", Fraction(1), "marks", "late", "Choose a late penalty"),
        (LATE, Fraction(0), "marks", "late", "more than 0"),
        (LATE, Fraction(-1), "marks", "late", "more than 0"),
        (LATE, Fraction(1, 3), "marks", "late", "three decimals"),
        (LATE, Fraction(4), "marks", "late", "3 marks in all"),
        (LATE, Fraction(101), "percent", "late", "100 per cent"),
        (LATE, Fraction(1), "grades", "late", "marks or per cent"),
        (LATE, Fraction(1), "marks", " ", "A reason is needed"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(world, kind, amount, unit, why, said):
    ref, *_ = refs(a_quiz(world))
    with pytest.raises(BadInput, match=said):
        adjust(world.ada, [ref], kind, amount, unit, reason=why, at=NOW)
    assert Adjustment.objects.count() == 0


def test_only_the_coordinator_adjusts_and_nobody_their_own(world):
    schedule = a_quiz(world)
    ref, *_ = refs(schedule)
    for who in (world.mo, world.max, world.pia):
        with pytest.raises(NotAllowed) as refused:
            adjust(who, [ref], LATE, Fraction(1), reason="late", at=NOW)
        assert refused.value.helpers == ("Ada Vermeer",)
        with pytest.raises(NotAllowed):
            take_back(who, [ref], LATE, reason="late", at=NOW)
    for who in (world.ari, world.cas, world.sid, world.eva):
        with pytest.raises(NotFound):
            adjust(who, [ref], LATE, Fraction(1), reason="late", at=NOW)
    own = row(ref).person
    grant(own, "coordinator", world.department)
    grant(own, "reports_viewer", world.department)
    with pytest.raises(NotFound):
        adjust(own, [ref], SPECIAL, Fraction(1), reason="I was ill", at=NOW)


def test_without_work_that_counts_there_is_nothing_to_adjust(world):
    schedule = a_quiz(world)
    ref, other, _ = refs(schedule)
    void_attempts(world.ada, [ref], reason="copied", at=NOW)
    with pytest.raises(WrongState, match="no work whose score could be adjusted"):
        adjust(world.ada, [other, ref], LATE, Fraction(1), reason="late", at=NOW)
    assert row(other).adjustments is None


def test_an_adjusted_result_that_is_withheld_says_no_number_until_it_is_lifted(world):
    ref, *_ = refs(a_quiz(world))
    withhold(world.ada, [ref], reason="to be looked at", at=NOW)
    adjust(world.ada, [ref], LATE, Fraction(1), reason="late", at=NOW)
    held = row(ref)
    assert (held.bucket, held.shown_score, held.adjustments) == ("withheld", "", None)
    lift(world.ada, [ref], reason="all is well", at=LATER)
    assert row(ref).shown_score == "2"


def test_a_published_result_stays_and_its_correction_is_ready(world):
    schedule = a_quiz(world)
    ref, other, _ = refs(schedule)
    publish_all(world, schedule, show=True)
    adjust(world.ada, [ref], LATE, Fraction(1), reason="late", at=LATER)
    found = row(ref)
    assert (found.bucket, found.shown_score, found.in_force.shown_score) == ("correction", "2", "3")
    assert found.in_force.adjustments is None
    assert row(other).bucket == "published"
    take_back(world.ada, [ref], LATE, reason="the clock was wrong", at=LATER)
    publish_all(world, schedule, show=True, at=LATER)
    assert row(ref).in_force.number == 2
    assert list(verify(Verified())) == []


def test_a_version_keeps_its_adjustments_and_its_hash_tells_when_they_are_altered(world):
    schedule = a_quiz(world)
    ref, *_ = refs(schedule)
    adjust(world.ada, [ref], LATE, Fraction(1), reason="a private matter", at=NOW)
    publish_all(world, schedule, show=True)
    version = row(ref).in_force
    assert version.adjustments == [[LATE, "1", "marks", "3", "2"]]
    assert list(verify(Verified())) == []
    with writes_allowed(), transaction.atomic(), pytest.raises(DatabaseError):
        ResultVersion.objects.filter(pk=version.pk).update(adjustments=None)
    for altered in (None, [[LATE, "2", "marks", "3", "2"]]):
        fields = {name.attname: getattr(version, name.attname) for name in ResultVersion._meta.fields}
        fields["items"] = bytes(fields["items"])
        assert content_hash(fields) == version.hash
        assert content_hash(fields | {"adjustments": altered}) != version.hash


def test_the_candidate_is_told_the_step_and_never_the_reason(world):
    schedule = a_quiz(world)
    ref, other, _ = refs(schedule)
    adjust(world.ada, [ref], LATE, Fraction(1), reason="a private matter", at=NOW)
    adjust(world.ada, [ref], SPECIAL, Fraction(1), reason="a private illness", at=NOW)
    publish_all(world, schedule, show=True)
    body = Disclosure.objects.get(version__result__ref=ref).body
    assert '"msgid":"Late penalty: {marks} marks, from {before} to {after}."' in body
    assert '"params":{"after":"2","before":"3","marks":"1"}' in body
    # Full marks cannot grow: a step that changed nothing is not told.
    assert "Special consideration" not in body
    assert "private" not in body
    assert "penalty" not in Disclosure.objects.get(version__result__ref=other).body
    assert Side.objects.filter(name="reason", value="a private matter").count() == 1


def test_adjustments_are_facts_that_are_only_added_to(world):
    ref, *_ = refs(a_quiz(world))
    adjust(world.ada, [ref], LATE, Fraction(1), reason="late", at=NOW)
    take_back(world.ada, [ref], LATE, reason="not late", at=NOW)
    for model in (Adjustment, AdjustmentEnd):
        for attempt in (lambda m=model: m.objects.update(at=LATER), lambda m=model: m.objects.all().delete()):
            with writes_allowed(), pytest.raises(DatabaseError), transaction.atomic():
                attempt()


def test_verify_names_an_adjustment_that_no_event_of_the_log_wrote(world):
    first, second, _third = refs(a_quiz(world))
    adjust(world.ada, [first], LATE, Fraction(1), reason="late", at=NOW)
    take_back(world.ada, [first], LATE, reason="not late", at=NOW)
    adjust(world.ada, [second], SPECIAL, Fraction(1), reason="ill", at=NOW)
    assert list(verify(Verified())) == []
    held = Adjustment.objects.get(result__ref=second)
    with writes_allowed():
        Adjustment.objects.create(
            result_id=held.result_id, kind=LATE, amount_thousandths=500, by=world.pia, event_id=held.event_id, at=NOW
        )  # fmt: skip
        AdjustmentEnd.objects.create(adjustment=held, by=world.pia, event_id=held.event_id, at=NOW)
    found = [fault.what for fault in verify(Verified())]
    assert found[:2] == ["was taken back without an event of the log", "is not the one that the log tells of"]
    assert len(found) == 3 and found[2].startswith("is not what its work and marks come to")


def test_many_are_adjusted_in_a_constant_number_of_statements(world, django_assert_max_num_queries):
    several = a_ready_quiz(world, ["AAA"] * 12, code="MANY")
    with django_assert_max_num_queries(45):
        assert adjust(world.ada, refs(several), LATE, Fraction(1), reason="the room was late", at=NOW) == 12
    assert set(Result.objects.filter(schedule=several).values_list("shown_score", flat=True)) == {"2"}
