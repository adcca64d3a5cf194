"""Giving and ending roles: nobody hands on what is not theirs, nobody raises themselves."""

import pytest

from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event
from marksheet.apps.people.actions import grants, organisation
from marksheet.apps.people.actions.roles import archive_role, edit_role, make_role
from marksheet.apps.people.models import Grant, InboxNote, Person, Role, Unit
from marksheet.apps.people.queries import holds, nodes_where, shipped_role
from marksheet.apps.people.queries.directory import grants_seen_by, roles_seen_by
from marksheet.rules.access import Verb
from tests.factories import NOW, World, a_schedule, a_world, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def give(
    world: World, actor: Person, person: Person, role: str, unit: Unit, *, reach: str = "schedules"
) -> Grant:
    return grants.give_role(
        actor,
        person.ref,
        role_ref=shipped_role(role).ref,
        unit_ref=unit.ref,
        reach=reach,
        at=NOW,
    )


def test_a_role_reaches_everything_below_and_nothing_beside(world: World):
    given = give(world, world.ari, world.mo, "reports_viewer", world.faculty)
    assert holds(world.mo, Verb.REPORT_VIEW, world.department.pk)
    assert not holds(world.mo, Verb.REPORT_VIEW, world.institution.pk)
    event = Event.objects.get(pk=given.given_event_id)
    assert event.actor_id == world.ari.pk and event.subject_id == world.mo.pk


def test_giving_twice_is_giving_once(world: World):
    first = give(world, world.ari, world.mo, "coordinator", world.department)
    assert give(world, world.ari, world.mo, "coordinator", world.department) == first


def test_list_and_door_agree_on_every_node(world: World):
    schedule = a_schedule(world)
    nodes = [world.institution, world.faculty, world.department, world.elsewhere, schedule.node]
    for person in (*world.staff, world.sid, world.eva):
        for verb in Verb:
            listed = set(nodes_where(person, verb))
            assert listed & {n.pk for n in nodes} == {n.pk for n in nodes if holds(person, verb, n.pk)}


def test_who_only_invites_gives_no_rights(world: World):
    grant(world.mei, "reports_viewer", world.department)
    with pytest.raises(NotAllowed) as refusal:
        give(world, world.ada, world.mei, "coordinator", world.department)
    assert refusal.value.helpers == ("Ari Blom",)
    give(world, world.ari, world.mei, "coordinator", world.department)


def test_nobody_gives_themselves_anything(world: World):
    with pytest.raises(NotAllowed):
        give(world, world.ari, world.ari, "reports_viewer", world.institution)
    grant(world.mo, "administrator", world.institution)
    give(world, world.mo, world.ari, "reports_viewer", world.institution)


def test_nobody_hands_on_a_governing_right_that_they_lack(world: World):
    role = make_role(
        world.ari, world.institution.ref, name="Staff office", description="", verbs=["person.manage"], at=NOW
    )
    grants.give_role(world.ari, world.mo.ref, role_ref=role.ref, unit_ref=world.institution.ref, at=NOW)
    with pytest.raises(NotAllowed):
        give(world, world.mo, world.mei, "administrator", world.department)
    give(world, world.mo, world.mei, "coordinator", world.department)


def test_rights_end_at_the_unit_where_one_looks_after_people(world: World):
    grant(world.mo, "administrator", world.department)
    grant(world.mei, "marker", world.department)
    with pytest.raises(NotFound):
        give(world, world.mo, world.mei, "coordinator", world.elsewhere)
    give(world, world.mo, world.mei, "coordinator", world.department)


def test_the_right_to_publish_is_never_given_at_a_unit(world: World):
    with pytest.raises(NotAllowed) as refusal:
        give(world, world.ari, world.mo, "publisher", world.department)
    assert "coordinator" in str(refusal.value)
    with pytest.raises(BadInput) as explained:
        make_role(
            world.ari, world.institution.ref, name="Boss", description="", verbs=["result.publish"], at=NOW
        )
    assert "single schedules" in str(explained.value)


def test_a_centre_sees_its_own_candidates_and_nothing_else(world: World):
    give(world, world.ari, world.mo, "scheduler", world.department, reach="candidates")
    assert world.department.pk in set(nodes_where(world.mo, Verb.CANDIDATE_SEE, reach="candidates"))
    assert not set(nodes_where(world.mo, Verb.SCHEDULE_MANAGE))
    with pytest.raises(BadInput):
        give(world, world.ari, world.mo, "marker", world.department, reach="candidates")


def test_an_ended_grant_stays_on_record(world: World):
    given = give(world, world.ari, world.mo, "coordinator", world.department)
    assert grants.end_grant(world.ari, given.ref, at=NOW) == world.mo.ref
    assert not holds(world.mo, Verb.SCHEDULE_COORDINATE, world.department.pk)
    assert Grant.objects.get(pk=given.pk).ended_at == NOW
    with pytest.raises(NotFound):
        grants.end_grant(world.ari, given.ref, at=NOW)


def test_the_last_administrator_keeps_the_role(world: World):
    grant(world.mo, "administrator", world.institution)
    mine = Grant.objects.get(person=world.ari, role__key="administrator")
    with pytest.raises(NotAllowed):
        grants.end_grant(world.ari, mine.ref, at=NOW)
    grants.end_grant(world.mo, mine.ref, at=NOW)
    last = Grant.objects.get(person=world.mo, role__key="administrator")
    grant(world.mei, "administrator", world.department)
    with pytest.raises((NotAllowed, NotFound)):
        grants.end_grant(world.mei, last.ref, at=NOW)


def test_a_publisher_who_loses_sight_sleeps_and_the_coordinator_is_told(world: World):
    schedule = a_schedule(world)
    assert holds(world.pia, Verb.RESULT_PUBLISH, schedule.node_id)
    grants.set_reports_view(world.ari, world.pia.ref, unit_ref=world.department.ref, given=False, at=NOW)
    note = InboxNote.objects.get(kind="publish-right-sleeps")
    assert note.person == world.ada
    assert note.params == {"person": "Pia Holm", "schedule": schedule.title}
    assert note.path == f"/marking/coordinator/{schedule.ref}/people/"


def test_a_publisher_who_still_marks_there_keeps_sight_and_nobody_is_told(world: World):
    schedule = a_schedule(world)
    grant(world.pia, "marker", schedule.node)
    grants.set_reports_view(world.ari, world.pia.ref, unit_ref=world.department.ref, given=False, at=NOW)
    assert not InboxNote.objects.filter(kind="publish-right-sleeps").exists()


def test_moving_a_unit_out_of_sight_tells_too(world: World):
    schedule = a_schedule(world)
    grant(world.mei, "reports_viewer", world.faculty)
    grant(world.mei, "publisher", schedule.node)
    far = organisation.add_unit(world.ari, world.institution.ref, name="Far away", at=NOW)
    organisation.move_unit(world.ari, world.department.ref, parent_ref=far.ref, at=NOW)
    # Mei marks there, so sight stays; Pia views reports at the department itself, which moved along.
    assert not InboxNote.objects.filter(kind="publish-right-sleeps").exists()


def test_viewing_reports_is_given_and_taken_back_at_one_unit(world: World):
    args = {"unit_ref": world.elsewhere.ref, "at": NOW}
    grants.set_reports_view(world.ari, world.mo.ref, given=True, **args)
    assert holds(world.mo, Verb.REPORT_VIEW, world.elsewhere.pk)
    grants.set_reports_view(world.ari, world.mo.ref, given=False, **args)
    assert not holds(world.mo, Verb.REPORT_VIEW, world.elsewhere.pk)
    with pytest.raises(WrongState):
        grants.set_reports_view(world.ari, world.mo.ref, given=False, **args)


def test_the_profile_shows_where_grants_come_from(world: World, django_assert_max_num_queries):
    give(world, world.ari, world.mo, "coordinator", world.department)
    with django_assert_max_num_queries(6):
        row = grants_seen_by(world.ari, world.mo)[0]
    assert (row.place, row.given_by, row.endable) == ("Mathematics, Science", "Ari Blom", True)


def test_an_own_role_gains_and_loses_verbs_for_all_who_hold_it(world: World):
    role = make_role(
        world.ari, world.institution.ref, name="Desk", description="", verbs=["report.view"], at=NOW
    )
    grants.give_role(world.ari, world.mo.ref, role_ref=role.ref, unit_ref=world.faculty.ref, at=NOW)
    edit_role(world.ari, role.ref, name="Desk", description="", verbs=["audit.view"], at=NOW)
    assert holds(world.mo, Verb.AUDIT_VIEW, world.department.pk)
    assert not holds(world.mo, Verb.REPORT_VIEW, world.department.pk)
    with pytest.raises(WrongState):
        archive_role(world.ari, role.ref, at=NOW)


def test_nobody_adds_verbs_to_a_role_that_they_hold(world: World):
    grant(world.mo, "administrator", world.institution)
    role = make_role(
        world.ari, world.institution.ref, name="Desk", description="", verbs=["report.view"], at=NOW
    )
    grants.give_role(world.mo, world.ari.ref, role_ref=role.ref, unit_ref=world.institution.ref, at=NOW)
    more = {"name": "Desk", "description": "", "verbs": ["report.view", "mark.give"], "at": NOW}
    with pytest.raises(NotAllowed):
        edit_role(world.ari, role.ref, **more)  # type: ignore[arg-type]
    edit_role(world.mo, role.ref, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad", [{"name": " "}, {"verbs": []}, {"verbs": ["fly"]}, {"name": "Marker"}, {"name": "desk"}]
)
def test_a_role_needs_a_name_of_its_own_and_known_verbs(world: World, bad: dict[str, object]):
    good = {"name": "Helper", "description": "", "verbs": ["report.view"], "at": NOW}
    make_role(world.ari, world.institution.ref, **{**good, "name": "Desk"})  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        make_role(world.ari, world.institution.ref, **{**good, **bad})  # type: ignore[arg-type]
    make_role(world.ari, world.institution.ref, **good)  # type: ignore[arg-type]


def test_shipped_roles_stay_as_they_ship(world: World):
    with pytest.raises(WrongState):
        edit_role(
            world.ari,
            shipped_role("marker").ref,
            name="Marker",
            description="",
            verbs=["report.view"],
            at=NOW,
        )
    assert {row.role.key for row in roles_seen_by(world.ari)} >= {"marker", "administrator"}


def test_roles_of_another_institution_are_hidden(world: World):
    other = organisation.create_institution(
        world.ari, name="Other", administrator="Olga", username="olga", at=NOW
    )
    role = make_role(
        other.administrator,
        other.institution.ref,
        name="Ours",
        description="",
        verbs=["report.view"],
        at=NOW,
    )
    assert role not in [row.role for row in roles_seen_by(world.ari)]
    with pytest.raises(NotFound):
        grants.give_role(world.ari, world.mo.ref, role_ref=role.ref, unit_ref=world.faculty.ref, at=NOW)
    assert Role.objects.filter(pk=role.pk).exists()
