"""Text and picture of a response are annotated from the keyboard alone, and a comment saves itself."""

from playwright.sync_api import expect

from marksheet.apps.marking.models import Annotation
from tests.apps.marking.essay import an_essay
from tests.apps.marking.handed import brought_in
from tests.browser.test_workshop import first, shoot
from tests.formats.zips import jpeg


def test_words_and_a_picture_are_annotated_by_keyboard(
    committed_db, page, sign_in, accessible, settings, tmp_path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    essay = an_essay()
    brought_in(essay.world.ada, essay.schedule, {"1001.jpg": jpeg()}, part="1")
    sign_in(page, essay.world.mo)
    page.goto(first(essay))
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("h")
    expect(page.locator("mark.noted--highlight")).to_have_text("First line,")
    page.keyboard.press("a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("d")
    expect(page.locator("del")).to_have_text("Second – naïve 🦉 line.")
    page.keyboard.press("a")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    page.keyboard.type("Which line?")
    expect(page.locator("[data-bar-state]")).to_have_text("Saved")
    page.keyboard.press("Escape")
    expect(page.locator(".note--comment")).to_contain_text("Which line?")
    rows = Annotation.objects.order_by("number").values_list("kind", "start", "end", "words")
    assert list(rows)[:2] == [("highlight", 0, 11, ""), ("strike", 26, 48, "")]
    assert list(rows)[2][3] == "Which line?"
    page.get_by_text("Annotate file 1").press("Enter")
    page.get_by_role("button", name="Place with arrow keys").press("ArrowUp")
    page.keyboard.press("Control+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.type("Out of scale")
    page.locator("[data-pin-form] button[value=note]").press("Enter")
    expect(page.locator(".spot:not(.spot--placing) rect")).to_have_attribute("x", "50.1%")
    last = Annotation.objects.latest("id")
    assert (last.kind, last.x, last.y, last.width, last.height) == ("region", 501, 480, 40, 20)
    accessible(page)
    shoot(page, "annotated")
