"""The tabs of the organisation."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.apps.people.queries.directory import SEES_PEOPLE, SEES_UNITS
from marksheet.entrypoints.shared.access import held_by
from marksheet.entrypoints.shared.menu import Tab, register
from marksheet.rules.access import Verb


def _units(request: HttpRequest) -> bool:
    return bool(held_by(request) & {str(verb) for verb in SEES_UNITS})


def _people(request: HttpRequest) -> bool:
    return bool(held_by(request) & {str(verb) for verb in SEES_PEOPLE})


def _roles(request: HttpRequest) -> bool:
    return Verb.ROLE_MANAGE in held_by(request)


register("organisation", Tab("units", _("Units"), "organisation:units", visible=_units, order=10))
register("organisation", Tab("people", _("People"), "organisation:people", visible=_people, order=20))
register("organisation", Tab("roles", _("Roles"), "organisation:roles", visible=_roles, order=30))
register(
    "organisation",
    Tab("invitations", _("Invitations"), "organisation:invitations", visible=_people, order=40),
)
