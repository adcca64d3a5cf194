"""The export dialog beside the list, to the downloaded file, in a real browser."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.apps.release.scenes import a_ready_quiz
from tests.factories import World, a_world

SHOTS = os.environ.get("MARKSHEET_SHOTS", "")


@pytest.fixture
def world(committed_db: str, settings, tmp_path) -> World:
    settings.MEDIA_ROOT = tmp_path
    world = a_world()
    a_ready_quiz(world)
    a_ready_quiz(world, code="QUIZ-2")
    return world


def shoot(page, name: str) -> None:
    """Keep a picture, where MARKSHEET_SHOTS says so, in both themes."""
    if not SHOTS:
        return
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.screenshot(path=Path(SHOTS) / f"{name}-{page.viewport_size['width']}-{theme}.png")
    page.emulate_media(color_scheme="light")


def test_ticked_rows_are_exported_from_the_panel_and_downloaded(world, page, sign_in, accessible) -> None:
    page.set_default_timeout(60_000)
    sign_in(page, world.pia)
    page.goto("/marking/results/?by=candidate")
    page.locator("input[name=selected]").nth(0).check()
    page.locator("input[name=selected]").nth(1).check()
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_label("The 2 selected")).to_be_checked(timeout=30_000)
    shoot(page, "export-dialog")
    accessible(page)
    page.locator("dialog").get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    shoot(page, "export-done")
    accessible(page)
    page.goto("/exports/")
    expect(page.get_by_role("cell", name="Ready to fetch")).to_be_visible(timeout=30_000)
    shoot(page, "export-list")


def test_the_dialog_is_a_page_on_a_phone(world, phone, sign_in) -> None:
    phone.set_default_timeout(60_000)
    sign_in(phone, world.pia)
    phone.goto("/exports/new/")
    shoot(phone, "export-dialog")
    phone.get_by_role("button", name="Export").click()
    expect(phone.get_by_role("link", name="Download")).to_be_visible(timeout=30_000)
    shoot(phone, "export-done")
    phone.goto("/exports/")
    shoot(phone, "export-list")
