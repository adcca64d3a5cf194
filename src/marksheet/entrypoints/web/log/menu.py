"""The Audit log tab in the menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.entrypoints.shared.access import held_by
from marksheet.entrypoints.shared.menu import Tab, register
from marksheet.rules.access import Verb


def visible(request: HttpRequest) -> bool:
    """Show the tab to those who read the audit log somewhere."""
    return Verb.AUDIT_VIEW in held_by(request)


register("organisation", Tab("log", _("Audit log"), "log:list", visible=visible, order=80))
