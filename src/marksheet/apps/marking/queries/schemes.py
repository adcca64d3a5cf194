"""The marking schemes of a schedule, and the marks that were given under older versions of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact

from marksheet.apps.exams.models import AttemptState, Schedule, Scheme
from marksheet.apps.exams.queries.anonymity import by_name, through, veil_of
from marksheet.apps.exams.queries.paper import COLUMNS, PartRow, paper_of
from marksheet.apps.exams.queries.schemes import newest_schemes, schedules_with_schemes, written
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.models import MARKERS, Mark, Round, Script
from marksheet.apps.marking.queries.hands import handed_in, theirs
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import holds, nodes_where
from marksheet.apps.people.queries.apart import apart_from
from marksheet.rules import schemes as rules
from marksheet.rules.access import Verb

PAGE = 50
SETTING_UP = (Verb.SCHEDULE_COORDINATE, Verb.SCHEME_EDIT)
ASSESSING = (Verb.MARK_GIVE, Verb.MARK_MODERATE)
CHECKING = (Verb.SCHEDULE_COORDINATE, *ASSESSING)


def schedule_with_schemes(person: Person, ref: str, *verbs: str) -> Schedule:
    """Return the schedule named ``ref`` if ``person`` holds one of ``verbs`` there and is no candidate of its paper.

    Raises:
        NotFound: there is none, nobody marks there, or it is hidden from this person.
    """
    schedule = schedules_with_schemes(person, *verbs).filter(ref=ref).first()
    if schedule is None:
        raise NotFound("There is no such schedule with marking schemes.")
    return schedule


def edits_schemes_only(person: Person) -> QuerySet[Schedule]:
    """Return the schedules where ``person`` may change schemes without coordinating, newest window first."""
    rows = schedules_with_schemes(person, Verb.SCHEME_EDIT).filter(state="active")
    coordinated = nodes_where(person, Verb.SCHEDULE_COORDINATE)
    return rows.exclude(node__in=coordinated).order_by("-opens_at", "-id")


@dataclass(frozen=True, slots=True)
class SchemeRow:
    """One part that people mark, with its newest scheme.

    Args:
        number: of the newest version; 0 where there is none, then ``at`` is None and ``by`` "".
        given: how many marks stand that the reader counts; ``older`` of them under older versions, or none.
    """

    part: PartRow
    title: str
    number: int
    scheme: rules.Scheme
    at: datetime | None
    by: str
    given: int
    older: int


def schemes_of(person: Person, schedule: Schedule, *, everybody: bool) -> list[SchemeRow]:
    """Return every part that people mark with its scheme, in paper order; three statements.

    Args:
        everybody: count marks of all markers; otherwise only those that are ``person``'s to check.
    """
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    newest = newest_schemes(part.id for part in paper.unscored_parts)
    old = _given_under_older(newest)
    veil = veil_of(person, [schedule])
    counts = {
        part: (given, older)
        for part, given, older in _standing(person, schedule, everybody=everybody)
        .order_by()
        .values("part")
        .annotate(given=Count("id"), older=Count("id", filter=old))
        .values_list("part", "given", "older")
    }
    rows = []
    for part in paper.unscored_parts:
        row = newest.get(part.id)
        given, older = counts.get(part.id, (0, 0))
        rows.append(
            SchemeRow(
                part=part,
                title=paper.items[part.item_index].title,
                number=row.number if row else 0,
                scheme=written(row),
                at=row.created_at if row else None,
                by=veil.colleague(schedule.pk, row.written_by_id, row.written_by.name)
                if row and row.written_by
                else "",
                given=given,
                older=older,
            )
        )
    return rows


def _standing(person: Person, schedule: Schedule, *, everybody: bool) -> QuerySet[Mark]:
    """Return the numbers that stand, the newest save of each part of each script; not of work kept from the reader.

    "No response" is worth 0 under every scheme and is none of them. A mark on which two markers agreed stands once for
    each of them, who both proposed it.

    Args:
        everybody: of all markers; otherwise those in scripts allocated to ``person``, and those that they gave in
            scripts that are not allocated.
    """
    two = plan_of(schedule).markers == 2
    stands = Q(pk__in=_newest(schedule, *(("round",) if two else ()), round__in=MARKERS))
    if two:
        stands |= Q(pk__in=_agreed(schedule).values("pk"))
    apart = apart_from(person).fits("attempt__enrolment")
    rows = Mark.objects.filter(stands, value_thousandths__isnull=False).exclude(apart)
    if everybody:
        return rows
    allocated = _script_of_mark().filter(allocated=True)
    return rows.filter(
        Exists(allocated.filter(marker=person))
        | (Q(marker=person) & ~Exists(allocated.exclude(marker=person)))
    )


def _newest(schedule: Schedule, *cell: str, **rounds: Any) -> Any:
    """Return the key of the newest save of each part of each handed-in attempt, for each ``cell`` beside."""
    here = {"attempt__schedule": schedule, "attempt__state": AttemptState.HANDED_IN, **rounds}
    rows = Mark.objects.filter(**here).order_by().values("attempt", "part", *cell)
    return rows.annotate(last=Max("id")).values("last")


def _agreed(schedule: Schedule) -> QuerySet[Mark]:
    """Return the newest proposals of two markers that are the same: the marks on which they agreed."""
    newest = Mark.objects.filter(pk__in=_newest(schedule, "marker", round=Round.AGREED))
    same = newest.filter(
        attempt=OuterRef("attempt"), part=OuterRef("part"), value_thousandths=OuterRef("value_thousandths")
    )
    return newest.filter(Exists(same.exclude(marker=OuterRef("marker"))), Exists(_script_of_mark()))


def _given_under_older(newest: Mapping[int, Scheme]) -> Q:
    """Marks of parts that have a scheme, given under another version than its newest, or before there was one."""
    return Q(part__in=list(newest)) & (Q(scheme=None) | ~Q(scheme__in=[row.pk for row in newest.values()]))


@dataclass(frozen=True, slots=True)
class OlderMark:
    """One mark that was given under an older version.

    Args:
        under: the number of that version; 0 where there was none.
        version: of the mark, so that a later one is noticed.
        allowed: the newest version allows such a mark; otherwise it has to be changed.
        in_hand: its script is one that the reader marks.
        agreed: it is what this marker proposed and agreed on with the other.
    """

    script_ref: str
    name: str
    number: str
    marker: str
    mine: bool
    value: int
    under: int
    version: int
    allowed: bool
    submitted: bool
    in_hand: bool
    agreed: bool = False

    @property
    def place(self) -> str:
        """The mark of the list that it is: its script's ref, and whether it is the one agreed on."""
        return f"{self.script_ref}-agreed" if self.agreed else self.script_ref

    @property
    def box(self) -> str:
        """What a tick beside it says: its script's ref, its version, and whether it is the one agreed on."""
        return f"{self.script_ref}-{self.version}" + ("-agreed" if self.agreed else "")


@dataclass(frozen=True, slots=True)
class OlderMarks:
    """A page of marks given under older versions of one part's scheme.

    Args:
        newest: the number of the newest version.
        sheet: the dozen of the mark sheet that the part stands in, from 0.
        following: the place to go on from; "" at the end.
    """

    part: PartRow
    title: str
    newest: int
    step_thousandths: int
    sheet: int
    total: int
    rows: tuple[OlderMark, ...]
    following: str


def coordinates(person: Person, schedule: Schedule) -> bool:
    """Say whether ``person`` sees and confirms the marks of all markers here, not only their own."""
    return holds(person, Verb.SCHEDULE_COORDINATE, schedule.node_id)


def older_marks(
    person: Person, schedule: Schedule, part_ref: str, *, everybody: bool, after: str = "", size: int = PAGE
) -> OlderMarks:
    """Return marks of one part given under older versions, by candidate's name.

    Raises:
        NotFound: the schedule's paper has no such part for people to mark.
    """
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    place, part = next(
        ((n, part) for n, part in enumerate(paper.unscored_parts) if part.ref == part_ref), (0, None)
    )
    if part is None:
        raise NotFound("There is no such part to mark in this paper.")
    newest = newest_schemes([part.id])
    scheme = newest.get(part.id)
    step = scheme.step_thousandths if scheme else rules.FINEST
    rows = older_in(person, schedule, newest, everybody=everybody)
    total = rows.count()
    found = list(_from(rows, after, by_name(person, schedule))[: size + 1])
    shown = tuple(_older(person, mark, step) for mark in found[:size])
    return OlderMarks(
        part=part,
        title=paper.items[part.item_index].title,
        newest=scheme.number if scheme else 0,
        step_thousandths=step,
        sheet=place // COLUMNS,
        total=total,
        rows=shown,
        following=shown[-1].place if len(found) > size else "",
    )


def older_in(
    person: Person, schedule: Schedule, newest: Mapping[int, Scheme], *, everybody: bool
) -> QuerySet[Mark]:
    """Return the standing marks of these parts that were given under older versions, by candidate.

    As ``person`` sees them. Each carries ``submitted``, whether its script is, and ``in_hand``, whether the reader
    marks that.
    """
    script = _script_of_mark()
    rows = (
        _standing(person, schedule, everybody=everybody)
        .filter(_given_under_older(newest), part__in=list(newest))
        .select_related("attempt__enrolment", "attempt__schedule", "marker", "scheme")
        .annotate(
            script_ref=Subquery(script.values("ref")[:1]),
            script_round=Subquery(script.values("round")[:1]),
            submitted=Exists(script.filter(submitted_at__isnull=False)),
            in_hand=Exists(theirs(person).filter(_of_mark())),
        )
        .order_by(f"attempt__enrolment__{by_name(person, schedule)}", "attempt_id", "script_round", "round")
    )
    return through(person, rows)


def _script_of_mark() -> QuerySet[Script]:
    """Return the script that a mark belongs to, for a subquery."""
    return handed_in().filter(_of_mark())


def _of_mark() -> Q:
    """Fit the script of a mark: of the same work and round; of an agreed mark, its marker's."""
    agreed = Q(Exact(OuterRef("round"), Value(Round.AGREED.value)), marker=OuterRef("marker"))
    return Q(attempt=OuterRef("attempt")) & (Q(round=OuterRef("round")) | agreed)


def _from(rows: QuerySet[Mark], after: str, column: str) -> QuerySet[Mark]:
    ref = after.removesuffix("-agreed")
    last = Script.objects.filter(ref=ref).select_related("attempt__enrolment").first()
    if not after or last is None:
        return rows
    name = getattr(last.attempt.enrolment, column)
    further = (
        Q(**{f"attempt__enrolment__{column}__gt": name})
        | Q(**{f"attempt__enrolment__{column}": name}, attempt_id__gt=last.attempt_id)
        | Q(attempt_id=last.attempt_id, script_round__gt=last.round)
    )
    if ref != after:
        # Of the same script what its marker gave stands behind what was agreed on.
        further |= Q(attempt_id=last.attempt_id, script_round=last.round, round=last.round)
    return rows.filter(further)


def _older(person: Person, mark: Mark, step: int) -> OlderMark:
    value = mark.value_thousandths or 0
    enrolment = mark.attempt.enrolment
    return OlderMark(
        script_ref=mark.script_ref,  # type: ignore[attr-defined]
        name=enrolment.name,
        number=enrolment.number,
        marker=mark.marker.name,
        mine=mark.marker_id == person.pk,
        value=value,
        under=mark.scheme.number if mark.scheme else 0,
        version=mark.version,
        allowed=rules.allows(value, step),
        submitted=mark.submitted,  # type: ignore[attr-defined]
        in_hand=mark.in_hand,  # type: ignore[attr-defined]
        agreed=mark.round == Round.AGREED,
    )
