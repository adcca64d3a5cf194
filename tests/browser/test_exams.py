"""An exam is written and planned from the keyboard, and its pages are open to everybody."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from marksheet.apps.exams.models import AssessmentVersion, Enrolment, Item, Schedule
from marksheet.rules.authoring import ItemDraft, PartDraft
from tests.factories import World, a_schedule, a_world, an_assessment, by_hand, choice


@pytest.fixture
def world(committed_db: str) -> World:
    return a_world()


def test_an_exam_is_written_planned_and_activated_in_a_browser(world: World, page, sign_in) -> None:
    sign_in(page, world.ada)
    page.goto(reverse("exams:new"))
    page.get_by_label("Title").fill("Algebra 1")
    page.get_by_label("Code").fill("ALG-1")
    page.get_by_role("button", name="Create and add questions").click()
    quick = page.locator("#add")
    expect(quick.get_by_label("Options")).to_be_hidden()
    quick.get_by_label("Marked").select_option("machine")
    quick.get_by_label("Options").fill("ABCD")
    quick.get_by_label("Right answer").fill("B")
    quick.get_by_label("Marks").fill("1")
    quick.get_by_label("Marks").press("Enter")
    expect(quick.get_by_label("Question", exact=True)).to_have_value("2")
    expect(quick.get_by_label("Options")).to_have_value("ABCD")
    quick.get_by_label("Marked").select_option("hand")
    quick.get_by_label("Marks").fill("5")
    quick.get_by_role("button", name="Add question").click()
    expect(page.locator("table.questions tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Make it live").click()
    page.get_by_role("link", name="Plan a schedule").click()
    page.get_by_label("Code").fill("ALG-1-JUN")
    page.get_by_label("Opens").fill("2026-10-25T02:30")
    page.get_by_label("Closes").fill("2026-10-25T06:00")
    page.get_by_role("button", name="Plan it").click()
    page.get_by_label("2026-10-25 02:30 CET (UTC+01:00)").check()
    page.get_by_role("button", name="Plan it").click()
    page.get_by_label("One candidate a line").fill(
        "1, Anna Berg\n2, Bilal Aziz\n3, Chen Wei\n4, Dora Novak\n5, Emil Larsen"
    )
    page.get_by_role("button", name="Add these candidates").click()
    expect(page.locator("#candidates tbody tr")).to_have_count(5)
    page.get_by_role("button", name="Activate").click()
    expect(page.locator(".title-row")).not_to_contain_text("Draft")
    assert AssessmentVersion.objects.get().state == "live"
    assert Schedule.objects.get().state == "active" and Enrolment.objects.count() == 5


def test_the_examples_of_a_grade_scale_follow_what_is_typed(world: World, page, sign_in) -> None:
    draft = an_assessment(world, live=False)
    sign_in(page, world.ada)
    page.goto(reverse("exams:scale", args=[draft.ref]))
    expect(page.locator("#examples .boundary").first).to_contain_text("A")
    page.get_by_label("Bands, one a line").fill("Top 90\nRest 0")
    page.get_by_label("Passing starts at").fill("60")
    page.get_by_label("Passing starts at").press("Tab")
    expect(page.locator("#examples .boundary").first).to_contain_text("Top")
    page.get_by_label("A number on two lines").check()
    expect(page.get_by_label("Bands, one a line")).to_be_hidden()
    expect(page.locator("#examples")).to_contain_text("from 1 over 5.5 to 10")
    assert AssessmentVersion.objects.get().scale == draft.scale


def test_drafts_and_frozen_papers_have_no_barrier(world: World, page, sign_in, accessible, fits) -> None:
    """What test_every_page does not come by: the same pages in another state."""
    parts = tuple(PartDraft(f"3{letter}", True, 1000, "choice", ("A", "B"), ("A",)) for letter in "abcd")
    table = ItemDraft("3", 2000, parts, rule="count_correct", steps=((4, 2000), (3, 1000)))
    draft = an_assessment(world, code="D", wanted=[choice("1"), by_hand("2"), table], live=False)
    schedule = a_schedule(world, candidates=3)
    planned = a_schedule(world, version=schedule.version, code="P", candidates=1, active=False, staffed=False)
    chosen = Enrolment.objects.filter(schedule=schedule)[0]
    of_live = Item.objects.filter(version=schedule.version)[0]
    sign_in(page, world.ada)
    for address in (
        reverse("exams:version", args=[draft.ref]),
        reverse("exams:item", args=[Item.objects.get(version=draft, label="3").ref]),
        reverse("exams:settings", args=[schedule.version.ref]),
        reverse("exams:scale", args=[schedule.version.ref]),
        reverse("exams:item", args=[of_live.ref]),
        reverse("schedules:schedule", args=[planned.ref]),
        reverse("schedules:candidates-window", args=[schedule.ref]) + f"?selected={chosen.ref}",
    ):
        page.goto(address)
        accessible(page)
    page.goto(reverse("exams:version", args=[draft.ref]))
    fits(page, 390)
