"""That a candidate has seen a result is noted once, and told before it is hidden or retracted."""

import re

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.release.actions import viewing
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.models import Viewing
from marksheet.apps.release.queries.afterwards import effect_on
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, World, a_world, signed_in
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def quiz(world):
    return a_ready_quiz(world)


def publish_all(world, schedule, *, show):
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=show, at=NOW)
    carry_on(selection.ref, at=NOW)


def candidates(schedule):
    return list(Enrolment.objects.filter(schedule=schedule).select_related("person").order_by("pk"))


def preview(world, schedule, act="retract"):
    answer = signed_in(world.pia).post(f"/publications/{act}/", {"selected": refs(schedule)})
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_opening_a_result_or_the_dashboard_counts_once_per_candidate(world, quiz):
    publish_all(world, quiz, show=True)
    first, second, _third = candidates(quiz)
    assert "0 candidates have seen the result already." in preview(world, quiz)
    for _again in range(2):
        assert signed_in(first.person).get(f"/my/{first.ref}/").status_code == 200
        assert signed_in(second.person).get("/my/").status_code == 200
    assert Viewing.objects.count() == 2
    assert effect_on(world.pia, refs(quiz)).seen == 2
    for act in ("hide", "retract"):
        assert "2 candidates have seen the result already." in preview(world, quiz, act)
    assert "seen the result already" not in preview(world, quiz, "show")


def test_a_look_at_what_is_not_shown_or_by_somebody_else_does_not_count(world, quiz):
    publish_all(world, quiz, show=False)
    first, second, _third = candidates(quiz)
    assert signed_in(first.person).get(f"/my/{first.ref}/").status_code == 200
    assert signed_in(first.person).get("/my/").status_code == 200
    assert signed_in(second.person).get(f"/my/{first.ref}/").status_code == 404
    assert signed_in(world.pia).get(f"/marking/results/{refs(quiz)[0]}/").status_code == 200
    assert Viewing.objects.count() == 0


def test_seeing_it_again_costs_one_statement_and_a_busy_database_costs_nobody_the_result(
    world, quiz, monkeypatch
):
    publish_all(world, quiz, show=True)
    first = candidates(quiz)[0]
    client = signed_in(first.person)

    def busy(*_args, **_kwargs):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(viewing, "draft", busy)
        assert client.get(f"/my/{first.ref}/").status_code == 200
    assert Viewing.objects.count() == 0
    client.get(f"/my/{first.ref}/")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get(f"/my/{first.ref}/")
    assert sum("release_viewing" in one["sql"] for one in seen.captured_queries) == 1
    assert Viewing.objects.count() == 1


def test_the_history_tells_when_the_candidate_first_saw_which_version(world, quiz):
    publish_all(world, quiz, show=True)
    first = candidates(quiz)[0]
    for _again in range(2):
        signed_in(first.person).get(f"/my/{first.ref}/")
    page = signed_in(world.pia).get(f"/marking/audit/results/{refs(quiz)[0]}/").content.decode()
    assert page.count("The candidate saw version 1") == 1


def test_that_it_was_seen_cannot_be_taken_back(world, quiz):
    publish_all(world, quiz, show=True)
    first = candidates(quiz)[0]
    signed_in(first.person).get(f"/my/{first.ref}/")
    with writes_allowed(), pytest.raises(DatabaseError), transaction.atomic():
        Viewing.objects.all().delete()
