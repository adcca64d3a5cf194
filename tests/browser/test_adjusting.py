"""A score is adjusted and given back in a browser, and its candidate reads why it is what it is."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.people.models import Person
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.results.models import Result
from tests.apps.release.scenes import a_ready_quiz, refs
from tests.factories import NOW, a_world


def test_a_late_penalty_is_given_seen_by_the_candidate_and_taken_back(
    page: Page,
    phone: Page,
    sign_in: Callable[[Page, Person], None],
    accessible: Callable[[Page], None],
) -> None:
    world = a_world()
    quiz = a_ready_quiz(world)
    ref = refs(quiz)[0]
    sign_in(page, world.ada)
    page.goto(f"/marking/results/{ref}/")
    page.get_by_role("button", name="Adjust").click()
    page.get_by_label("Size").fill("1,5")
    page.get_by_label("Reason").fill("Handed in two days late")
    accessible(page)
    page.get_by_role("button", name="Adjust the score of 1 candidate").click()
    page.goto(f"/marking/results/{ref}/")
    expect(page.get_by_text("Late penalty: 1.5 marks")).to_be_visible()
    accessible(page)

    selection = freeze_selection(world.pia, refs=refs(quiz), at=NOW)
    publish(world.pia, selection.ref, show=True, at=NOW)
    carry_on(selection.ref, at=NOW)
    enrolment = Enrolment.objects.select_related("person").get(pk=Result.objects.get(ref=ref).enrolment_id)
    sign_in(phone, enrolment.person)
    phone.goto(f"/my/{enrolment.ref}/")
    expect(phone.get_by_text("Late penalty: 1.5 marks, from 3 to 1.5.")).to_be_visible()
    expect(phone.get_by_text("two days late")).to_have_count(0)
    expect(phone.get_by_role("heading", name="Questions")).to_have_count(0)
    accessible(phone)

    page.goto(f"/marking/results/{ref}/")
    page.get_by_role("button", name="Take back").click()
    expect(page.get_by_label("Adjustment")).to_have_value("late_penalty")
    page.get_by_label("Reason").fill("The clock was wrong")
    page.get_by_role("button", name="Take back the adjustment of 1 score").click()
    page.goto(f"/marking/results/{ref}/")
    expect(page.get_by_text("Correction ready").first).to_be_visible()
    page.goto(f"/marking/audit/results/{ref}/")
    expect(page.get_by_text("Took an adjustment back")).to_be_visible()
