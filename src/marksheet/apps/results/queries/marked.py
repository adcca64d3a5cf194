"""Scripts as their markers left them, for the triggers of moderation: totals, score, what is not settled yet."""

from collections import defaultdict
from collections.abc import Collection
from fractions import Fraction

from django.db.models import Q

from marksheet.apps.exams.models import AnswerScore, Response, Schedule
from marksheet.apps.exams.queries.paper import Paper, paper_of
from marksheet.apps.ledger.bulk import among
from marksheet.apps.marking.models import MARKERS, Mark
from marksheet.apps.marking.models import Plan as Plan
from marksheet.apps.marking.queries.counting import Counted, counted_marks
from marksheet.apps.marking.queries.flags import open_flags
from marksheet.apps.marking.queries.marks import Cell
from marksheet.apps.marking.queries.plan import agreeing_of
from marksheet.apps.results.queries.checking import Outcomes, bring_in_checks, scored_cells
from marksheet.rules.aggregation import PartOutcome, compile_paper
from marksheet.rules.moderation import Kind, Marked, Round

NOTHING = Fraction(0)


def marked_scripts(
    schedule: Schedule, plan: Plan, rounds: Collection[Round], attempts: Collection[int]
) -> dict[int, Marked]:
    """Return attempt -> the script as these rounds look at it; one on which two markers do not agree yet is left out.

    Only what one of the triggers asks for is read. The caller has made sure that the scripts are submitted.
    """
    asked = {one.kind for round_ in rounds for one in round_.triggers}
    agreeing = agreeing_of(plan)
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    counted: dict[Cell, Counted] = {}
    if agreeing is not None or Kind.NEAR_BOUNDARY in asked:
        marks = Mark.objects.filter(_of(attempts, schedule))
        counted = counted_marks(marks, agreeing, [part.id for part in paper.human_parts])
    waits: dict[int, set[str]] = defaultdict(set)
    for (attempt, _part), one in counted.items():
        if one.waits:
            waits[attempt].add(one.waits)
    settled = [one for one in attempts if waits.get(one, set()) <= {"moderation_awaited"}]
    totals = _totals(settled, schedule) if Kind.DIFFERENCE in asked and agreeing is not None else {}
    scores = _scores(schedule, paper, settled, counted) if Kind.NEAR_BOUNDARY in asked else {}
    flagged = set(open_flags({"attempt__in": among(settled)})) if Kind.FLAGGED in asked else set()
    return {
        one: Marked(one, totals.get(one, ()), scores.get(one), one in flagged, beyond=bool(waits.get(one)))
        for one in settled
    }


def _of(attempts: Collection[int], schedule: Schedule) -> Q:
    """Fit rows of these attempts; of many, PostgreSQL finds them by their schedule."""
    some = Q(attempt__in=among(attempts))
    return some & Q(attempt__schedule=schedule) if len(attempts) > 500 else some


def _totals(attempts: Collection[int], schedule: Schedule) -> dict[int, tuple[tuple[int, Fraction], ...]]:
    """Return attempt -> what each marker gave in all, in the order of the rounds."""
    newest: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    markers: dict[tuple[int, str], int] = {}
    rows = Mark.objects.filter(_of(attempts, schedule), round__in=MARKERS).order_by("id")
    for attempt, round_, part, marker, value in rows.values_list(
        "attempt_id", "round", "part_id", "marker_id", "value_thousandths"
    ):
        newest[attempt, round_][part] = value or 0
        markers[attempt, round_] = marker
    found: dict[int, tuple[tuple[int, Fraction], ...]] = defaultdict(tuple)
    for attempt, round_ in sorted(newest):
        total = Fraction(sum(newest[attempt, round_].values()), 1000)
        found[attempt] += ((markers[attempt, round_], total),)
    return found


def _scores(
    schedule: Schedule, paper: Paper, attempts: Collection[int], counted: dict[Cell, Counted]
) -> dict[int, Fraction | None]:
    """Return attempt -> its exact score before anything is adjusted for one candidate; None while it has none."""
    outcomes: Outcomes = {attempt: {} for attempt in attempts}
    scores = {
        answer: PartOutcome(Fraction(n, d), right)
        for answer, n, d, right in AnswerScore.objects.filter(
            key_version_id=schedule.key_version_id
        ).values_list("answer_id", "numerator", "denominator", "right")
    } if paper.machine_parts else {}  # fmt: skip
    unknown, blank = PartOutcome(None), PartOutcome(NOTHING, False, True)
    if paper.machine_parts:
        given = Response.objects.filter(_of(attempts, schedule))
        for attempt, part, answer in given.values_list("attempt_id", "part_id", "answer_id"):
            outcomes[attempt][part] = blank if answer is None else scores.get(answer, unknown)
    machine = scored_cells(paper, outcomes) if paper.hand_check else {}
    for (attempt, part), one in counted.items():
        if attempt in outcomes:
            outcomes[attempt][part] = PartOutcome(
                one.value, False if one.no_response else None, one.no_response
            )
    bring_in_checks(paper, machine, counted, outcomes)
    compiled = compile_paper(paper.spec)
    found = {}
    for attempt, own in outcomes.items():
        parts: list[list[PartOutcome]] = [[] for _ in paper.items]
        for row in paper.parts:
            parts[row.item_index].append(own.get(row.id, unknown))
        found[attempt] = compiled.aggregate(parts).score
    return found
