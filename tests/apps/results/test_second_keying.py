"""Marks that are typed twice: blind, by another person, and a third look settles what differs."""

import pytest

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.errors import BadInput, NotFound, Stale, WrongState
from marksheet.apps.marking.models import Mark, Script
from marksheet.apps.marking.queries.assess import assess_list, schedules_to_mark
from marksheet.apps.marking.queries.grid import grid_of
from marksheet.apps.marking.queries.keying import keying_differences, keying_sheet
from marksheet.apps.marking.queries.plan import may_see_marks
from marksheet.apps.people.models import Person
from marksheet.apps.results.actions.marks import (
    BadCells,
    CellSave,
    key_marks,
    save_marks,
    settle_keying,
    submit_scripts,
)
from marksheet.apps.results.steps.recompute import differing
from tests.apps.marking.scene import hand_in, human_part, result_of
from tests.apps.marking.two_markers import first, plan, two_questions
from tests.factories import NOW, World, a_schedule, a_world, an_assessment, by_hand, grant, signed_in
from tests.scenery import kept

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def world(db: None) -> World:
    return a_world()


@kept
def twice(world: World, code: str = "ALG-1") -> Schedule:
    """Two questions of 5, two candidates; marks are typed twice. Mo typed 4 and 3 for each, and submitted."""
    version = an_assessment(world, code=code, wanted=[by_hand("1"), by_hand("2")])
    schedule = a_schedule(world, version=version, code=f"{code}-TWICE", candidates=2)
    hand_in(schedule)
    plan(world, schedule, markers=1, second_keying=True)
    scripts = list(Script.objects.filter(schedule=schedule).order_by("pk"))
    cells = [
        CellSave(one.ref, human_part(schedule, n).ref, value, False, 0)
        for one in scripts
        for n, value in enumerate((4000, 3000))
    ]
    save_marks(world.mo, schedule.ref, cells, at=NOW)
    submit_scripts(world.mo, schedule.ref, [one.ref for one in scripts], at=NOW)
    return schedule


def script(attempt: Attempt) -> Script:
    return Script.objects.get(attempt=attempt)


def key(person: Person, attempt: Attempt, *values: int | None, against: int = 0) -> None:
    """Type marks in thousandths a second time; None is no response."""
    cells = [
        CellSave(script(attempt).ref, human_part(attempt.schedule, n).ref, value, value is None, against)
        for n, value in enumerate(values)
    ]
    key_marks(person, attempt.schedule.ref, cells, at=NOW)


def missing(attempt: Attempt) -> dict[str, int]:
    return {one["code"]: one["count"] for one in result_of(attempt).missing}


def settle(
    person: Person, attempt: Attempt, value: int, against: tuple[int, int] = (1, 1), n: int = 0
) -> None:
    part = human_part(attempt.schedule, n).ref
    settle_keying(
        person, script(attempt).ref, part, value=value, note="Looked at the paper", against=against, at=NOW
    )


def test_a_result_waits_until_both_have_typed_the_same(world) -> None:
    schedule = twice(world)
    attempt = first(schedule)
    assert missing(attempt) == {"second_keying": 2}
    assert (schedules_to_mark(world.mei), schedules_to_mark(world.mo)) == (1, 0)
    assert [row.status for row in assess_list(world.mei)[0]] == ["keying"]
    key(world.mei, attempt, 4000, 2000)
    other = Attempt.objects.filter(schedule=schedule).select_related("schedule").order_by("-pk")[0]
    key(world.mei, other, 4000)
    assert schedules_to_mark(world.mei) == 1, "the last mark of the other script is still to be typed"
    assert missing(attempt) == {"keying_differs": 1}
    key(world.mei, attempt, 4000, 3000, against=1)
    assert result_of(attempt).state == "ready" and result_of(attempt).shown_score == "7"
    assert not any(columns for _key, columns in differing(attempt.schedule))


def test_the_second_person_types_blind_and_is_never_the_first(world) -> None:
    schedule = twice(world)
    attempt = first(schedule)
    assert not keying_sheet(world.mo, schedule).rows
    with pytest.raises(NotFound):
        key(world.mo, attempt, 4000, 3000)
    assert [cell.shown for cell in keying_sheet(world.mei, schedule).rows[0].cells] == ["", ""]
    assert not grid_of(world.mei, schedule).rows, "nor do the marks stand on the mark sheet"
    assert not may_see_marks(world.mei, schedule, attempt.enrolment_id), "nor in the history"
    key(world.mei, attempt, 1000, 3000)
    assert [cell.shown for cell in keying_sheet(world.mei, schedule).rows[0].cells] == ["1", "3"]
    assert not keying_differences(world.mei, schedule) and not keying_differences(world.mo, schedule)
    grant(world.sid, "marker", schedule.node)
    assert len(keying_sheet(world.sid, schedule).rows) == 1, "who began to key a script goes on with it"


def test_a_third_look_settles_a_difference_with_one_of_the_two_or_another_mark(world) -> None:
    schedule = twice(world)
    one, two = Attempt.objects.filter(schedule=schedule).select_related("schedule").order_by("pk")
    key(world.mei, one, 1000, 3000)
    key(world.mei, two, 4000, None)
    found = keying_differences(world.ada, schedule)
    assert [(line.first, line.second, line.first_by) for line in found] == [
        ("4", "1", world.mo.name),
        ("3", "nr", world.mo.name),
    ]
    for person in (world.mo, world.mei, world.sid):
        with pytest.raises(NotFound):
            settle(person, one, 4000)
    settle(world.ada, one, 2500)
    assert (result_of(one).state, result_of(one).shown_score) == ("ready", "5.5")
    assert Mark.objects.filter(attempt=one, marker=world.ada, value_thousandths=2500).exists()
    settle(world.ada, two, 3000, n=1)
    assert (result_of(two).state, result_of(two).shown_score) == ("ready", "7")
    history = signed_in(world.ada).get(f"/marking/audit/results/{result_of(one).ref}/").content.decode()
    assert "where two keyings differed" in history and "Looked at the paper" in history
    with pytest.raises(WrongState, match="settled"):
        key(world.mei, one, 1500, against=2)


def test_what_cannot_be_settled_or_typed_says_why_and_changes_nothing(world) -> None:
    attempt = first(twice(world))
    with pytest.raises(BadCells):
        key(world.mei, attempt, 6000)
    key(world.mei, attempt, 1000, 3000)
    marks = Mark.objects.count()
    with pytest.raises(Stale, match="Look at both again"):
        settle(world.ada, attempt, 1000, against=(1, 7))
    with pytest.raises(WrongState, match="nothing to settle"):
        settle(world.ada, attempt, 3000, n=1)
    with pytest.raises(BadInput, match="between 0 and 5"):
        settle(world.ada, attempt, 9000)
    with pytest.raises(BadInput, match="one marker"):
        plan(world, attempt.schedule, markers=2, second_keying=True)
    assert Mark.objects.count() == marks and missing(attempt) == {"keying_differs": 1}


def test_the_sheet_and_the_differences_work_by_page_and_say_how_far_it_is(world) -> None:
    schedule = twice(world)
    attempt = first(schedule)
    one, parts = script(attempt), [human_part(schedule, n).ref for n in (0, 1)]
    mei, ada = signed_in(world.mei), signed_in(world.ada)
    sheet = f"/marking/assess/{schedule.ref}/keying/"
    assert "2 of 2 scripts are not typed a second time yet" in mei.get(sheet).content.decode()
    wrong = mei.post(sheet, {f"m-{one.ref}-{parts[0]}": "9", f"h-{one.ref}": "{}"})
    assert wrong.status_code == 400 and 'value="9"' in wrong.content.decode()
    typed = {f"m-{one.ref}-{parts[0]}": "1", f"m-{one.ref}-{parts[1]}": "3", f"h-{one.ref}": "{}"}
    assert mei.post(sheet, typed).status_code == 302
    cell = {"attempt": one.ref, "part": parts[1], "value": "3", "version": "1"}
    assert mei.post(f"{sheet}cell/", cell).json()["state"] == "saved"
    overview = ada.get(f"/marking/coordinator/{schedule.ref}/").content.decode()
    assert "Second keying: 1 difference waits for a third look." in overview
    assert "1 marked script is not typed a second time." in overview
    page = ada.get(f"{sheet}differences/").content.decode()
    assert "4, as typed first" in page and "1, as typed the second time" in page
    name = f"{one.ref}-{parts[0]}"
    sent = {"difference": name, f"{name}-which": "other", f"{name}-mark": "", f"{name}-note": "Read again"}
    sent[f"{name}-against"] = "1-1"
    refused = ada.post(f"{sheet}differences/", sent)
    assert refused.status_code == 400 and "Enter the mark that holds." in refused.content.decode()
    assert "Read again" in refused.content.decode()
    assert ada.post(f"{sheet}differences/", sent | {f"{name}-which": "second"}).status_code == 302
    assert result_of(attempt).shown_score == "4"
    assert ada.get("/marking/results/?by=candidate").status_code == 200


def test_without_the_setting_there_is_no_second_keying(world) -> None:
    schedule = two_questions(world, 1)
    for page in ("", "cell/", "differences/"):
        address = f"/marking/assess/{schedule.ref}/keying/{page}"
        client = signed_in(world.mo)
        assert (client.post(address) if page == "cell/" else client.get(address)).status_code == 404
