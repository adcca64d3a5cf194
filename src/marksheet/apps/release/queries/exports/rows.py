"""The results of an export in batches by key: what each may say, working or as it was published."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import veil_over
from marksheet.apps.exams.queries.paper import Paper, paper_of
from marksheet.apps.people.models import Person
from marksheet.apps.release.queries.exports.selection import WITH_NUMBERS
from marksheet.apps.results.models import Bucket, Result
from marksheet.apps.results.queries.packing import micro, unpack

BATCH = 1_000
FACTS = (
    "id", "ref", "name", "number", "person__email", "title", "code", "unit__name", "schedule_id", "bucket", "standing",
    "script_code",
)  # fmt: skip
NUMBERS = (
    "attempt_id", "attempt_number", "handed_in_at", "items", "account", "shown_score", "shown_maximum",
    "shown_percent", "grade", "outcome", "adjustments",
)  # fmt: skip


class Changed(Exception):
    """A result left the export while it was written: read all of it anew."""


class Numbers(NamedTuple):
    """What a result says in numbers: working, or of the version in force; shown values with a decimal point."""

    attempt_id: int | None = None
    attempt_number: int | None = None
    handed_in_at: datetime | None = None
    items: Any = b""
    account: Any = ()
    score: str = ""
    maximum: str = ""
    percent: str = ""
    grade: str = ""
    outcome: str = ""
    adjustments: Any = None


class Taken(NamedTuple):
    """One result of an export; ``numbers`` is None where it may not say any."""

    id: int
    ref: str
    name: str
    number: str
    email: str
    title: str
    code: str
    unit: str
    schedule_id: int
    bucket: str
    standing: str
    script_code: str
    numbers: Numbers | None
    attempt_number: int | None
    handed_in_at: datetime | None

    @property
    def item_scores(self) -> list[int | None]:
        """The item scores in millionths, in form order; empty where there are none."""
        return unpack(self.numbers.items) if self.numbers and self.numbers.items else []

    @property
    def adjusted_by(self) -> int | None:
        """What the adjustments of the score added or took off together, in millionths; None without any."""
        steps = self.numbers.adjustments if self.numbers else None
        return micro(Fraction(steps[-1][4]) - Fraction(steps[0][3])) if steps else None


@dataclass(frozen=True, slots=True)
class Exam:
    """What all results of one schedule share in an export."""

    schedule_id: int
    code: str
    assessment: str
    assessment_code: str
    version_id: int
    version_number: int
    timezone: str
    paper: Paper


def exams_of(schedule_ids: Sequence[int]) -> dict[int, Exam]:
    """Return schedule key -> what its rows share, in order of code."""
    found = Schedule.objects.filter(pk__in=list(schedule_ids)).select_related("version__assessment")
    return {
        one.pk: Exam(
            one.pk,
            one.code,
            one.version.assessment.title,
            one.version.assessment.code,
            one.version_id,
            one.version.number,
            one.timezone,
            paper_of(one.version_id, one.key_version_id),
        )
        for one in found.order_by("version__assessment__code", "version__number", "code", "pk")
    }


def schedules_in(keys: Sequence[int]) -> list[int]:
    """Return the schedules of these results."""
    found: set[int] = set()
    for some in batches(keys, 20_000):
        low, high, wanted = min(some), max(some), set(some)
        pairs = Result.objects.filter(pk__gte=low, pk__lte=high).values_list("pk", "schedule_id")
        found |= {schedule for key, schedule in pairs.iterator(20_000) if key in wanted}
    return sorted(found)


def batches(keys: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Cut ``keys`` into pieces of at most ``size``."""
    for start in range(0, len(keys), size):
        yield keys[start : start + size]


def taken(person: Person, keys: Sequence[int], *, published: bool) -> Iterator[list[Taken]]:
    """Yield the results of ``keys`` batch by batch, in that order, as ``person`` sees them; one statement a batch.

    Args:
        published: only what versions in force say; otherwise working rows, of which only ready ones and
            published ones say numbers.

    Raises:
        Changed: one of them is not published any more.
    """
    codes = veil_over(person).codes
    for some in batches(keys, BATCH):
        found = {row[0]: row for row in _fetched(some, published)}
        if len(found) != len(some):
            raise Changed
        yield [_seen(_taken(found[key], published), codes) for key in some]


def _fetched(keys: Sequence[int], published: bool) -> Iterator[tuple[Any, ...]]:
    rows = Result.objects.filter(pk__in=list(keys)).order_by()
    frozen = tuple(f"in_force__{name}" for name in NUMBERS)
    if published:
        return rows.filter(in_force__isnull=False).values_list(*FACTS, *frozen).iterator(BATCH)
    return rows.values_list(*FACTS, *NUMBERS, *frozen).iterator(BATCH)


def _seen(row: Taken, codes: Collection[int]) -> Taken:
    """Put out of sight who it is, where codes are read."""
    if row.schedule_id not in codes:
        return row
    return row._replace(name=row.script_code, number="", email="")


def _taken(row: tuple[Any, ...], published: bool) -> Taken:
    first, width = len(FACTS), len(NUMBERS)
    facts, numbers = row[:first], row[first : first + width]
    bucket = facts[9]
    if not published and bucket == Bucket.PUBLISHED:
        numbers = row[first + width :]
    says = published or bucket in WITH_NUMBERS
    return Taken._make((*facts, Numbers._make(numbers) if says else None, numbers[1], numbers[2]))
