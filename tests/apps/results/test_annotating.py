"""Markers annotate responses: what was put where, who sees it, and what came too late."""

import pytest

from marksheet.apps.exams.models import Answer, Response
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Line
from marksheet.apps.marking.models import Annotation, Mark, Script
from marksheet.apps.marking.queries.workshop import workshop_of
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks import AnnotationSave, StaleAnnotation, annotate, submit_scripts
from marksheet.rules.annotations import Kind, Stretch
from tests.apps.marking.essay import Essay, an_essay
from tests.apps.marking.two_markers import plan, share
from tests.factories import NOW
from tests.guard import writes_allowed


@pytest.fixture
def essay(db: None) -> Essay:
    return an_essay()


def put(essay: Essay, kind: str = "highlight", *, by: Person | None = None, script: str = "", **more):
    facts = {"kind": Kind(kind), "at": (6, 11)} if "number" not in more else {}
    save = AnnotationSave(script or essay.script(), essay.part.ref, **(facts | more))
    return annotate(by or essay.world.mo, essay.schedule.ref, save, at=NOW)


def seen(essay: Essay, person: Person | None = None, script: str = ""):
    found = workshop_of(person or essay.world.mo, essay.schedule, script or essay.script(), essay.part.ref)
    return found.annotations


def test_an_annotation_stands_where_it_was_put_and_the_log_does_not_tell_its_words(essay) -> None:
    put(essay, "strike", at=(12, 5), words="Not so.")
    [one] = seen(essay)
    assert (one.kind, one.stretch, one.words, one.fits, one.by) == (
        "strike",
        Stretch(6, 11),
        "Not so.",
        True,
        "",
    )
    told = [line.body for line in Line.objects.all() if "annotated" in line.body]
    assert len(told) == 1
    assert "Not so" not in told[0]
    assert not Mark.objects.exists()


def test_words_change_as_new_versions_and_what_is_taken_away_stays_in_the_table(essay) -> None:
    put(essay, words="One")
    put(essay, number=1, against=1, words="Two")
    put(essay, "comment", words="Apart", at=(0, 5))
    assert [(one.number, one.words) for one in seen(essay)] == [(2, "Apart"), (1, "Two")]
    put(essay, number=1, against=2, remove=True)
    assert [one.number for one in seen(essay)] == [2]
    rows = Annotation.objects.order_by("id").values_list("number", "version", "words", "removed")
    assert list(rows) == [
        (1, 1, "One", False),
        (1, 2, "Two", False),
        (2, 1, "Apart", False),
        (1, 3, "Two", True),
    ]


def test_a_stale_save_is_refused_and_the_same_save_again_answers_the_same(essay) -> None:
    world = essay.world
    first = put(essay, words="One")
    assert put(essay, words="One") == first or Annotation.objects.count() == 1
    put(essay, number=1, against=1, words="Mei’s", by=world.mei)
    events = Event.objects.count()
    with pytest.raises(StaleAnnotation, match="Mei Lin saved something else"):
        put(essay, number=1, against=1, words="Mo’s")
    put(essay, number=1, against=1, words="Mei’s", by=world.mei)
    put(essay, number=1, against=2, remove=True, by=world.mei)
    put(essay, number=1, against=2, remove=True, by=world.mei)
    with pytest.raises(StaleAnnotation, match="Mei Lin took this annotation away"):
        put(essay, number=1, against=2, words="Mo’s")
    assert (Annotation.objects.count(), Event.objects.count()) == (3, events + 1)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"at": (0, 999)}, "outside"),
        ({"at": (5, 6)}, "at least one word"),
        ({"kind": "comment"}, "says nothing without words"),
        ({"words": "x" * 1_001}, "1001"),
        ({"words": "\x00"}, "U.0000"),
    ],
)
def test_what_cannot_stand_is_refused_with_the_reason(essay, more, why) -> None:
    with pytest.raises(BadInput, match=why):
        put(essay, **more)
    assert not Annotation.objects.exists()


def test_only_who_may_mark_the_open_script_annotates_it(essay) -> None:
    world = essay.world
    with pytest.raises(NotFound):
        put(essay, by=world.sid)
    with pytest.raises(NotAllowed):
        put(essay, by=world.ada)
    with pytest.raises(NotFound):
        put(essay, number=7, against=1, words="?")
    with pytest.raises(NotFound, match="picture or PDF"):
        put(essay, "pin", at=None, position=1, page=1, words="Here")
    with writes_allowed():
        Script.objects.filter(ref=essay.script()).update(unmarked=0)
    submit_scripts(world.mo, essay.schedule.ref, [essay.script()], at=NOW)
    with pytest.raises(WrongState, match="submitted"):
        put(essay)


def test_a_changed_response_leaves_the_note_and_marks_nothing(essay) -> None:
    put(essay, words="Good")
    with pytest.raises(StaleAnnotation, match="response was changed"):
        put(essay, quote="other")
    with writes_allowed():
        answer = Answer.objects.create(part_id=essay.part.id, value="Other words now.", hash="x" * 64)
        Response.objects.filter(attempt=essay.attempts[0], part=essay.part.id).update(answer=answer)
    assert [(one.words, one.fits) for one in seen(essay)] == [("Good", False)]


@pytest.mark.parametrize(("sharing", "before"), [("never", 0), ("co-marker", 1), ("all", 1)])
def test_the_other_marker_sees_annotations_as_marks_are_shared(essay, sharing, before) -> None:
    world, attempt = essay.world, essay.attempts[0]
    plan(world, essay.schedule, sharing=sharing)
    share(world, essay.schedule)
    mo, mei = (Script.objects.get(attempt=attempt, marker=one) for one in (world.mo, world.mei))
    put(essay, script=mo.ref, words="Mo’s")
    assert [(one.words, one.by) for one in seen(essay, world.mo, mo.ref)] == [("Mo’s", "")]
    found = seen(essay, world.mei, mei.ref)
    assert [(one.words, one.by) for one in found] == [("Mo’s", world.mo.name)] * before
