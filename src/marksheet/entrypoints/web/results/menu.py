"""The Results tab in the menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.apps.ledger import clock
from marksheet.apps.results.queries.sight import SIGHT, waiting_to_be_published_by
from marksheet.entrypoints.shared.access import held_by, person_of
from marksheet.entrypoints.shared.menu import Tab, register


def visible(request: HttpRequest) -> bool:
    """Show the tab to those who see results of a schedule somewhere."""
    return not held_by(request).isdisjoint(SIGHT)


def waiting(request: HttpRequest) -> int:
    """Count what the reader can publish now."""
    return waiting_to_be_published_by(person_of(request), at=clock.read())


register("marking", Tab("results", _("Results"), "results:list", count=waiting, visible=visible, order=30))
