"""The Work tab in the menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.entrypoints.shared.access import held_by
from marksheet.entrypoints.shared.menu import Tab, register
from marksheet.rules.access import Verb


def visible(request: HttpRequest) -> bool:
    """Show the tab to those who look after work in the background somewhere."""
    return Verb.WORK_MANAGE in held_by(request)


register("organisation", Tab("work", _("Work"), "work:list", visible=visible, order=70))
