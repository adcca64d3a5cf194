"""A conflict of interest keeps somebody from work everywhere: lists, counts, marks, submitting, files."""

import pytest
from django.db import IntegrityError, transaction

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.change import change
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.marking.actions.allocation import give_scripts
from marksheet.apps.marking.actions.conflicts import declare_conflict, end_conflict
from marksheet.apps.marking.models import HandsOn, Mark, Method, Script
from marksheet.apps.marking.queries.allocation import Wanted, Which, nobodys, planned, scripts_with
from marksheet.apps.marking.queries.assess import counts_of
from marksheet.apps.marking.queries.conflicts import conflicts_at, homes_of
from marksheet.apps.marking.queries.grid import grid_of
from marksheet.apps.marking.queries.progress import progress_by_item
from marksheet.apps.marking.queries.submissions import kept_from, scripts_named, submissions_of, unsubmitted
from marksheet.apps.marking.steps import store_marks
from marksheet.apps.people.models import Conflict, InboxNote
from marksheet.apps.people.queries.apart import apart_from
from marksheet.apps.release.queries.history import history_for, schedule_history
from marksheet.apps.release.queries.narrowing import Filter
from marksheet.apps.results.actions.marks import CellSave, reopen_scripts, save_marks, submit_scripts
from marksheet.entrypoints.web.audit.words import say
from tests.apps.marking.scene import result_of
from tests.apps.release.scenes import hand_in, mark_all
from tests.factories import NOW, TESTER, World, a_schedule, a_world, an_assessment, grant, signed_in
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db
WHY = "Her nephew"


@pytest.fixture
def world() -> World:
    return a_world()


@pytest.fixture
def schedule(world: World) -> Schedule:
    found = a_schedule(world, version=an_assessment(world), candidates=3)
    hand_in(found, ["AA", "AB", "BB"])
    return found


@pytest.fixture
def attempts(schedule: Schedule) -> list[Attempt]:
    return list(Attempt.objects.filter(schedule=schedule).select_related("enrolment").order_by("pk"))


def declare(world: World, schedule: Schedule, number: str = "1001", **more: str) -> Conflict:
    wanted = {"number": number, "reason": WHY, "unit_ref": ""} | more
    return declare_conflict(world.ada, schedule.ref, world.mo.ref, at=NOW, **wanted)  # type: ignore[arg-type]


def give(world: World, schedule: Schedule, attempt: Attempt) -> None:
    part = grid_of(world.mei, schedule).parts[0]
    save_marks(world.mo, schedule.ref, [CellSave(attempt.script_ref, part.ref, 1000, False, 0)], at=NOW)


def shown(world: World, schedule: Schedule) -> set[str]:
    return {one.number for one in submissions_of(world.mo, schedule)[0]}


def test_the_work_leaves_every_list_and_count(world, schedule, attempts) -> None:
    assert shown(world, schedule) == {"1001", "1002", "1003"}
    declare(world, schedule)
    assert shown(world, schedule) == {"1002", "1003"}
    assert {row.script.number for row in grid_of(world.mo, schedule).rows} == {"1002", "1003"}
    assert {one.number for one in unsubmitted(world.mo, schedule)} == {"1002", "1003"}
    assert scripts_named(world.mo, schedule, [attempts[0].script_ref]) == []
    assert counts_of(world.mo, [schedule.pk])[schedule.pk].total == 2
    assert {one.total for one in progress_by_item(world.mo, schedule)} == {2}
    assert kept_from(world.mo, schedule) == 1
    assert counts_of(world.mei, [schedule.pk])[schedule.pk].total == 3


def test_marking_submitting_and_reopening_it_is_refused(world, schedule, attempts) -> None:
    grant(world.mo, "coordinator", schedule.node)
    mark_all(world, schedule, 1000, submit=False)
    declare(world, schedule)
    with pytest.raises(NotAllowed, match="conflict of interest") as caught:
        give(world, schedule, attempts[0])
    assert "Ada Vermeer" in caught.value.helpers
    done = submit_scripts(world.mo, schedule.ref, at=NOW)
    assert (done.submitted, done.apart) == (2, 1)
    submit_scripts(world.mei, schedule.ref, at=NOW)
    with pytest.raises(NotAllowed, match="conflict of interest"):
        reopen_scripts(world.mo, schedule.ref, [attempts[0].script_ref], reason="hm", at=NOW)


def test_a_file_cannot_name_somebody_as_marker_of_it_either(world, schedule, attempts) -> None:
    part = grid_of(world.mei, schedule).parts[0].id
    declare(world, schedule)
    with (
        pytest.raises(NotAllowed, match="keeps Mo Idris from some of this work"),
        change(TESTER, "work.import", at=NOW) as opened,
    ):
        store_marks(opened, schedule, world.mo, "marker-1", [(one.pk, part, 1000, False) for one in attempts])
    assert not Mark.objects.exists()


def test_with_a_unit_it_holds_for_every_candidate_at_and_below_it_at_every_schedule(world) -> None:
    """Cas has a home in the department, the others have none."""
    first, second = (
        a_schedule(world, version=an_assessment(world, code=code), code=code, candidates=1, with_cas=True)
        for code in ("FIRST", "SECOND")
    )
    for schedule in (first, second):
        hand_in(schedule, ["AA", "AB"])
    assert [unit.name for unit in homes_of(first)] == ["Mathematics", "Science"]
    declare(world, first, number="", unit_ref=world.faculty.ref)
    assert shown(world, first) == shown(world, second) == {"1001"}
    assert [line.conflict.unit for line in conflicts_at(world.ada, second)] == [world.faculty]
    grant(world.mei, "marker", world.elsewhere)
    assert kept_from(world.mei, second) == 0


def test_marks_given_before_stay_and_are_counted(world, schedule, attempts) -> None:
    give(world, schedule, attempts[0])
    declare(world, schedule)
    (line,) = conflicts_at(world.ada, schedule)
    assert (line.number, line.in_hand) == ("1001", 1)
    assert Mark.objects.count() == HandsOn.objects.count() == 1


def test_once_it_is_ended_the_work_is_there_again(world, schedule, attempts) -> None:
    declared = declare(world, schedule)
    end_conflict(world.ada, schedule.ref, declared.ref, reason="Another person of that name", at=NOW)
    give(world, schedule, attempts[0])
    assert conflicts_at(world.ada, schedule) == []
    declare(world, schedule)
    assert Conflict.objects.count() == 2


def test_the_person_is_told_but_not_of_whom(world, schedule) -> None:
    declare(world, schedule)
    (note,) = InboxNote.objects.filter(person=world.mo, kind="conflict-declared")
    assert set(note.params) == {"schedule", "code"}


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"number": ""}, "either a candidate"),
        ({"unit_ref": "x"}, "either a candidate"),
        ({"number": "4711"}, "has the number"),
        ({"number": "", "unit_ref": "nowhere"}, "belongs to that unit"),
        ({"reason": "  "}, "Say why"),
    ],
)
def test_what_is_missing_is_said(world, schedule, wrong, word) -> None:
    with pytest.raises(BadInput, match=word):
        declare(world, schedule, **wrong)
    assert not Conflict.objects.exists()


def test_twice_of_oneself_or_by_strangers_is_refused(world, schedule) -> None:
    declared = declare(world, schedule)
    with pytest.raises(WrongState, match="already"):
        declare(world, schedule)
    for stranger in (world.mo, world.eva, world.pia):
        with pytest.raises(NotFound):
            declare_conflict(stranger, schedule.ref, world.mei.ref, number="1002", reason="x", at=NOW)
        with pytest.raises(NotFound):
            end_conflict(stranger, schedule.ref, declared.ref, reason="x", at=NOW)
    with pytest.raises(NotFound):
        declare_conflict(world.ada, schedule.ref, world.sid.ref, number="1002", reason="x", at=NOW)
    with pytest.raises(BadInput):
        end_conflict(world.ada, schedule.ref, declared.ref, reason="", at=NOW)


def test_nobody_ends_their_own(world, schedule) -> None:
    declared = declare(world, schedule)
    grant(world.mo, "coordinator", schedule.node)
    with pytest.raises(NotAllowed, match="of their own"):
        end_conflict(world.mo, schedule.ref, declared.ref, reason="it is nothing", at=NOW)


def test_the_database_knows_a_candidate_or_a_unit_and_each_once(world, schedule) -> None:
    declared = declare(world, schedule)
    for wrong in (
        {"unit": world.department, "candidate": declared.candidate},
        {"unit": None, "candidate": None},
        {"unit": None, "candidate": declared.candidate},
    ):
        with writes_allowed(), pytest.raises(IntegrityError), transaction.atomic():
            Conflict.objects.create(
                person=world.mo,
                reason="x",
                declared_by=world.ada,
                declared_at=NOW,
                declared_event_id=1,
                **wrong,
            )


def test_ones_own_work_is_kept_apart_without_a_word(world) -> None:
    assert apart_from(world.cas).keeps_from(world.cas.pk, None)
    assert not apart_from(world.cas).keeps_from(world.mo.pk, None)


def allocated(world: World, schedule: Schedule, *attempts: Attempt) -> None:
    give_scripts(world.ada, schedule.ref, [one.script_ref for one in attempts], world.mo.ref, at=NOW)


def test_work_that_is_allocated_goes_back_to_nobody_and_keeps_its_marks(world, schedule, attempts) -> None:
    allocated(world, schedule, *attempts)
    give(world, schedule, attempts[0])
    declare(world, schedule)
    assert nobodys(schedule) == 1
    script = Script.objects.get(attempt=attempts[0])
    assert (script.marker, script.allocated, script.last_saved_at) == (None, True, NOW)
    assert Mark.objects.count() == HandsOn.objects.filter(attempt=attempts[0]).count() == 1
    assert scripts_with(schedule, world.mo) == 2
    entry = history_for(world.ada, result_of(attempts[0]).ref).entries[-1]
    assert say(entry).text == "Took the script back: it is with nobody for now"
    assert (entry.reason, entry.emptied) == ("", False), "why is for the coordinators"
    (told,) = [
        one for one in schedule_history(world.ada, schedule, Filter()).entries if "conflict" in one.facts
    ]
    assert told.reason == WHY
    assert (
        "1 script is with nobody"
        in signed_in(world.ada).get(f"/marking/coordinator/{schedule.ref}/conflicts/").content.decode()
    )
    wanted = Wanted(Method.EVENLY, {world.mei.pk: 1}, Which.NOBODYS)
    assert set(planned(schedule, wanted, "spring").given.values()) == {world.mei.pk}


def test_at_other_schedules_too_whose_coordinators_are_told_how_many_and_not_why(world) -> None:
    """Cas has a home in the department, the others have none."""
    first, second = (
        a_schedule(world, version=an_assessment(world, code=code), code=code, candidates=1, with_cas=True)
        for code in ("FIRST", "SECOND")
    )
    for one in (first, second):
        hand_in(one, ["AA", "AB"])
        allocated(world, one, *Attempt.objects.filter(schedule=one))
    grant(world.max, "coordinator", second.node)
    declare(world, first, number="", unit_ref=world.faculty.ref)
    assert (nobodys(first), nobodys(second)) == (1, 1)
    (note,) = InboxNote.objects.filter(kind="scripts-with-nobody")
    assert (note.person, note.params) == (world.max, {"count": 1, "title": second.title})


def test_what_was_submitted_stays_and_is_with_nobody_once_it_is_opened_again(
    world, schedule, attempts
) -> None:
    allocated(world, schedule, *attempts)
    mark_all(world, schedule, 1000)
    declare(world, schedule)
    assert Script.objects.get(attempt=attempts[0]).marker == world.mo
    refs = [one.script_ref for one in attempts]
    reopen_scripts(world.ada, schedule.ref, refs, reason="A page was missed", at=NOW)
    markers = Script.objects.filter(schedule=schedule).order_by("attempt").values_list("marker", flat=True)
    assert list(markers) == [None, world.mo.pk, world.mo.pk]


def test_nothing_is_shared_out_where_nobody_may_have_it(world, schedule, attempts) -> None:
    allocated(world, schedule, *attempts)
    declare(world, schedule)
    address = f"/marking/coordinator/{schedule.ref}/allocation/share-out/"
    chosen = {"method": "random", "which": "nobodys", "markers": [world.mo.ref]}
    page = signed_in(world.ada).get(address, chosen).content.decode()
    assert "Nothing to share out" in page and "1 script would be with nobody" in page
    assert 'class="button button--act"' not in page
    chosen = {"method": "random", "which": "nobodys", "markers": [world.mei.ref]}
    assert "Share out 1 script<" in signed_in(world.ada).get(address, chosen).content.decode()
