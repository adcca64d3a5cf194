"""Make the file that an export asks for: look again who may take what, write row by row, prove that none is missing."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from marksheet.apps.ledger import clock
from marksheet.apps.ledger import work as ledger_work
from marksheet.apps.ledger.errors import BadInput, NotAllowed, Refusal
from marksheet.apps.ledger.work import TryLater, Work
from marksheet.apps.people.queries import Person
from marksheet.apps.release.actions.exports import Order
from marksheet.apps.release.queries.exports.asked import asker_of
from marksheet.apps.release.queries.exports.rows import Changed, Exam, exams_of, schedules_in
from marksheet.apps.release.queries.exports.selection import (
    Selection,
    Source,
    keys_of,
    marked_schedule,
    selection_from,
)
from marksheet.entrypoints.shared.exports.files import keep_file, throw_away
from marksheet.outputs.exports import EXPORTS, Export, Scope, export
from marksheet.outputs.exports.marks import PRELIMINARY
from marksheet.outputs.exports.writers import DoesNotFit, Row, Written, write_csv, write_xlsx
from marksheet.rules import RULES_VERSION

Keep = Callable[[int, int], None]
AT_ONCE = 2_000
TRIES = 3
TOLD_EVERY = 2_000
HERE = "page"


def make_file(work: Work, keep: Keep) -> Mapping[str, Any]:
    """Write the file of ``work`` and return what it holds; safe to run twice, then the file is the same.

    Rights are asked anew: what its asker may no longer take out is not in it, and the outcome says how many
    fewer rows it has than were counted.

    Raises:
        Refusal: nobody is there any more who may have it, or it does not fit the file type.
        TryLater: results kept leaving it while it was written.
    """
    person = asker_of(work)
    if person is None:
        raise NotAllowed(_("Who asked for this export has no account any more."))
    selection, order = selection_from(work.payload["selection"]), order_of(work)
    with translation.override(str(work.payload.get("language", "en"))):
        for _try in range(TRIES):
            try:
                return _made(work, person, selection, order, keep)
            except Changed:
                continue
            except DoesNotFit as problem:
                raise BadInput(str(problem)) from None
    raise TryLater(timedelta(minutes=1))


def order_of(work: Work) -> Order:
    """Return how the file of ``work`` is wanted."""
    stored = dict(work.payload["order"])
    return Order(**stored | {"columns": tuple(stored["columns"])})


def _made(work: Work, person: Person, selection: Selection, order: Order, keep: Keep) -> Mapping[str, Any]:
    at = clock.read()
    declared = export(order.format if order.format in EXPORTS else "scores")
    keys = keys_of(person, selection, at, as_shown=declared.as_shown)
    if not keys:
        raise NotAllowed(_("None of these results may be taken out any more by who asked for them."))
    exams = _exams(person, selection, keys)
    scope = Scope(person, selection, keys, exams, order.columns)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        refs = hashlib.sha256()
        rows = _checked(declared, scope, refs, keep)
        manifest = _manifest(work, scope, order, declared)
        written = _write(path, declared, scope, order, rows, manifest)
        place, sha256, size = keep_file(work.ref, path)
    return {
        "path": place,
        "sha256": sha256,
        "size": size,
        "name": file_name(scope, declared, order, work.created_at),
        "rows": written.rows,
        "sheets": list(written.sheets),
        "fewer": max(int(work.payload.get("counted", written.rows)) - written.rows, 0),
        "manifest": dict(written.manifest) | {"refs_sha256": refs.hexdigest()},
    }


def _exams(person: Person, selection: Selection, keys: Sequence[int]) -> Mapping[int, Exam]:
    if selection.preliminary:
        return exams_of([marked_schedule(person, selection).pk])
    return {} if selection.in_numbers else exams_of(schedules_in(keys))


def _checked(declared: Export, scope: Scope, refs: Any, keep: Keep) -> Iterator[Row]:
    """Pass rows on; each must be about the very result whose turn it is, and all must come.

    Raises:
        Changed: it is not.
    """
    total, done = len(scope.keys), 0
    for made in declared.rows(scope):
        if done >= total or made.id != scope.keys[done]:
            raise Changed
        refs.update(f"{made.ref}\n".encode())
        done += 1
        yield made.cells
        if done % TOLD_EVERY == 0 or done == total:
            keep(done, total)
    if done != total:
        raise Changed


def _write(
    path: Path, declared: Export, scope: Scope, order: Order, rows: Iterator[Row], manifest: Mapping[str, Any]
) -> Written:
    columns, expected = declared.columns(scope), len(scope.keys)
    if order.file_type == "xlsx":
        return write_xlsx(
            path, columns, rows, manifest=manifest, sheet_name=str(declared.title), expected_rows=expected
        )
    with path.open("wb") as stream:
        return write_csv(
            stream,
            columns,
            rows,
            decimal_sign=order.decimal_sign,
            encoding=order.encoding,
            delimiter=";" if order.decimal_sign == "," else ",",
            manifest=manifest,
            expected_rows=expected,
        )


def _manifest(work: Work, scope: Scope, order: Order, declared: Export) -> dict[str, Any]:
    return {
        "export": declared.key,
        "source": str(scope.selection.source),
        "asked_by": scope.person.name,
        "asked_at": work.created_at.isoformat(timespec="seconds"),
        "counted_when_asked": work.payload.get("counted", 0),
        "preliminary": scope.selection.preliminary,
        "results": _results_words(scope),
        "schedules": [exam.code for exam in scope.exams.values()][:200],
        "file_type": order.file_type,
        "rules_version": RULES_VERSION,
    }


def _results_words(scope: Scope) -> str:
    if scope.selection.source is Source.COORDINATION:
        return _("None: how far the marking of each schedule is.")
    if scope.selection.preliminary:
        return _("None. PRELIMINARY: marks so far, which can still change; no total, percentage or grade.")
    if scope.selection.published:
        return _("Published results, from the versions in force.")
    return _("Working results. What is not ready, or is withheld, has its state and no numbers.")


def file_name(scope: Scope, declared: Export, order: Order, at: datetime) -> str:
    """Return the name under which the file is saved: from which list, of which one schedule, what, from which day."""
    source = scope.selection.source
    exams = scope.exams
    if source in (Source.SCHEDULES, Source.FINISHED) and len(scope.keys) == 1:
        exams = exams_of(list(scope.keys))
    codes = {exam.code for exam in exams.values()}
    names = [str(Source.AUDIT if source is Source.FINISHED else source), *(codes if len(codes) == 1 else ())]
    if scope.selection.preliminary:
        names.insert(0, PRELIMINARY)
    plain = "".join(sign if sign.isalnum() or sign in "-_" else "-" for sign in "-".join(names))[:80]
    return f"{plain}-{declared.key}-{at:%Y-%m-%d}.{order.file_type}"


def make_now(work: Work) -> None:
    """Carry an export out at once, instead of leaving it to the worker; what goes wrong is noted on it."""
    taken = ledger_work.claim_one(work, HERE, at=clock.read(), lease=timedelta(minutes=5))
    if taken is None:
        return
    try:
        outcome = make_file(taken, lambda done, total: None)
    except Refusal as refusal:
        ledger_work.fail(taken, str(refusal), at=clock.read(), final=True)
    except Exception as error:
        # The worker tries again, and parks it in the end.
        ledger_work.fail(taken, f"{type(error).__name__}: {error}", at=clock.read())
    else:
        ledger_work.finish(taken, at=clock.read(), outcome=dict(outcome))


def forget_file(work: Work, keep: Keep) -> Mapping[str, Any]:
    """Throw the file of an old export away; what was asked for, and by whom, stays in the log."""
    return {"thrown_away": throw_away(str(work.payload["export"]))}


__all__ = ["AT_ONCE", "forget_file", "make_file", "make_now"]
