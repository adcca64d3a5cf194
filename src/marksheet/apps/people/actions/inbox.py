"""Mark notes in the inbox as read."""

from datetime import datetime

from django.utils.translation import gettext as _

from marksheet.apps.ledger.change import draft
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import InboxNote, Person


def mark_read(person: Person, ref: str, *, at: datetime) -> InboxNote:
    """Mark one note of one's own as read, and return it.

    Raises:
        NotFound: there is no such note, or it is somebody else's.
    """
    with draft():
        note = InboxNote.objects.filter(person=person, ref=ref).first()
        if note is None:
            raise NotFound(_("There is no such note."))
        InboxNote.objects.filter(pk=note.pk, read_at=None).update(read_at=at)
    return note


def mark_all_read(person: Person, *, at: datetime) -> int:
    """Mark every note of one's own as read; return how many were not."""
    with draft():
        return InboxNote.objects.filter(person=person, read_at=None).update(read_at=at)
