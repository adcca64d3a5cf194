"""What waits for those who mark: their schedules, with true counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.schedules import newest_window_first, searched
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.queries.hands import overseen, theirs
from marksheet.apps.marking.queries.keying import keying_waits_for
from marksheet.apps.marking.queries.moderation import waits_for
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where, verbs_at
from marksheet.rules.access import Verb

LIST_PAGE = 25
ASSESSING = (Verb.MARK_GIVE, Verb.MARK_MODERATE)
NOWHERE = Q(pk__in=())


class Status(StrEnum):
    """Where the marking of a schedule stands for one who marks there."""

    WAITING = "waiting"
    READY = "ready"
    IN_PROGRESS = "in-progress"
    MODERATION = "moderation"
    DIFFERENCES = "differences"
    KEYING = "keying"
    SUBMITTED = "submitted"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many scripts there are for the reader: untouched, begun, finished and submitted."""

    total: int = 0
    untouched: int = 0
    begun: int = 0
    finished: int = 0
    submitted: int = 0

    @property
    def open(self) -> int:
        """What still waits to be submitted."""
        return self.total - self.submitted


@dataclass(frozen=True, slots=True)
class AssessRow:
    """One schedule of the Assess tab."""

    schedule: Schedule
    status: str
    counts: Counts
    marks: bool


def assessed_by(person: Person, *verbs: str) -> QuerySet[Schedule]:
    """Return the activated schedules with work for people where ``person`` marks or moderates."""
    return (
        Schedule.objects.filter(node__in=nodes_where(person, *(verbs or ASSESSING)), wholly_machine=False)
        .exclude(activated_at=None)
        .select_related("unit", "version__assessment")
    )


def assessed_for(person: Person, ref: str) -> Schedule:
    """Return the schedule named ``ref`` if ``person`` marks or moderates there.

    Raises:
        NotFound: there is none, or it is hidden from this person.
    """
    schedule = assessed_by(person).filter(ref=ref).first()
    if schedule is None:
        raise NotFound("There is no such schedule to assess.")
    return schedule


def marks_at(person: Person, schedule: Schedule) -> bool:
    """Say whether ``person`` gives marks at the schedule; who only moderates there looks on."""
    return Verb.MARK_GIVE in verbs_at(person, schedule.node_id)


def assess_list(
    person: Person,
    *,
    deciding: Q = NOWHERE,
    differing: Q = NOWHERE,
    search: str = "",
    status: str = "",
    after: str = "",
    size: int = LIST_PAGE,
) -> tuple[list[AssessRow], str]:
    """Return a page of the Assess tab, newest window first, and the ref to go on from ("" at the end).

    Args:
        deciding: fits the schedules where samples wait for ``person`` to decide on.
        differing: fits the schedules where submitted work of theirs still waits for the two markers to agree.
        search: words that title, code or unit hold.
        status: one of ``Status``, or "" for all.
        after: the ref of the last schedule of the page before.
    """
    rows = _with_status(searched(assessed_by(person), search), person, deciding, differing)
    if status:
        rows = rows.filter(status=status)
    found, following = newest_window_first(rows, after=after, size=size)
    counts = counts_of(person, [row.pk for row in found])
    marking = set(nodes_where(person, Verb.MARK_GIVE).filter(descendant__in=[row.node_id for row in found]))
    page = [AssessRow(row, row.status, counts.get(row.pk, Counts()), row.node_id in marking) for row in found]
    return page, following


def _with_status(rows: QuerySet[Schedule], person: Person, deciding: Q, differing: Q) -> QuerySet[Any]:
    scripts = theirs(person).filter(schedule=OuterRef("pk"))
    waiting = Exists(scripts.filter(submitted_at=None))
    marking = Q(node__in=nodes_where(person, Verb.MARK_GIVE))
    return rows.annotate(
        status=Case(
            # Who marks there has that to do first.
            When(
                (waits_for(person) | deciding) & (~marking | ~waiting),
                then=Value(Status.MODERATION.value),
            ),
            When(marking & ~waiting & keying_waits_for(person), then=Value(Status.KEYING.value)),
            When(~Exists(scripts), then=Value(Status.WAITING.value)),
            When(Q(~waiting) & differing, then=Value(Status.DIFFERENCES.value)),
            When(~waiting, then=Value(Status.SUBMITTED.value)),
            When(Exists(scripts.filter(last_saved_at__isnull=False)), then=Value(Status.IN_PROGRESS.value)),
            default=Value(Status.READY.value),
        )
    )


def schedules_to_mark(person: Person, *, deciding: Q = NOWHERE, differing: Q = NOWHERE) -> int:
    """Return at how many schedules something waits for ``person``: the tab's count.

    To mark, to submit, to type a second time, to agree on or to moderate. Args: as for ``assess_list``.
    """
    waiting = theirs(person).filter(schedule=OuterRef("pk"), submitted_at=None)
    to_do = Q(Exists(waiting)) | Q(keying_waits_for(person)) | differing
    marking = Q(node__in=nodes_where(person, Verb.MARK_GIVE)) & to_do
    return assessed_by(person).filter(marking | waits_for(person) | deciding, state="active").count()


def counts_of(person: Person, schedule_ids: Sequence[int], *, everybodys: bool = False) -> dict[int, Counts]:
    """Return the counts of scripts of each schedule, in one statement.

    Args:
        everybodys: not only those that the person marks, but all that a coordinator oversees.
    """
    begun = Q(submitted_at=None, unmarked__gt=0)
    rows = (
        (overseen(person) if everybodys else theirs(person))
        .filter(schedule__in=schedule_ids)
        .values("schedule")
        .annotate(
            total=Count("id"),
            untouched=Count("id", filter=begun & Q(last_saved_at=None)),
            begun=Count("id", filter=begun & Q(last_saved_at__isnull=False)),
            finished=Count("id", filter=Q(submitted_at=None, unmarked=0)),
            submitted=Count("id", filter=Q(submitted_at__isnull=False)),
        )
        .order_by()
    )
    return {
        row["schedule"]: Counts(
            row["total"], row["untouched"], row["begun"], row["finished"], row["submitted"]
        )
        for row in rows
    }
