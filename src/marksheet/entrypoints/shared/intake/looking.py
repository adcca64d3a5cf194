"""What a look at a file of work found, as a page shows it: JSON, so that a large file is read once and kept.

What is kept holds for one reader, one way of reading, and the schedule as it stood; otherwise the file is read anew.
Carrying in never trusts it: there everything is compared again, under lock.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

from marksheet.apps.exams.actions.imports import note_look, note_preview
from marksheet.apps.exams.queries.imports import WORK, Import, last_change_at
from marksheet.apps.exams.queries.schedules import ScheduleState
from marksheet.apps.ledger.errors import Refusal
from marksheet.apps.people.queries import Person
from marksheet.apps.results.queries.intake import SHOWN, Tally, WorkPlan
from marksheet.entrypoints.shared.intake.carrying import INLINE_ROWS, Preview, Progress, preview
from marksheet.entrypoints.shared.intake.reading import Unreadable, translated
from marksheet.formats.problems import CellError

Json = dict[str, Any]


def is_large(row: Import) -> bool:
    """Whether a worker looks at this file, and what it found is kept."""
    return (
        row.kind == WORK
        and row.schedule is not None
        and row.schedule.state == ScheduleState.ACTIVE
        and int(row.report.get("rows", 0)) > INLINE_ROWS
    )


def kept_look(person: Person, row: Import, *, at: datetime) -> Json | None:
    """Return what was found before, if it still holds: ``{"seen": ...}`` or ``{"refusal": ...}``."""
    kept = row.report.get("looks", {}).get(str(person.pk))
    return kept if kept and kept["key"] == _key(row, at) else None


def look_at(actor: Person, row: Import, *, at: datetime, progress: Progress | None = None) -> Json:
    """Look at a large file, and keep what was found beside it."""
    # Taken before reading: whatever changes meanwhile has the file read again.
    found: Json = {"key": _key(row, at)}
    try:
        seen = preview(actor, row, {}, at=at, progress=progress)
    except Unreadable as refusal:
        remember(row, None, refusal)
        cells = [[one.row, one.column, one.value, translated(one.reason)] for one in refusal.cells]
        found["refusal"] = {"message": refusal.message, "cells": cells, "total": refusal.total}
    else:
        remember(row, seen, None)
        found["seen"] = seen_as_json(seen)
    note_look(row.ref, actor, found)
    return found


def refusal_of(kept: Mapping[str, Any]) -> Unreadable:
    """Return the refusal that ``look_at`` kept."""
    cells = tuple(CellError(*cell) for cell in kept["cells"])
    return Unreadable(kept["message"], cells, kept["total"])


def seen_as_json(seen: Preview) -> Json:
    """Return a preview of work as its page shows it; counts where the page counts."""
    plan = seen.plan
    if not isinstance(plan, WorkPlan):
        raise TypeError("only a preview of work is kept")
    return {
        "rows": seen.rows,
        "notes": list(seen.notes),
        "ignored": list(seen.ignored),
        "has_marks": seen.has_marks,
        "distributions": [
            {
                "column": one.column,
                "use": {"kind": one.use.kind.value, "part": one.use.part},
                "counts": [list(pair) for pair in one.counts[:8]],
                "distinct": one.distinct,
                "blanks": one.blanks,
                "mean": None if one.mean is None else float(one.mean),
            }
            for one in seen.distributions
        ],
        "plan": {
            "matched": plan.matched,
            "fresh": len(plan.fresh),
            "answers": len(plan.answers),
            "late": plan.late,
            "reopened": len(plan.reopened),
            "unmarked": len(plan.unmarked),
            "absent_parts": list(plan.absent_parts),
            "outsider_count": plan.outsider_count,
            "outsiders": [asdict(one) for one in plan.outsiders[:SHOWN]],
            "responses": _tally(plan.responses),
            "given": _tally(plan.given),
            "differing": [asdict(one) for one in plan.differing[:SHOWN]],
            "differing_count": len(plan.differing),
            "nothing_new": plan.nothing_new,
        },
    }


def remember(row: Import, seen: Preview | None, refusal: Refusal | None) -> None:
    """Keep for the reconciliation page which numbers this file named that belong to nobody, or twice."""
    if row.kind != WORK:
        return
    if seen is not None and isinstance(seen.plan, WorkPlan):
        unmatched = [[one.row, one.number, one.why] for one in seen.plan.outsiders[:500]]
        note_preview(row.ref, {"unmatched": unmatched, "duplicates": []})
    elif isinstance(refusal, Unreadable):
        column = str(row.mapping.get("candidate", ""))
        twice = [
            [one.row, one.value, translated(one.reason)]
            for one in refusal.cells
            if one.column == column and one.value
        ]
        note_preview(row.ref, {"unmatched": [], "duplicates": twice})


def _tally(tally: Tally) -> Json:
    return {
        "added": tally.added,
        "same": tally.same,
        "changed_count": tally.changed_count,
        "changed": [asdict(one) for one in tally.changed],
    }


def _key(row: Import, at: datetime) -> str:
    """Name all that a look depends on: the file, its reading, the schedule's newest event, the language."""
    schedule = row.schedule
    stands = [last_change_at(schedule), schedule.closes_at <= at] if schedule else []
    said = json.dumps([row.file_sha256, row.mapping, stands, get_language()], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()
