"""The main job with JavaScript switched off: every step is a page, and every page says what comes next."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.marking.models import Script
from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result
from marksheet.entrypoints.jobs.worker import run_all
from tests.apps.marking.scene import hand_in
from tests.factories import World, a_schedule, a_world, an_assessment, by_hand, choice

Plain = Callable[[Person], Page]


@pytest.fixture
def world(committed_db: str) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    """Handed in by three candidates and by Cas, and nobody to mark it yet."""
    version = an_assessment(world, wanted=[choice("1"), by_hand("2", marks=3)])
    schedule = a_schedule(world, version=version, candidates=3, with_cas=True, staffed=False)
    hand_in(schedule)
    return schedule


@pytest.fixture
def plain(browser: Browser, live: str, sign_in, settings, tmp_path) -> Iterator[Plain]:
    """Open a page without JavaScript on which somebody is signed in."""
    settings.MEDIA_ROOT, opened = tmp_path, []

    def plain(person: Person) -> Page:
        context = browser.new_context(base_url=live, java_script_enabled=False, locale="en-GB")
        opened.append(context)
        page = context.new_page()
        sign_in(page, person)
        return page

    yield plain
    for context in opened:
        context.close()


def test_the_main_job(world: World, schedule: Schedule, plain: Plain) -> None:
    coordinator = plain(world.ada)
    add_assessor(coordinator, schedule, world.mo, "Marker")
    add_assessor(coordinator, schedule, world.pia, "Other", "Publish results")
    mark_and_submit(plain(world.mo), schedule)
    publisher = plain(world.pia)
    publish_all_but_one(publisher, schedule)
    export_and_fetch(publisher)
    read_own(plain(world.cas), schedule)


def add_assessor(page: Page, schedule: Schedule, person: Person, role: str, right: str = "") -> None:
    """As coordinator: find somebody and give them a role here."""
    page.goto("/marking/coordinator/")
    page.get_by_role("link", name=schedule.title).first.click()
    page.get_by_role("link", name="People").click()
    page.get_by_placeholder("Name or e-mail address").fill(person.name)
    page.get_by_role("button", name="Search staff").click()
    page.get_by_role("checkbox", name=person.name).check()
    page.get_by_label(role, exact=True).check()
    if right:
        page.get_by_label(right, exact=True).check()
    page.get_by_role("button", name="Add assessors").click()
    expect(page.get_by_role("row", name=person.name)).to_contain_text(right or role)


def mark_and_submit(page: Page, schedule: Schedule) -> None:
    """As marker: fill the sheet in and submit every script."""
    page.goto("/marking/assess/")
    page.get_by_role("link", name=schedule.title).first.click()
    page.get_by_role("link", name="Mark entry").click()
    cells = page.locator("td[data-cell] input")
    for n in range(4):
        cells.nth(n).fill("3")
    page.get_by_role("button", name="Save page").click()
    expect(page.get_by_text("4 marks were saved.")).to_be_visible()
    page.get_by_role("link", name="Submissions").click()
    for box in page.locator("input[name=selected]").all():
        box.check()
    page.get_by_role("button", name="Submit", exact=True).click()
    page.get_by_role("button", name="Submit 4 scripts").click()
    expect(page.locator("main")).to_contain_text("Submitted")
    assert not Script.objects.filter(submitted_at=None).exists()


def publish_all_but_one(page: Page, schedule: Schedule) -> None:
    """As publisher: filter, tick, look at what will happen, publish, read the receipt."""
    page.goto("/marking/results/")
    page.locator("#q").fill(schedule.code)
    page.get_by_role("button", name="Search").click()
    boxes = page.locator("input[name=selected]")
    expect(boxes).to_have_count(4)
    left = Enrolment.objects.filter(schedule=schedule).exclude(person__username="cas")[0]
    for box in boxes.all():
        box.check()
    page.get_by_role("row", name=left.person.name).get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Publish results").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Publish 3 results")
    page.get_by_label("Show results on candidate dashboard").check()
    page.get_by_label("Inform candidates by e-mail").check()
    page.get_by_role("button", name="Publish 3 results").click()
    run_all()
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 results published")
    assert Result.objects.filter(bucket="published", shown_to_candidate=True).count() == 3


def export_and_fetch(page: Page) -> None:
    """As publisher: make a file of what is published, and fetch it."""
    page.goto("/reports/candidates/")
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Export").click()
    run_all()
    page.goto("/exports/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    assert download.value.suggested_filename.endswith(".xlsx")


def read_own(page: Page, schedule: Schedule) -> None:
    """As candidate: find the result, and read it."""
    page.goto("/")
    page.get_by_role("link", name=schedule.title).click()
    expect(page.locator(".grade, main h1").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("Passed")
