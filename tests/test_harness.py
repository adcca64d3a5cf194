"""The ground under the tests: copies instead of flushes, and a guard on writing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.utils import timezone

from marksheet.apps.people.models import Membership, Person
from marksheet.apps.release.queries.verifying import Verified, verify
from tests import guard, scenery
from tests.conftest import long_first
from tests.databases import Databases
from tests.factories import NOW, a_machine_assessment, a_world, grant
from tests.guard import WroteOutsideChange, writes_allowed


def person(name: str) -> Person:
    return Person.objects.create(username=name, name=name, sort_name=name, created_at=timezone.now())


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@pytest.mark.parametrize("long", ["", "c", "abe", "abcdefg"])
def test_each_worker_begins_with_its_share_of_what_takes_long_and_no_test_is_lost(
    workers: int, long: str
) -> None:
    items: list[Any] = [_Item(name, name in long) for name in "abcdefg"]
    found = long_first(items, workers=workers)
    assert sorted(one.name for one in found) == list("abcdefg")
    if workers == 2 and long == "abe":
        assert "".join(one.name for one in found) == "abc" + "edfg"


@dataclass
class _Item:
    name: str
    long: bool

    def get_closest_marker(self, name: str) -> object:
        return name if self.long else None


@pytest.mark.django_db
def test_writing_outside_a_change_fails() -> None:
    with pytest.raises(WroteOutsideChange, match="people_person"):
        person("sid")


@pytest.mark.django_db
def test_scenery_may_be_written_directly() -> None:
    with writes_allowed():
        person("ada")
    assert Person.objects.filter(username="ada").exists()


@pytest.mark.parametrize("round_", [1, 2])
def test_what_a_committing_test_writes_is_gone_after_it(committed_db: str, round_: int) -> None:
    assert not Session.objects.exists()
    Session.objects.create(session_key="x", session_data="", expire_date=timezone.now())
    assert not connection.in_atomic_block


def test_a_prepared_state_can_be_copied_for_each_trial(databases: Databases, committed_db: str) -> None:
    with writes_allowed():
        person("mo")
    connection.close()
    prepared = databases.current
    for _ in range(2):
        with databases.fresh(prepared):
            with writes_allowed():
                person("mei")
            assert Person.objects.count() == 2
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_a_kept_scene_is_written_again_as_it_was() -> None:
    moment, seen = NOW - timedelta(days=61), []
    for _ in range(4):
        with transaction.atomic():
            version = a_machine_assessment(a_world(at=moment))
            seen.append((scenery.rows(), version.pk))
            transaction.set_rollback(True)
        scenery.forget()
    assert seen[2] == seen[3]
    before = guard.writes()
    a_machine_assessment(a_world(at=moment))
    assert guard.writes() == before, "it was made by verbs again"
    assert list(verify(Verified())) == []


def test_what_was_changed_taken_away_and_added_is_put_back(databases: Databases, committed_db: str) -> None:
    world = a_world()
    then, put_back = scenery.rows(), databases.putting_back()
    a_machine_assessment(world)
    with writes_allowed():
        Person.objects.filter(pk=world.mo.pk).update(name="Somebody Else")
        Membership.objects.filter(person=world.cas).delete()
    assert scenery.rows() != then
    put_back()
    assert scenery.rows() == then
    assert list(verify(Verified())) == []
    a_machine_assessment(world)


@pytest.mark.django_db
def test_a_scene_on_what_a_test_wrote_is_made_by_verbs() -> None:
    for _ in range(4):
        with transaction.atomic():
            world = a_world()
            grant(world.mo, "reports_viewer", world.elsewhere)
            with writes_allowed():
                person("nobody-else")
            before = guard.writes()
            a_machine_assessment(world)
            assert guard.writes() > before
            transaction.set_rollback(True)
        scenery.forget()
