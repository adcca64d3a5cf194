"""Bring working results up to date with the work and the marks: read, let the rules decide, write what changed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from marksheet.apps.exams.models import AnswerScore, Attempt, AttemptState, Response, Schedule
from marksheet.apps.exams.queries.paper import Paper, paper_of
from marksheet.apps.ledger import clock
from marksheet.apps.ledger.bulk import update_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import MARKERS, Mark, Script
from marksheet.apps.marking.queries.counting import Counted, counted_marks
from marksheet.apps.marking.queries.flags import open_flags
from marksheet.apps.marking.queries.keying import KeyingWaits, keying_waits
from marksheet.apps.marking.queries.moderation import Waits, waits_of
from marksheet.apps.marking.queries.plan import Plan, agreeing_of, plan_of
from marksheet.apps.marking.queries.seeding import stopped_within
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.adjustments import adjustments_in_force
from marksheet.apps.results.queries.checking import bring_in_checks, scored_cells
from marksheet.apps.results.queries.packing import micro, pack
from marksheet.apps.results.steps.accounts import account_of, adjusting_steps
from marksheet.apps.results.steps.bucket import bucket_of
from marksheet.apps.results.steps.counts import moved
from marksheet.apps.results.steps.moderating import refer
from marksheet.rules.aggregation import Aggregate, PartOutcome, compile_paper
from marksheet.rules.agreement import Agreeing
from marksheet.rules.attempts import AttemptCounts, AttemptFact, Chosen, attempt_that_counts
from marksheet.rules.grading import (
    Adjustment,
    Graded,
    Scale,
    grade,
    scale_from_json,
    shown_marks,
)
from marksheet.rules.readiness import Facts, Readiness, assess_readiness

BATCH = 2_000
FEW = 500
UNMARKED = PartOutcome(None)
NO_RESPONSE = PartOutcome(Fraction(0), False, True)
WRITTEN = (
    "state", "bucket", "revision", "stale", "missing", "standing", "submitted", "attempt_id", "attempt_number",
    "attempts_count", "handed_in_at", "score_numerator", "score_denominator", "score_micro", "maximum_micro",
    "percent_micro", "grade", "grade_rank", "outcome", "shown_score", "shown_maximum", "shown_percent", "items",
    "account", "adjustments", "changed_at",
)  # fmt: skip
# What makes a working result another one than the version in force; who looks at it does not.
SUBSTANCE = (
    "state", "attempt_id", "score_numerator", "score_denominator", "percent_micro", "grade", "outcome", "items",
    "account", "adjustments", "shown_score", "shown_percent", "standing",
)  # fmt: skip


@dataclass(slots=True)
class Work:
    """What one batch of candidates handed in and was given, by attempt; adjustments by enrolment."""

    attempts: dict[int, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    outcomes: dict[int, dict[int, PartOutcome]] = field(default_factory=lambda: defaultdict(dict))
    unsubmitted: Counter[int] = field(default_factory=Counter)
    moderated: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    flags: Counter[int] = field(default_factory=Counter)
    stopped: Counter[int] = field(default_factory=Counter)
    unchecked: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    disagreed: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    adjustments: Mapping[int, tuple[Adjustment, ...]] = field(default_factory=dict)
    keying: KeyingWaits = field(default_factory=KeyingWaits)
    moderation: Waits = field(default_factory=Waits)


@dataclass(frozen=True, slots=True)
class Context:
    """What all candidates of a schedule share while they are recomputed."""

    schedule: Schedule
    paper: Paper
    scale: Scale
    answers: Mapping[int, PartOutcome]
    plan: Plan
    agreeing: Agreeing | None
    human: frozenset[int]
    maximum_micro: int
    shown_maximum: str
    at: datetime


def recompute(opened: Change, schedule: Schedule, enrolment_ids: Sequence[int] | None = None) -> None:
    """Recompute the working results of ``enrolment_ids``, or of the whole schedule; set-based.

    A result whose substance changed gets a new revision. Scripts whose markers are done are sent to moderation first,
    where there is one. The rules decide everything; this only fetches and stores.
    """
    if schedule.activated_at is None:
        return
    plan = plan_of(schedule)
    joined = refer(opened, schedule, plan, enrolment_ids)
    if enrolment_ids is not None and joined:
        enrolment_ids = sorted({*enrolment_ids, *joined})
    results = Result.objects.filter(schedule=schedule).order_by("enrolment_id").select_for_update(no_key=True)
    if enrolment_ids is not None and len(enrolment_ids) <= BATCH:
        results = results.filter(enrolment_id__in=enrolment_ids)
    context = _context(opened.at, schedule, plan, enrolment_ids)
    wanted = None if enrolment_ids is None else set(enrolment_ids)
    differences: Counter[str] = Counter()
    touched = 0
    for batch in _batches(results, wanted):
        changed = _recompute_batch(context, batch, differences)
        touched += len(changed)
        update_rows(Result, WRITTEN, changed)
    moved(schedule.pk, differences, rows=touched)


def recompute_rows(opened: Change, rows: Sequence[Result]) -> None:
    """Recompute the working results of ``rows``, schedule by schedule."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        found[row.schedule_id].append(row.enrolment_id)
    for schedule in Schedule.objects.filter(pk__in=found).order_by("pk"):
        recompute(opened, schedule, found[schedule.pk])


def differing(schedule: Schedule) -> Iterator[tuple[int, list[str]]]:
    """Work every result of the schedule out anew; yield its key and the columns that say otherwise. Reads only."""
    context = _context(clock.read(), schedule, plan_of(schedule), None)
    for batch in _batches(Result.objects.filter(schedule=schedule).order_by("enrolment_id"), None):
        work = _fetch(context, [row.enrolment_id for row in batch])
        for row in batch:
            values, row.items = _computed(context, row, work), bytes(row.items)
            yield (
                row.pk,
                [name for name in SUBSTANCE if values.get(name, getattr(row, name)) != getattr(row, name)],
            )


def _batches(results: Any, wanted: set[int] | None) -> Iterator[list[Result]]:
    last = 0
    while batch := list(results.filter(enrolment_id__gt=last)[:BATCH]):
        last = batch[-1].enrolment_id
        yield batch if wanted is None else [row for row in batch if row.enrolment_id in wanted]


def _context(at: datetime, schedule: Schedule, plan: Plan, enrolment_ids: Sequence[int] | None) -> Context:
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    scores = AnswerScore.objects.filter(key_version_id=schedule.key_version_id)
    if enrolment_ids is not None and len(enrolment_ids) <= FEW:
        given = Response.objects.filter(attempt__enrolment__in=enrolment_ids, answer__isnull=False)
        scores = scores.filter(answer__in=given.values("answer"))
    answers = {
        answer: PartOutcome(Fraction(n, d), right)
        for answer, n, d, right in scores.values_list("answer_id", "numerator", "denominator", "right")
    }
    scale, most = scale_from_json(schedule.scale), paper.spec.maximum
    shown = shown_marks(most, scale.rounding)
    agreeing = agreeing_of(plan)
    human = frozenset(part.id for part in paper.human_parts)
    return Context(schedule, paper, scale, answers, plan, agreeing, human, micro(most) or 0, shown, at)


def _recompute_batch(
    context: Context, batch: list[Result], differences: Counter[str]
) -> list[tuple[Any, ...]]:
    work = _fetch(context, [row.enrolment_id for row in batch])
    changed: list[tuple[Any, ...]] = []
    for row in batch:
        before, was = row.bucket, {name: getattr(row, name) for name in (*WRITTEN, "revision")}
        was["items"] = bytes(was["items"])
        for name, value in _computed(context, row, work).items():
            setattr(row, name, value)
        if any(getattr(row, name) != was[name] for name in SUBSTANCE):
            row.revision += 1
        row.bucket = bucket_of(row)
        if all(getattr(row, name) == was[name] for name in WRITTEN if name != "changed_at"):
            continue
        row.changed_at = context.at
        differences[before] -= 1
        differences[row.bucket] += 1
        changed.append((row.pk, *(getattr(row, name) for name in WRITTEN)))
    return changed


def _fetch(context: Context, enrolment_ids: Sequence[int]) -> Work:
    work = Work()
    low, high = min(enrolment_ids, default=0), max(enrolment_ids, default=0)
    few = {"enrolment_id__in": enrolment_ids} if len(enrolment_ids) <= FEW else {
        "enrolment_id__gte": low, "enrolment_id__lte": high,
    }  # fmt: skip
    attempts = Attempt.objects.filter(schedule=context.schedule, **few).exclude(state=AttemptState.TAKEN_BACK)
    for attempt in attempts.order_by("enrolment_id", "number"):
        work.attempts[attempt.enrolment_id].append(attempt)
    within = {f"attempt__{name}": value for name, value in few.items()} | {
        "attempt__schedule": context.schedule
    }
    for attempt_id, part_id, answer_id in Response.objects.filter(**within).values_list(
        "attempt_id", "part_id", "answer_id"
    ):
        outcome = NO_RESPONSE if answer_id is None else context.answers.get(answer_id, UNMARKED)
        work.outcomes[attempt_id][part_id] = outcome
    _fetch_marks(context, work, within)
    waiting = Script.objects.filter(submitted_at=None, round__in=MARKERS, **within)
    work.unsubmitted.update(waiting.values_list("attempt_id", flat=True))
    work.moderation = waits_of(context.schedule, context.plan, within)
    work.keying = keying_waits(context.schedule, context.plan, within)
    work.flags.update(open_flags(within))
    work.stopped.update(stopped_within(context.plan, within))
    work.adjustments = adjustments_in_force(
        **{f"result__{name}": value for name, value in few.items()}, result__schedule=context.schedule
    )
    return work


def _fetch_marks(context: Context, work: Work, within: Mapping[str, Any]) -> None:
    """What the marks of each part come to, whoever gave them."""
    outcomes: dict[Counted, PartOutcome] = {}
    marks = Mark.objects.filter(**within)
    machine = scored_cells(context.paper, work.outcomes) if context.paper.hand_check else {}
    counted = counted_marks(marks, context.agreeing, context.human)
    for (attempt, part), mark in counted.items():
        outcome = outcomes.get(mark)
        if outcome is None:
            outcome = outcomes[mark] = PartOutcome(
                mark.value, False if mark.no_response else None, mark.no_response
            )
        work.outcomes[attempt][part] = outcome
        if mark.waits == "moderation_awaited":
            work.moderated[attempt].add(part)
        elif mark.waits:
            work.disagreed[attempt].add(part)
    for attempt, part in bring_in_checks(context.paper, machine, counted, work.outcomes) if machine else ():
        work.unchecked[attempt].add(part)


@dataclass(frozen=True, slots=True)
class _Scored:
    attempt: Attempt
    aggregate: Aggregate


def _computed(context: Context, row: Result, work: Work) -> dict[str, Any]:
    attempts = work.attempts.get(row.enrolment_id, [])
    scored = {
        attempt.number: _Scored(attempt, _aggregate(context.paper, work.outcomes.get(attempt.pk, {})))
        for attempt in attempts
        if attempt.state == AttemptState.HANDED_IN
    }
    facts = tuple(
        AttemptFact(a.number, a.state, scored[a.number].aggregate.score if a.number in scored else None)
        for a in attempts
    )
    chosen = attempt_that_counts(facts, context.schedule.attempt_counts)
    readiness = assess_readiness(_facts(context, row, work, facts, scored, chosen))
    values = _blank(context, row, attempts, readiness)
    relevant = [one for one in scored.values() if _matters(context.schedule, one.attempt.number, chosen)]
    submitted = not any(work.unsubmitted[one.attempt.pk] for one in relevant)
    values["submitted"] = bool(attempts) and submitted and bool(scored or readiness.ready)
    if chosen.number is not None:
        one = scored[chosen.number]
        values |= {"attempt_id": one.attempt.pk, "attempt_number": one.attempt.number}
        values["handed_in_at"] = one.attempt.handed_in_at
        if readiness.ready and row.withheld_at is None:
            values |= _graded(context, one.aggregate, work.adjustments.get(row.enrolment_id, ()))
    elif readiness.ready and row.withheld_at is None:
        values["outcome"] = "void"
    return values


def _aggregate(paper: Paper, found: Mapping[int, PartOutcome]) -> Aggregate:
    outcomes: list[list[PartOutcome]] = [[] for _ in paper.items]
    for part in paper.parts:
        outcomes[part.item_index].append(found.get(part.id, UNMARKED))
    return compile_paper(paper.spec).aggregate(outcomes)


def _matters(schedule: Schedule, number: int, chosen: Chosen) -> bool:
    """With *best* every handed-in attempt must be settled, otherwise only the one that counts."""
    return schedule.attempt_counts == AttemptCounts.BEST or number == chosen.number


def _facts(
    context: Context,
    row: Result,
    work: Work,
    facts: tuple[AttemptFact, ...],
    scored: Mapping[int, _Scored],
    chosen: Chosen,
) -> Facts:
    relevant = [one for number, one in scored.items() if _matters(context.schedule, number, chosen)]
    differing = _counted_apart(context, relevant, work.disagreed)
    moderated = _counted_apart(context, relevant, work.moderated)
    unchecked = _counted_apart(context, relevant, work.unchecked)
    done = [one.attempt.pk for one in relevant if not work.unsubmitted[one.attempt.pk]]
    standing = row.standing  # the verb that changes an enrolment's standing sets the copy on the row first
    return Facts(
        attempts=facts,
        any_in_progress=any(fact.state == AttemptState.IN_PROGRESS for fact in facts),
        unmarked=sum(len(one.aggregate.unmarked) for one in relevant)
        - sum(differing.values())
        - sum(moderated.values())
        - sum(unchecked.values()),
        unchecked=sum(unchecked.values()),
        unsubmitted=sum(work.unsubmitted[one.attempt.pk] for one in relevant),
        # Before both have submitted, whether they differ would tell one what the other gave.
        disagreed=sum(differing.get(attempt, 0) for attempt in done),
        flags_open=sum(work.flags[one.attempt.pk] for one in relevant),
        moderation_open=sum(
            max(work.moderation.scripts[attempt], int(moderated.get(attempt, 0) > 0)) for attempt in done
        ),
        samples_open=sum(work.moderation.samples[attempt] for attempt in done),
        seed_stops=sum(work.stopped[one.attempt.pk] for one in relevant),
        keying_untyped=sum(work.keying.untyped[one.attempt.pk] for one in relevant),
        keying_differing=sum(work.keying.differing[one.attempt.pk] for one in relevant),
        stale=False,
        enrolled_fact="" if standing == "expected" else standing,
        key_pinned=context.schedule.key_version_id is not None or not context.paper.machine_parts,
    )


def _counted_apart(
    context: Context, relevant: Sequence[_Scored], parts: Mapping[int, set[int]]
) -> dict[int, int]:
    """Return attempt -> how many of these parts are without a mark that counts; they are not unmarked."""
    by_label = context.paper.part_by_label
    return {
        one.attempt.pk: sum(by_label[label].id in parts[one.attempt.pk] for label in one.aggregate.unmarked)
        for one in relevant
        if one.attempt.pk in parts
    }


def _blank(
    context: Context, row: Result, attempts: Sequence[Attempt], readiness: Readiness
) -> dict[str, Any]:
    return {
        "state": readiness.state.value,
        "stale": False,
        "missing": [{"code": one.code, "count": one.count} for one in readiness.missing],
        "attempts_count": len(attempts),
        "attempt_id": None,
        "attempt_number": None,
        "handed_in_at": None,
        "score_numerator": None,
        "score_denominator": None,
        "score_micro": None,
        "maximum_micro": context.maximum_micro,
        "percent_micro": None,
        "grade": "",
        "grade_rank": None,
        "outcome": "",
        "shown_score": "",
        "shown_maximum": context.shown_maximum,
        "shown_percent": "",
        "items": b"",
        "account": [],
        "adjustments": None,
    }


def _graded(context: Context, aggregate: Aggregate, adjustments: tuple[Adjustment, ...]) -> dict[str, Any]:
    if aggregate.score is None or aggregate.maximum <= 0:
        return {}
    graded: Graded = grade(
        aggregate.score,
        aggregate.maximum,
        context.scale,
        below_minimum=aggregate.below_minimum,
        adjustments=adjustments,
    )
    return {
        "score_numerator": graded.score.numerator,
        "score_denominator": graded.score.denominator,
        "score_micro": micro(graded.score),
        "percent_micro": micro(graded.percent),
        "grade": graded.grade,
        "grade_rank": graded.grade_rank,
        "outcome": graded.outcome.value,
        "shown_score": graded.shown_score,
        "shown_percent": graded.shown_percent,
        "items": pack(aggregate.item_scores),
        "account": account_of(context.paper, context.scale.rounding, aggregate),
        "adjustments": adjusting_steps(graded, adjustments) or None,
    }
