"""Which parts keep a result from being ready: those that people mark, and those that lack an answer."""

from dataclasses import dataclass
from fractions import Fraction

from marksheet.apps.exams.models import AnswerScore, Attempt, AttemptState, Response, Schedule
from marksheet.apps.exams.queries.paper import Paper, paper_of
from marksheet.apps.marking.models import Mark
from marksheet.apps.marking.queries.counting import counted_marks
from marksheet.apps.marking.queries.plan import agreeing_of, plan_of
from marksheet.apps.results.models import Result
from marksheet.rules.aggregation import PartOutcome, compile_paper
from marksheet.rules.attempts import AttemptCounts

NOTHING = Fraction(0)


@dataclass(frozen=True, slots=True)
class Unmarked:
    """Labels of parts in paper order: ``by_hand`` wait for a marker, ``answers`` for what was answered."""

    by_hand: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many parts they are together."""
        return len(self.by_hand) + len(self.answers)


def unmarked_of(row: Result) -> Unmarked:
    """Return what is unmarked in the attempts that matter for a result; what recomputing counted, by name.

    The caller was let to the row. A part that lacks something in several attempts is named once.
    """
    schedule = row.schedule
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    attempts = Attempt.objects.filter(enrolment_id=row.enrolment_id, state=AttemptState.HANDED_IN)
    if schedule.attempt_counts != AttemptCounts.BEST:
        attempts = attempts.filter(pk=row.attempt_id or 0)
    open_: set[str] = set()
    for outcomes in _outcomes(schedule, paper, list(attempts.values_list("pk", flat=True))).values():
        parts: list[list[PartOutcome]] = [[] for _ in paper.items]
        for part in paper.parts:
            parts[part.item_index].append(outcomes.get(part.id, PartOutcome(None)))
        open_.update(compile_paper(paper.spec).aggregate(parts).unmarked)
    return Unmarked(
        tuple(part.label for part in paper.unscored_parts if part.label in open_),
        tuple(part.label for part in paper.machine_parts if part.label in open_),
    )


def _outcomes(schedule: Schedule, paper: Paper, attempts: list[int]) -> dict[int, dict[int, PartOutcome]]:
    """Return attempt -> part -> what it came to, for parts that have a score, a mark or no response."""
    found: dict[int, dict[int, PartOutcome]] = {attempt: {} for attempt in attempts}
    responses = Response.objects.filter(attempt__in=attempts)
    scores = {
        one.answer_id: PartOutcome(Fraction(one.numerator, one.denominator), one.right)
        for one in AnswerScore.objects.filter(
            key_version_id=schedule.key_version_id,
            answer__in=responses.filter(answer__isnull=False).values("answer"),
        )
    }
    for attempt, part, answer in responses.values_list("attempt_id", "part_id", "answer_id"):
        found[attempt][part] = (
            PartOutcome(NOTHING, False, True) if answer is None else scores.get(answer, PartOutcome(None))
        )
    human = [part.id for part in paper.human_parts]
    counted = counted_marks(Mark.objects.filter(attempt__in=attempts), agreeing_of(plan_of(schedule)), human)
    for (attempt, part), mark in counted.items():
        # What two markers see differently is marked: it waits for something else.
        value = NOTHING if mark.waits else mark.value
        found[attempt][part] = PartOutcome(value, None, mark.no_response)
    return found
