"""Marks and answers against what the log tells of them, and machine scores against the key."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from marksheet.apps.exams.models import AnswerScore, KeyVersion, Response
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.work import digest_of_cells
from marksheet.apps.ledger.bulk import among
from marksheet.apps.ledger.models import Line
from marksheet.apps.marking.models import Mark
from marksheet.apps.release.queries.verifying.found import BATCH, Fault, Verified, in_batches
from marksheet.rules.scoring import score_answer

# A mark that one event wrote: event, attempt, round, marker, part.
Cell = tuple[int, int, str, int, int]


def as_given(counts: Verified) -> Iterator[Fault]:
    """Compare every mark with the line of the event that wrote it, and every such line with its marks."""
    lines = Line.objects.filter(subject_kind="attempt", body__contains='"round":').order_by("pk")
    told = 0
    for some in in_batches(lines.iterator(chunk_size=BATCH)):
        stored = _marks_of({line.event_id for line in some}, {line.subject_id for line in some})
        for cell, word in _told(some):
            told += 1
            where = f"mark of part {cell[4]} of attempt {cell[1]}"
            if cell not in stored:
                yield Fault(where, f"is lost: event {cell[0]} wrote it")
            elif word is not _ANY and stored[cell] != word:
                yield Fault(where, f"is not the one that event {cell[0]} wrote")
    counts.marks += told
    if Mark.objects.count() > told:
        yield from _never_told()


_ANY = object()


def _told(lines: Iterable[Line]) -> Iterator[tuple[Cell, Any]]:
    """What lines tell of marks: a number in thousandths, "nr" for no response, None for taken back."""
    for line in lines:
        said = json.loads(line.body)
        cell = (line.event_id, line.subject_id, said.get("round", ""), said.get("marker", 0))
        for part, (_before, after) in said.get("marks", {}).items():
            yield (*cell, int(part)), after
        for part in said.get("confirmed", {}):
            # The same number once more, under a newer marking scheme.
            yield (*cell, int(part)), _ANY


def _marks_of(events: set[int], attempts: set[int]) -> dict[Cell, int | str | None]:
    rows = Mark.objects.filter(event_id__in=among(events), attempt__in=among(attempts))
    return {
        (event, attempt, round_, marker, part): "nr" if no_response else value
        for event, attempt, round_, marker, part, value, no_response in rows.values_list(
            "event_id", "attempt_id", "round", "marker_id", "part_id", "value_thousandths", "no_response"
        )
    }


def _never_told() -> Iterator[Fault]:
    marks = Mark.objects.order_by("pk").values_list("event_id", "attempt_id", "round", "marker_id", "part_id")
    for some in in_batches(marks.iterator(chunk_size=BATCH)):
        lines = Line.objects.filter(
            subject_kind="attempt",
            event_id__in=among({one[0] for one in some}),
            subject_id__in=among({one[1] for one in some}),
        )
        known = {cell for cell, _word in _told(lines)}
        for cell in some:
            if cell not in known:
                yield Fault(
                    f"mark of part {cell[4]} of attempt {cell[1]}", "was never written by an event of the log"
                )


def as_handed_in(counts: Verified) -> Iterator[Fault]:
    """Compare the answers of each attempt with the digest that the log kept when they came in.

    Answers that were put right later are counted only: their digests are of what changed. What came in by other ways
    than files and the answer sheet has no digest.
    """
    lines = Line.objects.filter(subject_kind="attempt", body__contains='"digest":').order_by(
        "subject_id", "pk"
    )
    for some in in_batches(_by_attempt(lines.iterator(chunk_size=BATCH))):
        attempts = [lines[0].subject_id for lines in some]
        answers: dict[int, list[list[Any]]] = defaultdict(list)
        rows = Response.objects.filter(attempt__in=among(attempts))
        for attempt, part, value in rows.values_list("attempt_id", "part_id", "answer__value"):
            answers[attempt].append([part, "answer", value])
        marks: dict[tuple[int, int], list[list[Any]]] = defaultdict(list)
        given = Mark.objects.filter(
            attempt__in=among(attempts), event_id__in=among(one[0].event_id for one in some)
        )
        for event, attempt, *mark in given.values_list(
            "event_id", "attempt_id", "part_id", "value_thousandths", "no_response"
        ):
            marks[event, attempt].append([mark[0], "mark", *mark[1:]])
        for lines_of_one in some:
            attempt = lines_of_one[0].subject_id
            counts.answers += len(answers[attempt])
            said = [json.loads(line.body) for line in lines_of_one]
            expected = sum(one["responses"] for one in said)
            where = f"answers of attempt {attempt}"
            if expected != len(answers[attempt]):
                yield Fault(where, f"are {len(answers[attempt])}, and the log tells of {expected}")
            elif len(said) == 1 and not said[0].get("answers_changed"):
                cells = [*answers[attempt], *marks[lines_of_one[0].event_id, attempt]]
                if digest_of_cells(cells) != said[0]["digest"]:
                    yield Fault(where, "are not those that came in")


def _by_attempt(lines: Iterable[Line]) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        if group and group[0].subject_id != line.subject_id:
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def as_scored() -> Iterator[Fault]:
    """Score every distinct answer anew from its key, and compare."""
    for key_version in KeyVersion.objects.order_by("pk"):
        keys = paper_of(key_version.version_id, key_version.pk).keys
        scores = AnswerScore.objects.filter(key_version=key_version).order_by("pk")
        columns = ("answer_id", "answer__part_id", "answer__value", "numerator", "denominator")
        for answer, part, value, numerator, denominator in scores.values_list(*columns).iterator(
            chunk_size=BATCH
        ):
            where = f"score of answer {answer} to part {part}"
            if part not in keys:
                yield Fault(where, "has no key")
            elif score_answer(value, keys[part]).score != Fraction(numerator, denominator):
                yield Fault(where, "is not what the key gives")
