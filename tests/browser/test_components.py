"""The components in a real browser, on the pages of the style guide."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

pytestmark = pytest.mark.urls("tests.browser.styleguide_urls")

PAGES = (
    "",
    "results/",
    "publish/",
    "candidate/",
    "dashboard/",
    "grid/",
    "script/",
    "error/403/",
    "error/409/",
)


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_sticks_out(
    page: Page, accessible: Callable[[Page], None], fits: Callable[[Page, int], None], name: str
) -> None:
    page.goto(f"/styleguide/{name}")
    accessible(page)
    for width in (1280, 390):
        fits(page, width)


def test_ticks_survive_paging_and_the_bar_counts_the_truth(page: Page) -> None:
    page.goto("/styleguide/results/")
    count = page.locator("[data-selection-count]")
    expect(count).to_have_text("6 selected")
    page.get_by_role("link", name="Next").click()
    page.get_by_label("Jonas Weber").check()
    expect(count).to_have_text("7 selected")
    page.get_by_role("link", name="Previous").click()
    expect(page.get_by_label("Amara Okafor")).to_be_checked()
    page.get_by_role("button", name="Publish results").click()
    expect(page.get_by_role("heading", name="Publish 7 results")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Select all 312 ready that match").click()
    expect(count).to_have_text("All 312 ready that match are selected")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("button", name="Publish results")).to_be_disabled()


def test_a_panel_keeps_the_focus_and_gives_it_back(page: Page, accessible: Callable[[Page], None]) -> None:
    page.goto("/styleguide/results/")
    button = page.get_by_role("button", name="Publish results")
    button.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="Publish 6 results").click()
    expect(page.locator(".toast")).to_have_text("312 results are published.")


def test_header_and_selection_bar_stay_in_sight(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 420})
    page.goto("/styleguide/results/")
    page.mouse.wheel(0, 420)
    expect(page.get_by_role("columnheader", name="Candidate")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Publish results")).to_be_in_viewport()


def cell(page: Page, script: str, question: int):
    return page.get_by_label(f"Script {script}, question {question}", exact=True)


def test_marks_are_typed_from_the_keyboard_and_save_themselves(page: Page) -> None:
    page.goto("/styleguide/grid/")
    cell(page, "0727", 1).click()
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    expect(cell(page, "0758", 1)).to_be_focused()
    expect(page.locator("[data-grid-state]")).to_have_text("All saved")
    expect(cell(page, "0727", 1)).to_have_value("2.5")
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-trouble]")).to_contain_text("6 is more than the maximum of 5.")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    expect(cell(page, "0758", 1)).to_have_value("")
    page.keyboard.press("n")
    expect(cell(page, "0758", 1)).to_have_value("nr")
    expect(cell(page, "0789", 1)).to_be_focused()


def test_a_colleagues_mark_is_never_overwritten_unseen(page: Page) -> None:
    page.goto("/styleguide/grid/")
    cell(page, "0727", 3).click()
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    expect(page.locator("[data-grid-trouble]")).to_contain_text("Mei Lindqvist saved 4.5 meanwhile.")
    expect(cell(page, "0727", 3)).to_have_value("7")
    cell(page, "0727", 3).click()
    page.keyboard.press("Escape")
    expect(cell(page, "0727", 3)).to_have_value("4.5")


def test_what_was_typed_without_a_network_is_kept_and_sent_later(page: Page) -> None:
    context: BrowserContext = page.context
    page.goto("/styleguide/grid/")
    context.set_offline(True)
    cell(page, "0727", 2).click()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-state]")).to_have_text("1 not saved yet")
    assert page.evaluate("JSON.parse(localStorage['grid:styleguide'])['0727/1'].value") == "4"
    context.set_offline(False)
    expect(page.locator("[data-grid-state]")).to_have_text("All saved")
    assert page.evaluate("localStorage['grid:styleguide'] ?? null") is None


def test_the_theme_is_chosen_without_a_flash_and_stays(page: Page) -> None:
    page.goto("/styleguide/")
    page.locator(".person summary").click()
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    answer = page.reload()
    assert answer is not None
    assert 'data-theme="dark"' in answer.text()
