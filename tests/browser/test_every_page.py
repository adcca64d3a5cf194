"""Every page of the application, as somebody who may see it: no barrier in either theme, and it fits a phone."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings as django_settings
from playwright.sync_api import Browser, ConsoleMessage, Page
from playwright.sync_api import Error as PlaywrightError
from pytest_django.plugin import DjangoDbBlocker

from marksheet.apps.release.models import Publication
from tests.browser.conftest import barriers, too_wide
from tests.databases import Databases
from tests.guard import writes_allowed
from tests.security.asking import cases, link
from tests.security.matrix import MATRIX
from tests.security.scene import Scene

DESK = {"width": 1280, "height": 800}
# Who looks at a page that several may see: who has the most to see on it.
LOOKING = ("ada", "pia", "ari", "mo", "max", "vie", "ext", "cas", "other", "eva", "sid", "anon")
# What is said of a page that is itself a refusal.
REFUSALS = ("403", "404", "409", "400")
SETTLED = "() => !document.querySelector('.htmx-request') && document.fonts.status === 'loaded'"


@dataclass
class Walk:
    """One browser page, on which one person after the other is signed in, and what was wrong where."""

    page: Page
    scene: Scene
    live: str
    heard: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("console", self._hear)

    def _be(self, who: str) -> None:
        self.page.context.clear_cookies()
        if who != "anon":
            name, session = django_settings.SESSION_COOKIE_NAME, self.scene.sessions[who]
            self.page.context.add_cookies([{"name": name, "value": session, "url": self.live}])

    def _hear(self, message: ConsoleMessage) -> None:
        # Asked for by the browser itself, and only where no page of ours names an icon.
        if message.location["url"].endswith("/favicon.ico"):
            return
        if message.type == "error" or "Content Security Policy" in message.text:
            self.heard.append(message.text)

    def look(self, case: str, who: str, status: int) -> bool:
        """Look at one page; return whether there was one to look at."""
        page, path = self.page, link(self.scene, case)
        self._be(who)
        self.heard.clear()
        if not _is_a_page(page, path, status):
            return False
        page.wait_for_function(SETTLED)
        found = barriers(page)
        found += too_wide(page, 390)
        page.set_viewport_size(DESK)
        found += [one for one in self.heard if status == 200 or "Failed to load resource" not in one]
        if found:
            self.wrong[f"{case} as {who} ({path})"] = found
        return True


def _is_a_page(page: Page, path: str, status: int) -> bool:
    """Go there; say whether it is a whole page: not a file, not a fragment of one, not the way to another."""
    try:
        answer = page.goto(path)
    except PlaywrightError as error:
        if "Download is starting" in str(error):
            return False
        raise
    assert answer is not None
    html = answer.headers.get("content-type", "").startswith("text/html")
    return html and answer.status == status and bool(page.evaluate("document.doctype !== null"))


@pytest.fixture
def committed_db(
    security_scene: tuple[str, Scene, Path], databases: Databases, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """A database of this test's own that holds the scene already."""
    with django_db_blocker.unblock(), databases.fresh(of=security_scene[0]) as url:
        yield url


@pytest.fixture
def walk(
    committed_db: str, browser: Browser, live: str, settings: Any, security_scene: tuple[str, Scene, Path]
) -> Iterator[Walk]:
    """The scene of the permission matrix, in a browser."""
    _name, scene, settings.MEDIA_ROOT = security_scene
    context = browser.new_context(base_url=live, viewport=DESK, locale="en-GB", reduced_motion="reduce")
    with closing(context):
        context.add_init_script(AXE_SCRIPT)
        yield Walk(context.new_page(), scene, live)


def to_see(status: str) -> list[tuple[str, str]]:
    """Return (case, who) for every address that answers somebody's GET with this status."""
    rows = ((case, MATRIX[case, "GET"]) for case in cases())
    found = ((case, [who for who in LOOKING if row[who].rstrip("+") == status]) for case, row in rows)
    return [(case, who[0]) for case, who in found if who]


@pytest.mark.first
def test_no_page_has_a_barrier_or_is_wider_than_a_phone(walk: Walk) -> None:
    seen = [case for case, who in to_see("200") if walk.look(case, who, 200)]
    assert walk.wrong == {}
    assert len(seen) > 80, f"only {len(seen)} pages were found to look at: {seen}"


@pytest.mark.first
def test_no_refusal_has_a_barrier_either(walk: Walk) -> None:
    for status in REFUSALS:
        looked = (walk.look(case, who, int(status)) for case, who in to_see(status))
        assert any(looked), f"no page answers {status} any more"
    assert walk.wrong == {}


@pytest.mark.parametrize("state", ["preparing", "stopped", "failed"])
def test_a_publication_on_its_way_has_no_barrier(walk: Walk, state: str) -> None:
    with writes_allowed():
        Publication.objects.filter(ref=walk.scene.refs["publication"]).update(
            state=state, problem={"code": "stale", "message": "A mark changed meanwhile."}
        )
    assert walk.look("publications:receipt", "pia", 200)
    assert walk.wrong == {}
