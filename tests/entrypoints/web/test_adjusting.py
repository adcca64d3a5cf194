"""Adjusting a score by page: the act asks what, how much and why; the result, reports and history tell it."""

import re
from fractions import Fraction

import pytest

from marksheet.apps.exams.models import Schedule
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.withholding import withhold
from marksheet.apps.results.actions.adjusting import adjust
from marksheet.apps.results.models import Adjustment, Result
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, World, a_world, grant, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LIST, DO = "/marking/results/", "/marking/results/do/"


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def quiz(world: World) -> Schedule:
    return a_ready_quiz(world)


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def publish_all(world, schedule, some=()):
    selection = freeze_selection(world.pia, refs=some or refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=True, at=NOW)
    carry_on(selection.ref, at=NOW)


def test_a_coordinator_adjusts_from_the_result_and_takes_it_back(world, quiz):
    ada, ref = signed_in(world.ada), refs(quiz)[0]
    assert f"{DO}adjust/" in ada.get(f"{LIST}{ref}/").content.decode()
    asked = ada.post(f"{DO}adjust/", {"selected": ref})
    assert "Adjust the score of 1 candidate" in text(asked)
    form = {"refs": ref, "kind": "late_penalty", "amount": "1,5", "unit": "marks", "reason": "two days late"}
    assert ada.post(f"{DO}adjust/", form).status_code == 302
    page = text(ada.get(f"{LIST}{ref}/"))
    assert "1.5 of 3" in page
    assert "Late penalty: 1.5 marks from 3 to 1.5 Ada Vermeer" in page
    assert "two days late" in page
    assert "Adjusted" in text(ada.get(LIST))
    back = ada.post(f"{DO}take-back/", {"selected": ref, "kind": "late_penalty"})
    assert 'value="late_penalty" selected' in back.content.decode()
    done = ada.post(f"{DO}take-back/", {"refs": ref, "kind": "late_penalty", "reason": "clock wrong"})
    assert done.status_code == 302
    assert "Late penalty" not in text(ada.get(f"{LIST}{ref}/"))
    told = text(ada.get(f"/marking/audit/results/{ref}/"))
    for words in ("Adjusted the score", "Late penalty: 1.5 marks", "Took an adjustment back", "clock wrong"):
        assert words in told, words
    assert "Score: 3 → became 1.5" in told and "Score: 1.5 → became 3" in told


def test_an_adjusted_score_is_told_to_readers_of_reports_when_it_is_published(world, quiz):
    """As with marks: before that it is told to those who work with them, and to nobody while it is withheld."""
    publish_all(world, quiz)
    first = refs(quiz)[:1]
    adjust(world.ada, first, "late_penalty", Fraction(3, 2), reason="two days late", at=NOW)
    grant(world.sid, "published_viewer", quiz.node)
    path = f"/marking/audit/results/{first[0]}/"
    assert "Score: 3 → became 1.5" in text(signed_in(world.ada).get(path))
    told = text(signed_in(world.sid).get(path))
    assert "Adjusted the score" in told and "became 1.5" not in told
    publish_all(world, quiz, first)
    assert "Score: 3 → became 1.5" in text(signed_in(world.sid).get(path))
    other = refs(a_ready_quiz(world, code="QUIZ-2"))[:1]
    withhold(world.ada, other, reason="a complaint", at=NOW)
    adjust(world.ada, other, "late_penalty", Fraction(1), reason="late", at=NOW)
    told = text(signed_in(world.ada).get(f"/marking/audit/results/{other[0]}/"))
    assert "Adjusted the score" in told and "Score:" not in told


def test_several_ticked_results_are_adjusted_at_once(world, quiz):
    grant(world.ada, "publisher", quiz.node)
    ada = signed_in(world.ada)
    assert f"{DO}adjust/" in ada.get(LIST).content.decode()
    form = {"refs": ",".join(refs(quiz)), "kind": "cap_at_pass", "unit": "marks", "reason": "second attempt"}
    assert ada.post(f"{DO}adjust/", form).status_code == 302
    scores = (
        Result.objects.filter(schedule=quiz).order_by("enrolment_id").values_list("shown_score", flat=True)
    )
    assert list(scores) == ["1.65", "1.65", "0"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount": ""}, "Give the size of the adjustment"),
        ({"amount": "much"}, "much"),
        ({"amount": "9"}, "3 marks in all"),
        ({"reason": ""}, "A reason is needed"),
        ({"kind": "bonus"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_comes_back_beside_what_was_typed(world, quiz, changed, said):
    form = {"refs": refs(quiz)[0], "kind": "late_penalty", "amount": "1", "unit": "marks", "reason": "late"}
    answer = signed_in(world.ada).post(f"{DO}adjust/", form | changed)
    assert answer.status_code == 400
    assert said in text(answer)
    assert Adjustment.objects.count() == 0


def test_others_see_the_adjustment_and_are_offered_nothing(world, quiz):
    ref = refs(quiz)[0]
    adjust(world.ada, [ref], "late_penalty", Fraction(1), reason="late", at=NOW)
    for who in (world.mo, world.pia):
        page = signed_in(who).get(f"{LIST}{ref}/").content.decode()
        assert "Late penalty: 1 mark" in page
        assert f"{DO}adjust/" not in page
        assert f"{DO}take-back/" not in page


def test_reports_and_the_candidate_are_told_the_step(world, quiz):
    ref = refs(quiz)[0]
    adjust(world.ada, [ref], "late_penalty", Fraction(10), "percent", reason="a private matter", at=NOW)
    publish_all(world, quiz)
    report = text(signed_in(world.pia).get(f"/reports/candidates/{ref}/"))
    assert "Late penalty: 10 % from 3 to 2.7" in report
    row = Result.objects.select_related("person", "enrolment").get(ref=ref)
    page = text(signed_in(row.person).get(f"/my/{row.enrolment.ref}/"))
    assert "Late penalty: 0.3 marks, from 3 to 2.7." in page
    assert "private" not in page
    # Without the switch for them no question is listed, not even an empty line.
    assert "Questions" not in page
