"""The marking screen from the keyboard: nothing that showed "saved" is missing, and nothing typed is lost."""

import os
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from marksheet.apps.marking.models import Judgement, Mark, StockComment
from marksheet.apps.results.actions.marks import save_panel
from tests.apps.marking.essay import Essay, an_essay
from tests.factories import NOW

SHOTS = os.environ.get("MARKSHEET_SHOTS", "")


@pytest.fixture
def essay(committed_db: str) -> Essay:
    return an_essay(10)


def shoot(page, name: str) -> None:
    """Keep a picture, where MARKSHEET_SHOTS says so, at both widths and in both themes."""
    if not SHOTS:
        return
    size = page.viewport_size
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{theme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(size)


def first(essay: Essay) -> str:
    return f"/marking/assess/{essay.schedule.ref}/mark/{essay.script()}/{essay.part.ref}/"


def saved(page) -> None:
    expect(page.locator("[data-save-state]")).to_contain_text("Saved", timeout=20_000)


def stands(essay: Essay, n: int = 0) -> list[int | None]:
    rows = Mark.objects.filter(attempt=essay.attempts[n], part=essay.part.id).order_by("version")
    return list(rows.values_list("value_thousandths", flat=True))


def test_ten_responses_are_marked_by_keyboard_alone(essay, page, sign_in, accessible) -> None:
    sign_in(page, essay.world.mo)
    page.goto(f"/marking/assess/{essay.schedule.ref}/mark/")
    expect(page.get_by_text("0 of 10 marked · 10 to go")).to_be_visible()
    page.keyboard.press("2")
    expect(page.locator("[data-total]")).to_have_text("–")
    page.keyboard.press("2")
    expect(page.locator("[data-total]")).to_have_text("3.5")
    page.keyboard.press("e")
    page.keyboard.type("Good use of the cases.")
    page.keyboard.press("Escape")
    saved(page)
    expect(page.get_by_text("1 of 10 marked · 9 to go")).to_be_visible()
    shoot(page, "workshop")
    accessible(page)
    page.keyboard.press("Control+Enter")
    for n in range(1, 10):
        expect(page.get_by_text(f"{n} of 10 marked")).to_be_visible()
        expect(page.locator("#workshop .levels :checked")).to_have_count(0)
        for key in ("n",) if page.get_by_text("answered nothing here").is_visible() else ("3", "4", "Enter"):
            page.keyboard.press(key)
    expect(page.get_by_text("10 of 10 marked · 0 to go")).to_be_visible()
    expect(page.get_by_text("Nothing of yours is unmarked")).to_be_visible()
    values = sorted(one if one is not None else -1 for n in range(10) for one in stands(essay, n)[-1:])
    assert values == [-1, 3500, *[9000] * 8]
    assert Judgement.objects.filter(feedback="Good use of the cases.").exists()


def test_a_second_tab_is_told_and_both_saves_stand_side_by_side(
    essay, page, open_page, sign_in, accessible
) -> None:
    other = open_page()
    for one in (page, other):
        sign_in(one, essay.world.mo)
        one.goto(first(essay))
    page.keyboard.press("2")
    page.keyboard.press("1")
    saved(page)
    other.keyboard.press("4")
    other.locator("#feedback").fill("From the second tab")
    expect(other.get_by_role("heading", name="Two saves, one mark")).to_be_visible()
    expect(other.locator("[data-conflict]")).to_contain_text("From the second tab")
    expect(other.locator("#feedback")).to_have_value("From the second tab")
    shoot(other, "workshop-conflict")
    accessible(other)
    assert not Judgement.objects.filter(feedback="From the second tab").exists()
    other.get_by_role("button", name="Save what is below").click()
    expect(other.locator("[data-conflict]")).to_have_count(0)
    saved(other)
    assert Judgement.objects.filter(feedback="From the second tab").exists()


def test_without_a_network_and_after_a_killed_tab_nothing_typed_is_lost(essay, page, live, sign_in) -> None:
    sign_in(page, essay.world.mo)
    page.goto(first(essay))
    page.context.set_offline(True)
    page.locator("#feedback").fill("Typed in a tunnel")
    expect(page.locator("[data-save-state]")).to_contain_text("no connection")
    page.context.set_offline(False)
    saved(page)
    assert Judgement.objects.get().feedback == "Typed in a tunnel"
    page.context.set_offline(True)
    page.locator("#note").fill("Before the crash")
    expect(page.locator("[data-save-state]")).to_contain_text("no connection")
    context = page.context
    page.close(run_before_unload=False)
    context.set_offline(False)
    again = context.new_page()
    again.goto(first(essay))
    expect(again.locator("#note")).to_have_value("Before the crash")
    saved(again)
    expect(again.locator("[data-save-state]")).not_to_contain_text("kept")
    assert Judgement.objects.order_by("-version").first().note == "Before the crash"


def test_an_expired_sign_in_keeps_what_was_typed(essay, page, sign_in) -> None:
    sign_in(page, essay.world.mo)
    page.goto(first(essay))
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("#feedback").fill("Still here")
    expect(page.locator("[data-save-state]")).to_contain_text("you are signed out")
    sign_in(page, essay.world.mo)
    saved(page)
    assert Judgement.objects.get().feedback == "Still here"


def test_a_comment_is_kept_and_inserted_by_its_number(essay, page, sign_in) -> None:
    sign_in(page, essay.world.mo)
    page.goto(first(essay))
    page.locator("#feedback").fill("Cite the case.")
    page.locator("#feedback").press("Escape")
    page.keyboard.press("/")
    page.get_by_role("button", name="Keep the feedback as a comment").click()
    expect(page.locator("[data-insert]")).to_have_count(1)
    page.locator("#feedback").fill("Yes.")
    page.locator("#feedback").press("Escape")
    page.locator("[data-comments] > summary").focus()
    page.keyboard.press("1")
    expect(page.locator("#feedback")).to_have_value("Yes.\nCite the case.")
    saved(page)
    assert StockComment.objects.get().person == essay.world.mo


def test_without_script_the_panel_is_a_form(essay, browser, live, sign_in) -> None:
    context = browser.new_context(base_url=live, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, essay.world.mo)
    page.goto(first(essay))
    save_panel(essay.world.mei, essay.schedule.ref, essay.save(0, 1, 1), at=NOW)
    page.get_by_role("radio", name="4: all").check(force=True)
    page.locator("#feedback").fill("Typed")
    page.get_by_role("button", name="Save, next").last.click()
    expect(page.get_by_role("alert").get_by_text("Mei Lin saved something else")).to_be_visible()
    expect(page.locator("#feedback")).to_have_value("Typed")
    page.get_by_role("button", name="Take what stands").click()
    expect(page.get_by_role("heading", name="Two saves, one mark")).to_have_count(0)
    page.get_by_role("radio", name="4: all").check(force=True)
    page.get_by_role("button", name="Save, next").last.click()
    expect(page.get_by_text("1 of 10 marked")).to_be_visible()
    assert stands(essay) == [2500, 5500]
    context.close()
