"""Enrol candidates and take them out again, inside the change that is open."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max

from marksheet.apps.exams.models import Attempt, Enrolment, Schedule, ScheduleState, Standing
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.ledger.models import new_ref
from marksheet.apps.people.models import Membership, Person
from marksheet.apps.people.steps import add_candidates

# No letters that are read as digits, no vowels that make words.
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
CODE_LENGTH = 6
BATCH = 2_000
FIELDS = (
    "ref", "schedule_id", "person_id", "number", "name", "sort_name", "home_id", "opens_at", "closes_at",
    "standing", "script_code", "late", "created_at",
)  # fmt: skip


def enrol(
    opened: Change,
    schedule: Schedule,
    candidates: Sequence[Mapping[str, Any]],
    *,
    opens_at: datetime | None = None,
    closes_at: datetime | None = None,
) -> list[Enrolment]:
    """Enrol candidates, making accounts where the number is new; return those who were not there yet.

    Each candidate has ``number``, ``name``, ``email``, ``home`` (a unit's key; None for the one they have) and
    ``language``. Who is there already stays as they are. Added to an active schedule after its window they are
    late. The number of statements does not depend on how many come, but for batches of 2,000.

    Args:
        opens_at, closes_at: a window of their own; the caller recomputes ``ends_at``.
    """
    people = add_candidates(opened, schedule.institution, candidates)
    present = set(Enrolment.objects.filter(schedule=schedule).values_list("person_id", flat=True))
    fresh = [c for c in candidates if people[c["number"]] not in present]
    names = _names([people[c["number"]] for c in fresh])
    homes = _homes(schedule, list(names))
    codes = _new_codes(schedule, len(fresh))
    late = schedule.state != ScheduleState.DRAFT and schedule.closes_at <= opened.at
    newest = Enrolment.objects.aggregate(n=Max("pk"))["n"] or 0
    insert_rows(
        Enrolment,
        FIELDS,
        (
            (
                new_ref(), schedule.pk, person, c["number"], *names[person],
                c.get("home") or homes.get(person), opens_at, closes_at,
                Standing.EXPECTED.value, code, late, opened.at,
            )
            for c, code in zip(fresh, codes, strict=True)
            for person in (people[c["number"]],)
        ),
    )  # fmt: skip
    # The schedule is locked, so whatever is newer here is what was just put in.
    return list(Enrolment.objects.filter(schedule=schedule, pk__gt=newest).order_by("pk"))


def _names(people: Sequence[int]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    for first in range(0, len(people), BATCH):
        rows = Person.objects.filter(pk__in=people[first : first + BATCH])
        found.update({pk: (name, order) for pk, name, order in rows.values_list("pk", "name", "sort_name")})
    return found


def _homes(schedule: Schedule, people: Sequence[int]) -> dict[int, int | None]:
    """Return the home units that these people have as members of the institution."""
    found: dict[int, int | None] = {}
    for first in range(0, len(people), BATCH):
        rows = Membership.objects.filter(
            institution=schedule.institution_id, person__in=people[first : first + BATCH], home__isnull=False
        )
        found.update(rows.values_list("person_id", "home_id"))
    return found


def _new_codes(schedule: Schedule, n: int) -> list[str]:
    """Return ``n`` script codes that nobody at the schedule has, random, so that they tell nothing."""
    taken = set(Enrolment.objects.filter(schedule=schedule).values_list("script_code", flat=True))
    made: list[str] = []
    while len(made) < n:
        code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
        if code not in taken:
            taken.add(code)
            made.append(code)
    return made


def unenrol(opened: Change, enrolments: Sequence[Enrolment]) -> None:
    """Take enrolments out that nothing hangs on; their people stay."""
    Enrolment.objects.filter(pk__in=[enrolment.pk for enrolment in enrolments]).delete()


def started(enrolments: Sequence[Enrolment]) -> set[int]:
    """Return the keys of those who began, or whose work arrived."""
    keys = [enrolment.pk for enrolment in enrolments]
    return set(Attempt.objects.filter(enrolment__in=keys).values_list("enrolment_id", flat=True))


def set_window(
    opened: Change, enrolments: Sequence[Enrolment], opens_at: datetime | None, closes_at: datetime | None
) -> None:
    """Give candidates a window of their own; None for both takes it away."""
    Enrolment.objects.filter(pk__in=[enrolment.pk for enrolment in enrolments]).update(
        opens_at=opens_at, closes_at=closes_at
    )
