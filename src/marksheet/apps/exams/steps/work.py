"""Write handed-in work: attempts, and what they answered, each distinct answer once."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from marksheet.apps.exams.models import (
    Answer,
    AnswerScore,
    Attempt,
    AttemptState,
    Enrolment,
    Response,
    Schedule,
)
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.work import attempts_of, responses_of
from marksheet.apps.ledger.bulk import insert_rows, update_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.rules.scoring import score_answer

READ_AT_ONCE = 5_000
Value = TypeVar("Value")

Row = tuple[int, int, str | None]


def hand_in_attempts(
    opened: Change, schedule: Schedule, enrolment_ids: Iterable[int], source: str
) -> dict[int, int]:
    """Make the first attempt of each enrolment; who has one keeps it, whatever its state.

    It was handed in now, but at the latest at the end of the candidate's window: work that is brought in later was
    written then.

    Returns:
        enrolment key -> key of its first attempt. A constant number of statements.
    """
    wanted = list(dict.fromkeys(enrolment_ids))
    known = attempts_of(schedule.pk, wanted)
    own = Enrolment.objects.filter(schedule=schedule, closes_at__isnull=False)
    closes = {pk: at for pk, at in own.values_list("pk", "closes_at") if at}
    insert_rows(
        Attempt,
        (
            "ref",
            "script_ref",
            "enrolment_id",
            "schedule_id",
            "number",
            "state",
            "source",
            "started_at",
            "handed_in_at",
        ),
        (
            (
                new_ref(),
                new_ref(),
                enrolment,
                schedule.pk,
                1,
                AttemptState.HANDED_IN.value,
                source,
                None,
                min(opened.at, closes.get(enrolment, schedule.closes_at)),
            )
            for enrolment in wanted
            if enrolment not in known
        ),
    )
    return {enrolment: fact.id for enrolment, fact in attempts_of(schedule.pk, wanted).items()}


def take_back_attempts(opened: Change, attempts: Sequence[Attempt]) -> None:
    """Make attempts, locked by the caller, nobody's: their answers stay with them, their numbers are free again."""
    people = {attempt.enrolment_id for attempt in attempts}
    before = Counter(
        Attempt.objects.filter(enrolment__in=people, state=AttemptState.TAKEN_BACK).values_list(
            "enrolment_id", flat=True
        )
    )
    for attempt in attempts:
        before[attempt.enrolment_id] += 1
        Attempt.objects.filter(pk=attempt.pk).update(
            state=AttemptState.TAKEN_BACK, number=-before[attempt.enrolment_id]
        )


@dataclass(slots=True)
class Stored:
    """What became of the responses that came in; keys are (attempt, part)."""

    added: int = 0
    same: int = 0
    conflicts: list[tuple[int, int]] = field(default_factory=list)


def store_responses(opened: Change, schedule: Schedule, rows: Iterable[Row]) -> Stored:
    """Store what attempts answered and score each distinct answer under the schedule's key version.

    Args:
        rows: (attempt, part, canonical value or None for "no response"); each (attempt, part) once.

    Hand-in is frozen: a response that is there already stays; one that differs is named as a conflict and is
    not written, for the caller to refuse or to leave.
    """
    wanted = list(rows)
    known = responses_of(schedule.pk, {attempt for attempt, _, _ in wanted}) if wanted else {}
    stored, fresh = Stored(), []
    for row in wanted:
        attempt, part, value = row
        if (attempt, part) not in known:
            fresh.append(row)
        elif known[attempt, part] == value:
            stored.same += 1
        else:
            stored.conflicts.append((attempt, part))
    answers = ensure_answers(schedule, {(part, value) for _, part, value in fresh if value is not None})
    stored.added = insert_rows(
        Response,
        ("attempt_id", "part_id", "answer_id"),
        ((attempt, part, None if value is None else answers[part, value]) for attempt, part, value in fresh),
    )
    return stored


def change_responses(opened: Change, schedule: Schedule, rows: Sequence[Row]) -> int:
    """Put stored responses right that somebody copied by hand; return how many there were.

    Args:
        rows: (attempt, part, canonical value or None for "no response"); each is stored already. The caller
            compared them, asked why, and records old and new.
    """
    if not rows:
        return 0
    answers = ensure_answers(schedule, {(part, value) for _, part, value in rows if value is not None})
    stored = Response.objects.filter(attempt__in={attempt for attempt, _, _ in rows})
    keys = {(attempt, part): key for key, attempt, part in stored.values_list("id", "attempt_id", "part_id")}
    return update_rows(
        Response,
        ("answer_id",),
        (
            (keys[attempt, part], None if value is None else answers[part, value])
            for attempt, part, value in rows
        ),
    )


def ensure_answers(schedule: Schedule, distinct: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Find or make the distinct answers (part, value), scored under the schedule's key version."""
    if not distinct:
        return {}
    hashes = {pair: _hash(pair[1]) for pair in distinct}
    known = _answers(hashes)
    insert_rows(
        Answer,
        ("part_id", "hash", "value"),
        ((*pair[:1], hashed, pair[1]) for pair, hashed in hashes.items() if pair not in known),
    )
    if len(known) < len(distinct):
        known = _answers(hashes)
    score_answers(schedule, {key: pair for pair, key in known.items()})
    return known


def score_answers(schedule: Schedule, answers: Mapping[int, tuple[int, str]]) -> int:
    """Score the answers that have no score yet under the schedule's key version; return how many.

    Args:
        answers: answer key -> (part, canonical value). Parts without a key are marked by hand: no score.
    """
    if schedule.key_version_id is None:
        return 0
    keys = paper_of(schedule.version_id, schedule.key_version_id).keys
    scored: set[int] = set()
    for some in _chunks(sorted(answers)):
        found = AnswerScore.objects.filter(key_version_id=schedule.key_version_id, answer__in=some)
        scored.update(found.values_list("answer_id", flat=True))
    earned = (
        (answer, score_answer(value, keys[part]))
        for answer, (part, value) in answers.items()
        if answer not in scored and part in keys
    )
    return insert_rows(
        AnswerScore,
        ("answer_id", "key_version_id", "numerator", "denominator", "right"),
        (
            (answer, schedule.key_version_id, one.score.numerator, one.score.denominator, bool(one.right))
            for answer, one in earned
        ),
    )


def _answers(hashes: Mapping[tuple[int, str], str]) -> dict[tuple[int, str], int]:
    """Return the key of each (part, value) that is stored."""
    wanted = {(pair[0], hashed): pair for pair, hashed in hashes.items()}
    parts = {part for part, _ in hashes}
    found: dict[tuple[int, str], int] = {}
    for some in _chunks(sorted(set(hashes.values()))):
        rows = Answer.objects.filter(part__in=parts, hash__in=some)
        for key, part, hashed in rows.values_list("id", "part_id", "hash"):
            if (part, hashed) in wanted:
                found[wanted[part, hashed]] = key
    return found


def _chunks(values: Sequence[Value]) -> Iterable[Sequence[Value]]:
    return (values[first : first + READ_AT_ONCE] for first in range(0, len(values), READ_AT_ONCE))


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
