"""Write down exactly what a candidate may see of a result, as the switches are now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Min

from marksheet.apps.exams.models import Attempt, Response, Schedule
from marksheet.apps.exams.queries.paper import Paper, PartRow, paper_of
from marksheet.apps.ledger.bulk import among, insert_rows
from marksheet.apps.ledger.chain import digest
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.apps.marking.queries.annotations import Placed, still_fits
from marksheet.apps.marking.queries.explaining import NOTHING_EXPLAINED, Explained, explained
from marksheet.apps.release.models import Disclosure
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.apps.results.queries.packing import MILLION, unpack
from marksheet.apps.results.steps.versions import ReadyRow
from marksheet.rules.grading import Scale, Step, Unit, scale_from_json, shown_marks
from marksheet.rules.rounding import Rounding
from marksheet.rules.visibility import (
    AttemptLine,
    ItemLine,
    ResultFacts,
    SectionLine,
    Switches,
    canonical_json,
    disclose,
    questions_open,
)

MOST_LINES = 50_000
# A working result or a version: both say what a score is.
Scored = Result | ReadyRow | ResultVersion
ScoredRows = Mapping[int, Result] | Mapping[int, ReadyRow] | Mapping[int, ResultVersion]


class HandedIn(NamedTuple):
    """One attempt that is not void; ``handed_in_at`` is None while it is being written."""

    pk: int
    number: int
    handed_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class ItemTexts:
    """What all candidates share of an item as text.

    ``parts`` are (key, label) of what the machine scores, ``written`` of what people mark; a lone part has no label.
    """

    label: str
    title: str
    maximum: str
    parts: tuple[tuple[int, str], ...]
    alone: bool
    correct_answer: str | None
    written: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Exam:
    """What all candidates of a schedule share when their disclosures are written.

    ``lines`` keeps what was written of an item (its place, the score in millionths, the answer): candidates have
    few different scores of one item, and often the same answer.
    """

    schedule: Schedule
    paper: Paper
    scale: Scale
    switches: Switches
    title: str
    code: str
    pass_mark: str
    items: tuple[ItemTexts, ...]
    closed: bool
    lines: dict[tuple[int, int | None, str | None], ItemLine] = field(default_factory=dict)


def exam_of(schedule: Schedule, at: datetime) -> Exam:
    """Read once what the disclosures of a schedule need; ``at`` decides whether its questions are open."""
    assessment = schedule.version.assessment
    # "Every window using the version is closed": of all its schedules, and every window of a candidate's own.
    running = Schedule.objects.filter(version_id=schedule.version_id, ends_at__gt=at).exclude(
        state="archived"
    )
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    scale = scale_from_json(schedule.scale)
    switches = Switches.from_json(schedule.switches)
    itemised = switches.summary or switches.detail or switches.feedback or switches.annotations
    return Exam(
        schedule=schedule,
        paper=paper,
        scale=scale,
        switches=switches,
        title=assessment.title,
        code=assessment.code,
        pass_mark=pass_mark_text(scale),
        items=_item_texts(paper, scale.rounding) if itemised else (),
        closed=not running.exists(),
    )


def _item_texts(paper: Paper, rounding: Rounding) -> tuple[ItemTexts, ...]:
    parts: dict[int, list[PartRow]] = defaultdict(list)
    for part in paper.parts:
        parts[part.item_index].append(part)
    correct = {key: ", ".join(found.correct) for key, found in paper.keys.items()}
    texts = []
    for place, item in enumerate(paper.items):
        machine = tuple((part.id, part.label) for part in parts[place] if part.machine)
        alone = len(machine) == len(parts[place]) == 1
        maximum = shown_marks(item.maximum, rounding)
        texts.append(
            ItemTexts(
                item.label,
                item.title,
                maximum,
                machine,
                alone,
                _joined(machine, alone, correct),
                tuple(
                    (p.id, p.label if len(parts[place]) > 1 else "") for p in parts[place] if not p.machine
                ),
            )
        )
    return tuple(texts)


def documents(exam: Exam, rows: Sequence[Result] | Sequence[ReadyRow], scored: ScoredRows) -> dict[int, str]:
    """Return the disclosure of each result as canonical JSON text, by result key.

    Args:
        rows: working results of one schedule.
        scored: result key -> what is disclosed of it: the working result itself, or a version.

    Answers and keys are read only if a switch asks for them; a constant number of statements.
    """
    on = exam.switches
    keys = [key for row in rows if (key := scored[row.pk].attempt_id)]
    answers = _answers(keys) if on.detail or on.feedback or on.annotations else {}
    said = NOTHING_EXPLAINED
    if on.feedback or on.annotations:
        until = frozen_in(scored)
        said = explained(keys, until, feedback=on.feedback, annotations=on.annotations)
    attempts = _attempts(rows)
    return {
        row.pk: canonical_json(
            _document(exam, row, scored[row.pk], attempts[row.enrolment_id], answers, said)
        ).decode()
        for row in rows
    }


def _document(
    exam: Exam,
    row: Result | ReadyRow,
    one: Scored,
    attempts: Sequence[HandedIn],
    answers: Mapping[int, Mapping[int, str]],
    said: Explained,
) -> dict[str, Any]:
    left = exam.schedule.attempts_allowed > len(attempts) and not exam.closed
    return disclose(
        _facts(exam, row, one, attempts, answers.get(one.attempt_id or 0, {}), said),
        exam.switches,
        questions_open=questions_open(left, exam.closed, exam.schedule.questions_lifted),
    )


def _facts(
    exam: Exam,
    row: Result | ReadyRow,
    one: Scored,
    attempts: Sequence[HandedIn],
    answers: Mapping[int, str],
    said: Explained,
) -> ResultFacts:
    return ResultFacts(
        assessment_title=exam.title,
        assessment_code=exam.code,
        schedule_title=exam.schedule.title,
        taken_on=_day(one.handed_in_at, exam.schedule.timezone),
        attempt=one.attempt_number,
        outcome=one.outcome,
        score=one.shown_score,
        maximum=one.shown_maximum,
        percent=one.shown_percent,
        grade=one.grade,
        pass_mark=exam.pass_mark,
        attempts=tuple(
            AttemptLine(a.number, _day(a.handed_in_at, exam.schedule.timezone), a.pk == one.attempt_id)
            for a in attempts
            if a.handed_in_at is not None
        ),
        sections=tuple(SectionLine(*line) for line in one.account),
        items=_items(exam, one, answers, said),
        steps=tuple(
            Step(kind, Fraction(before), Fraction(after), "")
            for kind, _amount, _unit, before, after in one.adjustments or ()
        ),
        rounding=exam.scale.rounding,
    )


def pass_mark_text(scale: Scale) -> str:
    """Return the pass mark as candidates read it: "33 %" or "16.5 marks"."""
    at = shown_marks(scale.pass_mark.at, scale.rounding)
    return f"{at} %" if scale.pass_mark.unit is Unit.PERCENT else f"{at} marks"


def _day(moment: datetime | None, zone: str) -> str:
    return "" if moment is None else moment.astimezone(ZoneInfo(zone)).date().isoformat()


def _items(exam: Exam, one: Scored, answers: Mapping[int, str], said: Explained) -> tuple[ItemLine, ...]:
    """Without a switch that shows items there are none to write down."""
    scores = unpack(one.items) if exam.items else ()
    if not scores:
        return ()
    lines = []
    for place, (item, score) in enumerate(zip(exam.items, scores, strict=True)):
        answer = _joined(item.parts, item.alone, answers)
        line = exam.lines.get((place, score, answer)) or _line(exam, place, score, answer)
        beside = _beside(item, one.attempt_id or 0, answers, said)
        lines.append(replace(line, written={}, **beside) if beside else line)
    return tuple(lines)


def _beside(item: ItemTexts, attempt: int, answers: Mapping[int, str], said: Explained) -> dict[str, Any]:
    """Return what was said beside the marks of one item, as fields of its line; {} where nothing was."""
    texts, annotated = [], []
    for part, label in item.written:
        text = "\n\n".join(said.feedback.get((attempt, part), ()))
        if text:
            texts.append(f"{label}: {text}" if label else text)
        if notes := said.annotations.get((attempt, part)):
            annotated.append(_annotated(label, answers.get(part, ""), notes, attempt, part, said))
    found: dict[str, Any] = {"feedback": "\n\n".join(texts)} if texts else {}
    return found | ({"annotated": tuple(annotated)} if annotated else {})


def _annotated(
    label: str, text: str, notes: Sequence[Placed], attempt: int, part: int, said: Explained
) -> dict[str, Any]:
    """Return a response with its notes, as the document holds them: a place only where it is still there."""
    files = {at: sha256 for (a, p, at), sha256 in said.files.items() if (a, p) == (attempt, part)}
    return {"part": label, "text": text, "notes": [_note(one, text, files) for one in notes]}


def _note(one: Placed, text: str, files: Mapping[int, str]) -> dict[str, Any]:
    note: dict[str, Any] = {"kind": one.kind.value, "words": one.words}
    if not still_fits(one, text, files):
        return note
    if one.stretch is not None:
        note |= {"start": one.stretch.start, "end": one.stretch.end}
    if one.position is not None:
        note |= {"file": one.position, "page": one.page}
    if one.spot is not None:
        note |= {name: getattr(one.spot, name) for name in ("x", "y", "width", "height")}
    return note


def frozen_in(scored: ScoredRows) -> dict[int, int]:
    """Return attempt -> the event that froze its version: what was said later does not belong to it."""
    versions = {one.pk: one.attempt_id for one in scored.values() if isinstance(one, ResultVersion)}
    if not versions:
        return {}
    rows = Disclosure.objects.filter(version_id__in=among(versions)).values("version_id")
    first = rows.annotate(first=Min("event_id")).values_list("version_id", "first")
    return {attempt: event for version, event in first if (attempt := versions[version]) is not None}


def _line(exam: Exam, place: int, score: int | None, answer: str | None) -> ItemLine:
    item = exam.items[place]
    line = ItemLine(
        label=item.label,
        title=item.title,
        score="" if score is None else _shown(score, exam.scale.rounding),
        maximum=item.maximum,
        own_answer=answer,
        correct_answer=item.correct_answer,
    )
    if len(exam.lines) < MOST_LINES:
        exam.lines[place, score, answer] = line
    return line


@lru_cache(maxsize=10_000)
def _shown(millionths: int, rounding: Rounding) -> str:
    """The few scores that an item can have are written out once, not once for each candidate."""
    return shown_marks(Fraction(millionths, MILLION), rounding)


def _joined(parts: Sequence[tuple[int, str]], alone: bool, texts: Mapping[int, str]) -> str | None:
    if not parts:
        return None
    if alone:
        return texts.get(parts[0][0], "")
    return "; ".join(f"{label}: {texts.get(key, '–')}" for key, label in parts)


def _answers(attempt_ids: Sequence[int | None]) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = defaultdict(dict)
    responses = Response.objects.filter(
        attempt_id__in=among(key for key in attempt_ids if key), answer__isnull=False
    )
    for attempt_id, part_id, value in responses.values_list("attempt_id", "part_id", "answer__value"):
        found[attempt_id][part_id] = value
    return found


def _attempts(rows: Sequence[Result] | Sequence[ReadyRow]) -> dict[int, list[HandedIn]]:
    """The attempts that are not void, and were not taken back, by enrolment."""
    found: dict[int, list[HandedIn]] = defaultdict(list)
    attempts = Attempt.objects.filter(enrolment_id__in=among(row.enrolment_id for row in rows)).exclude(
        state__in=("void", "taken_back")
    )
    columns = ("enrolment_id", "pk", "number", "handed_in_at")
    for enrolment_id, *attempt in attempts.order_by("enrolment_id", "number").values_list(*columns):
        found[enrolment_id].append(HandedIn(*attempt))
    return found


def write_disclosures(opened: Change, bodies: Mapping[int, str]) -> dict[int, tuple[int, str]]:
    """Store disclosures: version key -> text; return version key -> (disclosure key, hash)."""
    refs = {version: new_ref() for version in bodies}
    insert_rows(
        Disclosure,
        ("ref", "version_id", "body", "hash", "event_id", "created_at"),
        ((refs[v], v, body, digest(body), opened.event_id, opened.at) for v, body in bodies.items()),
    )
    made = Disclosure.objects.filter(event_id=opened.event_id, version_id__in=among(bodies))
    return {version: (key, hashed) for version, key, hashed in made.values_list("version_id", "id", "hash")}
