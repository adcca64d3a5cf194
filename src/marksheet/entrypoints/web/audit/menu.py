"""The Audit tab in the menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.apps.results.queries.reports import SIGHT
from marksheet.entrypoints.shared.access import held_by
from marksheet.entrypoints.shared.menu import Tab, register


def visible(request: HttpRequest) -> bool:
    """Show the tab to those who may view reports, or the published results of some schedule."""
    return not held_by(request).isdisjoint(SIGHT)


register("marking", Tab("audit", _("Audit"), "audit:list", visible=visible, order=70))
