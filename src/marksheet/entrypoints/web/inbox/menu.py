"""The inbox under the person's name."""

from django.http import HttpRequest

from marksheet.apps.people.queries import unread_count
from marksheet.entrypoints.shared.access import person_of
from marksheet.entrypoints.shared.menu import register_inbox


def _unread(request: HttpRequest) -> int | None:
    return unread_count(person_of(request)) if request.user.is_authenticated else None


register_inbox("inbox:inbox", _unread)
