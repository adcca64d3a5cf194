"""The frame of every page, in the browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from marksheet.apps.people.models import Person
from tests.factories import a_world, grant


@pytest.mark.on_both
def test_the_server_says_that_it_is_well(page: Page) -> None:
    answer = page.goto("/healthz")
    assert answer is not None
    assert (answer.status, answer.text()) == (200, "ok")


def test_the_security_policy_allows_nothing_inline(page: Page) -> None:
    answer = page.goto("/healthz")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_axe_is_at_work(page: Page, accessible: Callable[[Page], None]) -> None:
    page.set_content("<html><body><img src='data:,'></body></html>")
    with pytest.raises(AssertionError, match="image-alt"):
        accessible(page)


def test_on_a_phone_navigation_shows_that_there_is_more_and_where_one_is(
    committed_db: str,
    phone: Page,
    sign_in: Callable[[Page, Person], None],
    accessible: Callable[[Page], None],
) -> None:
    world = a_world()
    for role in ("administrator", "author", "scheduler", "coordinator", "reports_viewer", "marker"):
        grant(world.ada, role, world.institution)
    sign_in(phone, world.ada)
    phone.goto("/organisation/work/")
    for row in (".areas", ".tabs ul"):
        found = phone.locator(row).first.evaluate(
            """row => { const here = row.querySelector("[aria-current]").getBoundingClientRect();
                return {more: row.scrollWidth > row.clientWidth, shaded: getComputedStyle(row).backgroundImage,
                  seen: here.left >= 0 && here.right <= innerWidth + 1}; }"""
        )
        assert found["more"] and found["seen"], row
        assert found["shaded"].count("linear-gradient") == 4
    accessible(phone)


def test_on_a_phone_the_filters_of_reports_open_within_the_page(
    committed_db: str, phone: Page, sign_in: Callable[[Page, Person], None]
) -> None:
    sign_in(phone, a_world().pia)
    for name in ("assessments", "schedules", "candidates"):
        phone.goto(f"/reports/{name}/")
        phone.locator(".filterbar summary").last.click()
        sheet = phone.locator(".filterbar details[open] .menu__sheet").bounding_box()
        assert sheet and sheet["x"] >= 0 and sheet["x"] + sheet["width"] <= 390, name
