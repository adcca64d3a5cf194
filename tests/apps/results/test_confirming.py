"""After a scheme changed, marks stand as they are; who gave them, or a coordinator, says that they are still right."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.actions.schemes import write_scheme
from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.ledger.models import Event, Line
from marksheet.apps.marking.actions.allocation import give_scripts
from marksheet.apps.marking.actions.conflicts import declare_conflict
from marksheet.apps.marking.models import HandsOn, Mark, Plan, Script
from marksheet.apps.marking.queries.schemes import edits_schemes_only, older_marks, schemes_of
from marksheet.apps.people.models import Person
from marksheet.apps.release.queries.history import history_for, schedule_history
from marksheet.apps.release.queries.narrowing import Filter
from marksheet.apps.results.actions.marks import (
    BadCells,
    Seen,
    confirm_marks,
    give_no_response,
    propose_mark,
    reopen_scripts,
    save_mark,
    set_plan,
    submit_scripts,
)
from marksheet.apps.results.models import Result
from marksheet.entrypoints.web.audit.words import say
from marksheet.rules.schemes import Scheme
from tests.apps.marking.scene import hand_in, human_part, result_of, script_of
from tests.apps.marking.two_markers import first as first_of_two
from tests.apps.marking.two_markers import mark as mark_of_two
from tests.apps.marking.two_markers import plan, share
from tests.apps.marking.two_markers import script_of as of_two
from tests.apps.results.test_finished import publish_all
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, grant, signed_in
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db

FIRST = Scheme("Look closely")


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    return a_schedule(world, candidates=3, with_cas=True)


@pytest.fixture
def attempts(schedule: Schedule) -> list[Attempt]:
    return hand_in(schedule)


def give(who: Person, attempt: Attempt, value: int, *, against: int = 0) -> None:
    part = human_part(attempt.schedule)
    save_mark(who, script_of(attempt).ref, part.ref, value=value, against_version=against, at=NOW)


def write(world: World, schedule: Schedule, scheme: Scheme, against: int) -> None:
    write_scheme(world.ada, human_part(schedule).ref, scheme, against=against, at=NOW)


def listed(person: Person, schedule: Schedule, *, everybody: bool = True) -> list[tuple[str, int, int]]:
    found = older_marks(person, schedule, human_part(schedule).ref, everybody=everybody)
    return [(row.marker, row.value, row.under) for row in found.rows]


def confirm(who: Person, some: list[Attempt], *, version: int = 1, against: int = 2) -> int:
    schedule = some[0].schedule
    seen = [Seen(script_of(attempt).ref, version) for attempt in some]
    return confirm_marks(who, schedule.ref, human_part(schedule).ref, seen, against=against, at=NOW)


@pytest.fixture
def changed(world: World, schedule: Schedule, attempts: list[Attempt]) -> Schedule:
    """Two marks of Mo's and one of Mei's under version 1; then a second version."""
    write(world, schedule, FIRST, 0)
    for who, attempt in ((world.mo, attempts[0]), (world.mo, attempts[1]), (world.mei, attempts[2])):
        give(who, attempt, 2500)
    give_no_response(world.mo, schedule.ref, [script_of(attempts[3]).ref], at=NOW)
    write(world, schedule, Scheme("Look twice"), 1)
    return schedule


def test_a_mark_names_the_version_it_was_given_under(world, schedule, attempts) -> None:
    give(world.mo, attempts[0], 1000)
    write(world, schedule, FIRST, 0)
    give(world.mo, attempts[1], 1000)
    write(world, schedule, Scheme("Look twice"), 1)
    give(world.mo, attempts[2], 1000)
    marks = Mark.objects.order_by("id").values_list("scheme__number", flat=True)
    assert list(marks) == [None, 1, 2]
    assert listed(world.ada, schedule) == [("Mo Idris", 1000, 0), ("Mo Idris", 1000, 1)]


def test_marks_under_older_versions_are_listed_and_never_changed(world, changed, attempts) -> None:
    before = list(Mark.objects.values_list("id", "value_thousandths", "scheme"))
    assert sorted(listed(world.ada, changed)) == [
        ("Mei Lin", 2500, 1), ("Mo Idris", 2500, 1), ("Mo Idris", 2500, 1),
    ]  # fmt: skip
    assert listed(world.mo, changed, everybody=False) == [("Mo Idris", 2500, 1)] * 2
    (row,) = schemes_of(world.ada, changed, everybody=True)
    assert (row.number, row.by, row.given, row.older) == (2, "Ada Vermeer", 3, 3)
    (row,) = schemes_of(world.mo, changed, everybody=False)
    assert (row.given, row.older) == (2, 2)
    assert list(Mark.objects.values_list("id", "value_thousandths", "scheme")) == before


def test_still_right_notes_the_same_mark_under_the_newest_version(world, changed, attempts) -> None:
    assert confirm(world.mo, attempts[:2]) == 2
    rows = Mark.objects.filter(attempt=attempts[0]).order_by("version")
    assert [(m.version, m.value_thousandths, m.scheme.number, m.marker) for m in rows if m.scheme] == [
        (1, 2500, 1, world.mo), (2, 2500, 2, world.mo),
    ]  # fmt: skip
    assert listed(world.ada, changed) == [("Mei Lin", 2500, 1)]
    before = Event.objects.count()
    assert confirm(world.mo, attempts[:2]) == 0, "the same again changes nothing"
    assert Event.objects.count() == before


def test_a_coordinator_confirms_for_any_marker_and_had_it_in_hand_then(world, changed, attempts) -> None:
    assert confirm(world.ada, attempts[:3]) == 3
    assert set(Mark.objects.filter(version=2).values_list("marker__username", flat=True)) == {"mo", "mei"}
    assert HandsOn.objects.filter(person=world.ada, attempt__in=attempts[:3]).count() == 3
    event = Event.objects.latest("seq")
    assert event.actor_id == world.ada.pk
    assert Line.objects.filter(event=event, body__contains='"confirmed"').count() == 3


def test_who_gave_none_of_them_and_does_not_coordinate_is_refused(world, changed, attempts) -> None:
    with pytest.raises(NotAllowed) as refusal:
        confirm(world.mei, attempts[:2])
    assert "Ada Vermeer" in refusal.value.helpers
    for person in (world.sid, world.cas, world.eva, world.pia, world.ari):
        with pytest.raises(NotFound):
            confirm(person, attempts[:1])
    grant(world.sid, "scheme_editor", changed.node)
    with pytest.raises(NotFound):
        confirm(world.sid, attempts[:1])
    assert not Mark.objects.filter(version=2).exists()


def test_a_submitted_script_stays_submitted_and_a_published_result_as_it_is(world, changed, attempts) -> None:
    submit_scripts(world.mo, changed.ref, None, at=NOW)
    publish_all(world, changed)
    before = list(Result.objects.order_by("pk").values())
    assert confirm(world.mo, attempts[:2]) == 2
    after = list(Result.objects.order_by("pk").values())
    assert after == before and {row["bucket"] for row in after} == {"published"}


def test_what_changed_meanwhile_is_not_confirmed(world, changed, attempts) -> None:
    with pytest.raises(Stale, match="scheme was changed again"):
        confirm(world.mo, attempts[:1], against=1)
    reopened = Scheme("Look thrice")
    give(world.mo, attempts[0], 2000, against=1)
    write(world, changed, reopened, 2)
    with pytest.raises(Stale, match="were changed meanwhile"):
        confirm(world.mo, attempts[:2], version=1, against=3)
    assert not Mark.objects.filter(attempt=attempts[1], version=2).exists()
    with pytest.raises(BadInput, match="at least one"):
        confirm_marks(world.mo, changed.ref, human_part(changed).ref, [], against=3, at=NOW)
    with pytest.raises(NotFound):
        confirm_marks(world.mo, changed.ref, human_part(changed).ref, [Seen("no", 1)], against=3, at=NOW)
    with pytest.raises(NotFound):
        confirm_marks(world.mo, changed.ref, "no", [Seen(script_of(attempts[0]).ref, 2)], against=3, at=NOW)
    with writes_allowed():
        Schedule.objects.filter(pk=changed.pk).update(state="archived")
    with pytest.raises(WrongState):
        confirm(world.mo, attempts[:1], version=2, against=3)


def test_a_mark_that_the_new_steps_do_not_allow_is_changed_and_not_confirmed(
    world, changed, attempts
) -> None:
    write(world, changed, replace(FIRST, step_thousandths=1000), 2)
    with pytest.raises(BadInput, match="does not allow") as refusal:
        confirm(world.mo, attempts[:1], against=3)
    assert refusal.value.details[0].endswith("2.5 is no multiple of 1")
    row = older_marks(world.mo, changed, human_part(changed).ref, everybody=False).rows[0]
    assert not row.allowed
    with pytest.raises(BadCells) as bad:
        give(world.mo, attempts[0], 1500, against=1)
    assert "marks here are whole marks" in bad.value.details[0]
    give(world.mo, attempts[0], 3000, against=1)
    assert Mark.objects.get(attempt=attempts[0], version=2).scheme.number == 3


def test_a_mark_of_a_reopened_script_that_is_changed_is_no_longer_listed(world, changed, attempts) -> None:
    submit_scripts(world.mo, changed.ref, None, at=NOW)
    reopen_scripts(world.ada, changed.ref, [script_of(attempts[0]).ref], reason="new scheme", at=NOW)
    give(world.mo, attempts[0], 3000, against=1)
    assert len(listed(world.ada, changed)) == 2


def test_work_that_is_kept_from_somebody_is_neither_listed_nor_confirmed(world, changed, attempts) -> None:
    number = attempts[0].enrolment.number
    declare_conflict(world.ada, changed.ref, world.mo.ref, number=number, reason="her neighbour", at=NOW)
    assert len(listed(world.mo, changed, everybody=False)) == 1
    with pytest.raises(NotAllowed, match="conflict of interest"):
        confirm(world.mo, attempts[:1])


def test_the_history_says_that_a_mark_was_confirmed_and_tells_no_number(world, changed, attempts) -> None:
    confirm(world.mo, attempts[:1])
    confirm(world.ada, attempts[1:3])
    entry = history_for(world.ada, result_of(attempts[0]).ref).entries[-1]
    assert say(entry).text == "Confirmed 1 mark of part 3 under version 2 of its marking scheme"
    assert (entry.actor, entry.marks) == ("Mo Idris", ())
    said = [say(e).text for e in schedule_history(world.ada, changed, Filter()).entries]
    assert said[0] == "Confirmed 2 marks of part 3 under version 2 of its marking scheme"
    assert "Changed the marking scheme of part 3: version 2" in said
    assert "Wrote the marking scheme of part 3" in said


def test_several_parts_of_a_question_are_counted_each_by_itself(world: World) -> None:
    version = an_assessment(world, code="TWO", wanted=[by_hand("1"), by_hand("2")])
    schedule = a_schedule(world, version=version, code="TWO-JUN", candidates=2)
    attempts = hand_in(schedule)
    one, two = human_part(schedule), human_part(schedule, 1)
    for attempt in attempts:
        for part in (one, two):
            save_mark(world.mo, script_of(attempt).ref, part.ref, value=1000, against_version=0, at=NOW)
    write_scheme(world.ada, two.ref, FIRST, against=0, at=NOW)
    assert [(row.number, row.given, row.older) for row in schemes_of(world.ada, schedule, everybody=True)] == [
        (0, 2, 0), (1, 2, 2),
    ]  # fmt: skip


def test_the_list_is_read_a_page_at_a_time_by_the_same_number_of_statements(world, changed, attempts) -> None:
    part = human_part(changed)
    seen: list[str] = []
    after = ""
    for _page in range(3):
        with CaptureQueriesContext(connection) as asked:
            found = older_marks(world.ada, changed, part.ref, everybody=True, after=after, size=1)
        assert len(asked) <= 10 and found.total == 3
        seen += [row.script_ref for row in found.rows]
        after = found.following
    assert after == "" and len(set(seen)) == 3


def test_who_looks_after_schemes_alone_finds_where(world: World, schedule: Schedule) -> None:
    grant(world.sid, "scheme_editor", schedule.node)
    assert list(edits_schemes_only(world.sid)) == [schedule]
    assert list(edits_schemes_only(world.ada)) == [], "she finds it among those she coordinates"


def test_marks_of_an_allocated_script_are_checked_by_whose_it_is_now(
    world: World, changed: Schedule, attempts: list[Attempt]
) -> None:
    some = [script_of(attempt).ref for attempt in attempts[:3]]
    give_scripts(world.ada, changed.ref, some, world.mei.ref, at=NOW)
    assert listed(world.mo, changed, everybody=False) == []
    assert len(listed(world.mei, changed, everybody=False)) == 3
    with pytest.raises(NotAllowed, match="not yours"):
        confirm(world.mo, attempts[:1])
    assert confirm(world.mei, attempts[:1]) == 1
    assert Mark.objects.get(attempt=attempts[0], version=2).marker == world.mo, "who gave it stays its marker"


def test_of_two_markers_neither_lists_nor_confirms_the_others_marks(world, schedule, attempts) -> None:
    write(world, schedule, FIRST, 0)
    set_plan(world.ada, schedule.ref, Plan(markers=2), against=0, at=NOW)
    part, attempt = human_part(schedule), attempts[0]
    given = {}
    for who, value in ((world.mo, 2000), (world.mei, 3000)):
        script = Script.objects.filter(attempt=attempt, marker=None).order_by("round").first()
        give_scripts(world.ada, schedule.ref, [script.ref], who.ref, at=NOW)
        save_mark(who, script.ref, part.ref, value=value, against_version=0, at=NOW)
        given[who] = script.ref
    write(world, schedule, replace(FIRST, guidance="Look twice"), 1)
    assert listed(world.mo, schedule, everybody=False) == [("Mo Idris", 2000, 1)]
    assert listed(world.mei, schedule, everybody=False) == [("Mei Lin", 3000, 1)]
    assert len(listed(world.ada, schedule)) == 2
    with pytest.raises((NotFound, NotAllowed)):
        confirm_marks(world.mo, schedule.ref, part.ref, [Seen(given[world.mei], 1)], against=2, at=NOW)
    assert confirm_marks(world.mo, schedule.ref, part.ref, [Seen(given[world.mo], 1)], against=2, at=NOW) == 1
    assert listed(world.mo, schedule, everybody=False) == []
    assert listed(world.mei, schedule, everybody=False) == [("Mei Lin", 3000, 1)]


def test_a_mark_that_two_agreed_on_is_listed_and_confirmed_by_each(world: World) -> None:
    schedule = a_schedule(world, version=an_assessment(world, wanted=[by_hand("1")]), candidates=1)
    hand_in(schedule)
    plan(world, schedule)
    share(world, schedule)
    attempt, part = first_of_two(schedule), human_part(schedule)
    mark_of_two(world.mo, attempt, 5)
    mark_of_two(world.mei, attempt, 1)
    refs = {person.pk: of_two(person, attempt).ref for person in (world.mo, world.mei)}
    for person, value in ((world.mo, 4000), (world.mei, 3000), (world.mo, 3000)):
        propose_mark(person, refs[person.pk], part.ref, value=value, note="So", at=NOW)
    before = result_of(attempt)
    write(world, schedule, FIRST, against=0)

    def rows(person: Person, **more: object) -> list[tuple[str, int, bool]]:
        everybody = person == world.ada
        found = older_marks(person, schedule, part.ref, everybody=everybody, **more)  # type: ignore[arg-type]
        return [(row.marker, row.value, row.agreed) for row in found.rows]

    assert rows(world.mo) == [("Mo Idris", 3000, True), ("Mo Idris", 5000, False)]
    assert len(rows(world.ada)) == 4
    paged, after = [], ""
    for _page in range(4):
        found = older_marks(world.ada, schedule, part.ref, everybody=True, after=after, size=1)
        paged += [row.box for row in found.rows]
        after = found.following
    assert after == "" and len(set(paged)) == 4
    (agreed,) = [row for row in older_marks(world.mo, schedule, part.ref, everybody=False).rows if row.agreed]
    seen = [Seen(agreed.script_ref, agreed.version, True)]
    with pytest.raises(NotAllowed, match="not yours"):
        confirm_marks(world.mei, schedule.ref, part.ref, seen, against=1, at=NOW)
    assert confirm_marks(world.mo, schedule.ref, part.ref, seen, against=1, at=NOW) == 1
    assert confirm_marks(world.mo, schedule.ref, part.ref, seen, against=1, at=NOW) == 0
    assert rows(world.mo) == [("Mo Idris", 5000, False)] and len(rows(world.ada)) == 3
    after_all = result_of(attempt)
    assert (after_all.state, after_all.score_numerator, after_all.revision) == ("ready", 3, before.revision)
    page = signed_in(world.mei).get(f"/marking/schemes/{schedule.ref}/{part.ref}/older/").content.decode()
    assert "agreed with the other marker" in page
    (box,) = [
        row.box for row in older_marks(world.mei, schedule, part.ref, everybody=False).rows if row.agreed
    ]
    address = f"/marking/schemes/{schedule.ref}/{part.ref}/older/"
    signed_in(world.mei).post(address, {"selected": box, "against": "1"})
    assert len(rows(world.ada)) == 2
