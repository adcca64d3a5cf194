"""The main job from one end to the other, in the browser: as coordinator, publisher and candidate."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from marksheet.apps.exams.models import Schedule
from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.entrypoints.jobs.worker import run_all
from tests import factories as f
from tests.browser.main_job import brought_in, mail_into, messages, written
from tests.generator import paper

SignIn = Callable[[Page, Person], None]
Accessible = Callable[[Page], None]


@pytest.fixture(autouse=True)
def sink(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return mail_into(settings, tmp_path / "mail")


def add_publisher(page: Page, schedule: Schedule, name: str) -> None:
    """As coordinator: add somebody as Other with the Publish right."""
    page.goto("/marking/coordinator/")
    page.get_by_role("link", name=schedule.title).first.click()
    page.goto(f"/marking/coordinator/{schedule.ref}/people/")
    page.get_by_placeholder("Name or e-mail address").fill(name)
    page.get_by_role("button", name="Search staff").click()
    page.get_by_role("checkbox", name=name).check()
    page.get_by_label("Other").check()
    page.get_by_label("Publish results").check()
    page.get_by_role("button", name="Add assessors").click()
    expect(page.get_by_role("row", name=name)).to_contain_text("Publish results")


def open_dialog(page: Page, schedule: Schedule, total: int) -> None:
    """As publisher: find the schedule's results, tick all that match, ask for the dialog."""
    page.goto("/marking/results/")
    page.locator("#q").fill(schedule.code)
    expect(page).to_have_url(re.compile("q="))
    page.get_by_label("Select this page").check()
    page.get_by_role("button", name=re.compile(f"Select all {total:,}")).click()
    page.get_by_role("button", name="Publish results").click()
    expect(page.get_by_role("heading", name=f"Publish {total} results")).to_be_visible()


@pytest.mark.on_both
def test_the_whole_job(
    committed_db: str, page: Page, open_page: Callable[..., Page], sign_in: SignIn, accessible: Accessible,
    tmp_path: Path, sink: Path,
) -> None:  # fmt: skip
    made, world = paper(200), f.a_world()
    schedule = brought_in(world, written(made, tmp_path), "GEN", title="Mathematics, all of it")

    sign_in(page, world.ada)
    add_publisher(page, schedule, world.pia.name)
    accessible(page)

    publisher = open_page()
    sign_in(publisher, world.pia)
    open_dialog(publisher, schedule, 200)
    accessible(publisher)
