"""The line of the Exams area in the menu."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.entrypoints.shared.access import held_by
from marksheet.entrypoints.shared.menu import Tab, register
from marksheet.rules.access import Verb

SEEING = (Verb.EXAM_AUTHOR, Verb.SCHEDULE_MANAGE)


def visible(request: HttpRequest) -> bool:
    """Show the area to those who write exams or plan them somewhere."""
    return not held_by(request).isdisjoint(SEEING)


register("exams", Tab("exams", _("Assessments"), "exams:list", visible=visible))
