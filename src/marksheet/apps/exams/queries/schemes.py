"""Marking schemes: who may read and change them, which version is the newest, what each one changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Enrolment, Part, Schedule, ScheduleState, Scheme, VersionState
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where
from marksheet.rules import schemes as rules
from marksheet.rules.access import Verb

# Who reads the schemes of a schedule: those who mark by them, set the marking up, or change them.
READING = (Verb.MARK_GIVE, Verb.MARK_MODERATE, Verb.SCHEDULE_COORDINATE, Verb.SCHEME_EDIT)


def written(row: Scheme | None) -> rules.Scheme:
    """Return a stored version as the rules want it; without one, a scheme that says nothing."""
    if row is None:
        return rules.NOTHING
    return rules.Scheme(
        guidance=row.guidance,
        model_answer=row.model_answer,
        step_thousandths=row.step_thousandths,
        criteria=rules.criteria_from_json(row.criteria),
        method_marks=rules.method_from_json(row.method_marks),
    )


def newest_schemes(part_ids: Iterable[int]) -> dict[int, Scheme]:
    """Return the newest version for each part that has a scheme, with who wrote it; one statement."""
    rows = Scheme.objects.filter(part__in=list(part_ids)).select_related("written_by").order_by("number")
    return {row.part_id: row for row in rows}


def steps_of(part_ids: Iterable[int]) -> dict[int, int]:
    """Return the step that marks go in, for each part that has a scheme; one statement."""
    rows = Scheme.objects.filter(part__in=list(part_ids)).order_by("number")
    return dict(rows.values_list("part_id", "step_thousandths"))


def schedules_with_schemes(person: Person, *verbs: str) -> QuerySet[Schedule]:
    """Return activated schedules with work for people where ``person`` holds one of ``verbs``, own exams left out.

    Whoever is a candidate with a paper neither reads nor changes its schemes by a right at a schedule.
    """
    own = Enrolment.objects.filter(person=person, schedule__version=OuterRef("version"))
    return (
        Schedule.objects.filter(
            ~Exists(own), node__in=nodes_where(person, *(verbs or READING)), wholly_machine=False
        )
        .exclude(activated_at=None)
        .select_related("unit", "version__assessment")
    )


def _authored(person: Person) -> Q:
    return Q(version__assessment__unit__in=nodes_where(person, Verb.EXAM_AUTHOR))


def scheme_part_for(person: Person, ref: str) -> Part:
    """Return a part that people mark, if ``person`` may read its scheme: authors, and those who mark by it.

    Raises:
        NotFound: there is none, a key scores it, or its scheme is hidden from this person.
    """
    seen = _authored(person) | Q(version__in=schedules_with_schemes(person).values("version"))
    rows = Part.objects.filter(seen, ref=ref, machine=False)
    part = rows.select_related("item", "version__assessment__unit").first()
    if part is None:
        raise NotFound("There is no such part with a marking scheme.")
    return part


def may_write_scheme(person: Person, part: Part) -> bool:
    """Say whether ``person`` may change the scheme of a part that they read.

    A draft's: who writes the exam. A live version's: also who holds *Edit marking scheme* at a schedule in use.
    """
    if Part.objects.filter(_authored(person), pk=part.pk).exists():
        return True
    if part.version.state == VersionState.DRAFT:
        return False
    rows = schedules_with_schemes(person, Verb.SCHEME_EDIT)
    return rows.filter(version=part.version_id, state=ScheduleState.ACTIVE).exists()


def writes_exam(person: Person, part: Part) -> bool:
    """Say whether ``person`` authors the assessment that a part belongs to."""
    return Part.objects.filter(_authored(person), pk=part.pk).exists()


@dataclass(frozen=True, slots=True)
class SchemeVersion:
    """One version of a scheme: what it says, who wrote it when, and how it differs from the one before."""

    number: int
    scheme: rules.Scheme
    by: str
    at: datetime
    changed: tuple[rules.Changed, ...]


def versions_of_scheme(part: Part) -> list[SchemeVersion]:
    """Return every version of the scheme of a part that the reader was let to, the newest first; one statement."""
    found: list[SchemeVersion] = []
    before = rules.NOTHING
    for row in Scheme.objects.filter(part=part).select_related("written_by").order_by("number"):
        now = written(row)
        by = row.written_by.name if row.written_by else ""
        found.append(
            SchemeVersion(
                row.number, now, by, row.created_at, rules.what_changed(before, now) if found else ()
            )
        )
        before = now
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Uses:
    """The schedules that use a part's scheme: those that the reader works with, and how many others."""

    seen: tuple[Schedule, ...]
    others: int


def uses_of(person: Person, part: Part) -> Uses:
    """Return which activated schedules use the scheme of a part."""
    using = Schedule.objects.filter(version=part.version_id).exclude(activated_at=None)
    seen = tuple(
        schedules_with_schemes(person).filter(version=part.version_id).order_by("-opens_at", "-id")[:20]
    )
    return Uses(seen, using.count() - len(seen))
