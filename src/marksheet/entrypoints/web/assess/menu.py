"""The Assess tab in the menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.apps.marking.queries.assess import schedules_to_mark
from marksheet.apps.people.queries import holds_somewhere
from marksheet.apps.results.queries.differences import differing_at
from marksheet.apps.results.queries.moderated import samples_to_decide_at
from marksheet.entrypoints.shared import menu
from marksheet.entrypoints.shared.access import person_of
from marksheet.rules.access import Verb


def _assesses(request: HttpRequest) -> bool:
    return request.user.is_authenticated and holds_somewhere(
        person_of(request), Verb.MARK_GIVE, Verb.MARK_MODERATE
    )


def _waiting(request: HttpRequest) -> int:
    person = person_of(request)
    return schedules_to_mark(person, deciding=samples_to_decide_at(person), differing=differing_at(person))


menu.register(
    "marking",
    menu.Tab("assess", _("Assess"), "assess:list", count=_waiting, visible=_assesses, order=20),
)
