"""Make the working results of new enrolments, and keep the copies they carry."""

from collections.abc import Iterator, Sequence

from marksheet.apps.exams.models import Enrolment, Schedule
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.apps.results.models import Bucket, Result, Word
from marksheet.apps.results.steps.counts import recount
from marksheet.formats.names import words

FIELDS = (
    "ref", "schedule_id", "assessment_id", "enrolment_id", "person_id", "institution_id", "unit_id", "home_id",
    "name", "sort_name", "number", "script_code", "title", "code", "opens_at", "closes_at", "state", "bucket",
    "revision", "stale", "missing", "standing", "submitted", "attempts_count", "grade", "outcome", "shown_score",
    "shown_maximum", "shown_percent", "items", "account", "retracted", "shown_to_candidate", "changed_at",
)  # fmt: skip


def add_results(opened: Change, schedule: Schedule, enrolments: Sequence[Enrolment]) -> None:
    """Make a working result, its search words and its count for each new enrolment; set-based."""
    assessment_id = schedule.version.assessment_id
    insert_rows(
        Result,
        FIELDS,
        (
            (
                new_ref(), schedule.pk, assessment_id, e.pk, e.person_id, schedule.institution_id, schedule.unit_id,
                e.home_id, e.name, e.sort_name, e.number, e.script_code, schedule.title, schedule.code,
                e.opens_at or schedule.opens_at, e.closes_at or schedule.closes_at, "waiting", Bucket.EXPECTED.value,
                0, False, [{"code": "not_handed_in", "count": 1}], e.standing, False, 0, "", "", "", "", "", b"", [],
                False, False, opened.at,
            )
            for e in enrolments
        ),
    )  # fmt: skip
    add_words(schedule, enrolments)
    recount(schedule.pk)


def add_words(schedule: Schedule, enrolments: Sequence[Enrolment]) -> None:
    """Write the words by which the results of ``enrolments`` are found."""
    keys = _result_keys(schedule, enrolments)
    shared = {*words(schedule.title), *words(schedule.code)}

    def rows() -> Iterator[tuple[int, int, int, str]]:
        for e in enrolments:
            for word in sorted({*words(e.name), *words(e.number), *shared}):
                yield keys[e.pk], schedule.institution_id, schedule.pk, word[:60]

    insert_rows(Word, ("result_id", "institution_id", "schedule_id", "word"), rows())


def _result_keys(schedule: Schedule, enrolments: Sequence[Enrolment]) -> dict[int, int]:
    results = Result.objects.filter(schedule=schedule)
    if len(enrolments) <= 500:
        results = results.filter(enrolment_id__in=[e.pk for e in enrolments])
    return dict(results.values_list("enrolment_id", "id"))


def rename(opened: Change, schedule: Schedule) -> None:
    """Refresh what the results copy from their schedule and enrolments: title, code, window, names."""
    Result.objects.filter(schedule=schedule).update(title=schedule.title, code=schedule.code)
    own = {e.pk: e for e in Enrolment.objects.filter(schedule=schedule)}
    Result.objects.filter(schedule=schedule, enrolment__opens_at=None).update(opens_at=schedule.opens_at)
    Result.objects.filter(schedule=schedule, enrolment__closes_at=None).update(closes_at=schedule.closes_at)
    for e in own.values():
        if e.opens_at or e.closes_at:
            Result.objects.filter(enrolment=e).update(
                opens_at=e.opens_at or schedule.opens_at, closes_at=e.closes_at or schedule.closes_at
            )
    Word.objects.filter(schedule=schedule).delete()
    add_words(schedule, list(own.values()))


def take_away(opened: Change, schedule: Schedule, enrolment_ids: Sequence[int]) -> None:
    """Take away the empty working results of candidates who are no longer enrolled."""
    results = Result.objects.filter(schedule=schedule, enrolment_id__in=enrolment_ids, bucket=Bucket.EXPECTED)
    keys = list(results.values_list("pk", flat=True))
    Word.objects.filter(result_id__in=keys).delete()
    Result.objects.filter(pk__in=keys).delete()
    recount(schedule.pk)
