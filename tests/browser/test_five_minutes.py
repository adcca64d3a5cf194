"""A small exam from nothing to its candidates, by page alone and without a file, counted click by click."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from marksheet.apps.ledger import clock
from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result
from marksheet.entrypoints.jobs.worker import run_all
from tests import factories as f
from tests.apps.marking.scene import hand_in
from tests.browser.main_job import mail_into

SHOTS = os.environ.get("MARKSHEET_SHOTS", "")
# Of somebody who knows the pages and looks before clicking.
SECONDS_A_CLICK, SECONDS_A_KEY, FIVE_MINUTES = 3.0, 0.3, 300
# Clicks, fields filled in, keys: a page that asks for more makes this fail, one that asks for less lowers them.
MOST = (48, 12, 237)
LIST = """1, Anna Berg, a@example.org
2, Bilal Aziz, b@example.org
3, Chen Wei, c@example.org
4, Dora Novak, d@example.org
5, Emil Larsen, e@example.org"""


@dataclass
class Hands:
    """Everything that the people of this exam do with mouse and keyboard, counted."""

    clicks: int = 0
    fields: int = 0
    keys: int = 0
    steps: list[str] = field(default_factory=list)
    page: Page = field(init=False)

    def click(self, one: Locator) -> None:
        self.clicks += 1
        one.click()

    def follow(self, name: str, role: Any = "link") -> None:
        """Click what has this name, and let the next page come."""
        self.click(self.page.get_by_role(role, name=name, exact=True).first)
        self.page.wait_for_load_state()

    def press(self, name: str) -> None:
        self.follow(name, "button")

    def field(self, label: str) -> Locator:
        """Return the field that a label names."""
        return (
            self.page.get_by_label(label).and_(self.page.locator("main :is(input, select, textarea)")).first
        )

    def type(self, label: str, text: str) -> None:
        """Click into a field and type; what stands there already is not typed."""
        one = self.field(label)
        if one.input_value() == text:
            return
        self.fields += 1
        self.keys += len(text)
        self.clicks += 1
        one.fill(text)

    def choose(self, label: str, value: str) -> None:
        one = self.field(label)
        if one.input_value() != value:
            self.clicks += 2
            one.select_option(value)

    def key(self, *keys: str) -> None:
        """Press one key after the other, without clicking anywhere."""
        for one in keys:
            self.keys += 1
            self.page.keyboard.press(one)

    def step(self, what: str) -> None:
        """Note how far the work has come; with MARKSHEET_SHOTS keep a picture."""
        self.steps.append(f"{what}: {self.clicks} clicks, {self.fields} fields, {self.keys} keys so far")
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"five-{len(self.steps):02}.png", full_page=True)

    @property
    def seconds(self) -> float:
        return self.clicks * SECONDS_A_CLICK + self.keys * SECONDS_A_KEY


@pytest.fixture(autouse=True)
def sink(settings: Any, tmp_path: Path) -> Path:
    expect.set_options(timeout=30_000)
    return mail_into(settings, tmp_path / "mail")


@pytest.fixture
def world(committed_db: str) -> f.World:
    return f.a_world()


def three_questions(hands: Hands) -> None:
    """As author: one question that the key scores and two that people mark, made live."""
    hands.page.goto("/")
    hands.follow("Exams")
    hands.follow("New assessment")
    hands.type("Title", "Poetry")
    hands.type("Code", "POE-1")
    hands.press("Create and add questions")
    hands.choose("Marked", "machine")
    hands.type("Options", "ABCD")
    hands.type("Right answer", "B")
    hands.type("Marks", "1")
    hands.press("Add question")
    hands.choose("Marked", "hand")
    hands.type("Marks", "5")
    hands.press("Add question")
    hands.press("Add question")
    hands.step("three questions")
    hands.press("Make it live")


def five_candidates(hands: Hands) -> None:
    """As scheduler: a sitting of last week, its candidates pasted from a list, activated."""
    hands.follow("Plan a schedule")
    day = (clock.read() - timedelta(days=7)).date()
    hands.type("Code", "POE-1-NOV")
    hands.type("Opens", f"{day}T09:00")
    hands.type("Closes", f"{day}T12:00")
    hands.press("Plan it")
    hands.type("One candidate a line", LIST)
    hands.press("Add these candidates")
    hands.press("Activate")
    hands.step("five candidates")


def people_and_work(hands: Hands) -> None:
    """As coordinator: who marks, who publishes, who handed in."""
    hands.follow("People")
    hands.type("Search staff", "mo")
    hands.press("Search staff")
    expect(hands.page.get_by_role("checkbox", name="Mo Idris")).to_be_checked()
    hands.press("Add assessors")
    hands.type("Search staff", "pia")
    hands.press("Search staff")
    hands.click(hands.page.get_by_label("Other"))
    hands.click(hands.page.get_by_label("Publish results"))
    hands.press("Add assessors")
    hands.follow("Overview")
    hands.follow("Record who handed in")
    hands.click(hands.page.get_by_label("All of them"))
    hands.press("Record as handed in")
    hands.step("people and work")


def answers(hands: Hands) -> None:
    """As coordinator, going on from what the schedule needs: what five candidates ticked on paper."""
    hands.follow("Enter answers")
    hands.click(hands.page.locator("td[data-cell] input").first)
    hands.key("b", "Enter", "a", "Enter", "b", "Enter", "b", "Enter", "c", "Enter")
    expect(hands.page.get_by_role("button", name="Save page")).to_be_focused()
    hands.key("Enter")
    expect(hands.page.get_by_text("0 scripts on paper lack answers")).to_be_visible()
    hands.step("answers")


def marks(hands: Hands) -> None:
    """As marker: down the column of each question, then everything submitted at once."""
    hands.page.goto("/")
    hands.follow("Enter marks Poetry")
    submit = hands.page.get_by_role("link", name="Submit all finished")
    expect(submit).not_to_contain_class("button--act")
    hands.click(hands.page.locator("td[data-cell] input").first)
    for mark in ("4", "3", "2", "5", "4", "4", "3", "2", "5", "4"):
        hands.key(mark, "Enter")
    expect(submit).to_contain_class("button--act")
    hands.step("marks")
    hands.follow("Submit all finished")
    hands.press("Submit 5 scripts")
    hands.step("submitted")


def publication(hands: Hands) -> None:
    """As publisher: everything that is ready, shown to candidates."""
    hands.page.goto("/")
    hands.click(hands.page.get_by_label("Select this page"))
    hands.press("Publish results")
    hands.click(hands.page.get_by_label("Show results on candidate dashboard"))
    hands.step("publish dialog")
    hands.press("Publish 5 results")
    hands.page.wait_for_url("**/publications/**")
    run_all()
    expect(hands.page.get_by_role("heading", name="5 results published")).to_be_visible()
    hands.step("published")


def test_a_small_exam_takes_less_than_five_minutes_by_page(
    world: f.World, open_page: Callable[..., Page], sign_in: Callable[[Page, Person], None]
) -> None:
    hands = Hands()
    steps = {
        "ada": (three_questions, five_candidates, people_and_work, answers),
        "mo": (marks,),
        "pia": (publication,),
    }
    for who, work in steps.items():
        hands.page = open_page()
        sign_in(hands.page, getattr(world, who))
        for one in work:
            one(hands)
    told = "\n".join(hands.steps)
    assert hands.clicks <= MOST[0] and hands.fields <= MOST[1] and hands.keys <= MOST[2], told
    assert hands.seconds < FIVE_MINUTES, told
    for number, percent in (("1", "54.5 %"), ("4", "100.0 %")):
        row = Result.objects.select_related("enrolment__person").get(number=number)
        candidate = open_page(390, 844)
        sign_in(candidate, row.enrolment.person)
        candidate.goto("/")
        expect(candidate.locator("main")).to_contain_text(percent)


def slowly(route: Route) -> None:
    """Let a request take its time."""
    time.sleep(0.5)
    route.continue_()


def test_the_last_mark_is_on_its_way_when_its_marker_submits(
    world: f.World, page: Page, sign_in: Callable[[Page, Person], None]
) -> None:
    schedule = f.a_schedule(world, candidates=1)
    hand_in(schedule)
    sign_in(page, world.mo)
    page.goto(f"/marking/assess/{schedule.ref}/grid/")
    page.route("**/cell/", slowly)
    page.locator("td[data-cell] input").first.focus()
    page.keyboard.type("4")
    page.get_by_role("link", name="Submit all finished").click()
    expect(page.get_by_role("button", name="Submit 1 script")).to_be_visible()
