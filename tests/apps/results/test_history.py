"""The history of a result: who, what, when, why, before and after, for those who may read it."""

import ast
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import marksheet
from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.release.actions.publishing import carry_on, freeze_selection, publish
from marksheet.apps.release.actions.retracting import retract
from marksheet.apps.release.actions.showing import hide, show
from marksheet.apps.release.actions.withholding import lift, withhold
from marksheet.apps.release.queries.history import history_for, schedule_history, schedule_history_for
from marksheet.apps.release.queries.narrowing import Filter
from marksheet.apps.results.actions.marks import CellSave, reopen_results, save_marks, submit_scripts
from marksheet.apps.results.actions.standing import mark_standing, void_attempts
from marksheet.entrypoints.web.audit.words import WORDS, actor_words, say
from marksheet.rules.access import Verb
from tests.apps.marking.scene import human_part
from tests.apps.release.scenes import a_ready_quiz, hand_in, refs
from tests.factories import NOW, World, a_schedule, a_world, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def told(world_person, ref: str) -> list[tuple[str, str, str]]:
    """What the history says: who, what, why."""
    return [(actor_words(e), say(e).text, e.reason) for e in history_for(world_person, ref).entries]


def give(world: World, schedule: Schedule, value: int, against: int) -> None:
    attempt = Attempt.objects.filter(schedule=schedule).order_by("pk").first()
    cell = CellSave(attempt.script_ref, human_part(schedule).ref, value, False, against)
    save_marks(world.mo, schedule.ref, [cell], at=NOW)


def publish_all(world: World, some: list[str], *, show: bool = False) -> None:
    selection = freeze_selection(world.pia, refs=some, at=NOW)
    publish(world.pia, selection.ref, show=show, at=NOW)
    carry_on(selection.ref, at=NOW)


@pytest.fixture
def marked(world: World) -> Schedule:
    schedule = a_schedule(world, candidates=2)
    hand_in(schedule, ["AA"])
    give(world, schedule, 2500, 0)
    give(world, schedule, 3000, 1)
    submit_scripts(world.mo, schedule.ref, at=NOW)
    return schedule


def test_a_whole_life_reads_as_sentences(world: World, marked: Schedule) -> None:
    first = refs(marked)[:1]
    publish_all(world, first)
    show(world.pia, first, at=NOW)
    hide(world.pia, first, reason="shown too early", at=NOW)
    retract(world.pia, first, reason="a sheet was missed", at=NOW)
    reopen_results(world.ada, first, reason="mark the last page", at=NOW)
    give(world, marked, 5000, 2)
    submit_scripts(world.mo, marked.ref, at=NOW)
    publish_all(world, first)
    found = told(world.ada, first[0])
    assert found[:3] == [
        ("Ada Vermeer", "Planned the schedule", ""),
        ("Ada Vermeer", "Added the candidate to the schedule", ""),
        ("Ada Vermeer", "Activated the schedule", ""),
    ]
    assert found[3:] == [
        ("Mo Idris", "Gave 1 mark", ""),
        ("Mo Idris", "Changed 1 mark", ""),
        ("Mo Idris", "Submitted the marking", ""),
        ("Pia Holm", "Published as version 1", ""),
        ("Pia Holm", "Showed the result to the candidate", ""),
        ("Pia Holm", "Hid the result from the candidate", "shown too early"),
        ("Pia Holm", "Retracted version 1", "a sheet was missed"),
        ("Ada Vermeer", "Reopened the marking", "mark the last page"),
        ("Mo Idris", "Changed 1 mark", ""),
        ("Mo Idris", "Submitted the marking", ""),
        ("Pia Holm", "Published as version 2", ""),
    ]
    entries = history_for(world.ada, first[0]).entries
    changes = [say(e).changes for e in entries if e.marks]
    assert changes == [
        (("Question 3", "unmarked", "2.5"),),
        (("Question 3", "2.5", "3"),),
        (("Question 3", "3", "5"),),
    ]
    versions = [say(e).more[0] for e in entries if e.version and not e.line.get("withdrawn")]
    assert versions == [
        "5 of 7 marks, 71.4 %, grade B, passed.",
        "7 of 7 marks, 100.0 %, grade A, passed.",
    ]


def test_facts_beside_the_life_are_told_with_their_reasons(world: World) -> None:
    schedule = a_ready_quiz(world)
    first = refs(schedule)[:1]
    withhold(world.ada, first, reason="a complaint", at=NOW)
    lift(world.ada, first, reason="settled", at=NOW)
    void_attempts(world.ada, first, reason="copied", at=NOW)
    publish_all(world, first)
    assert told(world.ada, first[0])[-4:] == [
        ("Ada Vermeer", "Withheld the result", "a complaint"),
        ("Ada Vermeer", "Let the withheld result go again", "settled"),
        ("Ada Vermeer", "Made the attempt void", "copied"),
        ("Pia Holm", "Published as version 1", ""),
    ]
    assert say(history_for(world.ada, first[0]).entries[-1]).more[0] == "Void, without a score."


def test_attendance_says_before_and_after(world: World) -> None:
    schedule = a_schedule(world, candidates=1)
    mark_standing(world.ada, refs(schedule), standing="excused", reason="a doctor's note", at=NOW)
    last = history_for(world.ada, refs(schedule)[0]).entries[-1]
    assert say(last).text == "Recorded the candidate as excused"
    assert say(last).changes == (("Attendance", "expected", "excused"),)
    assert last.reason == "a doctor's note"


def test_the_history_of_one_result_says_nothing_of_others(world: World) -> None:
    schedule = a_ready_quiz(world)
    first, second = refs(schedule)[:2]
    withhold(world.ada, [second], reason="about the second", at=NOW)
    assert all("second" not in reason for _who, _what, reason in told(world.ada, first))


def test_what_is_only_prepared_is_not_told(world: World) -> None:
    schedule = a_ready_quiz(world)
    selection = freeze_selection(world.pia, refs=refs(schedule), at=NOW)
    publish(world.pia, selection.ref, at=NOW)
    before = told(world.ada, refs(schedule)[0])
    from marksheet.apps.release.actions.publishing import prepare_some

    prepare_some(selection.ref, at=NOW)
    assert told(world.ada, refs(schedule)[0]) == before


def test_a_hidden_history_reads_as_missing(world: World, marked: Schedule) -> None:
    ref = refs(marked)[0]
    for person in (world.sid, world.eva, world.cas, world.ari):
        with pytest.raises(NotFound):
            history_for(person, ref)
    grant(world.sid, "published_viewer", marked.node)
    with pytest.raises(NotFound):
        history_for(world.sid, ref)
    publish_all(world, [ref])
    assert history_for(world.sid, ref).row.ref == ref
    retract(world.pia, [ref], reason="checking", at=NOW)
    with pytest.raises(NotFound):
        history_for(world.sid, ref)


def test_nobody_reads_the_history_of_a_result_of_their_own(world: World) -> None:
    schedule = a_schedule(world, candidates=0, with_cas=True)
    grant(world.cas, "reports_viewer", world.department)
    with pytest.raises(NotFound):
        history_for(world.cas, refs(schedule)[0])


def test_marks_are_told_to_others_once_they_are_published(world: World, marked: Schedule) -> None:
    ref = refs(marked)[0]
    grant(world.sid, "reports_viewer", world.department)

    def marks_seen() -> list[bool]:
        return [bool(e.marks) for e in history_for(world.sid, ref).entries if e.marks or e.hidden_marks]

    assert marks_seen() == [False, False]
    assert sum(bool(e.marks) for e in history_for(world.mo, ref).entries) == 2
    publish_all(world, [ref])
    assert marks_seen() == [True, True]
    reopen_results(world.ada, [ref], reason="one page was missed", at=NOW)
    give(world, marked, 4000, 2)
    assert marks_seen() == [True, True, False]
    assert say(history_for(world.sid, ref).entries[-1]).changes == ()


def test_a_history_costs_the_same_however_long_it_is(world: World) -> None:
    schedule = a_ready_quiz(world)
    ref = refs(schedule)[0]
    counts = []
    for _round in range(2):
        publish_all(world, [ref], show=True)
        hide(world.pia, [ref], reason="to see", at=NOW)
        retract(world.pia, [ref], reason="again", at=NOW)
        with CaptureQueriesContext(connection) as asked:
            history_for(world.ada, ref)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 16


def test_the_history_of_a_schedule_counts_and_can_be_filtered(world: World, marked: Schedule) -> None:
    publish_all(world, refs(marked)[:1])
    page = schedule_history(world.ada, marked, Filter())
    said = [say(e).text for e in page.entries]
    assert said[:3] == ["Published 1 result", "Submitted 1 script", "Gave 1 mark"]
    assert said[-1] == "Planned the schedule"
    assert all(not e.marks for e in page.entries)
    only = schedule_history(world.ada, marked, Filter(person=world.mo.ref))
    assert {e.actor for e in only.entries} == {"Mo Idris"}
    only = schedule_history(world.ada, marked, Filter(verb=Verb.RESULT_PUBLISH))
    assert [say(e).text for e in only.entries] == ["Published 1 result"]
    assert schedule_history(world.ada, marked, Filter(since=NOW, until=NOW)).entries == ()
    first = schedule_history(world.ada, marked, Filter(), size=2)
    second = schedule_history(world.ada, marked, Filter(), size=2, after=first.next)
    assert [e.key for e in (*first.entries, *second.entries)] == [e.key for e in page.entries][:4]


def test_who_reads_the_history_of_a_schedule(world: World) -> None:
    schedule = a_ready_quiz(world)
    for person in (world.ada, world.pia, world.ari):
        assert schedule_history_for(person, schedule.ref, NOW) == schedule
    grant(world.sid, "published_viewer", schedule.node)
    for person in (world.sid, world.eva, world.cas, world.mo):
        with pytest.raises(NotFound):
            schedule_history_for(person, schedule.ref, NOW)
    publish_all(world, refs(schedule))
    assert schedule_history_for(world.sid, schedule.ref, NOW) == schedule


# --- every verb has words ---


def verbs_in_the_code() -> set[str]:
    """Every verb that the code opens a change with, read from the syntax tree."""
    found: set[str] = set()
    for path in Path(marksheet.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "change":
                found |= _verbs(node.args[1], path) if len(node.args) == 2 else set()
    return found


def _verbs(node: ast.expr, path: Path) -> set[str]:
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Verb":
        return {str(Verb[node.attr])}
    if isinstance(node, ast.IfExp):
        return _verbs(node.body, path) | _verbs(node.orelse, path)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "verb_for":
        from marksheet.apps.exams.queries.imports import VERBS

        return {str(verb) for verb in VERBS.values()}
    raise AssertionError(f"{path.name}: give the verb of this change by name: {ast.unparse(node)}")


def test_every_verb_that_is_recorded_anywhere_has_words() -> None:
    verbs = verbs_in_the_code()
    assert len(verbs) > 20
    assert verbs - set(WORDS) == set()


def test_every_kind_of_act_has_words_of_its_own() -> None:
    """What a change says it did (``did="enrolled"``) is known to the words of its verb, not only the verb."""
    from marksheet.entrypoints.web.audit.words.house import EXAM
    from marksheet.entrypoints.web.audit.words.result import EXPORTS
    from marksheet.entrypoints.web.audit.words.schedule import SCHEDULE
    from marksheet.entrypoints.web.audit.words.seeding import SEEDING

    known = {
        *EXAM,
        *SCHEDULE,
        *EXPORTS,
        *SEEDING,
        "hand_in_recorded",
        "hand_in_taken_back",
        "work_imported",
        "files_imported",
        "answers_entered",
        "scheme_written",
        "marks_confirmed",
        "moderated",
        "sample_confirmed",
        "marked_again",
        "annotated",
        "judged",
        "script_flagged",
        "flag_settled",
        "marker_stopped",
        "keying_settled",
    }
    said: set[str] = set()
    for path in Path(marksheet.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "did" and isinstance(node.value, ast.Constant):
                said.add(str(node.value.value))
    assert len(said) > 10
    assert said - known == set()
