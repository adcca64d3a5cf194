"""Results in a browser: ticks survive paging, the dialog comes in beside the list, and axe finds nothing."""

import pytest
from playwright.sync_api import expect

from marksheet.apps.release.actions.withholding import withhold
from marksheet.apps.results.models import Result
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, World, a_world


@pytest.fixture
def world(committed_db: str) -> World:
    return a_world()


@pytest.fixture
def quiz(world: World):
    schedule = a_ready_quiz(world, answers=["AAA", "AAB", "BBB"] * 18)
    withhold(world.ada, refs(schedule)[:1], reason="suspected copying", at=NOW)
    return schedule


def test_ticks_survive_paging_and_search_and_are_published(world, quiz, page, sign_in, accessible) -> None:
    sign_in(page, world.pia)
    page.goto("/marking/results/")
    count, bar = page.locator("[data-selection-count]"), page.locator(".selection")
    expect(bar.get_by_role("button", name="Publish results")).to_be_disabled()
    page.locator("input[name=selected]").first.check()
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".table-foot")).to_contain_text("51–54 of 54")
    page.locator("input[name=selected]").first.check()
    expect(count).to_have_text("2 selected")
    accessible(page)
    page.get_by_role("button", name="Publish results").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", level=1)).to_have_text("Publish 2 results")
    inform = dialog.get_by_label("Inform candidates by e-mail")
    expect(inform).to_be_disabled()
    expect(dialog.get_by_text("tick the box above first")).to_be_visible()
    dialog.get_by_label("Show results on candidate dashboard").check()
    expect(dialog.get_by_text("tick the box above first")).to_be_hidden()
    inform.check()
    accessible(page)
    dialog.get_by_role("button", name="Publish 2 results").click()
    page.wait_for_url("**/publications/*/")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 results published")
    accessible(page)
    assert Result.objects.filter(bucket="published", shown_to_candidate=True).count() == 2
    page.goto("/marking/results/")
    expect(page.locator("[data-selection-count]")).to_have_text("Nothing selected")
    page.get_by_role("button", name="Select all 51 ready that match").click()
    expect(page.locator("[data-selection-count]")).to_have_text("All 51 ready that match are selected")
    page.get_by_role("button", name="Publish results").click()
    expect(dialog.get_by_role("heading", level=1)).to_have_text("Publish 51 results")
    page.keyboard.press("Escape")
    page.locator("#q").fill(Result.objects.filter(bucket="ready").order_by("pk")[5].number)
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("button", name="Select the 1 ready that matches")).to_be_visible()


def test_what_cannot_be_meant_is_said_in_the_panel_in_which_it_was_typed(
    world, quiz, page, phone, sign_in, accessible
) -> None:
    for one in (page, phone):
        sign_in(one, world.pia)
        one.goto("/marking/results/")
        one.get_by_role("link", name="Schedule, state, grade…").click()
        dialog = one.get_by_role("dialog")
        dialog.get_by_label("Per cent, from").fill("eighty")
        dialog.get_by_role("button", name="Show results").click()
        expect(dialog).to_contain_text("“eighty” is not a number.")
        expect(dialog.get_by_label("Per cent, from")).to_have_value("eighty")
        accessible(one)
        dialog.get_by_label("Per cent, from").fill("80 %")
        dialog.get_by_role("button", name="Show results").click()
        one.wait_for_url("**/marking/results/?*")
        expect(one.locator("#filters")).to_contain_text("Per cent at least 80")


def test_panels_and_filtered_lists_are_open_to_everybody(
    world, quiz, page, phone, sign_in, accessible
) -> None:
    """What test_every_page does not come by: the same pages in a panel, filtered and empty."""
    for one in (page, phone):
        sign_in(one, world.ada)
        one.goto("/marking/results/?by=candidate")
        one.locator("tbody tr", has_text="Withheld").get_by_role("link").click()
        dialog = one.get_by_role("dialog")
        expect(dialog).to_contain_text("by Ada Vermeer")
        accessible(one)
        dialog.get_by_role("button", name="Lift").click()
        expect(dialog.get_by_role("heading", level=1)).to_have_text("Let 1 result go again")
        accessible(one)
    for address in ("?by=schedule", "?q=zzz", "?state=withheld&state=absent", "?show=published"):
        page.goto(f"/marking/results/{address}")
        accessible(page)


def test_without_script_everything_is_a_page(world, quiz, browser, live, sign_in) -> None:
    context = browser.new_context(base_url=live, java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    sign_in(page, world.pia)
    page.goto("/marking/results/?sort=-score")
    page.locator("input[name=selected]").nth(0).check()
    page.get_by_role("button", name="Publish results").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish 1 result")
    page.get_by_label("Inform candidates by e-mail").check()
    page.get_by_role("button", name="Publish 1 result").click()
    expect(page.locator(".errors")).to_contain_text("No candidate can be informed")
    page.get_by_label("Show results on candidate dashboard").check()
    page.get_by_role("button", name="Publish 1 result").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 result published")
    context.close()
