"""The Schedules area: planning, candidates and windows by page, and every answer to bad input."""

import pytest
from django.urls import reverse

from marksheet.apps.exams.models import Enrolment, Schedule
from tests.factories import World, a_schedule, a_world, an_assessment, signed_in


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def plan(world: World, version_ref: str, **changes: str) -> dict[str, str]:
    return {
        "version": version_ref,
        "unit": world.department.ref,
        "title": "Algebra 1, June",
        "code": "ALG-1-JUN",
        "opens": "2026-06-08T09:00",
        "closes": "2026-06-08T12:00",
        "timezone": "Europe/Amsterdam",
        **changes,
    }


def test_a_schedule_with_five_candidates_is_planned_and_activated_by_page(world: World) -> None:
    version = an_assessment(world)
    ada = signed_in(world.ada)
    answer = ada.post(reverse("schedules:new"), plan(world, version.ref))
    schedule = Schedule.objects.get()
    assert answer["Location"] == reverse("schedules:schedule", args=[schedule.ref])
    one = {"number": "1001", "name": "Anna Berg", "email": "anna@example.org"}
    assert ada.post(reverse("schedules:candidate-add", args=[schedule.ref]), one).status_code == 302
    lines = "1002, Bilal Aziz, bilal@example.org\n1003; Chen Wei\n1004\tDora Novak\n1005 Emil Larsen\n"
    pasted = ada.post(reverse("schedules:candidates-paste", args=[schedule.ref]), {"lines": lines})
    assert pasted.status_code == 302
    assert list(Enrolment.objects.order_by("number").values_list("name", flat=True)) == [
        "Anna Berg", "Bilal Aziz", "Chen Wei", "Dora Novak", "Emil Larsen",
    ]  # fmt: skip
    assert ada.post(reverse("schedules:activate", args=[schedule.ref])).status_code == 302
    schedule.refresh_from_db()
    assert schedule.state == "active" and schedule.key_version_id
    page = ada.get(reverse("schedules:schedule", args=[schedule.ref]))
    assert page.status_code == 200 and "Emil Larsen" in page.content.decode()


def test_every_page_of_a_schedule_opens(world: World) -> None:
    schedule = a_schedule(world)
    ada = signed_in(world.ada)
    for name in ("schedule", "edit"):
        assert ada.get(reverse(f"schedules:{name}", args=[schedule.ref])).status_code == 200
    chosen = Enrolment.objects.first()
    window = reverse("schedules:candidates-window", args=[schedule.ref])
    assert ada.get(window, {"selected": chosen.ref}).status_code == 200
    for query in ("", "?phase=ended", "?q=alg", "?phase=nonsense&page=zero", "?q=nothing-like-it"):
        assert ada.get(reverse("schedules:list") + query).status_code == 200
