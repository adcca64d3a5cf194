"""The line of the Schedules area in the menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.apps.exams.queries.schedules import SEEING
from marksheet.entrypoints.shared.access import held_by
from marksheet.entrypoints.shared.menu import Tab, register


def visible(request: HttpRequest) -> bool:
    """Show the area to those who see a schedule somewhere."""
    return not held_by(request).isdisjoint(SEEING)


register("schedules", Tab("schedules", _("Schedules"), "schedules:list", visible=visible))
