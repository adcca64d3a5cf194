"""What was said beside the marks that hold: feedback and annotations, as their candidate may be told of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from marksheet.apps.exams.queries.files import contents_of
from marksheet.apps.ledger.bulk import among
from marksheet.apps.marking.models import MARKERS, MODERATION, Annotation, Judgement, Mark
from marksheet.apps.marking.queries.annotations import Placed, newest_of, placed_from
from marksheet.apps.marking.queries.marks import Cell
from marksheet.apps.marking.queries.sharing import place_of_round
from marksheet.rules.judging import explaining


@dataclass(frozen=True, slots=True)
class Explained:
    """What explains the marks of some attempts; no name of who said it, and no private note.

    Args:
        feedback: (attempt, part) -> the texts, in the order of rounds, each once.
        annotations: (attempt, part) -> annotations in the order of rounds, then of their numbers.
        files: (attempt, part, position) -> digest of the content that was handed in there.
    """

    feedback: Mapping[Cell, Sequence[str]] = field(default_factory=dict)
    annotations: Mapping[Cell, Sequence[Placed]] = field(default_factory=dict)
    files: Mapping[tuple[int, int, int], str] = field(default_factory=dict)


NOTHING_EXPLAINED = Explained()
Row = TypeVar("Row", Judgement, Annotation)


def explained(
    attempts: Iterable[int], until: Mapping[int, int], *, feedback: bool, annotations: bool
) -> Explained:
    """Return what was said beside the marks of these attempts that hold; at most four statements.

    Only of the rounds whose marks hold, as ``rules.judging.explaining`` says. The caller discloses it.

    Args:
        until: attempt -> event; what was written in that event or later is not among it.
    """
    keys = list(attempts)
    rounds = _rounds(keys, until)
    texts: dict[Cell, list[str]] = defaultdict(list)
    placed: dict[Cell, list[Placed]] = defaultdict(list)
    if feedback:
        rows = Judgement.objects.filter(attempt_id__in=among(keys)).order_by("version")
        said = {(row.attempt_id, row.part_id, row.round): row for row in _early(rows, until)}
        for (attempt, part, round_), row in sorted(said.items(), key=lambda one: place_of_round(one[0][2])):
            text, there = row.feedback.strip(), texts[attempt, part]
            if text and round_ in rounds.get((attempt, part), ()) and text not in there:
                there.append(text)
    if annotations:
        put = Annotation.objects.filter(attempt_id__in=among(keys)).order_by("version")
        for one in sorted(
            newest_of(_early(put, until)), key=lambda row: (place_of_round(row.round), row.number)
        ):
            if not one.removed and one.round in rounds.get((one.attempt_id, one.part_id), ()):
                placed[one.attempt_id, one.part_id].append(placed_from(one))
    on_files = any(one.position for some in placed.values() for one in some)
    return Explained(texts, placed, contents_of(keys) if on_files else {})


def _early(rows: Iterable[Row], until: Mapping[int, int]) -> list[Row]:
    return [row for row in rows if row.event_id < until.get(row.attempt_id, row.event_id + 1)]


def _rounds(attempts: Sequence[int], until: Mapping[int, int]) -> dict[Cell, frozenset[str]]:
    """Return cell -> the rounds whose marks explain what holds."""
    marks = Mark.objects.filter(attempt_id__in=among(attempts), round__in=(*MARKERS, *MODERATION))
    columns = ("attempt_id", "part_id", "round", "value_thousandths", "no_response", "event_id")
    stands: dict[Cell, dict[str, bool]] = defaultdict(dict)
    for attempt, part, round_, value, blank, event in marks.order_by("version").values_list(*columns):
        if event < until.get(attempt, event + 1):
            stands[attempt, part][round_] = value is not None or blank
    moderation = [str(one) for one in MODERATION]
    return {
        cell: explaining([round_ for round_, there in given.items() if there], moderation)
        for cell, given in stands.items()
    }
