"""A marking scheme is written in versions: by authors, and in a live exam by whoever holds the right at a schedule."""

from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.actions import authoring, items
from marksheet.apps.exams.actions.schemes import StaleScheme, write_scheme
from marksheet.apps.exams.models import AssessmentVersion, Item, Part, Schedule, Scheme
from marksheet.apps.exams.queries.assessments import content_of, problems_of
from marksheet.apps.exams.queries.schemes import (
    may_write_scheme,
    newest_schemes,
    scheme_part_for,
    steps_of,
    uses_of,
    versions_of_scheme,
    written,
)
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound
from marksheet.apps.ledger.models import Event, Line, Side
from marksheet.apps.people.models import InboxNote
from marksheet.entrypoints.web.inbox.notes import words_for
from marksheet.rules import schemes as rules
from marksheet.rules.authoring import ItemDraft, PartDraft
from marksheet.rules.schemes import Criterion, Level, MethodMark
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, choice, grant
from tests.guard import writes_allowed

ESSAY = rules.Scheme(
    guidance="Look at the argument.\n\nNot at the spelling.",
    model_answer="Because.",
    step_thousandths=500,
    criteria=(
        Criterion("Argument", (Level(0), Level(1500, "half"), Level(3000, "whole")), "Is there one?"),
        Criterion("Language", (Level(0, "poor"), Level(2000, "good"))),
    ),
)


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return a_schedule(world, candidates=1, with_cas=True)


def essay(version: AssessmentVersion) -> Part:
    return Part.objects.get(version=version, label="3")


def test_each_save_that_changes_something_is_a_new_version(world: World, schedule: Schedule) -> None:
    part = essay(schedule.version)
    first = write_scheme(world.ada, part.ref, ESSAY, against=0, at=NOW)
    assert first is not None and (first.number, first.written_by) == (1, world.ada)
    assert written(Scheme.objects.get()) == ESSAY
    assert write_scheme(world.ada, part.ref, ESSAY, against=1, at=NOW) is None
    blanks = replace(ESSAY, guidance="  Look at the argument.\r\n\r\nNot at the spelling.  ")
    assert write_scheme(world.ada, part.ref, blanks, against=1, at=NOW) is None
    events = Event.objects.filter(verb="scheme.edit").count()
    second = replace(ESSAY, guidance="Look twice.", step_thousandths=250)
    assert write_scheme(world.ada, part.ref, second, against=1, at=NOW) is not None
    assert Event.objects.filter(verb="scheme.edit").count() == events + 1
    versions = versions_of_scheme(part)
    assert [(one.number, one.by, [c.what for c in one.changed]) for one in versions] == [
        (2, "Ada Vermeer", ["guidance", "step_thousandths"]),
        (1, "Ada Vermeer", []),
    ]
    assert [one.scheme for one in versions] == [second, ESSAY]
    assert steps_of([part.pk]) == {part.pk: 250} and newest_schemes([part.pk])[part.pk].number == 2


def test_a_change_stands_in_the_log_and_at_every_schedule_that_uses_it(
    world: World, schedule: Schedule
) -> None:
    other = a_schedule(world, version=schedule.version, code="ALG-1-SEP", candidates=1)
    draft = a_schedule(world, version=schedule.version, code="ALG-1-OCT", candidates=1, active=False)
    write_scheme(world.ada, essay(schedule.version).ref, ESSAY, against=0, at=NOW)
    event = Event.objects.get(verb="scheme.edit")
    assert '"did":"scheme_written"' in event.body and "argument" not in event.body.lower()
    assert Side.objects.get(event_id=event.pk, name="model_answer").value == "Because."
    told = Line.objects.filter(event_id=event.pk, subject_kind="schedule").values_list(
        "subject_id", flat=True
    )
    assert set(told) == {schedule.pk, other.pk} and draft.pk not in told


def test_who_marks_there_is_told_and_who_sits_it_is_not(world: World, schedule: Schedule) -> None:
    a_schedule(world, version=schedule.version, code="ALG-1-OCT", candidates=1, active=False)
    for who in (world.cas, world.ada):
        grant(who, "marker", schedule.node)
    write_scheme(world.ada, essay(schedule.version).ref, ESSAY, against=0, at=NOW)
    notes = InboxNote.objects.filter(kind="scheme-changed")
    assert {note.person for note in notes} == {world.mo, world.mei}
    assert {note.path for note in notes} == {f"/marking/schemes/{schedule.ref}/"}
    assert words_for("scheme-changed", notes[0].params).startswith(
        "Part 3 at Algebra 1 (ALG-1-JUN) has a new"
    )
    write_scheme(world.ada, essay(schedule.version).ref, ESSAY, against=1, at=NOW)
    assert notes.count() == 2, "nothing changed, nothing told"


def test_the_second_of_two_is_told_and_may_save_after_the_first(world: World, schedule: Schedule) -> None:
    part = essay(schedule.version)
    grant(world.mo, "scheme_editor", schedule.node)
    write_scheme(world.mo, part.ref, ESSAY, against=0, at=NOW)
    mine = replace(ESSAY, guidance="Mine")
    with pytest.raises(StaleScheme, match="Mo Idris saved version 1") as stale:
        write_scheme(world.ada, part.ref, mine, against=0, at=NOW)
    assert stale.value.newest == 1
    assert write_scheme(world.ada, part.ref, ESSAY, against=0, at=NOW) is None, (
        "the same twice is no conflict"
    )
    saved = write_scheme(world.ada, part.ref, mine, against=1, at=NOW)
    assert saved is not None and saved.number == 2


def test_what_does_not_fit_the_part_is_refused_with_every_reason(world: World, schedule: Schedule) -> None:
    part = essay(schedule.version)
    wrong = rules.Scheme(
        step_thousandths=1000,
        criteria=(Criterion("A", (Level(0), Level(1500))), Criterion("a", (Level(0), Level(9000)))),
        method_marks=(MethodMark("x", 6000),),
    )
    with pytest.raises(BadInput) as refusal:
        write_scheme(world.ada, part.ref, wrong, against=0, at=NOW)
    said = " ".join(refusal.value.details)
    for words in (
        "not both",
        "Two criteria",
        "1.5 is no multiple of 1",
        "9 is not between",
        "add up to 10.5",
    ):
        assert words in said, words
    with pytest.raises(BadInput) as refusal:
        write_scheme(world.ada, part.ref, rules.Scheme("x" * 20_001), against=0, at=NOW)
    assert "20001" in refusal.value.details[0].replace(",", "")
    assert not Scheme.objects.exists()


def test_who_writes_and_who_only_reads(world: World, schedule: Schedule) -> None:
    part = essay(schedule.version)
    grant(world.mei, "scheme_editor", schedule.node)
    writes = {person.username for person in world.staff if _may(person, part) == "writes"}
    reads = {person.username for person in world.staff if _may(person, part) == "reads"}
    assert (writes, reads) == ({"ada", "mei"}, {"mo", "max"})
    for person in (world.sid, world.cas, world.eva, world.ari, world.pia):
        with pytest.raises(NotFound):
            write_scheme(person, part.ref, ESSAY, against=0, at=NOW)
    with pytest.raises(NotAllowed) as refusal:
        write_scheme(world.mo, part.ref, ESSAY, against=0, at=NOW)
    assert "Ada Vermeer" in refusal.value.helpers
    machine = Part.objects.filter(version=schedule.version, machine=True).first()
    assert machine is not None
    with pytest.raises(NotFound):
        write_scheme(world.ada, machine.ref, ESSAY, against=0, at=NOW)


def _may(person, part: Part) -> str:
    try:
        found = scheme_part_for(person, part.ref)
    except NotFound:
        return ""
    return "writes" if may_write_scheme(person, found) else "reads"


def test_the_right_at_a_schedule_ends_with_it_and_reaches_no_draft(world: World, schedule: Schedule) -> None:
    part = essay(schedule.version)
    grant(world.mei, "scheme_editor", schedule.node)
    assert _may(world.mei, part) == "writes"
    with writes_allowed():
        Schedule.objects.filter(pk=schedule.pk).update(state="archived")
    assert _may(world.mei, part) == "reads"
    draft = authoring.new_draft_from(world.ada, schedule.version.ref, at=NOW)
    assert _may(world.mei, essay(draft)) == "" and _may(world.ada, essay(draft)) == "writes"
    waiting = a_schedule(world, code="ALG-1-SEP", version=schedule.version, candidates=1, active=False)
    grant(world.sid, "scheme_editor", waiting.node)
    assert _may(world.sid, part) == "", "not before it is active"


def test_who_is_a_candidate_with_the_paper_reads_none_of_its_schemes(
    world: World, schedule: Schedule
) -> None:
    part = essay(schedule.version)
    elsewhere = a_schedule(world, version=schedule.version, code="ALG-1-SEP", candidates=1)
    for role in ("marker", "scheme_editor"):
        grant(world.cas, role, elsewhere.node)
    assert _may(world.cas, part) == ""


def test_a_question_of_a_draft_that_is_changed_keeps_its_parts_and_their_schemes(world: World) -> None:
    draft = an_assessment(world, wanted=[choice("1"), by_hand("2", guidance="Method")], live=False)
    item, part = Item.objects.get(version=draft, label="2"), Part.objects.get(version=draft, label="2")
    write_scheme(world.ada, part.ref, rules.Scheme("Method first", "", 500), against=1, at=NOW)
    parts = (PartDraft("2a", False, 5000), PartDraft("2b", False, 1000))
    items.edit_item(world.ada, item.ref, ItemDraft("2", 6000, parts, title="Both"), at=NOW)
    kept = Part.objects.get(version=draft, label="2a")
    assert kept.ref == part.ref, "its page is still its page"
    assert [(one.number, one.scheme.guidance) for one in versions_of_scheme(kept)] == [
        (2, "Method first"), (1, "Method"),
    ]  # fmt: skip
    assert not Scheme.objects.filter(part__label="2b").exists()
    items.edit_item(world.ada, item.ref, ItemDraft("2", 1000, parts[1:]), at=NOW)
    assert not Scheme.objects.filter(part__version=draft).exists()


def test_a_scheme_that_no_longer_fits_keeps_an_exam_from_going_live(world: World) -> None:
    draft = an_assessment(world, live=False)
    item = Item.objects.get(version=draft, label="3")
    write_scheme(world.ada, essay(draft).ref, ESSAY, against=0, at=NOW)
    larger = ItemDraft("3", 6000, (PartDraft("3", False, 6000),))
    items.edit_item(world.ada, item.ref, larger, at=NOW)
    assert [problem.code for problem in problems_of(draft)] == ["scheme_does_not_fit"]
    with pytest.raises(BadInput, match="cannot be made live") as refusal:
        authoring.make_live(world.ada, draft.ref, at=NOW)
    assert "part 3" in refusal.value.details[0]
    more = (Criterion("Argument", (Level(0), Level(4000))), ESSAY.criteria[1])
    write_scheme(world.ada, essay(draft).ref, replace(ESSAY, criteria=more), against=1, at=NOW)
    authoring.make_live(world.ada, draft.ref, at=NOW)


def test_a_new_draft_begins_with_the_newest_scheme_as_its_first(world: World, schedule: Schedule) -> None:
    live = schedule.version
    write_scheme(world.ada, essay(live).ref, ESSAY, against=0, at=NOW)
    second = replace(ESSAY, guidance="Second")
    write_scheme(world.ada, essay(live).ref, second, against=1, at=NOW)
    draft = authoring.new_draft_from(world.ada, live.ref, at=NOW)
    (one,) = versions_of_scheme(essay(draft))
    assert (one.number, one.scheme, one.by) == (1, second, "Ada Vermeer")
    assert [i.draft for s in content_of(draft) for i in s.items] == [
        i.draft for s in content_of(live) for i in s.items
    ]


def test_the_database_itself_keeps_every_version_of_a_live_exam(world: World, schedule: Schedule) -> None:
    write_scheme(world.ada, essay(schedule.version).ref, ESSAY, against=0, at=NOW)
    for statement in (
        lambda: Scheme.objects.update(step_thousandths=1),
        lambda: Scheme.objects.update(criteria=[]),
        lambda: Scheme.objects.all().delete(),
    ):
        with writes_allowed(), pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            statement()


def test_the_schedules_that_use_a_scheme_are_named_to_those_who_work_there(
    world: World, schedule: Schedule
) -> None:
    part = essay(schedule.version)
    other = a_schedule(world, version=schedule.version, code="ALG-1-SEP", candidates=1, staffed=False)
    uses = uses_of(world.mo, part)
    assert ([one.pk for one in uses.seen], uses.others) == ([schedule.pk], 1)
    assert {one.pk for one in uses_of(world.ada, part).seen} == {schedule.pk, other.pk}


def test_writing_costs_the_same_however_many_versions_there_are(world: World, schedule: Schedule) -> None:
    part = essay(schedule.version)
    counts = []
    for n in range(4):
        with CaptureQueriesContext(connection) as asked:
            write_scheme(world.ada, part.ref, rules.Scheme(f"Version {n}"), against=n, at=NOW)
        counts.append(len(asked))
    assert counts[1] == counts[3]
