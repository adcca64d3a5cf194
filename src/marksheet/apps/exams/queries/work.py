"""What was handed in at a schedule: attempts, responses, and who is still expected."""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Attempt, AttemptState, Enrolment, Response, Schedule, Standing
from marksheet.apps.exams.queries.anonymity import by_name, is_called, reads_codes_at, through
from marksheet.apps.people.models import Person

FEW = 500
BY_HAND = "by-hand"
IMPORTED = "import"


def digest_of_cells(cells: Iterable[Sequence[Any]]) -> str:
    """Return the SHA-256, in hex, of what came in for one attempt, whatever the order.

    The log keeps it when work comes in, and ``verify`` compares.

    Args:
        cells: (part, "answer", canonical value) or (part, "mark", thousandths, no response).
    """
    return hashlib.sha256(json.dumps(sorted(map(list, cells), key=str)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """The first attempt of one enrolment."""

    id: int
    enrolment_id: int
    state: str


@dataclass(frozen=True, slots=True)
class Expected:
    """One enrolled candidate, as an import meets them."""

    id: int
    ref: str
    person_id: int
    number: str
    name: str
    standing: str


def expected_at(person: Person, schedule: Schedule) -> dict[str, Expected]:
    """Return number -> enrolled candidate; numbers are spelled by ``fold_number``.

    Where ``person`` reads codes, these stand for number and name: files that they bring in name candidates by code.
    """
    codes = reads_codes_at(person, schedule)
    rows = Enrolment.objects.filter(schedule=schedule).order_by(by_name(person, schedule), "id")
    who = ("script_code", "script_code") if codes else ("number", "name")
    fields = ("id", "ref", "person_id", *who, "standing")
    return {fold_number(row[3]): Expected(*row) for row in rows.values_list(*fields)}


def fold_number(number: str) -> str:
    """Return the spelling under which candidate numbers are matched: without blanks around them."""
    return number.strip()


def attempts_of(schedule_id: int, enrolment_ids: Collection[int] | None = None) -> dict[int, AttemptRow]:
    """Return enrolment -> first attempt, for those who have one (None: everybody at the schedule)."""
    rows = Attempt.objects.filter(schedule_id=schedule_id, number=1)
    if enrolment_ids is not None and len(enrolment_ids) <= FEW:
        rows = rows.filter(enrolment__in=enrolment_ids)
    found = (AttemptRow(*row) for row in rows.values_list("id", "enrolment_id", "state"))
    wanted = None if enrolment_ids is None else set(enrolment_ids)
    return {row.enrolment_id: row for row in found if wanted is None or row.enrolment_id in wanted}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One candidate whose work is recorded as handed in."""

    enrolment_id: int
    ref: str
    name: str
    number: str
    at: datetime | None
    by_file: bool
    is_void: bool


def handed_in_at(
    person: Person,
    schedule: Schedule,
    *,
    search: str = "",
    refs: Collection[str] = (),
    after: str = "",
    size: int = 50,
) -> tuple[list[HandedIn], str]:
    """Return a page of who handed in, by name, and the ref to go on from ("" at the end), as ``person`` sees them.

    They were let into the schedule.

    Args:
        search: words in the name, or the start of a candidate number.
        refs: only these enrolments, all of them; ``size`` counts no more then.
        after: the ref of the last enrolment of the page before.
    """
    rows = Attempt.objects.filter(
        schedule=schedule, number=1, state__in=(AttemptState.HANDED_IN, AttemptState.VOID)
    ).select_related("enrolment", "schedule")
    column = by_name(person, schedule)
    if refs:
        rows, size = rows.filter(enrolment__ref__in=list(refs)), len(refs)
    for word in search.split()[:6]:
        rows = rows.filter(is_called(person, schedule, word, "enrolment__"))
    last = (
        Attempt.objects.filter(schedule=schedule, enrolment__ref=after, number=1).first() if after else None
    )
    if last is not None:
        rows = rows.filter(behind(last, "enrolment", "number", column=column))
    found = [
        HandedIn(
            row.enrolment_id,
            row.enrolment.ref,
            row.enrolment.name,
            row.enrolment.number,
            row.handed_in_at,
            row.source != BY_HAND,
            row.state == AttemptState.VOID,
        )
        for row in through(person, rows.order_by(f"enrolment__{column}", "enrolment_id"))[: size + 1]
    ]
    return found[:size], found[size - 1].ref if len(found) > size else ""


def behind(last: Attempt, enrolment: str, number: str, *, column: str = "sort_name") -> Q:
    """Fit rows behind this attempt in the order of candidates' names, of paths to an enrolment and a number.

    Args:
        column: of the enrolment, which the rows are sorted by.
    """
    name, key = getattr(last.enrolment, column), last.enrolment_id
    return (
        Q(**{f"{enrolment}__{column}__gt": name})
        | Q(**{f"{enrolment}__{column}": name, f"{enrolment}_id__gt": key})
        | Q(**{f"{enrolment}_id": key, f"{number}__gt": last.number})
    )


def responses_of(
    schedule_id: int, attempt_ids: Collection[int] | None = None
) -> dict[tuple[int, int], str | None]:
    """Return (attempt, part) -> canonical value, None for "no response"; what is missing was not handed in."""
    rows = Response.objects.filter(attempt__schedule_id=schedule_id)
    if attempt_ids is not None and len(attempt_ids) <= FEW:
        rows = rows.filter(attempt__in=attempt_ids)
    return {
        (attempt, part): value
        for attempt, part, value in rows.values_list("attempt_id", "part_id", "answer__value").iterator(
            20_000
        )
    }


def only_void() -> QuerySet[Enrolment]:
    """Return the enrolments that have a void attempt and no other: counted apart wherever work is counted.

    Whoever is absent is counted there. What of it a reader may see is for the caller.
    """
    attempts = Attempt.objects.filter(enrolment=OuterRef("pk"))
    counting = attempts.filter(state__in=(AttemptState.HANDED_IN, AttemptState.IN_PROGRESS))
    void = attempts.filter(state=AttemptState.VOID)
    return Enrolment.objects.filter(Exists(void), ~Exists(counting), standing=Standing.EXPECTED)


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How the candidates of a schedule stand to their work; each list in order of name."""

    expected: int
    arrived: int
    void: int
    absent: tuple[Expected, ...]
    excused: tuple[Expected, ...]
    missing: tuple[Expected, ...]
    missing_count: int
    started: int


def arrivals(person: Person, schedule: Schedule, *, most: int = 500) -> Arrivals:
    """Return who is expected, arrived, absent or still missing, as ``person`` sees them; at most ``most`` of each."""
    people = expected_at(person, schedule).values()
    handed = attempts_of(schedule.pk)
    without = [one for one in people if one.id not in handed]
    missing = [one for one in without if one.standing == Standing.EXPECTED]
    absent = [one for one in people if one.standing == Standing.ABSENT]
    excused = [one for one in people if one.standing in (Standing.EXCUSED, Standing.DEFERRED)]
    return Arrivals(
        expected=len(people),
        arrived=sum(row.state == AttemptState.HANDED_IN for row in handed.values()),
        void=sum(row.state == AttemptState.VOID for row in handed.values()),
        absent=tuple(absent[:most]),
        excused=tuple(excused[:most]),
        missing=tuple(missing[:most]),
        missing_count=len(missing),
        started=sum(row.state == AttemptState.IN_PROGRESS for row in handed.values()),
    )


def missing_refs(person: Person, schedule: Schedule) -> list[str]:
    """Return the refs of the candidates who are expected and of whom no work arrived."""
    handed = attempts_of(schedule.pk)
    people = expected_at(person, schedule).values()
    return [one.ref for one in people if one.standing == Standing.EXPECTED and one.id not in handed]
