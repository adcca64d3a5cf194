"""Files of candidates in a real browser: brought in by hand, seen beside the scheme, marked; no file does anything."""

import re

import pytest
from playwright.sync_api import expect

from marksheet.apps.marking.models import Mark
from tests.apps.marking.essay import Essay, an_essay
from tests.apps.marking.handed import brought_in
from tests.browser.test_workshop import first, saved, shoot
from tests.formats.zips import CODE, PDF, PNG, wav, zipped


@pytest.fixture
def essay(committed_db: str, settings, tmp_path) -> Essay:
    settings.MEDIA_ROOT = tmp_path
    return an_essay(3)


def test_a_pdf_and_an_image_are_brought_in_and_marked(essay, page, sign_in, accessible, tmp_path) -> None:
    zip_file = tmp_path / "june.zip"
    zip_file.write_bytes(zipped({"June/1001.pdf": PDF, "June/1002.png": PNG, "June/9999.pdf": PDF}))
    sign_in(page, essay.world.ada)
    page.goto(f"/schedules/{essay.schedule.ref}/import/")
    page.get_by_label("Files of candidates, in a zip").check()
    page.get_by_label("File", exact=True).set_input_files(zip_file)
    page.get_by_role("button", name="Upload and look at it").click()
    expect(page.get_by_role("heading", name="Which question do these files answer?")).to_be_visible()
    accessible(page)
    shoot(page, "files-question")
    page.get_by_label(re.compile(r"^1 of 10")).check()
    page.get_by_role("button", name="Look at the files").click()
    expect(page.get_by_text("its name begins with no number")).to_be_visible()
    accessible(page)
    shoot(page, "files-preview")
    page.get_by_label("Leave out the file that cannot go in").check()
    page.get_by_role("button", name="Carry in 2 files").click()
    expect(page.get_by_text("The file was carried in, but for what was left out")).to_be_visible()
    accessible(page)

    sign_in(page, essay.world.mo)
    answers = []
    page.on("response", lambda answer: answers.append(answer) if "/files/" in answer.url else None)
    page.goto(first(essay))
    expect(page.get_by_text("naïve 🦉 line")).to_be_visible()
    frame = page.locator("iframe[title='PDF']")
    expect(frame).to_be_visible()
    assert frame.bounding_box()["height"] > 300
    assert answers and all(one.status in (200, 206) for one in answers)
    accessible(page)
    page.wait_for_timeout(1500)
    shoot(page, "files-pdf")
    page.locator("body").press("2")
    page.locator("body").press("2")
    saved(page)
    page.get_by_role("link", name="Next", exact=True).click()
    expect(page.get_by_role("heading", name="Dora Novak")).to_be_visible()
    page.get_by_role("link", name="Next", exact=True).click()
    image = page.get_by_alt_text("PNG, handed in by the candidate; opens in a tab")
    expect(image).to_be_visible()
    expect(image).to_have_js_property("naturalWidth", 2)
    accessible(page)
    page.locator("body").press("3")
    page.locator("body").press("4")
    saved(page)
    assert set(Mark.objects.values_list("value_thousandths", flat=True)) == {3500, 9000}


def test_sound_and_code_stand_in_the_page_on_a_phone_too(essay, phone, sign_in, accessible, fits) -> None:
    hostile = b"<html><script>document.title = 'taken'</script></html>\n"
    files = {
        "1001/1.wav": wav(),
        "1001/2.py": CODE,
        "1001/3.html": hostile,
        "1001/4.png": PNG,
        "1001/5.pdf": PDF,
    }
    brought_in(essay.world.ada, essay.schedule, files, part="1")
    sign_in(phone, essay.world.mo)
    phone.goto(first(essay))
    expect(phone.locator("audio")).to_be_visible()
    expect(phone.locator("audio")).to_have_js_property("duration", 0.1)
    listing = phone.get_by_role("region", name="File 2 of 5: Text")
    expect(listing).to_contain_text("def largest(items):")
    expect(phone.get_by_role("region", name="File 3 of 5: Text")).to_contain_text("<script>")
    assert "taken" not in phone.title()
    fits(phone, 390)
    accessible(phone)
    shoot(phone, "files-phone")
    # Opened in a tab of its own, a picture is a picture.
    with phone.context.expect_page() as opened:
        phone.get_by_role("link", name="Open in a tab File 4 of 5: PNG").click()
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("[document.contentType, document.images.length]") == ["image/png", 1]


def test_a_text_that_calls_itself_a_page_is_kept_and_never_opened(essay, page, sign_in) -> None:
    brought_in(
        essay.world.ada, essay.schedule, {"1001.html": b"<script>document.title = 'taken'</script>"}, part="1"
    )
    sign_in(page, essay.world.mo)
    page.goto(first(essay))
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download").click()
    assert (
        kept.value.suggested_filename.endswith("-1-1.html.txt")
        and "1001" not in kept.value.suggested_filename[8:]
    )
