"""A real browser on a real server: Debian's Chromium on the pages of this test's own database.

- ``live``: the address of the server; its database is ``committed_db``. A module may override it.
- ``page``: a page of 1280 x 800 that fails its test on a script error or a breach of the security policy;
  ``page.goto("/...")`` is relative to ``live``.
- ``phone``: the same at 390 x 844.
- ``sign_in(page, person)``: be somebody, without the form.
- ``accessible(page)``: axe finds nothing, in the light and the dark theme.
- ``fits(page, width)``: nothing makes the page wider than that.

A failing test leaves a picture of its pages in var/test/screens/.
"""

import os
import re
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from marksheet.apps.people.models import Person
from tests.browser.server import serving

# Playwright runs an event loop in this thread; Django takes that for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

_failed = pytest.StashKey[bool]()
# Between the themes only colours differ.
_OF_COLOUR = ("color-contrast", "link-in-text-block")
_AXE = """rules => axe.run(document, {resultTypes: ['violations'], ...(rules ? {runOnly: rules} : {})}).then(
  found => found.violations.map(one => `${one.id}: ${one.help}: ` + one.nodes.map(
    node => `${node.target.join(' ')} (${node.any.concat(node.all, node.none).map(why => why.message)})`)))"""
_FITS = "width => innerWidth === width && document.scrollingElement.scrollWidth <= width"
_STICKING_OUT = """() => [...document.querySelectorAll('body *')]
  .filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.table-region'))
  .slice(0, 3).map(one => one.outerHTML.slice(0, 90))"""
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, one for the run."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.fail("Chromium is missing; install it with: apt-get install chromium (or set CHROMIUM)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_QUIET)
        yield browser
        browser.close()


@pytest.fixture
def live(committed_db: str) -> Iterator[str]:
    """The address of a server on this test's database."""
    with serving() as address:
        yield address


@pytest.fixture
def open_page(request: pytest.FixtureRequest, browser: Browser, live: str) -> Iterator[Callable[..., Page]]:
    """Open a page of its own session: ``open_page(width, height)``, for a second person or a phone."""
    opened: list[Page] = []
    wrong: list[str] = []

    def hear(text: str) -> None:
        if "Content Security Policy" in text:
            wrong.append(text)

    def open_one(width: int = 1280, height: int = 800) -> Page:
        page = browser.new_context(
            base_url=live,
            viewport={"width": width, "height": height},
            locale="en-GB",
            reduced_motion="reduce",
        ).new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: hear(message.text))
        opened.append(page)
        return page

    yield open_one
    if request.node.stash.get(_failed, False):
        _picture(opened, request.node.nodeid)
    for page in opened:
        page.context.close()
    assert not wrong, f"the browser complained: {wrong}"


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page of 1280 x 800."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Page]) -> Page:
    """A page of 390 x 844."""
    return open_page(390, 844)


@pytest.fixture
def sign_in(live: str) -> Callable[[Page, Person], None]:
    """Sign a person in on a page, as a correct password would."""

    def sign_in(page: Page, person: Person) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key), "url": live}]
        )

    return sign_in


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """Assert that axe finds nothing on a page as it stands, in either theme."""

    def accessible(page: Page) -> None:
        page.evaluate(AXE_SCRIPT)
        found = barriers(page)
        assert not found, f"{page.url}:\n" + "\n".join(found)

    return accessible


def barriers(page: Page) -> list[str]:
    """Return what axe, which the page holds already, finds in the light theme and then in the dark one."""
    page.emulate_media(color_scheme="light")
    found = [f"light, {one}" for one in page.evaluate(_AXE, None)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark, {one}" for one in page.evaluate(_AXE, list(_OF_COLOUR))]
    page.emulate_media(color_scheme="light")
    return found


def too_wide(page: Page, width: int) -> list[str]:
    """Make the page that wide, in CSS pixels; return why it does not fit, or nothing.

    Chromium says the size of a page before it has laid it out anew; so it has a moment to become true.
    """
    page.set_viewport_size({"width": width, "height": page.viewport_size["height"]})
    try:
        page.wait_for_function(_FITS, arg=width, timeout=2000)
    except PlaywrightTimeout:
        return [f"wider than {width} pixels: {page.evaluate(_STICKING_OUT)}"]
    return []


@pytest.fixture(scope="session")
def fits() -> Callable[[Page, int], None]:
    """Assert that nothing makes a page wider than so many CSS pixels."""

    def fits(page: Page, width: int) -> None:
        found = too_wide(page, width)
        assert not found, f"{page.url}: {found}"

    return fits


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on the test whether its body failed, for the picture."""
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


def _picture(pages: list[Page], test: str) -> None:
    folder = Path(settings.ROOT) / "var" / "test" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    for number, page in enumerate(pages):
        page.screenshot(
            path=folder / f"{re.sub(r'[^a-z0-9]+', '-', test.lower())}-{number}.png", full_page=True
        )
