"""One published result, read-only: each question with answer, key and score, its attempts, who may see it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Q

from marksheet.apps.exams.models import Attempt, Response
from marksheet.apps.exams.queries.paper import ItemRow, Paper, paper_of
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person
from marksheet.apps.release.models import Opening
from marksheet.apps.results.models import Result, ResultVersion
from marksheet.apps.results.queries.adjustments import AdjustmentStep, steps_of
from marksheet.apps.results.queries.opened import VersionLine, attempts_of, versions_of
from marksheet.apps.results.queries.packing import MILLION, unpack
from marksheet.apps.results.queries.reports import published_for
from marksheet.apps.results.queries.sight import results_published_by
from marksheet.rules.grading import scale_from_json


@dataclass(frozen=True, slots=True)
class PartDetail:
    """One part as it was answered; ``answer`` None is no response, ``correct`` None is marked by a person."""

    label: str
    answer: str | None
    correct: str | None
    answered: bool


@dataclass(frozen=True, slots=True)
class ItemDetail:
    """One question of a published result; ``score`` None: it did not count here."""

    item: ItemRow
    score: Fraction | None
    parts: tuple[PartDetail, ...]


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What the candidate is told: status (``never``, or one of the openings'), since when."""

    status: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything that the page of one published result shows."""

    row: Result
    version: ResultVersion
    items: tuple[ItemDetail, ...]
    attempts: list[Attempt]
    versions: list[VersionLine]
    disclosed: Disclosed
    mine: bool
    adjustments: list[AdjustmentStep]

    @property
    def correction(self) -> bool:
        """Whether the working result has moved on, so that a correction may come."""
        return self.row.revision != self.row.in_force_revision


def published_row(person: Person, ref: str) -> Result:
    """Return the published result named ``ref`` if ``person`` may read it in Reports.

    Raises:
        NotFound: there is none, it is hidden from this person, not published (any more), or their own.
    """
    row = (
        published_for(person)
        .filter(ref=ref)
        .select_related("schedule__version__assessment", "unit", "in_force", "attempt")
        .first()
    )
    if row is None:
        raise NotFound("There is no such result.")
    return row


def detail_of(person: Person, ref: str) -> Detail:
    """Return the published result named ``ref``, from its version in force alone; a constant number of statements.

    Raises:
        NotFound: as ``published_row``.
    """
    row = published_row(person, ref)
    version = row.in_force
    assert version is not None  # noqa: S101 - published_for says so
    return Detail(
        row=row,
        version=version,
        items=_items(paper_of(row.schedule.version_id, version.key_version_id), version),
        attempts=attempts_of(row),
        versions=versions_of(row),
        disclosed=disclosed(row),
        mine=results_published_by(person).filter(pk=row.pk).exists(),
        adjustments=steps_of(version, scale_from_json(row.schedule.scale).rounding),
    )


def disclosed(row: Result) -> Disclosed:
    """Return what the candidate of a published result is told of it, and since when."""
    holds = Q(publication=None) | Q(publication__committed_at__isnull=False)
    last = Opening.objects.filter(holds, result=row).select_related("publication").order_by("-id").first()
    if last is None:
        return Disclosed("never", None)
    at = last.publication.committed_at if last.publication else last.at
    shown = last.status == "shown"
    return Disclosed(str(last.status) if shown == row.shown_to_candidate else "hidden", at)


def _items(paper: Paper, version: ResultVersion) -> tuple[ItemDetail, ...]:
    scores = unpack(version.items)
    if not scores:
        return ()
    answers = dict(
        Response.objects.filter(attempt=version.attempt_id or 0).values_list("part_id", "answer__value")
    )
    parts: dict[int, list[PartDetail]] = defaultdict(list)
    for part in paper.parts:
        key = paper.keys.get(part.id)
        parts[part.item_index].append(
            PartDetail(
                part.label,
                answers.get(part.id),
                ", ".join(key.correct) if part.machine and key else None,
                part.id in answers,
            )
        )
    return tuple(
        ItemDetail(
            item,
            None if place >= len(scores) or scores[place] is None else Fraction(scores[place] or 0, MILLION),
            tuple(parts[place]),
        )
        for place, item in enumerate(paper.items)
    )
