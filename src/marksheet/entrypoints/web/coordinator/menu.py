"""The Coordinator tab in the menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries import holds_somewhere
from marksheet.apps.results.queries.coordination import schedules_to_set_up
from marksheet.entrypoints.shared import menu
from marksheet.entrypoints.shared.access import person_of
from marksheet.rules.access import Verb


def _coordinates(request: HttpRequest) -> bool:
    """Who coordinates, and who looks after marking schemes there; authors reach those under Exams."""
    if not request.user.is_authenticated:
        return False
    person = person_of(request)
    return holds_somewhere(person, Verb.SCHEDULE_COORDINATE) or (
        holds_somewhere(person, Verb.SCHEME_EDIT) and not holds_somewhere(person, Verb.EXAM_AUTHOR)
    )


def _waiting(request: HttpRequest) -> int:
    return schedules_to_set_up(person_of(request))


menu.register(
    "marking",
    menu.Tab(
        "coordinator", _("Coordinator"), "coordinator:list", count=_waiting, visible=_coordinates, order=10
    ),
)
