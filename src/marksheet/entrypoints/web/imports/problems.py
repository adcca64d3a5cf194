"""What a page of a file shows of a refusal."""

from typing import Any

from marksheet.apps.ledger.errors import Refusal
from marksheet.entrypoints.shared.intake.reading import Unreadable, translated


def problems(refusal: Refusal) -> dict[str, Any]:
    """Return what a page shows of a refusal: cells in a table where there are any, sentences otherwise."""
    cells = refusal.cells if isinstance(refusal, Unreadable) else ()
    return {
        "refusal": refusal,
        "cells": [(one.row, one.column, one.value, translated(one.reason)) for one in cells],
        "total": refusal.total if isinstance(refusal, Unreadable) else 0,
        # Then the file may be right, and what is missing is what its blanks mean.
        "blanks_only": bool(cells) and all(one.value == "" and one.column for one in cells),
        "details": () if cells else refusal.details,
    }
