"""What the key scored of the parts that people check, as a mark sheet shows it."""

from collections.abc import Collection
from fractions import Fraction

from marksheet.apps.exams.models import AnswerScore, Response, Schedule
from marksheet.rules.aggregation import in_thousandths

Cell = tuple[int, int]


def machine_scores(
    schedule: Schedule, attempts: Collection[int], parts: Collection[int]
) -> dict[Cell, int | None]:
    """Return (attempt, part) -> the machine's score in thousandths, None for no response; without what has no score.

    Two statements; none where no part is asked for.
    """
    if not parts or not attempts:
        return {}
    given = Response.objects.filter(attempt__in=list(attempts), part__in=list(parts))
    rows = list(given.values_list("attempt_id", "part_id", "answer_id"))
    scores = AnswerScore.objects.filter(
        key_version_id=schedule.key_version_id, answer__in={answer for _a, _p, answer in rows if answer}
    )
    known = {
        answer: in_thousandths(Fraction(n, d))
        for answer, n, d in scores.values_list("answer_id", "numerator", "denominator")
    }
    return {
        (attempt, part): known.get(answer) if answer else None
        for attempt, part, answer in rows
        if answer is None or answer in known
    }
