"""Marks go in from the keyboard, and the pages around them are open to everybody."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import Attempt
from marksheet.apps.marking.models import Mark, Moderation, Script
from marksheet.apps.results.actions.marks import (
    flag_script,
    give_no_response,
    save_mark,
    set_moderation,
    submit_scripts,
)
from marksheet.rules.moderation import Kind, Round, Trigger
from marksheet.rules.schemes import Scheme
from tests.apps.marking.scene import hand_in, human_part
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, choice

SHOTS = os.environ.get("MARKSHEET_SHOTS", "")


@pytest.fixture
def world(committed_db: str) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World):
    version = an_assessment(
        world, wanted=[choice("1"), by_hand("2", marks=3), by_hand("3", marks=5), by_hand("4", marks=10)]
    )
    schedule = a_schedule(world, version=version, candidates=8)
    hand_in(schedule)
    return schedule


def shoot(page, name: str) -> None:
    """Keep a picture, where MARKSHEET_SHOTS says so, in both themes."""
    if not SHOTS:
        return
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(
            path=Path(SHOTS) / f"{name}-{page.viewport_size['width']}-{theme}.png", full_page=True
        )
    page.emulate_media(color_scheme="light")


def test_marks_are_typed_down_a_column_and_save_themselves(world, schedule, page, sign_in) -> None:
    sign_in(page, world.mo)
    page.goto(f"/marking/assess/{schedule.ref}/grid/")
    cells = page.locator("td[data-cell] input")
    cells.nth(0).focus()
    page.keyboard.type("2,5")
    page.keyboard.press("Enter")
    expect(cells.nth(3)).to_be_focused()
    page.keyboard.press("n")
    expect(cells.nth(6)).to_be_focused()
    page.keyboard.type("9")
    page.keyboard.press("Tab")
    expect(page.locator("td[data-cell][data-state=refused]")).to_have_count(1)
    expect(page.locator("[data-grid-trouble]")).to_contain_text("9 is more than the maximum of 3.")
    expect(page.locator("[data-grid-trouble]")).to_be_visible()
    # The third row holds nothing but the mark that was refused, so there is nothing to add up.
    expect(page.locator("[data-total]").nth(0)).to_have_text("2.5")
    expect(page.locator("[data-total]").nth(2)).to_have_text("–")
    expect(page.locator("td[data-cell][data-state=saved]")).to_have_count(2)
    shoot(page, "grid")
    assert set(Mark.objects.values_list("value_thousandths", "no_response")) == {(2500, False), (None, True)}


def test_a_colleague_was_faster_and_the_marker_decides(world, schedule, page, sign_in) -> None:
    sign_in(page, world.mo)
    page.goto(f"/marking/assess/{schedule.ref}/grid/")
    cell = page.locator("td[data-cell]").first
    part = human_part(schedule)
    save_mark(world.mei, cell.get_attribute("data-attempt"), part.ref, value=1000, against_version=0, at=NOW)
    cell.locator("input").fill("3")
    cell.locator("input").press("Enter")
    expect(page.locator("[data-grid-trouble]")).to_contain_text("Mei Lin saved 1 meanwhile")
    shoot(page, "grid-stale")
    cell.locator("input").press("Enter")
    expect(page.locator("td[data-cell][data-state=saved]")).to_have_count(1)
    assert list(Mark.objects.order_by("version").values_list("value_thousandths", flat=True)) == [1000, 3000]


def test_pages_of_marking_have_no_barrier_in_other_states(world, schedule, page, sign_in, accessible) -> None:
    """What test_every_page does not come by: people found, a moderator's sheet, nothing to do."""
    coordinator, assess = f"/marking/coordinator/{schedule.ref}/", f"/marking/assess/{schedule.ref}/"
    pages = {
        world.ada: (f"{coordinator}people/?q=a",),
        world.mo: (f"{assess}submit/?all=1",),
        world.max: (f"{assess}grid/",),
        world.sid: ("/marking/coordinator/", "/marking/assess/"),
    }
    for person, paths in pages.items():
        sign_in(page, person)
        for path in paths:
            page.goto(path)
            accessible(page)


def test_what_was_written_about_a_script_fits_a_phone(
    world, schedule, phone, sign_in, accessible, fits
) -> None:
    wanted = [Round((Trigger(Kind.FLAGGED),))]
    set_moderation(world.ada, schedule.ref, wanted, seed="spring", against=0, at=NOW)
    script = Script.objects.filter(schedule=schedule).order_by("pk")[0]
    flag_script(world.mo, schedule.ref, script.ref, "The second answer is in another hand.", at=NOW)
    give_no_response(world.mo, schedule.ref, [script.ref], at=NOW)
    submit_scripts(world.mo, schedule.ref, [script.ref], at=NOW)
    sign_in(phone, world.max)
    phone.goto(f"/marking/assess/{schedule.ref}/moderation/script/{Moderation.objects.get().ref}/")
    note = phone.get_by_text("The second answer is in another hand.")
    assert note.evaluate("one => one.getBoundingClientRect().height") < 60, "a line or two, not a letter each"
    fits(phone, 390)
    accessible(phone)


def test_without_script_the_sheet_is_a_form_that_says_what_is_wrong(
    world, schedule, browser, live, sign_in
) -> None:
    context = browser.new_context(
        base_url=live, java_script_enabled=False, viewport={"width": 1280, "height": 800}
    )
    page = context.new_page()
    sign_in(page, world.mo)
    page.goto(f"/marking/assess/{schedule.ref}/grid/")
    cells = page.locator("td[data-cell] input")
    cells.nth(0).fill("2")
    cells.nth(1).fill("9")
    page.get_by_role("button", name="Save page").click()
    expect(page.get_by_role("alert").get_by_text("9 is not between 0 and 5")).to_be_visible()
    shoot(page, "grid-form")
    assert not Mark.objects.exists()
    page.locator("td[data-cell] input").nth(1).fill("n")
    page.get_by_role("button", name="Save page").click()
    expect(page.get_by_text("2 marks were saved.")).to_be_visible()
    context.close()


def test_ticks_of_still_right_are_forgotten_with_the_page(page, sign_in, world: World, schedule) -> None:
    for attempt in Attempt.objects.filter(schedule=schedule).order_by("pk")[:2]:
        part = human_part(schedule)
        save_mark(world.mo, attempt.script_ref, part.ref, value=2000, against_version=0, at=NOW)
    write_scheme(world.ada, human_part(schedule).ref, Scheme("Look."), against=0, at=NOW)
    sign_in(page, world.mo)
    older = f"/marking/schemes/{schedule.ref}/{human_part(schedule).ref}/older/"
    page.goto(older)
    page.locator("[data-select-page]").check()
    expect(page.locator("[data-selection-count]")).to_have_text("2 selected")
    page.goto("/marking/assess/")
    page.goto(older)
    expect(page.locator("input[name=selected]:checked")).to_have_count(0)
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('selection'))") == []
