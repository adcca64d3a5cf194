"""The inbox on a phone: a note is read across the page, what may be done stands below it."""

import pytest

from marksheet.apps.ledger.change import draft
from marksheet.apps.people.models import InboxNote
from tests.factories import NOW, World, a_world


@pytest.fixture
def world(committed_db: str) -> World:
    return a_world()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_note_has_room_beside_or_above_its_buttons(world: World, open_page, sign_in, width: int) -> None:
    with draft():
        InboxNote.objects.create(
            person=world.ada,
            kind="publish-right-sleeps",
            params={"person": "Pia Holm", "schedule": "Algebra 1"},
            path="/organisation/units/",
            created_at=NOW,
        )
    page = open_page(width, 844)
    sign_in(page, world.ada)
    page.goto("/inbox/")
    words, acts = (page.locator(f".lines > li > {part}").bounding_box() for part in ("span", "form"))
    line = page.locator(".lines > li").bounding_box()
    if width == 390:
        assert words["width"] > 0.95 * line["width"] and acts["y"] >= words["y"] + words["height"]
    else:
        assert acts["x"] >= words["x"] + words["width"] and acts["y"] < words["y"] + words["height"]
