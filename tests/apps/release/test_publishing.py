"""Publishing: exactly the frozen, ready results the actor may publish, once, all or none."""

import json
from datetime import timedelta

import pytest

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.ledger.errors import BadInput, NotAllowed, Stale
from marksheet.apps.ledger.models import Work
from marksheet.apps.people.models import Grant
from marksheet.apps.release.actions.notices import queue_notices
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.actions.showing import hide, show
from marksheet.apps.release.actions.withholding import lift, withhold
from marksheet.apps.release.models import Disclosure, Opening, PublicationState
from marksheet.apps.release.queries.afterwards import effect_on
from marksheet.apps.release.queries.candidate import dashboard_of
from marksheet.apps.release.queries.preview import preview
from marksheet.apps.release.queries.receipts import receipt_rows, skipped_rows
from marksheet.apps.release.queries.verifying import Verified, verify
from marksheet.apps.results.actions.standing import void_attempts
from marksheet.apps.results.models import Bucket, BucketCount, Result, ResultVersion
from marksheet.apps.results.queries.by_schedule import schedule_lines
from marksheet.apps.results.queries.finder import Criteria, page, tickable, total
from marksheet.outputs.notices.message import Skip
from marksheet.outputs.notices.result_available import render
from tests.apps.release.scenes import a_ready_quiz, hand_in, mark_all, refs
from tests.factories import CLOSES, NOW, a_schedule, a_world

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def published(world, schedule, *, show=False, inform=False, who=None):
    actor = who or world.pia
    selection = freeze_selection(actor, refs=refs(schedule), at=NOW)
    publish(actor, selection.ref, show=show, inform=inform, at=NOW)
    return carry_on(selection.ref, at=NOW)


def buckets(schedule):
    return {
        b: n for b, n in BucketCount.objects.filter(schedule=schedule).values_list("bucket", "count") if n
    }


def lines_of(schedule, n=0):
    person = Enrolment.objects.filter(schedule=schedule).order_by("pk")[n].person
    return dashboard_of(person, NOW)


def test_work_that_is_scored_and_complete_is_ready_on_results():
    world = a_world()
    schedule = a_ready_quiz(world)
    found = page(world.pia, Criteria()).rows
    assert [(r.shown_score, r.outcome, r.bucket) for r in sorted(found, key=lambda r: r.enrolment_id)] == [
        ("3", "passed", "ready"),
        ("2", "passed", "ready"),
        ("0", "failed", "ready"),
    ]
    assert total(world.pia, Criteria()) == (3, True)
    assert buckets(schedule) == {"ready": 3}


def test_everything_waits_until_marks_are_given_and_submitted():
    world = a_world()
    schedule = a_schedule(world)
    assert buckets(schedule) == {"expected": 5}
    hand_in(schedule, ["AA", "AB"])
    assert buckets(schedule) == {"expected": 3, "not-submitted": 2}
    assert Result.objects.filter(schedule=schedule, score_micro=None).count() == 5
    mark_all(world, schedule, 2500, submit=False)
    assert buckets(schedule) == {"expected": 3, "not-submitted": 2}
    mark_all(world, schedule, 2500)
    assert buckets(schedule) == {"expected": 3, "ready": 2}
    shown = list(
        Result.objects.filter(bucket="ready").order_by("enrolment_id").values_list("shown_score", flat=True)
    )
    assert shown == ["4.5", "3.5"]


def test_publishing_brings_exactly_the_frozen_results_into_force():
    world = a_world()
    schedule = a_ready_quiz(world)
    chosen = refs(schedule)[:2]
    selection = freeze_selection(world.pia, refs=chosen, at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    done = carry_on(selection.ref, at=NOW)
    assert (done.state, done.published) == (PublicationState.COMMITTED, 2)
    in_force = Result.objects.filter(in_force__isnull=False)
    assert {r.ref for r in in_force} == set(chosen)
    assert buckets(schedule) == {"published": 2, "ready": 1}
    first, second = receipt_rows(world.pia, done)
    assert first.result.sort_name < second.result.sort_name
    assert receipt_rows(world.pia, done, after=first.pk) == [second]
    assert list(verify(Verified())) == []


def test_publishing_twice_changes_nothing():
    world = a_world()
    schedule = a_ready_quiz(world)
    done = published(world, schedule)
    events = Work.objects.count()
    again = publish(world.pia, done.ref, at=LATER)
    carry_on(done.ref, at=LATER)
    assert again.committed_at == NOW
    assert ResultVersion.objects.count() == 3
    assert Work.objects.count() == events


def test_nobody_publishes_without_the_right_and_is_told_who_can_help():
    world = a_world()
    schedule = a_ready_quiz(world)
    with pytest.raises(NotAllowed) as refusal:
        freeze_selection(world.mo, refs=refs(schedule), at=NOW)
    assert refusal.value.helpers == ("Ada Vermeer",)
    with pytest.raises(BadInput):
        freeze_selection(world.sid, refs=refs(schedule), at=NOW)


def test_a_publisher_who_loses_sight_can_no_longer_publish():
    world = a_world()
    schedule = a_ready_quiz(world)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    from tests.guard import writes_allowed

    with writes_allowed():
        Grant.objects.filter(person=world.pia, role__key="reports_viewer").update(ended_at=LATER)
    with pytest.raises(NotAllowed):
        publish(world.pia, selection.ref, at=LATER)
    assert not Result.objects.filter(in_force__isnull=False).exists()


def test_a_result_that_changed_since_it_was_looked_at_stops_everything():
    world = a_world()
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2500)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    mark_all(world, schedule, 3000)
    with pytest.raises(Stale) as refusal:
        publish(world.pia, selection.ref, at=LATER)
    assert "2 of 2 results changed" in str(refusal.value)
    assert len(preview(world.pia, selection.ref).changed) == 2
    assert not ResultVersion.objects.exists()
    assert not Result.objects.filter(claim__isnull=False).exists()


def test_a_result_that_changes_while_it_is_prepared_stops_everything():
    world = a_world()
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2500)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=True, at=NOW)
    mark_all(world, schedule, 3000)
    done = carry_on(selection.ref, at=LATER)
    assert done.state == PublicationState.FAILED
    assert "2 of 2" in done.problem["message"]
    assert not Result.objects.filter(in_force__isnull=False).exists()
    assert lines_of(schedule)[0].word == "being-marked"


def test_rows_that_a_colleague_has_just_published_are_skipped_and_named():
    world = a_world()
    schedule = a_ready_quiz(world)
    from tests.factories import grant

    grant(world.mo, "publisher", schedule.node)
    mine = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    theirs = freeze_selection(world.mo, refs=refs(schedule)[:1], at=NOW)
    publish(world.mo, theirs.ref, at=NOW)
    carry_on(theirs.ref, at=NOW)
    publish(world.pia, mine.ref, at=LATER)
    done = carry_on(mine.ref, at=LATER)
    assert (done.state, done.published) == (PublicationState.COMMITTED, 2)
    assert [(r.skipped, r.skipped_by) for r in skipped_rows(world.pia, done)] == [("published", "Mo Idris")]
    assert ResultVersion.objects.count() == 3


def test_candidates_see_nothing_before_commit_and_what_the_switches_allow_after():
    world = a_world()
    schedule = a_ready_quiz(world)
    assert lines_of(schedule)[0].word == "being-marked"
    published(world, schedule, show=True)
    line = lines_of(schedule)[0]
    assert (line.word, line.document["grade"], line.document["percentage"]) == ("shown", "A", "100.0")
    assert "items" not in line.document


def test_publishing_without_showing_tells_the_candidate_nothing():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule)
    assert lines_of(schedule)[0].word == "being-marked"
    assert Disclosure.objects.count() == 3
    assert not Opening.objects.exists()


def test_show_later_hide_again_with_reason_and_show_once_more():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule)
    assert show(world.pia, refs(schedule), at=NOW) == 3
    assert lines_of(schedule)[0].word == "shown"
    with pytest.raises(BadInput):
        hide(world.pia, refs(schedule), reason=" ", at=NOW)
    assert hide(world.pia, refs(schedule)[:1], reason="wrong date", at=NOW) == 1
    assert [lines_of(schedule, n)[0].word for n in (0, 1)] == ["hidden", "shown"]
    assert show(world.pia, refs(schedule), at=NOW) == 1
    assert lines_of(schedule)[0].word == "shown"
    assert list(verify(Verified())) == []


def test_mail_follows_release_once_per_version():
    world = a_world()
    schedule = a_ready_quiz(world)
    done = published(world, schedule, show=True, inform=True)
    assert queue_notices(done.ref, after=0, at=NOW)[1] == 3
    queue_notices(done.ref, after=0, at=NOW)
    mails = Work.objects.filter(kind="mail")
    assert mails.count() == 3
    assert "score" not in json.dumps([m.payload for m in mails])


def test_a_void_result_is_shown_but_never_told_as_available():
    world = a_world()
    schedule = a_ready_quiz(world)
    void_attempts(world.ada, refs(schedule)[:1], reason="used a phone", at=NOW)
    assert (
        preview(world.pia, freeze_selection(world.pia, refs=refs(schedule), at=NOW).ref).never_signed_in == 2
    )
    done = published(world, schedule, show=True, inform=True)
    assert queue_notices(done.ref, after=0, at=NOW)[1] == 2
    person = Result.objects.get(ref=refs(schedule)[0]).person
    assert not Work.objects.filter(kind="mail", person_id=person.pk).exists()
    hide(world.pia, refs(schedule), reason="too early", at=NOW)
    assert effect_on(world.pia, refs(schedule)).hidden_with_address == 2
    show(world.pia, refs(schedule), inform=True, at=LATER)
    assert not Work.objects.filter(kind="mail", person_id=person.pk).exists()
    payload = {"notice": "result-available", "result": refs(schedule)[0]}
    assert isinstance(render(person.pk, payload, "http://x.example.org"), Skip)


def test_the_day_it_was_taken_is_within_the_window_however_late_it_is_brought_in():
    world = a_world()
    schedule = a_ready_quiz(world)
    hand_in(a_schedule(world, code="LATE", candidates=1), ["AA"], at=CLOSES + timedelta(days=8))
    late = Result.objects.get(schedule__code="LATE")
    assert late.handed_in_at == CLOSES
    assert Result.objects.filter(schedule=schedule).first().handed_in_at < CLOSES


def test_informing_without_showing_is_refused():
    world = a_world()
    schedule = a_ready_quiz(world)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    with pytest.raises(BadInput):
        publish(world.pia, selection.ref, show=False, inform=True, at=NOW)


def test_retracting_takes_the_result_back_and_publishing_again_names_what_it_follows():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule, show=True)
    with pytest.raises(BadInput):
        retract(world.pia, refs(schedule), reason="", at=LATER)
    assert retract(world.pia, refs(schedule), reason="key under doubt", notice=True, at=LATER) == 3
    assert buckets(schedule) == {"ready": 3}
    assert lines_of(schedule)[0].word == "withdrawn"
    assert Work.objects.filter(kind="mail").count() == 3
    published(world, schedule, show=True)
    second = ResultVersion.objects.filter(number=2)
    assert second.count() == 3
    assert all(v.follows is not None and v.follows.number == 1 for v in second)
    assert lines_of(schedule)[0].word == "shown"
    assert list(verify(Verified())) == []


def test_what_was_withdrawn_stays_so_until_it_is_shown_again():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule, show=True)
    retract(world.pia, refs(schedule), reason="key under doubt", at=LATER)
    published(world, schedule, show=False)
    assert {lines_of(schedule, n)[0].word for n in (0, 1, 2)} == {"withdrawn"}
    retract(world.pia, refs(schedule)[:1], reason="once more", at=LATER)
    published(world, schedule, show=False)
    assert {lines_of(schedule, n)[0].word for n in (0, 1, 2)} == {"withdrawn"}
    show(world.pia, refs(schedule), at=LATER)
    assert {lines_of(schedule, n)[0].word for n in (0, 1, 2)} == {"shown"}


def test_what_was_shown_and_hidden_is_not_disclosed_also_when_it_is_then_retracted():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule, show=True)
    hide(world.pia, refs(schedule), reason="too early", at=NOW)
    retract(world.pia, refs(schedule)[:1], reason="key under doubt", at=LATER)
    assert {lines_of(schedule, n)[0].word for n in (0, 1, 2)} == {"hidden"}


def test_what_was_never_shown_is_never_withdrawn_for_its_candidate():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule, show=False)
    retract(world.pia, refs(schedule), reason="key under doubt", at=LATER)
    assert {lines_of(schedule, n)[0].word for n in (0, 1, 2)} == {"being-marked"}


def test_a_withheld_row_shows_no_score_and_cannot_be_ticked():
    world = a_world()
    schedule = a_ready_quiz(world)
    first = refs(schedule)[0]
    withhold(world.ada, [first], reason="suspected copying", at=NOW)
    row = Result.objects.get(ref=first)
    assert (row.bucket, row.score_micro, row.grade, row.outcome) == (Bucket.WITHHELD, None, "", "")
    assert tickable(world.pia, Criteria()).count() == 2
    published(world, schedule, show=True)
    assert [lines_of(schedule, n)[0].word for n in (0, 1)] == ["not-yet-available", "shown"]
    lift(world.ada, [first], reason="cleared", at=LATER)
    row.refresh_from_db()
    assert (row.bucket, row.shown_score) == (Bucket.READY, "3")


def test_a_withheld_candidate_reads_no_earlier_than_the_cohort_that_it_is_so():
    world = a_world()
    schedule = a_ready_quiz(world)
    withhold(world.ada, refs(schedule)[:1], reason="suspected copying", at=NOW)
    assert {lines_of(schedule, n)[0].word for n in (0, 1, 2)} == {"being-marked"}


def test_the_preview_says_who_gets_nothing_and_why():
    world = a_world()
    schedule = a_ready_quiz(world, answers=("AAA", "AAB", "BBB", "AAA"))
    withhold(world.ada, refs(schedule)[:1], reason="x", at=NOW)
    selection = freeze_selection(world.pia, refs=refs(schedule)[:3], at=NOW)
    told = preview(world.pia, selection.ref)
    assert (told.total, told.get_nothing, told.summary.n) == (2, 2, 2)
    assert told.shares[0].others == {"withheld": 1, "ready": 1}
    assert told.asks and told.without_address == 0


def test_the_view_by_schedule_counts_the_truth():
    world = a_world()
    a_ready_quiz(world)
    (line,) = schedule_lines(world.pia, Criteria())
    assert (line.ready, line.waiting, line.publishable) == (3, 3, True)
    assert schedule_lines(world.sid, Criteria()) == []


def test_a_correction_of_a_published_result_waits_and_the_candidate_keeps_seeing_the_old_one():
    world = a_world()
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2500)
    published(world, schedule, show=True)
    mark_all(world, schedule, 5000)
    assert buckets(schedule) == {"expected": 3, "correction": 2}
    assert lines_of(schedule)[0].document["score"] == "4.5"
    published(world, schedule, show=True)
    assert lines_of(schedule)[0].document["score"] == "7"
    assert buckets(schedule) == {"expected": 3, "published": 2}


def test_a_correction_that_is_not_shown_hides_what_it_replaces_until_it_is_shown():
    world = a_world()
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2500)
    published(world, schedule, show=True)
    mark_all(world, schedule, 5000)
    published(world, schedule, show=False)
    assert [line.document for line in lines_of(schedule)] == [None]
    assert not Result.objects.filter(schedule=schedule, shown_to_candidate=True).exists()
    assert list(verify(Verified())) == []
    show(world.pia, refs(schedule)[:2], at=LATER)
    assert lines_of(schedule)[0].document["score"] == "7"
