"""The scripts of a schedule by candidate: progress, status, whose work is still to come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Attempt, AttemptState, Enrolment, Schedule, Standing
from marksheet.apps.exams.queries.anonymity import by_name, is_called, through
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.work import behind
from marksheet.apps.marking.models import Round, Script
from marksheet.apps.marking.queries.allocation import allocation_of
from marksheet.apps.marking.queries.flags import is_flagged
from marksheet.apps.marking.queries.hands import handed_in, overseen, theirs
from marksheet.apps.marking.queries.sharing import others_of, totals_of
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries.apart import apart_from

PAGE = 50


class ScriptStatus(StrEnum):
    """Where one script stands."""

    UNTOUCHED = "untouched"
    BEGUN = "begun"
    FINISHED = "finished"
    SUBMITTED = "submitted"


FILTERS = {
    "": Q(),
    "open": Q(submitted_at=None, unmarked__gt=0),
    ScriptStatus.UNTOUCHED.value: Q(submitted_at=None, unmarked__gt=0, last_saved_at=None),
    ScriptStatus.BEGUN.value: Q(submitted_at=None, unmarked__gt=0, last_saved_at__isnull=False),
    ScriptStatus.FINISHED.value: Q(submitted_at=None, unmarked=0),
    ScriptStatus.SUBMITTED.value: Q(submitted_at__isnull=False),
    "flagged": is_flagged(),
    "nobodys": Q(allocated=True, marker=None, submitted_at=None),
}


@dataclass(frozen=True, slots=True)
class Submission:
    """One script as the list of submissions shows it; ``others`` is who else gave what in all, where that is shared."""

    ref: str
    name: str
    number: str
    attempt: int
    round: str
    parts: int
    unmarked: int
    status: str
    marker: str
    saved_at: datetime | None
    handed_in_at: datetime | None
    submitted_at: datetime | None
    others: tuple[tuple[str, str], ...] = ()

    @property
    def second(self) -> bool:
        """It is the second marker's."""
        return self.round == Round.MARKER_2

    @property
    def marked(self) -> int:
        """How many of its parts are marked."""
        return self.parts - self.unmarked

    @property
    def percent(self) -> int:
        """How much of it is marked, in whole per cent, rounded down."""
        return 100 * self.marked // self.parts if self.parts else 100


def submissions_of(
    person: Person,
    schedule: Schedule,
    *,
    search: str = "",
    status: str = "",
    after: str = "",
    size: int = PAGE,
    everybodys: bool = False,
    narrowed: Callable[[QuerySet[Script]], QuerySet[Script]] | None = None,
) -> tuple[list[Submission], str]:
    """Return a page of submissions in the order of ``scripts_for``, and the ref to go on from ("" at the end).

    Work that the person may not have in hand is not there: their own, or kept from them by a conflict of interest,
    or allocated to somebody else.

    Args:
        everybodys: as a coordinator sees them.
        search: words in the name, or the start of a candidate number.
        status: a key of ``FILTERS``.
        after: the script's ref of the last row of the page before.
        narrowed: leaves some of the scripts, by what an upper app knows of them.
    """
    rows = scripts_for(person, schedule, everybodys=everybodys)
    rows = searched(person, schedule, narrowed(rows) if narrowed else rows, search)
    scripts, following = page_of(rows, status=status, after=after, size=size)
    parts = len(paper_of(schedule.version_id, schedule.key_version_id).human_parts)
    others = {} if everybodys else others_of(person, schedule, scripts)
    lines = [submission(script, parts) for script in scripts]
    if not others:
        return lines, following
    return [
        replace(line, others=tuple(totals_of(others, script.pk)))
        for line, script in zip(lines, scripts, strict=True)
    ], following


def scripts_named(
    person: Person, schedule: Schedule, refs: Sequence[str], *, everybodys: bool = False
) -> list[Submission]:
    """Return the submissions with these refs, in their order; what is not there for this person is left out."""
    parts = len(paper_of(schedule.version_id, schedule.key_version_id).human_parts)
    return [
        submission(script, parts)
        for script in scripts_for(person, schedule, everybodys=everybodys).filter(ref__in=list(refs))
    ]


def unsubmitted(person: Person, schedule: Schedule) -> list[Submission]:
    """Return every submission of theirs that is not submitted, in their order."""
    parts = len(paper_of(schedule.version_id, schedule.key_version_id).human_parts)
    rows = scripts_for(person, schedule).filter(submitted_at=None)
    return [submission(script, parts) for script in rows]


def kept_from(person: Person, schedule: Schedule) -> int:
    """Return how many scripts are there that are not for this person."""
    rows = handed_in().filter(apart_from(person).fits("attempt__enrolment"), schedule=schedule)
    return rows.filter(round=Round.MARKER_1).count()


def scripts_for(person: Person, schedule: Schedule, *, everybodys: bool = False) -> QuerySet[Script]:
    """Return the scripts of a schedule that the person marks, in their order; or all that a coordinator oversees.

    Allocated scripts come in their marker's order, all others by candidate's name, or by code where that is read.
    """
    rows = overseen(person) if everybodys else theirs(person)
    by_place = not everybodys and allocation_of(schedule) is not None
    order = ("place", "id") if by_place else by_name_order(by_name(person, schedule))
    found = rows.filter(schedule=schedule).select_related("attempt__enrolment", "marker", "schedule")
    return through(person, found.order_by(*order))


def by_name_order(column: str) -> tuple[str, ...]:
    """Return the order of scripts by candidates; ``column`` of an enrolment says who they are."""
    return (f"attempt__enrolment__{column}", "attempt__enrolment_id", "attempt__number", "round")


def searched(person: Person, schedule: Schedule, scripts: QuerySet[Script], search: str) -> QuerySet[Script]:
    """Return the scripts of candidates who are called so, or whose number begins so, for this reader."""
    for word in search.split()[:6]:
        scripts = scripts.filter(is_called(person, schedule, word, "attempt__enrolment__"))
    return scripts


def page_of(scripts: QuerySet[Script], *, status: str, after: str, size: int) -> tuple[list[Script], str]:
    """Return a page of scripts in the order they come in, and the ref to go on from ("" at the end)."""
    rows = scripts.filter(FILTERS.get(status, Q()))
    last = scripts.filter(ref=after).first() if after else None
    if last is not None:
        rows = rows.filter(further_than(scripts, last))
    found = list(rows[: size + 1])
    return found[:size], found[size - 1].ref if len(found) > size else ""


def further_than(scripts: QuerySet[Script], last: Script) -> Q:
    """Fit the scripts that come after ``last`` in the order of ``scripts_for``."""
    first = str(scripts.query.order_by[0])
    if first == "place":
        return Q(place__gt=last.place) | Q(place=last.place, pk__gt=last.pk)
    column = first.removeprefix("attempt__enrolment__")
    further = behind(last.attempt, "attempt__enrolment", "attempt__number", column=column)
    return further | Q(attempt=last.attempt_id, round__gt=last.round)


def submission(script: Script, parts: int) -> Submission:
    """Return a script as the list shows it; ``parts`` is how many of its parts people mark."""
    enrolment = script.attempt.enrolment
    if script.submitted_at is not None:
        status = ScriptStatus.SUBMITTED
    elif not script.unmarked:
        status = ScriptStatus.FINISHED
    else:
        status = ScriptStatus.BEGUN if script.last_saved_at else ScriptStatus.UNTOUCHED
    return Submission(
        ref=script.ref,
        name=enrolment.name,
        number=enrolment.number,
        attempt=script.attempt.number,
        round=script.round,
        parts=parts,
        unmarked=script.unmarked,
        status=status,
        marker=script.marker.name if script.marker else "",
        saved_at=script.last_saved_at,
        handed_in_at=script.attempt.handed_in_at,
        submitted_at=script.submitted_at,
    )


def not_handed_in(person: Person, schedule: Schedule, *, most: int = 500) -> list[Enrolment]:
    """Return the candidates who are expected and have handed in nothing, by name, as ``person`` sees them."""
    done = Attempt.objects.filter(
        enrolment=OuterRef("pk"), state__in=(AttemptState.HANDED_IN, AttemptState.VOID)
    )
    rows = Enrolment.objects.filter(~Exists(done), schedule=schedule, standing=Standing.EXPECTED)
    rows = rows.select_related("schedule").order_by(by_name(person, schedule), "id")
    return list(through(person, rows)[:most])
