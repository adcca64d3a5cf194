"""The tree of units: who may change it, and what can never become of it."""

import pytest

from marksheet.apps.ledger.errors import BadInput, NotAllowed, NotFound, WrongState
from marksheet.apps.ledger.models import Event, Side
from marksheet.apps.people.actions import organisation
from marksheet.apps.people.models import Membership, Unit, UnitPath
from marksheet.apps.people.queries import holds, nodes_where
from marksheet.apps.people.queries.directory import people_page, tree_seen_by
from marksheet.rules.access import Verb
from tests.factories import NOW, World, a_schedule, a_world, grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


def test_an_administrator_adds_a_unit_and_the_log_tells(world: World):
    unit = organisation.add_unit(world.ari, world.faculty.ref, name=" Chemistry ", code="CHE", at=NOW)
    assert unit.name == "Chemistry" and unit.parent_id == world.faculty.pk
    assert holds(world.ari, Verb.UNIT_MANAGE, unit.pk)
    event = Event.objects.get(subject_kind="unit", subject_id=unit.pk)
    assert event.verb == "unit.manage" and "Chemistry" not in event.body
    assert Side.objects.get(event=event, name="name").value == "Chemistry"


def test_who_sees_a_unit_but_may_not_change_it_hears_who_can_help(world: World):
    with pytest.raises(NotAllowed) as refusal:
        organisation.add_unit(world.ada, world.department.ref, name="Cellar", at=NOW)
    assert refusal.value.helpers == ("Ari Blom",)


def test_a_hidden_unit_reads_as_missing(world: World):
    with pytest.raises(NotFound) as hidden:
        organisation.add_unit(world.sid, world.department.ref, name="Cellar", at=NOW)
    with pytest.raises(NotFound) as missing:
        organisation.add_unit(world.sid, "0" * 32, name="Cellar", at=NOW)
    assert str(hidden.value) == str(missing.value)


@pytest.mark.parametrize("bad", ["", "   "])
def test_a_unit_needs_a_name(world: World, bad: str):
    with pytest.raises(BadInput):
        organisation.add_unit(world.ari, world.faculty.ref, name=bad, at=NOW)
    organisation.add_unit(world.ari, world.faculty.ref, name="Chemistry", at=NOW)


def test_a_code_is_used_once_in_an_institution(world: World):
    with pytest.raises(BadInput):
        organisation.rename_unit(world.ari, world.elsewhere.ref, name="Physics", code="mat", at=NOW)
    organisation.rename_unit(world.ari, world.elsewhere.ref, name="Physics", code="PHYS", at=NOW)
    assert Unit.objects.get(pk=world.elsewhere.pk).code == "PHYS"


def test_renaming_to_the_same_leaves_no_trace(world: World):
    before = Event.objects.count()
    organisation.rename_unit(world.ari, world.elsewhere.ref, name="Physics", code="PHY", at=NOW)
    assert Event.objects.count() == before


def test_a_unit_moves_with_everything_below_and_rights_follow_the_new_place(world: World):
    lab = organisation.add_unit(world.ari, world.elsewhere.ref, name="Lab", at=NOW)
    assert not holds(world.ada, Verb.REPORT_VIEW, lab.pk) and holds(world.eva, Verb.REPORT_VIEW, lab.pk)
    organisation.move_unit(world.ari, lab.ref, parent_ref=world.department.ref, at=NOW)
    assert holds(world.ada, Verb.REPORT_VIEW, lab.pk) and not holds(world.eva, Verb.REPORT_VIEW, lab.pk)
    depths = UnitPath.objects.filter(descendant=lab).values_list("ancestor__name", "depth")
    assert dict(depths) == {"Lab": 0, "Mathematics": 1, "Science": 2, "Oude Rijn University": 3}


@pytest.mark.parametrize("place", ["itself", "below", "archived"])
def test_a_move_that_makes_a_loop_or_leads_to_the_archive_is_refused(world: World, place: str):
    lab = organisation.add_unit(world.ari, world.department.ref, name="Lab", at=NOW)
    old = organisation.add_unit(world.ari, world.faculty.ref, name="Old", at=NOW)
    organisation.archive_unit(world.ari, old.ref, at=NOW)
    target = {"itself": world.department, "below": lab, "archived": old}[place]
    with pytest.raises((BadInput, WrongState)):
        organisation.move_unit(world.ari, world.department.ref, parent_ref=target.ref, at=NOW)
    organisation.move_unit(world.ari, world.department.ref, parent_ref=world.institution.ref, at=NOW)


def test_a_root_neither_moves_nor_goes_to_the_archive(world: World):
    with pytest.raises(WrongState):
        organisation.move_unit(world.ari, world.institution.ref, parent_ref=world.faculty.ref, at=NOW)
    with pytest.raises(WrongState):
        organisation.archive_unit(world.ari, world.institution.ref, at=NOW)


def test_a_unit_with_units_in_use_below_stays(world: World):
    with pytest.raises(WrongState):
        organisation.archive_unit(world.ari, world.faculty.ref, at=NOW)
    for unit in (world.department, world.elsewhere, world.faculty):
        organisation.archive_unit(world.ari, unit.ref, at=NOW)
    organisation.restore_unit(world.ari, world.faculty.ref, at=NOW)
    assert Unit.objects.get(pk=world.faculty.pk).archived_at is None


def test_the_tree_shows_what_the_door_opens_and_asks_five_times(world: World, django_assert_max_num_queries):
    grant(world.mo, "administrator", world.faculty)
    for person in (world.ari, world.mo, world.ada, world.sid):
        with django_assert_max_num_queries(5):
            rows = tree_seen_by(person)
        allowed = set(nodes_where(person, Verb.UNIT_MANAGE))
        assert {row.unit.pk for row in rows if row.manageable} == allowed
    assert [row.unit.name for row in tree_seen_by(world.mo)] == ["Science", "Mathematics", "Physics"]


def test_two_institutions_do_not_see_each_other(world: World):
    founded = organisation.create_institution(
        world.ari, name="Other School", administrator="Olga Other", username="olga", at=NOW
    )
    assert [row.unit.name for row in tree_seen_by(founded.administrator)] == ["Other School"]
    assert "Other School" not in [row.unit.name for row in tree_seen_by(world.ari)]
    with pytest.raises(NotFound):
        organisation.move_unit(world.ari, world.department.ref, parent_ref=founded.institution.ref, at=NOW)


def test_the_number_beside_a_unit_is_how_many_people_it_filters(world: World, django_assert_num_queries):
    a_schedule(world, candidates=3)
    homeless = Membership.objects.filter(institution=world.institution, home=None).count()
    assert homeless >= 10
    with django_assert_num_queries(5):
        rows = tree_seen_by(world.ari)
    shown = {row.unit: row.people for row in rows}
    for unit, people in shown.items():
        assert len(people_page(world.ari, unit=unit.ref, size=100).rows) == people, unit
    assert shown[world.department] == shown[world.faculty] == 1 and shown[world.elsewhere] == 0
    assert shown[world.institution] == homeless + 1
