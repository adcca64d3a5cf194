"""What was put on a response: the annotations that hold in a cell, and those of others as far as they are shared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import veil_of
from marksheet.apps.marking.models import Annotation, Script
from marksheet.apps.marking.queries.moderation import notes_hidden_from
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.sharing import place_of_round, rounds_shared
from marksheet.apps.people.models import Person
from marksheet.rules.annotations import Kind, Spot, Stretch, fits
from marksheet.rules.anonymity import Sharing


@dataclass(frozen=True, slots=True)
class Placed:
    """One annotation as it holds.

    Args:
        number, version: within its cell.
        stretch: of the text, or None; ``spot`` on page ``page`` of file ``position``, or None. Neither for a remark on
            a whole page.
        fits: what it was given to is still there.
        by: who made it, as the reader sees them; "" for what belongs to the round that is on the screen.
    """

    number: int
    version: int
    kind: Kind
    words: str
    digest: str
    stretch: Stretch | None = None
    position: int | None = None
    page: int | None = None
    spot: Spot | None = None
    fits: bool = True
    round: str = ""
    marker_id: int = 0
    by: str = ""

    def same_as(self, other: "Placed") -> bool:
        """Whether it says the same of the same place."""

        def told(one: Placed) -> tuple[object, ...]:
            return (one.kind, one.words, one.digest, one.stretch, one.position, one.page, one.spot)

        return told(self) == told(other)


def placed_from(row: Annotation) -> Placed:
    """Return a stored annotation as the rules speak of it."""
    stretch = Stretch(row.start, row.end) if row.start is not None and row.end is not None else None
    spot = None
    if row.x is not None and row.y is not None:
        spot = Spot(row.x, row.y, row.width or 0, row.height or 0)
    return Placed(
        row.number, row.version, Kind(row.kind), row.words, row.digest, stretch, row.position, row.page, spot,
        round=row.round, marker_id=row.marker_id,
    )  # fmt: skip


def newest_of(rows: Iterable[Annotation]) -> list[Annotation]:
    """Return the version that holds of each annotation, removed ones among them; ``rows`` come by version."""
    found = {(row.attempt_id, row.part_id, row.round, row.number): row for row in rows}
    return list(found.values())


def held(script: Script, part_id: int) -> dict[int, Annotation]:
    """Return number -> the newest version of what was put on a part in this script's round, removed or not."""
    rows = Annotation.objects.filter(attempt=script.attempt_id, part=part_id, round=script.round)
    return {row.number: row for row in newest_of(rows.order_by("version"))}


def annotations_of(
    person: Person,
    schedule: Schedule,
    script: Script,
    part_id: int,
    *,
    text: str,
    files: Mapping[int, str],
) -> tuple[Placed, ...]:
    """Return what stands on a response that ``person`` was let to: of its own round, and of others where shared.

    The same rounds whose marks and feedback they see, by the same rule. Where a round of moderation keeps the markers'
    notes from who is to decide, it keeps their annotations, too. One statement where nothing was put there.

    Args:
        text: what was written.
        files: position -> digest of the content of each file that was handed in.
    """
    rows = newest_of(Annotation.objects.filter(attempt=script.attempt_id, part=part_id).order_by("version"))
    rows = [row for row in rows if not row.removed]
    if not rows:
        return ()
    plan = plan_of(schedule)
    shared = {script.round}
    if any(row.round != script.round for row in rows):
        found = rounds_shared(person, schedule, [script], Sharing(plan.sharing))
        shared |= found.get(script.pk, frozenset())
    hidden = notes_hidden_from(person, schedule, script.attempt.enrolment_id)
    rows = [row for row in rows if row.round in shared and (not hidden or row.marker_id == person.pk)]
    return _described(person, schedule, script, rows, text, files)


def _described(
    person: Person,
    schedule: Schedule,
    script: Script,
    rows: list[Annotation],
    text: str,
    files: Mapping[int, str],
) -> tuple[Placed, ...]:
    others = {row.marker_id for row in rows if row.round != script.round}
    names = dict(Person.objects.filter(pk__in=others).values_list("pk", "name")) if others else {}
    veil = veil_of(person, [schedule]) if others else None
    found = []
    for row in rows:
        by = ""
        if veil is not None and row.round != script.round:
            by = veil.colleague(schedule.pk, row.marker_id, names[row.marker_id])
        found.append(_seen(placed_from(row), by, text, files))
    own = str(script.round)
    return tuple(sorted(found, key=lambda one: (one.round != own, place_of_round(one.round), _place(one))))


def _seen(one: Placed, by: str, text: str, files: Mapping[int, str]) -> Placed:
    return replace(one, fits=still_fits(one, text, files), by=by)


def still_fits(one: Placed, text: str, files: Mapping[int, str]) -> bool:
    """Say whether what an annotation was given to is still there: the same words, or the same file."""
    if one.stretch is not None:
        return fits(text, one.stretch, one.digest)
    return files.get(one.position or 0) == one.digest


def _place(one: Placed) -> tuple[int, ...]:
    if one.stretch is not None:
        return (0, one.stretch.start, one.stretch.end, one.number)
    spot = one.spot or Spot(0, 0)
    return (one.position or 0, one.page or 0, spot.y, spot.x, one.number)
