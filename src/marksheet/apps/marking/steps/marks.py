"""Marks are stored as new versions, many at a time, and each script keeps count of what it lacks."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from django.db.models import Max

from marksheet.apps.exams.models import Attempt, Schedule, Scheme
from marksheet.apps.ledger.bulk import insert_rows, update_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.errors import NotAllowed, WrongState
from marksheet.apps.marking.models import Mark, MarkDraft, Round, Script
from marksheet.apps.marking.queries.marks import NEVER_MARKED, Cell, CurrentMark, current_marks
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries.apart import apart_from

BATCH = 40_000

GivenMark = tuple[int, int, int | None, bool]
"""(attempt key, part key, thousandths of a mark or None, no response)."""

FIELDS = (
    "attempt_id",
    "part_id",
    "round",
    "marker_id",
    "version",
    "value_thousandths",
    "no_response",
    "scheme_id",
    "event_id",
    "at",
)


def store_marks(
    opened: Change,
    schedule: Schedule,
    marker: Person,
    round_: str,
    rows: Iterable[GivenMark],
    *,
    schemes: Mapping[int, int | None] | None = None,
) -> int:
    """Store marks that differ from those that hold, as new versions; return how many were new.

    Each attempt that changed gets one line in the log: ``{"round", "marker", "marks": {part: [before,
    after]}}`` with thousandths, "nr" for no response, null for unmarked. The marker is noted as having had the
    script in hand; the script's count of unmarked parts follows. A constant number of statements for each 40,000 rows.

    Args:
        rows: (attempt, part, thousandths or None, no response); None without no response takes a mark back.
            Values are within the part's maximum: the caller has checked.
        schemes: part -> the version of its scheme that was on the screen; None: the newest.

    Raises:
        WrongState: a script was not opened, or was submitted and would change.
        NotAllowed: the marker would mark work of their own, or that a conflict of interest keeps them from.
    """
    source, stored = iter(rows), 0
    while batch := list(islice(source, BATCH)):
        stored += _store(opened, schedule, marker, round_, batch, schemes)
    return stored


def _store(
    opened: Change,
    schedule: Schedule,
    marker: Person,
    round_: str,
    rows: list[GivenMark],
    schemes: Mapping[int, int | None] | None,
) -> int:
    attempts = {row[0] for row in rows}
    scripts = {
        script.attempt_id: script
        for script in Script.objects.select_for_update(no_key=True)
        .filter(schedule=schedule, round=round_, attempt__in=attempts)
        .order_by("pk")
    }
    before = current_marks(attempts, round_)
    changed = _changed(before, rows)
    _refuse(scripts, changed, marker)
    _insert(opened, marker, round_, before, changed, schemes)
    opened.lines(
        (
            "attempt",
            attempt,
            {"round": str(round_), "marker": marker.pk, "marks": _told(before, attempt, cells)},
        )
        for attempt, cells in changed.items()
    )
    note_hands_on(opened, ((attempt, marker.pk) for attempt in changed))
    update_rows(
        Script,
        ("unmarked", "marker_id", "last_saved_at"),
        (
            (
                scripts[attempt].pk,
                scripts[attempt].unmarked + _newly_unmarked(before, attempt, cells),
                scripts[attempt].marker_id or marker.pk,
                opened.at,
            )
            for attempt, cells in changed.items()
        ),
    )
    return sum(len(cells) for cells in changed.values())


Changed = dict[int, dict[int, tuple[int | None, bool]]]


def _changed(before: dict[Cell, CurrentMark], rows: Iterable[GivenMark]) -> Changed:
    """Return attempt -> part -> (value, no response) for what differs; the last row of a cell holds."""
    wanted: Changed = {}
    for attempt, part, value, no_response in rows:
        wanted.setdefault(attempt, {})[part] = (value, no_response)
    differing = {
        attempt: {
            part: given
            for part, given in cells.items()
            if not before.get((attempt, part), NEVER_MARKED).same_as(*given)
        }
        for attempt, cells in wanted.items()
    }
    return {attempt: cells for attempt, cells in differing.items() if cells}


def _refuse(scripts: dict[int, Script], changed: Changed, marker: Person) -> None:
    unopened = [attempt for attempt in changed if attempt not in scripts]
    if unopened:
        raise WrongState(f"{len(unopened)} of these scripts are not open: their work was not handed in.")
    closed = [attempt for attempt in changed if scripts[attempt].submitted_at is not None]
    if closed:
        raise WrongState(
            f"{len(closed)} of these scripts were submitted. Reopen them with a reason to change marks."
        )
    elsewhere = Script.objects.filter(attempt__in=list(changed), marker=marker)
    if elsewhere.exclude(pk__in=[scripts[attempt].pk for attempt in changed]).exists():
        raise NotAllowed(f"{marker.name} is the other marker of some of this work: two people mark it.")
    apart = Attempt.objects.filter(apart_from(marker).fits("enrolment"), pk__in=list(changed))
    candidate = apart.values_list("enrolment__person_id", flat=True).first()
    if candidate == marker.pk:
        raise NotAllowed("Nobody marks work of their own.")
    if candidate is not None:
        raise NotAllowed(
            f"A conflict of interest keeps {marker.name} from some of this work: somebody else marks it."
        )


def _insert(
    opened: Change,
    marker: Person,
    round_: str,
    before: dict[Cell, CurrentMark],
    changed: Changed,
    schemes: Mapping[int, int | None] | None,
) -> None:
    parts = {part for cells in changed.values() for part in cells}
    if schemes is None:
        schemes = dict(Scheme.objects.filter(part__in=parts).order_by("number").values_list("part_id", "id"))
    under = schemes

    def rows() -> Iterator[tuple[object, ...]]:
        for attempt, cells in changed.items():
            for part, (value, no_response) in cells.items():
                version = before.get((attempt, part), NEVER_MARKED).version + 1
                scheme = under.get(part)
                yield (
                    attempt, part, str(round_), marker.pk, version, value, no_response, scheme,
                    opened.event_id, opened.at,
                )  # fmt: skip

    insert_rows(Mark, FIELDS, rows())


def _told(
    before: dict[Cell, CurrentMark], attempt: int, cells: dict[int, tuple[int | None, bool]]
) -> dict[str, list[int | str | None]]:
    def word(value: int | None, no_response: bool) -> int | str | None:
        return "nr" if no_response else value

    was = {part: before.get((attempt, part), NEVER_MARKED) for part in cells}
    return {
        str(part): [word(was[part].value, was[part].no_response), word(*given)]
        for part, given in cells.items()
    }


def _newly_unmarked(
    before: dict[Cell, CurrentMark], attempt: int, cells: dict[int, tuple[int | None, bool]]
) -> int:
    def given(value: int | None, no_response: bool) -> bool:
        return no_response or value is not None

    return sum(
        before.get((attempt, part), NEVER_MARKED).given - given(*after) for part, after in cells.items()
    )


def store_proposal(
    opened: Change, script: Script, part_id: int, marker: Person, value: int | None, no_response: bool
) -> bool:
    """Store what one of two markers would agree on; return whether it differs from what they proposed before."""
    rows = Mark.objects.filter(attempt=script.attempt_id, part=part_id, round=Round.AGREED)
    own = rows.filter(marker=marker).order_by("-version").first()
    if own is not None and (own.value_thousandths, own.no_response) == (value, no_response):
        return False
    version = (rows.aggregate(last=Max("version"))["last"] or 0) + 1
    scheme = Scheme.objects.filter(part=part_id).order_by("-number").values_list("pk", flat=True).first()
    given = (script.attempt_id, part_id, Round.AGREED.value, marker.pk, version, value, no_response, scheme)
    insert_rows(Mark, FIELDS, [(*given, opened.event_id, opened.at)])
    before: int | str | None = None
    if own is not None:
        before = "nr" if own.no_response else own.value_thousandths
    told = {str(part_id): [before, "nr" if no_response else value]}
    line = {"round": Round.AGREED.value, "marker": marker.pk, "marks": told}
    opened.lines([("attempt", script.attempt_id, line)])
    return True


def keep_drafts(drafts: Iterable[MarkDraft]) -> None:
    """Keep what could not be saved, one per cell and person; the newest stays. Inside ``draft()``."""
    MarkDraft.objects.bulk_create(
        drafts,
        update_conflicts=True,
        unique_fields=["attempt", "part", "person"],
        update_fields=["typed", "said", "against_version", "at"],
    )


def drop_drafts(opened: Change, person: Person, cells: Iterable[Cell]) -> None:
    """Forget the drafts of cells that were saved after all."""
    wanted = set(cells)
    rows = MarkDraft.objects.filter(person=person, attempt__in={attempt for attempt, _ in wanted})
    gone = [row.pk for row in rows if (row.attempt_id, row.part_id) in wanted]
    if gone:
        MarkDraft.objects.filter(pk__in=gone).delete()
