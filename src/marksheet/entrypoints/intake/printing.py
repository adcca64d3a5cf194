"""Show on a terminal what a file would do, and what it did."""

from collections.abc import Iterator, Mapping
from typing import Any

from marksheet.apps.exams.actions.imports import ItemsPlan
from marksheet.apps.results.actions.intake import difference_words, outsider_words
from marksheet.apps.results.actions.intake_candidates import CandidatesPlan
from marksheet.apps.results.actions.intake_files import left_over_words, replacing_words
from marksheet.apps.results.queries.intake import WorkPlan
from marksheet.apps.results.queries.intake_files import FilesPlan, size_words
from marksheet.entrypoints.shared.intake.carrying import Preview
from marksheet.formats.distributions import Distribution

MOST = 20


def preview_lines(seen: Preview) -> Iterator[str]:
    """Yield what the file says and would do."""
    yield f"{seen.rows} rows"
    yield from (f"note: {note}" for note in seen.notes)
    if seen.ignored:
        yield f"columns not used: {', '.join(seen.ignored)}"
    yield from map(_distribution, seen.distributions)
    if isinstance(seen.plan, WorkPlan):
        yield from _work(seen.plan)
    elif isinstance(seen.plan, CandidatesPlan):
        yield f"to enrol: {len(seen.plan.fresh)}, enrolled already: {seen.plan.known}"
        yield from seen.plan.problems[:MOST]
    elif isinstance(seen.plan, ItemsPlan):
        plan = seen.plan
        yield f"questions to add: {len(plan.added)}, the same: {len(plan.same)}, changed: {len(plan.changed)}"
        yield from plan.problems[:MOST]


def _work(plan: WorkPlan) -> Iterator[str]:
    yield f"candidates found: {plan.matched}, handing in now: {len(plan.fresh)}{' (late)' if plan.late else ''}"
    yield (
        f"answers: {len(plan.answers)} new, {plan.responses.same} the same, "
        f"{plan.responses.changed_count} differ from what was handed in"
    )
    yield f"marks: {plan.given.added} new, {plan.given.same} the same, {plan.given.changed_count} would change"
    if plan.unmarked:
        yield f"scripts that would lack a mark: {len(plan.unmarked)}"
    if plan.absent_parts:
        yield f"parts that the file says nothing about: {', '.join(plan.absent_parts)}"
    if plan.outsider_count:
        yield f"rows that cannot go in: {plan.outsider_count}"
        yield from (f"  {outsider_words(one)}" for one in plan.outsiders[:MOST])
    for tally in (plan.responses, plan.given):
        yield from (f"  {difference_words(one)}" for one in tally.changed[:MOST])


def files_lines(plan: FilesPlan) -> Iterator[str]:
    """Yield what a zip of candidates' files would do."""
    yield f"{plan.files} files, {size_words(plan.size)} unpacked"
    late = " (late)" if plan.late else ""
    yield f"matched: {plan.matched}, of {plan.candidates} candidates, handing in now: {len(plan.fresh)}{late}"
    yield f"responses: {len(plan.stored)} new, {plan.same} the same, {len(plan.replaced)} would change"
    yield from (f"  {replacing_words(one)}" for one in plan.replacing[:MOST])
    if plan.left_over_count:
        yield f"files that cannot go in: {plan.left_over_count}"
        yield from (f"  {left_over_words(one)}" for one in plan.left_over[:MOST])
    yield from (f"the same file of several candidates: {' = '.join(paths)}" for paths in plan.shared[:MOST])
    if plan.waiting_count:
        names = ", ".join(one.number for one in plan.waiting[:MOST])
        yield f"candidates without a file: {plan.waiting_count}: {names}{', …' if plan.waiting_count > MOST else ''}"


def _distribution(one: Distribution) -> str:
    counts = ", ".join(f"{text} {n}" for text, n in one.counts[:12])
    more = f", {one.others + sum(n for _, n in one.counts[12:])} others" if one.distinct > 12 else ""
    mean = f"; mean {float(one.mean):.2f}" if one.mean is not None else ""
    return f"{one.column} ({one.use.kind} {one.use.part}): {counts}{more}; blank {one.blanks}{mean}"


def receipt_lines(receipt: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was written."""
    if receipt.get("nothing_new"):
        yield "Nothing was written: the file says nothing new."
        return
    words = {
        "rows": "rows",
        "enrolled": "enrolled",
        "there_already": "enrolled before",
        "added": "questions added",
        "changed": "questions changed",
        "handed_in": "handed in",
        "responses": "answers stored",
        "files": "files stored",
        "replaced": "of these answers in place of others",
        "marks": "marks stored",
        "marks_changed": "of them changed",
        "answers_kept": "answers kept as they were",
        "submitted": "scripts submitted",
    }
    yield ", ".join(f"{receipt[name]} {word}" for name, word in words.items() if receipt.get(name))
    if receipt.get("left_out"):
        yield f"left out: {', '.join(receipt['left_out'])}"
