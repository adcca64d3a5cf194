"""What markers said reaches the candidate with the mark in force, frozen with it, and no private note ever."""

import pytest

from marksheet.apps.exams.models import Schedule
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.seeing import see_as_candidate
from marksheet.apps.release.actions.showing import hide, show
from marksheet.apps.release.queries.candidate import result_of
from marksheet.apps.results.actions.marks import (
    AnnotationSave,
    PanelSave,
    annotate,
    reopen_results,
    save_panel,
    submit_scripts,
)
from marksheet.rules.annotations import Kind
from marksheet.rules.marks import TypedMark
from marksheet.rules.publication import ShowResults
from tests.apps.marking.essay import Essay, an_essay
from tests.apps.release.scenes import refs
from tests.factories import CLOSES, NOW, signed_in
from tests.guard import writes_allowed

AFTER = CLOSES.replace(year=CLOSES.year + 1)


@pytest.fixture
def essay(db: None) -> Essay:
    essay = an_essay(2)
    with writes_allowed():
        Schedule.objects.filter(pk=essay.schedule.pk).update(
            switches={"feedback": True, "annotations": True}, show_results=ShowResults.PUBLISHER_DECIDES.value
        )
    return essay


def mark(essay: Essay, feedback: str) -> None:
    mo, script = essay.world.mo, essay.script()
    typed = PanelSave(
        script, essay.free.ref, 0, 0, 0, typed=TypedMark(3000), feedback=feedback, note="Private"
    )
    for save in (essay.save(0, 4, 3, feedback=feedback, note="Private"), typed):
        save_panel(mo, essay.schedule.ref, save, at=NOW)
    submit_scripts(mo, essay.schedule.ref, [script], at=NOW)


def published(essay: Essay) -> list[str]:
    some = refs(essay.schedule)[:1]
    selection = freeze_selection(essay.world.pia, refs=some, at=AFTER)
    document = see_as_candidate(essay.world.pia, selection.ref, at=AFTER).line.document
    publish(essay.world.pia, selection.ref, show=True, at=AFTER)
    carry_on(selection.ref, at=AFTER)
    assert seen(essay) == document
    return some


def seen(essay: Essay):
    enrolment = essay.attempts[0].enrolment
    return result_of(enrolment.person, enrolment.ref, AFTER).document


def test_feedback_and_annotations_are_frozen_with_the_mark_in_force(essay) -> None:
    put = AnnotationSave(essay.script(), essay.part.ref, kind=Kind.STRIKE, at=(0, 5), words="Not <first>")
    annotate(essay.world.mo, essay.schedule.ref, put, at=NOW)
    mark(essay, "Well argued.")
    some = published(essay)
    first = seen(essay)
    assert [item["feedback"] for item in first["items"]] == ["Well argued.", "Well argued."]
    [one] = first["items"][0]["annotations"]
    assert one["notes"] == [{"kind": "strike", "words": "Not <first>", "start": 0, "end": 5}]
    assert "Private" not in str(first)
    assert "Mo Idris" not in str(first)
    page = signed_in(essay.attempts[0].enrolment.person).get(f"/my/{essay.attempts[0].enrolment.ref}/").text
    for words in ("<del>First</del>", "Not &lt;first&gt;", "Well argued."):
        assert words in page
    # What is said after it was published belongs to the next version.
    reopen_results(essay.world.ada, some, reason="once more", at=AFTER)
    annotate(
        essay.world.mo,
        essay.schedule.ref,
        AnnotationSave(essay.script(), essay.part.ref, number=1, against=1, words="Later"),
        at=AFTER,
    )
    hide(essay.world.pia, some, reason="a look", at=AFTER)
    show(essay.world.pia, some, at=AFTER)
    assert seen(essay)["items"] == first["items"]


def test_feedback_waits_until_the_questions_are_open_and_stays_away_without_its_switch(essay) -> None:
    mark(essay, "Well argued.")
    with writes_allowed():
        Schedule.objects.filter(pk=essay.schedule.pk).update(ends_at=AFTER.replace(year=AFTER.year + 1))
    some = published(essay)
    assert seen(essay)["waiting"] == ["feedback", "annotations"]
    assert "Well argued" not in str(seen(essay))
    with writes_allowed():
        Schedule.objects.filter(pk=essay.schedule.pk).update(ends_at=NOW, switches={"annotations": True})
    hide(essay.world.pia, some, reason="a look", at=AFTER)
    show(essay.world.pia, some, at=AFTER)
    assert "Well argued" not in str(seen(essay))
