"""A candidate's inbox: what was shown, withdrawn, hidden and shown again, and nothing of what a result is."""

from datetime import timedelta

import pytest

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.actions.showing import hide, show
from marksheet.apps.release.queries.candidate_changes import changes_for
from marksheet.apps.results.actions.standing import void_attempts
from tests.apps.release.scenes import a_ready_quiz, hand_in, mark_all, refs
from tests.factories import NOW, a_schedule, a_world, signed_in

pytestmark = pytest.mark.django_db


def later(hours):
    return NOW + timedelta(hours=hours)


def published(world, schedule, *, shown, at=NOW):
    selection = freeze_selection(world.pia, refs=refs(schedule), at=at)
    publish(world.pia, selection.ref, show=shown, at=at)
    carry_on(selection.ref, at=at)


def candidate(schedule, n=0):
    return Enrolment.objects.filter(schedule=schedule).order_by("pk")[n].person


def words(schedule, n=0):
    return [one.word for one in changes_for(candidate(schedule, n))]


def test_the_inbox_of_a_candidate_tells_what_was_shown_withdrawn_and_shown_again_newest_first():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule, shown=True)
    hide(world.pia, refs(schedule), reason="too early", at=later(1))
    show(world.pia, refs(schedule), at=later(2))
    retract(world.pia, refs(schedule), reason="key under doubt", at=later(3))
    assert words(schedule) == ["withdrawn", "shown-again", "hidden", "shown"]
    published(world, schedule, shown=False, at=later(4))
    assert words(schedule)[0] == "withdrawn"
    show(world.pia, refs(schedule), at=later(5))
    assert words(schedule) == ["shown-again", "withdrawn", "shown-again", "hidden", "shown"]
    page = signed_in(candidate(schedule)).get("/inbox/").text
    assert "has been withdrawn for checking." in page and "is available again." in page
    assert (
        page.index("is available again.") < page.index("withdrawn for checking") < page.index("is available.")
    )
    assert "too early" not in page and "key under doubt" not in page and "Passed" not in page


def test_what_a_candidate_was_never_shown_is_no_news():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule, shown=False)
    assert words(schedule) == []
    retract(world.pia, refs(schedule), reason="key under doubt", at=later(1))
    assert words(schedule) == []
    selection = freeze_selection(world.pia, refs=refs(schedule), at=later(2))
    publish(world.pia, selection.ref, show=True, at=later(2))
    assert words(schedule) == [], "what is prepared and not committed is nobody's news"
    assert "Nothing waits for you" in signed_in(candidate(schedule)).get("/inbox/").text


def test_a_correction_is_a_new_version_and_a_void_attempt_is_no_result_that_is_available():
    world = a_world()
    schedule = a_schedule(world)
    hand_in(schedule, ["AA", "AB"])
    mark_all(world, schedule, 2500)
    published(world, schedule, shown=True)
    mark_all(world, schedule, 5000)
    published(world, schedule, shown=True, at=later(1))
    assert words(schedule) == ["new-version", "shown"]


def test_a_void_attempt_is_not_told_as_a_result_that_is_available():
    world = a_world()
    quiz = a_ready_quiz(world)
    void_attempts(world.ada, refs(quiz)[:1], reason="used a phone", at=NOW)
    published(world, quiz, shown=True)
    assert (words(quiz), words(quiz, 1)) == (["no-result"], ["shown"])


def test_what_is_new_is_so_until_it_is_looked_at_and_it_is_for_its_candidate_alone():
    world = a_world()
    schedule = a_ready_quiz(world)
    published(world, schedule, shown=True)
    person = candidate(schedule)
    (told,) = changes_for(person)
    assert told.unseen
    client = signed_in(person)
    assert "state--act" in client.get("/inbox/").text
    assert client.get(f"/my/{told.ref}/").status_code == 200
    (told,) = changes_for(person)
    assert not told.unseen
    assert changes_for(world.sid) == [] and words(schedule, 1) == ["shown"]
