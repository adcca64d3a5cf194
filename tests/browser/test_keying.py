"""Marks from the keyboard that are not a first mark: a machine score confirmed by Enter, marks typed a second time."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from marksheet.apps.marking.models import Keying, Mark
from marksheet.apps.people.models import Person
from tests.apps.results.test_hand_check import checked
from tests.apps.results.test_second_keying import twice
from tests.factories import a_world


def test_machine_scores_are_confirmed_and_marks_typed_a_second_time_by_keyboard(
    page: Page,
    open_page: Callable[..., Page],
    sign_in: Callable[[Page, Person], None],
    accessible: Callable[[Page], None],
) -> None:
    world = a_world()
    schedule = checked(world)
    sign_in(page, world.ada)
    page.goto(f"/marking/assess/{schedule.ref}/grid/")
    cells = page.locator("[data-prefilled] input")
    expect(cells.first).to_have_value("0")
    cells.first.press("ArrowDown")
    cells.last.press("Enter")
    expect(page.locator("[data-cell][data-state=saved]")).to_have_count(1)
    assert [mark.value_thousandths for mark in Mark.objects.all()] == [0], "who passes by checks nothing"
    accessible(page)

    keyed = twice(world, code="KEYED")
    other = open_page()
    sign_in(other, world.mei)
    other.goto(f"/marking/assess/{keyed.ref}/keying/")
    first = other.locator("[data-cell] input").first
    first.press("1")
    first.press("Enter")
    expect(other.locator("[data-cell][data-state=saved]")).to_have_count(1)
    accessible(other)
    assert Keying.objects.get().value_thousandths == 1000
    page.goto(f"/marking/assess/{keyed.ref}/keying/differences/")
    page.get_by_label("1, as typed the second time").check()
    page.get_by_label("Why").fill("The paper says 1")
    accessible(page)
    page.get_by_role("button", name="This mark holds").click()
    expect(page.get_by_text("It is settled: this mark holds.")).to_be_visible()
