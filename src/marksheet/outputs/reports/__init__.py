"""Reports: one file each, declaring its columns once for the page, the files and the API."""

from collections.abc import Mapping
from importlib import import_module

from marksheet.outputs.reports.column import Column, Report

__all__ = ["REPORTS", "Column", "Report", "report"]

# The word that addresses a report: the module that declares it as ``REPORT``.
REPORTS: Mapping[str, str] = {
    "candidates": "marksheet.outputs.reports.candidates",
    "schedules": "marksheet.outputs.reports.schedules",
    "finished": "marksheet.outputs.reports.finished",
    "assessments": "marksheet.outputs.reports.assessments",
    "coordination": "marksheet.outputs.reports.coordination",
    "items": "marksheet.outputs.reports.items",
}


def report(name: str) -> Report:
    """Return the report of this name.

    Raises:
        LookupError: there is none.
    """
    found: Report = import_module(REPORTS[name]).REPORT
    return found
