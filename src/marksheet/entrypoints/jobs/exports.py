"""Write the files of large exports, and throw files away when they are seven days old."""

from collections.abc import Mapping
from typing import Any

from marksheet.apps.ledger.work import Work
from marksheet.entrypoints.jobs.registry import Keep
from marksheet.entrypoints.shared.exports.carrying import forget_file, make_file


def write_export(work: Work, keep: Keep) -> Mapping[str, Any]:
    """Write the file that ``work`` asks for; safe to run twice."""
    return make_file(work, keep)


def throw_export_away(work: Work, keep: Keep) -> Mapping[str, Any]:
    """Throw the file of an export away."""
    return forget_file(work, keep)
