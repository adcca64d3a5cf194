"""The line of exports, under the person's name."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.entrypoints.shared.access import held_by
from marksheet.entrypoints.shared.menu import Tab, register_person_link
from marksheet.rules.access import Verb


def visible(request: HttpRequest) -> bool:
    """Show the line to those who may take results out somewhere."""
    return str(Verb.RESULT_EXPORT) in held_by(request)


register_person_link(Tab("exports", _("Your exports"), "exports:list", visible=visible, order=40))
