"""Tables on a phone: nothing is cut at the edge."""

import pytest

from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.entrypoints.jobs.worker import run_all
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, World, a_world


@pytest.fixture
def world(committed_db: str) -> World:
    world = a_world()
    schedule = a_ready_quiz(world)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, show=True, inform=True, at=NOW)
    carry_on(selection.ref, at=NOW)
    run_all(kinds=("notices",))
    return world


def test_mail_and_units_show_every_column(world, phone, sign_in, accessible) -> None:
    sign_in(phone, world.ari)
    for address, words in (("/organisation/mail/", "When"), ("/organisation/units/", "Add below")):
        phone.goto(address)
        region = phone.locator(".table-region")
        assert region.evaluate("one => one.scrollWidth <= one.clientWidth"), address
        assert words in region.inner_text() or phone.locator("td[data-label=When]").count()
        accessible(phone)
