"""A response is annotated from the keyboard alone, and a comment saves itself."""

from playwright.sync_api import expect

from marksheet.apps.marking.models import Annotation
from tests.apps.marking.essay import an_essay
from tests.browser.test_workshop import first, shoot


def test_words_are_highlighted_struck_and_commented_by_keyboard(
    committed_db, page, sign_in, accessible
) -> None:
    essay = an_essay()
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
    accessible(page)
    page.keyboard.press("Escape")
    expect(page.locator(".note--comment")).to_contain_text("Which line?")
    rows = Annotation.objects.order_by("number").values_list("kind", "start", "end", "words")
    assert list(rows)[:2] == [("highlight", 0, 11, ""), ("strike", 26, 48, "")]
    assert list(rows)[2][3] == "Which line?"
    accessible(page)
    shoot(page, "annotated")
