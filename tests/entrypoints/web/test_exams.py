"""The Exams area: writing an exam by page, and every answer to bad input."""

import pytest
from django.urls import reverse

from marksheet.apps.exams.models import Assessment, AssessmentVersion, Item
from tests.factories import World, a_world, an_assessment, signed_in


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def test_an_exam_of_three_questions_is_written_and_made_live_by_page(world: World) -> None:
    ada = signed_in(world.ada)
    answer = ada.post(
        reverse("exams:new"),
        {"title": "Algebra 1", "code": "ALG-1", "unit": world.department.ref, "language": "en"},
    )
    version = AssessmentVersion.objects.get()
    page = reverse("exams:version", args=[version.ref])
    assert answer["Location"] == page
    first = ada.get(page)
    assert first.context["problems"]
    for typed in (
        {"label": "1", "maximum": "1", "marked": "machine", "match": "choice", "options": "ABCD", "key": "B"},
        {"label": "2", "maximum": "2,5", "marked": "hand"},
        {"label": "3", "maximum": "4", "marked": "machine", "match": "numeric", "key": "3,5"},
    ):
        assert ada.post(page, typed).status_code == 302, typed
    shown = ada.get(page)
    assert shown.context["problems"] == []
    assert ada.get(reverse("exams:live", args=[version.ref])).status_code == 200
    assert ada.post(reverse("exams:live", args=[version.ref])).status_code == 302
    version.refresh_from_db()
    assert version.state == "live"
    assert ada.get(reverse("exams:assessment", args=[Assessment.objects.get().ref])).status_code == 200


def test_every_page_of_a_version_opens_as_draft_and_live(world: World) -> None:
    ada = signed_in(world.ada)
    for live in (False, True):
        version = an_assessment(world, code=f"P-{live}", live=live)
        for name in ("version", "settings", "scale", "live"):
            assert ada.get(reverse(f"exams:{name}", args=[version.ref])).status_code == 200, name
        for item in Item.objects.filter(version=version):
            assert ada.get(reverse("exams:item", args=[item.ref])).status_code == 200
    assert ada.get(reverse("exams:list")).status_code == 200
    assert ada.get(reverse("exams:new")).status_code == 200
