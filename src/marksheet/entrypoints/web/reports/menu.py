"""The tabs of Reports."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from marksheet.apps.results.queries.reports import SIGHT, reads_reports
from marksheet.entrypoints.shared.access import held_by, person_of
from marksheet.entrypoints.shared.menu import Tab, register


def visible(request: HttpRequest) -> bool:
    """Show the tabs to those who may read published results of somebody."""
    if not held_by(request).isdisjoint(SIGHT):
        return True
    known: bool | None = getattr(request, "_reads_reports", None)
    if known is None:
        known = person_of(request).is_staff_member and reads_reports(person_of(request))
        request._reads_reports = known  # type: ignore[attr-defined]
    return known


register("reports", Tab("candidates", _("Candidates"), "reports:candidates", visible=visible, order=10))
register("reports", Tab("schedules", _("Schedules"), "reports:schedules", visible=visible, order=20))
register("reports", Tab("assessments", _("Assessments"), "reports:assessments", visible=visible, order=30))
