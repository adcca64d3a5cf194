"""The marking screen saves mark, levels, feedback and note at once; what came too late is refused and kept."""

import threading

import pytest
from django.db import connections

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import Scheme
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Line
from marksheet.apps.marking.actions.comments import MOST, forget_comment, keep_comment
from marksheet.apps.marking.models import Judgement, Mark, MarkDraft, Script, StockComment
from marksheet.apps.marking.queries.comments import comments_of
from marksheet.apps.marking.queries.workshop import workshop_of
from marksheet.apps.people.models import InboxNote
from marksheet.apps.results.actions.marks import (
    SavedPanel,
    StalePanel,
    flag_script,
    save_mark,
    save_panel,
    settle_flag,
    submit_scripts,
)
from marksheet.apps.results.models import Result
from marksheet.rules.judging import Chosen
from marksheet.rules.marks import TypedMark
from tests.apps.marking.essay import Essay, a_scheme, an_essay
from tests.factories import NOW, enrolments


@pytest.fixture
def essay(db: None) -> Essay:
    return an_essay()


def save(essay: Essay, *levels: int | None, by=None, n: int = 0, **more) -> SavedPanel:
    return save_panel(by or essay.world.mo, essay.schedule.ref, essay.save(n, *levels, **more), at=NOW)


def test_levels_become_a_mark_by_the_rules_and_name_the_scheme_on_the_screen(essay) -> None:
    assert save(essay, 2, 1, feedback="Good", note="Sure?") == SavedPanel(1, 1, 3500, False)
    mark = Mark.objects.get()
    assert (mark.value_thousandths, mark.scheme) == (3500, Scheme.objects.get(part=essay.part.id, number=1))
    seen = workshop_of(essay.world.mo, essay.schedule, essay.script(), essay.part.ref)
    assert (seen.said.chosen, seen.said.feedback, seen.said.note) == (Chosen(levels=(2, 1)), "Good", "Sure?")
    assert (seen.around.marked, seen.around.total) == (1, 3)
    told = [line.body for line in Line.objects.all() if "judged" in line.body]
    assert told
    assert not any("Sure?" in text or "Good" in text for text in told)


def test_while_a_criterion_is_open_there_is_no_mark_and_feedback_is_kept(essay) -> None:
    assert save(essay, 2, None, feedback="So far") == SavedPanel(0, 1, None, False)
    assert not Mark.objects.exists()
    saved = save(essay, 2, 0, feedback="So far", said_against=1)
    assert saved == SavedPanel(1, 2, 2000, False)
    assert Script.objects.get(ref=essay.script()).unmarked == 1


def test_no_response_and_taking_back_are_said_by_a_button(essay) -> None:
    assert save(essay, no_response=True) == SavedPanel(1, 0, None, True)
    assert save(essay, 4, 3, mark_against=1) == SavedPanel(2, 1, 10000, False)
    assert save(essay, clear=True, mark_against=2, said_against=1) == SavedPanel(3, 2, None, False)
    assert Script.objects.get(ref=essay.script()).unmarked == 2


@pytest.mark.parametrize("levels", [(9, 0), (0,), (0, 0, 0)])
def test_a_level_that_the_scheme_does_not_offer_is_refused(essay, levels) -> None:
    with pytest.raises(BadInput, match="does not offer"):
        save(essay, *levels)
    assert not Mark.objects.exists()


def test_what_cannot_be_kept_is_refused(essay) -> None:
    for more, why in (({"feedback": "x" * 10_001}, "10000"), ({"note": "\x00"}, "U.0000")):
        with pytest.raises(BadInput, match=why):
            save(essay, 0, 0, **more)
    with pytest.raises(BadInput, match="11"):
        save(essay, typed=TypedMark(11_000))
    with pytest.raises(BadInput, match="steps"):
        save(essay, typed=TypedMark(2_300))
    assert not Judgement.objects.exists()


def test_a_save_against_an_old_version_is_refused_and_kept_as_a_draft(essay) -> None:
    world = essay.world
    save(essay, 1, 1, feedback="Mei's", by=world.mei)
    events = Event.objects.count()
    with pytest.raises(StalePanel, match="Mei Lin saved something else"):
        save(essay, 2, 2, feedback="Mo's")
    assert (Mark.objects.count(), Event.objects.count()) == (1, events)
    draft = MarkDraft.objects.get()
    assert draft.said["feedback"] == "Mo's"
    assert draft.said["chosen"] == {"levels": [2, 2]}
    save(essay, 2, 2, feedback="Mo's", mark_against=1, said_against=1)
    assert not MarkDraft.objects.exists()
    with pytest.raises(StalePanel):
        save(essay, 1, 1, feedback="Mei's once more", by=world.mei)
    save(essay, 2, 2, feedback="Mo's", by=world.mei, mark_against=2, said_against=2)
    assert not MarkDraft.objects.exists()
    assert [one.feedback for one in Judgement.objects.order_by("version")] == ["Mei's", "Mo's"]


def test_the_same_save_again_answers_the_same(essay) -> None:
    first = save(essay, 2, 1, feedback="Good")
    assert save(essay, 2, 1, feedback="Good") == first
    assert (Mark.objects.count(), Judgement.objects.count()) == (1, 1)
    with pytest.raises(StalePanel, match="another window"):
        save(essay, 2, 1, feedback="Better")


def test_a_scheme_that_changed_meanwhile_refuses_the_save(essay) -> None:
    write_scheme(essay.world.ada, essay.part.ref, a_scheme("Anew."), against=1, at=NOW)
    with pytest.raises(StalePanel, match="version 2 holds now"):
        save(essay, 2, 1)
    assert save(essay, 2, 1, scheme=2).value == 3500
    assert Mark.objects.get().scheme.number == 2


def test_levels_explain_their_own_mark_and_no_later_one(essay) -> None:
    save(essay, 2, 1, feedback="Stays")
    save_mark(essay.world.mo, essay.script(), essay.part.ref, value=5000, against_version=1, at=NOW)
    seen = workshop_of(essay.world.mo, essay.schedule, essay.script(), essay.part.ref)
    assert (seen.mark.value, seen.said.mark_version, seen.said.feedback) == (5000, 1, "Stays")
    saved = save(essay, None, None, feedback="More", mark_against=2, said_against=1)
    assert (saved.value, saved.mark_version) == (5000, 2)


def test_only_whose_script_it_is_marks_it(essay) -> None:
    world = essay.world
    for person in (world.max, world.ada):
        with pytest.raises(NotAllowed):
            save(essay, 0, 0, by=person)
    with pytest.raises(NotFound):
        save(essay, 0, 0, by=world.sid)
    for n in (0,):
        save(essay, 0, 0)
        save_mark(world.mo, essay.script(n), essay.free.ref, value=1000, against_version=0, at=NOW)
    submit_scripts(world.mo, essay.schedule.ref, [essay.script()], at=NOW)
    with pytest.raises(WrongState):
        save(essay, 1, 1, mark_against=1)


def test_a_flagged_script_waits_for_the_lead_marker(essay) -> None:
    world, schedule = essay.world, essay.schedule
    for n in (0, 1):
        save(essay, 0, 0, n=n)
        save_mark(world.mo, essay.script(n), essay.free.ref, value=1000, against_version=0, at=NOW)
    with pytest.raises(BadInput):
        flag_script(world.mo, schedule.ref, essay.script(), " ", at=NOW)
    flag_script(world.mo, schedule.ref, essay.script(), "Copied?", part_ref=essay.part.ref, at=NOW)
    with pytest.raises(WrongState):
        flag_script(world.mo, schedule.ref, essay.script(), "Again", at=NOW)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    results = {row.enrolment_id: row for row in Result.objects.filter(schedule=schedule)}
    first, second = (results[one.pk] for one in enrolments(schedule)[:2])
    assert [one["code"] for one in first.missing] == ["flagged"]
    assert (first.bucket, second.bucket) == ("moderation", "ready")
    told = set(InboxNote.objects.filter(kind="script-flagged").values_list("person__username", flat=True))
    assert told == {world.ada.username, world.max.username}
    with pytest.raises(NotAllowed):
        settle_flag(world.mei, schedule.ref, essay.script(), "Fine", at=NOW)
    settle_flag(world.max, schedule.ref, essay.script(), "Quoted properly", at=NOW)
    first.refresh_from_db()
    assert first.bucket == "ready"


def test_comments_are_ones_own_per_question(essay) -> None:
    mo, schedule = essay.world.mo, essay.schedule
    for _ in range(2):
        keep_comment(mo, schedule.ref, essay.part.ref, "  Cite  the case. ", at=NOW)
    assert [one.text for one in comments_of(mo, essay.part.id)] == ["Cite the case."]
    assert not comments_of(essay.world.mei, essay.part.id)
    assert not comments_of(mo, essay.free.id)
    for text, why in ((" ", "Write feedback"), ("x" * 501, "at most 500")):
        with pytest.raises(BadInput, match=why):
            keep_comment(mo, schedule.ref, essay.part.ref, text, at=NOW)
    forget_comment(essay.world.mei, comments_of(mo, essay.part.id)[0].ref)
    assert StockComment.objects.count() == 1 < MOST
    forget_comment(mo, comments_of(mo, essay.part.id)[0].ref)
    assert not StockComment.objects.exists()


CLIENTS, SAVES = 8, 6


def test_every_accepted_save_of_eight_clients_is_in_the_history(committed_db: str) -> None:
    essay = an_essay(2)
    people = (essay.world.mo, essay.world.mei)
    start = threading.Barrier(CLIENTS)
    accepted: list[tuple[int, str]] = []
    refused: list[str] = []

    def client(k: int) -> None:
        start.wait()
        held = (0, 0)
        try:
            for n in range(SAVES):
                words = f"{k}-{n}"
                try:
                    saved = save(
                        essay, k % 5, n % 4, by=people[k % 2], feedback=words,
                        mark_against=held[0], said_against=held[1],
                    )  # fmt: skip
                    held = (saved.mark_version, saved.said_version)
                    accepted.append((saved.said_version, words))
                except StalePanel:
                    refused.append(words)
                    seen = workshop_of(people[k % 2], essay.schedule, essay.script(), essay.part.ref)
                    held = (seen.mark.version, seen.said.version)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=client, args=(k,)) for k in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) + len(refused) == CLIENTS * SAVES
    assert sorted(Judgement.objects.values_list("version", "feedback")) == sorted(accepted)
    assert [one for one, _ in sorted(accepted)] == list(range(1, len(accepted) + 1))
    drafts = {one.said["feedback"] for one in MarkDraft.objects.all()}
    assert drafts <= set(refused)
    connections.close_all()
