"""Correct a candidate's name or number where working results carry it, search words included."""

from collections.abc import Sequence

from marksheet.apps.exams.models import Enrolment
from marksheet.apps.ledger.change import Change
from marksheet.apps.results.models import Result, Word
from marksheet.apps.results.steps.rows import add_words


def correct_results(opened: Change, enrolments: Sequence[Enrolment]) -> None:
    """Refresh what working results copy from these enrolments; published versions stay as they were."""
    for enrolment in enrolments:
        results = Result.objects.filter(enrolment=enrolment)
        results.update(name=enrolment.name, sort_name=enrolment.sort_name, number=enrolment.number)
        Word.objects.filter(result__in=results).delete()
        if results.exists():
            add_words(enrolment.schedule, [enrolment])
