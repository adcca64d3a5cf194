"""The inbox belongs to its person."""

import pytest

from marksheet.apps.ledger.change import draft
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.actions.inbox import mark_all_read, mark_read
from marksheet.apps.people.models import InboxNote, Person
from marksheet.apps.people.queries import unread_count
from tests.factories import NOW, a_world

pytestmark = pytest.mark.django_db


def a_note(person: Person) -> InboxNote:
    with draft():
        return InboxNote.objects.create(person=person, kind="publish-right-sleeps", created_at=NOW)


def test_a_note_is_read_by_its_person_alone():
    world = a_world()
    note = a_note(world.ada)
    with pytest.raises(NotFound):
        mark_read(world.mo, note.ref, at=NOW)
    assert unread_count(world.ada) == 1
    mark_read(world.ada, note.ref, at=NOW)
    mark_read(world.ada, note.ref, at=NOW)
    assert unread_count(world.ada) == 0


def test_all_are_read_at_once():
    world = a_world()
    a_note(world.ada), a_note(world.ada), a_note(world.mo)
    assert mark_all_read(world.ada, at=NOW) == 2
    assert unread_count(world.mo) == 1
