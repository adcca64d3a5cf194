"""Planning, activating, changing and archiving schedules by verbs."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marksheet.apps.exams.actions.schedules import (
    Plan,
    archive_schedule,
    create_schedule,
    restore_schedule,
)
from marksheet.apps.exams.actions.settings import Settings
from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.exams.queries.schedules import (
    Phase,
    enrolment_for,
    in_phase,
    phase,
    schedule_for,
    schedules_seen_by,
)
from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, Stale, WrongState
from marksheet.apps.ledger.models import Event, Side
from marksheet.apps.people.models import Grant, Unit
from marksheet.apps.people.queries import holds, verbs_at
from marksheet.apps.results.actions.schedules import Edit, activate, edit_schedule
from marksheet.apps.results.models import Result
from marksheet.rules.access import Verb
from tests.factories import (
    CLOSES,
    NOW,
    OPENS,
    World,
    a_machine_assessment,
    a_schedule,
    a_world,
    an_assessment,
    choice,
    grant,
)


@pytest.fixture
def world(db: None) -> World:
    return a_world()


def plan(**changes: object) -> Plan:
    values = {
        "title": "June",
        "code": "JUN",
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "timezone": "Europe/Amsterdam",
    }
    return Plan(**{**values, **changes})  # type: ignore[arg-type]


def test_a_schedule_is_the_leaf_of_the_tree_and_belongs_to_whoever_plans_there(world: World) -> None:
    version = an_assessment(world)
    schedule = create_schedule(world.ada, world.department.ref, version.ref, plan(), at=OPENS)
    node = Unit.objects.get(pk=schedule.node_id)
    assert (node.kind, node.parent_id, node.name) == ("schedule", world.department.pk, "June")
    assert holds(world.ada, Verb.SCHEDULE_MANAGE, node.pk)
    assert not holds(world.eva, Verb.SCHEDULE_MANAGE, node.pk)
    assert Event.objects.get(schedule_id=schedule.pk).verb == Verb.SCHEDULE_MANAGE


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"title": " "}, "title"),
        ({"code": ""}, "code"),
        ({"code": "alg-1-jun"}, "taken"),
        ({"closes_at": OPENS}, "close after"),
        ({"closes_at": OPENS + timedelta(days=5000)}, "three years"),
        ({"timezone": "Amsterdam"}, "not a time zone"),
        ({"venue": "V" * 201}, "200"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_and_changes_nothing(
    world: World, changes: dict[str, object], says: str
) -> None:
    there = a_schedule(world, candidates=0, active=False)
    with pytest.raises(BadInput, match=says):
        create_schedule(world.ada, world.department.ref, there.version.ref, plan(**changes), at=OPENS)
    assert Schedule.objects.count() == 1


def test_only_a_live_version_that_may_be_used_there_can_be_planned(world: World) -> None:
    draft = an_assessment(world, live=False)
    for person, unit, ref in (
        (world.ada, world.department, draft.ref),
        (world.ada, world.department, "0" * 32),
        (world.eva, world.elsewhere, an_assessment(world, code="L").ref),
    ):
        with pytest.raises(BadInput, match="live and may be used"):
            create_schedule(person, unit.ref, ref, plan(), at=OPENS)


def test_who_does_not_plan_there_is_told_who_can_or_sees_nothing(world: World) -> None:
    version = an_assessment(world)
    grant(world.mo, "author", world.department)
    with pytest.raises(NotAllowed) as caught:
        create_schedule(world.mo, world.department.ref, version.ref, plan(), at=OPENS)
    assert caught.value.helpers == ("Ada Vermeer",)
    with pytest.raises(NotFound):
        create_schedule(world.sid, world.department.ref, version.ref, plan(), at=OPENS)
    schedule = a_schedule(world, version=version, active=False, staffed=False)
    grant(world.max, "invigilator", schedule.node)
    with pytest.raises(NotAllowed):
        activate(world.max, schedule.ref, at=OPENS)
    with pytest.raises(NotFound):
        activate(world.sid, schedule.ref, at=OPENS)


def test_activating_pins_version_and_keys_and_copies_options(world: World) -> None:
    version = an_assessment(
        world, options=Settings(attempts_allowed=2, attempt_counts="best", show_results="never")
    )
    schedule = a_schedule(world, version=version)
    assert schedule.key_version_id and schedule.activated_at
    assert (schedule.attempts_allowed, schedule.attempt_counts, schedule.show_results) == (2, "best", "never")
    assert schedule.scale == version.scale and schedule.switches == version.switches
    assert not schedule.wholly_machine
    with pytest.raises(WrongState, match="active already"):
        activate(world.ada, schedule.ref, at=NOW)


@pytest.mark.parametrize(("check", "wholly"), [(False, True), (True, False)])
def test_wholly_machine_means_no_part_by_hand_and_no_check_by_hand(
    world: World, check: bool, wholly: bool
) -> None:
    version = an_assessment(world, wanted=[choice("1")], options=Settings(hand_check=check))
    assert a_schedule(world, version=version).wholly_machine is wholly


def test_in_a_machine_only_workflow_whoever_activates_may_publish_and_sees(world: World) -> None:
    grant(world.mo, "scheduler", world.department)
    schedule = a_schedule(world, version=a_machine_assessment(world), active=False, staffed=False)
    assert Verb.RESULT_PUBLISH not in verbs_at(world.mo, schedule.node_id)
    activate(world.mo, schedule.ref, at=OPENS)
    held = verbs_at(world.mo, schedule.node_id)
    assert {Verb.RESULT_PUBLISH, Verb.REPORT_VIEW} <= held
    assert Verb.RESULT_PUBLISH not in verbs_at(world.ada, schedule.node_id)


def test_in_a_coordinated_workflow_activating_gives_nobody_anything(world: World) -> None:
    schedule = a_schedule(world, active=False, staffed=False)
    before = Grant.objects.count()
    activate(world.ada, schedule.ref, at=OPENS)
    assert Grant.objects.count() == before


def test_what_candidates_are_shown_is_the_schedulers_choice_only_where_the_author_lets_it(
    world: World,
) -> None:
    closed = a_schedule(world, active=False)
    with pytest.raises(BadInput, match="author of this exam decides"):
        edit_schedule(world.ada, closed.ref, Edit(plan(code="X", show_results="never")), at=OPENS)
    free = an_assessment(world, code="FREE", options=Settings(scheduler_may_override=True))
    open_one = a_schedule(world, version=free, code="OPEN", active=False)
    edit_schedule(world.ada, open_one.ref, Edit(plan(code="OPEN", show_results="never")), at=OPENS)
    activate(world.ada, open_one.ref, at=OPENS)
    open_one.refresh_from_db()
    assert open_one.show_results == "never"


def test_a_draft_takes_another_version_and_an_active_schedule_does_not(world: World) -> None:
    other = an_assessment(world, code="OTHER", title="Other")
    third = an_assessment(world, code="THIRD", title="Third")
    schedule = a_schedule(world, active=False)
    edit_schedule(world.ada, schedule.ref, Edit(plan(title="Renamed"), other.ref), at=OPENS)
    schedule.refresh_from_db()
    assert schedule.version == other
    assert set(Result.objects.values_list("title", "assessment")) == {("Renamed", other.assessment_id)}
    activate(world.ada, schedule.ref, at=OPENS)
    with pytest.raises(BadInput, match="keeps its version"):
        edit_schedule(world.ada, schedule.ref, Edit(plan(), third.ref, "why"), at=NOW)


def test_the_window_of_an_active_schedule_moves_with_a_reason_that_stays_private(world: World) -> None:
    schedule = a_schedule(world)
    later = plan(code=schedule.code, closes_at=CLOSES + timedelta(hours=1))
    with pytest.raises(BadInput, match="say why"):
        edit_schedule(world.ada, schedule.ref, Edit(later), at=OPENS)
    edit_schedule(world.ada, schedule.ref, Edit(later, reason="The heating failed"), at=OPENS)
    schedule.refresh_from_db()
    assert schedule.closes_at == schedule.ends_at == CLOSES + timedelta(hours=1)
    assert set(Result.objects.values_list("closes_at", flat=True)) == {schedule.closes_at}
    event = Event.objects.filter(schedule_id=schedule.pk).order_by("-seq").first()
    assert event and "heating" not in event.body
    assert Side.objects.get(event=event).value == "The heating failed"


def test_the_second_of_two_who_change_a_plan_is_told(world: World) -> None:
    schedule = a_schedule(world, active=False)
    seen = schedule.revision
    edit_schedule(world.ada, schedule.ref, Edit(plan(title="Mine"), revision=seen), at=OPENS)
    with pytest.raises(Stale):
        edit_schedule(world.ada, schedule.ref, Edit(plan(title="Yours"), revision=seen), at=OPENS)


def test_saving_a_plan_unchanged_writes_nothing(world: World) -> None:
    schedule = a_schedule(world, active=False)
    before = Event.objects.count()
    same = plan(
        title=schedule.title, code=schedule.code, venue=schedule.venue, show_results=schedule.show_results
    )
    edit_schedule(world.ada, schedule.ref, Edit(same), at=OPENS)
    assert Event.objects.count() == before


def test_phases_follow_the_state_the_windows_and_the_clock(world: World) -> None:
    schedule = a_schedule(world, candidates=1)
    moments = {
        OPENS - timedelta(minutes=1): Phase.ACTIVE,
        OPENS: Phase.RUNNING,
        CLOSES - timedelta(seconds=1): Phase.RUNNING,
        CLOSES: Phase.ENDED,
    }
    for at, wanted in moments.items():
        assert phase(schedule, at) == wanted
        for one in Phase:
            assert in_phase(Schedule.objects.all(), one, at).exists() == (one == wanted)
    assert phase(a_schedule(world, code="D", version=schedule.version, active=False), NOW) == Phase.DRAFT


def test_only_drafts_and_ended_schedules_are_archived(world: World) -> None:
    schedule = a_schedule(world)
    with pytest.raises(WrongState, match="window is closed"):
        archive_schedule(world.ada, schedule.ref, reason="over", at=OPENS)
    with pytest.raises(BadInput, match="Say why"):
        archive_schedule(world.ada, schedule.ref, reason=" ", at=CLOSES)
    archive_schedule(world.ada, schedule.ref, reason="over", at=CLOSES)
    assert reason_of_the_last() == ("archived", "over")
    schedule.refresh_from_db()
    assert phase(schedule, NOW) == Phase.ARCHIVED
    with pytest.raises(WrongState, match="archived"):
        edit_schedule(world.ada, schedule.ref, Edit(plan()), at=NOW)


def reason_of_the_last() -> tuple[str, str]:
    """What the last event did, and why."""
    event = Event.objects.latest("seq")
    return json.loads(event.body)["facts"]["did"], Side.objects.get(event=event, name="reason").value


def test_an_archived_schedule_comes_back_to_where_it_stood(world: World) -> None:
    held = a_schedule(world)
    planned = a_schedule(world, code="B", version=held.version, active=False)
    for schedule, stood in ((held, Phase.ENDED), (planned, Phase.DRAFT)):
        archive_schedule(world.ada, schedule.ref, reason="over", at=NOW)
        with pytest.raises(BadInput, match="Say why"):
            restore_schedule(world.ada, schedule.ref, reason="", at=NOW)
        restore_schedule(world.ada, schedule.ref, reason="a script turned up", at=NOW)
        assert reason_of_the_last() == ("restored", "a script turned up")
        schedule.refresh_from_db()
        assert phase(schedule, NOW) == stood
        with pytest.raises(WrongState, match="not archived"):
            restore_schedule(world.ada, schedule.ref, reason="again", at=NOW)
    grant(world.sid, "invigilator", held.node)
    archive_schedule(world.ada, held.ref, reason="over", at=NOW)
    with pytest.raises(NotAllowed):
        restore_schedule(world.sid, held.ref, reason="I want", at=NOW)
    with pytest.raises(NotFound):
        restore_schedule(world.eva, held.ref, reason="I want", at=NOW)


def test_the_list_and_the_doors_agree_for_everybody(world: World) -> None:
    here = a_schedule(world, with_cas=True)
    there = a_schedule(world, version=here.version, code="B", candidates=2, staffed=False)
    grant(world.sid, "invigilator", there.node)
    seen = {}
    for person in (*world.staff, world.cas, world.sid, world.eva):
        listed = set(schedules_seen_by(person).values_list("pk", flat=True))
        seen[person.username] = len(listed)
        for schedule in (here, there):
            enrolment = Enrolment.objects.filter(schedule=schedule).first()
            assert enrolment
            for door, ref in ((schedule_for, schedule.ref), (enrolment_for, enrolment.ref)):
                if schedule.pk in listed:
                    assert door(person, ref)
                else:
                    with pytest.raises(NotFound):
                        door(person, ref)
    assert (seen["ada"], seen["sid"], seen["eva"], seen["cas"], seen["pia"]) == (2, 1, 0, 0, 0)


def test_listing_takes_two_statements_however_many_there_are(world: World) -> None:
    version = an_assessment(world)
    counts = []
    for n in range(3):
        a_schedule(world, version=version, code=f"S{n}", candidates=0, staffed=False, active=False)
        with CaptureQueriesContext(connection) as queries:
            assert (
                len([one.unit.name + one.version.assessment.title for one in schedules_seen_by(world.ada)])
                == n + 1
            )
        counts.append(len(queries))
    assert counts == [2, 2, 2]
