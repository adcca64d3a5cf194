"""Where two markers differ: both marks, what each proposed, and why; for those two, once both have submitted."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import through, veil_of
from marksheet.apps.exams.queries.paper import PartRow, paper_of
from marksheet.apps.ledger.models import Side
from marksheet.apps.marking.models import MARKERS, Mark, Plan, Round, Script
from marksheet.apps.marking.queries.counting import counted_marks
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.hands import handed_in, theirs
from marksheet.apps.marking.queries.marks import Cell
from marksheet.apps.marking.queries.plan import agreeing_of, plan_of
from marksheet.apps.people.models import Person
from marksheet.apps.results.models import Result
from marksheet.rules.lifecycle import State

PAGE = 25


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one of the two would agree on, and why; "" where they proposed nothing yet."""

    shown: str = ""
    value: int | None = None
    no_response: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that two markers see differently.

    Args:
        script: the reader's own script; ``mine`` and ``other`` are the two marks as the sheet shows them.
        proposed: the reader's proposal; ``answered`` the other marker's.
    """

    script: Script
    part: PartRow
    title: str
    mine: str
    other: str
    other_name: str
    proposed: Proposal
    answered: Proposal


def not_agreed() -> QuerySet[Result]:
    """Return the results of which both markers have submitted, and differ; whatever else is missing beside that."""
    return Result.objects.filter(
        state__in=(State.MARKING.value, State.MODERATION.value), missing__icontains='"not_agreed"'
    )


def scripts_differing(scripts: QuerySet[Script]) -> QuerySet[Script]:
    """Return those of ``scripts`` that are submitted in both rounds and on which the two are not agreed."""
    other = Script.objects.filter(
        attempt=OuterRef("attempt"), round__in=MARKERS, submitted_at__isnull=False
    ).exclude(pk=OuterRef("pk"))
    waiting = not_agreed().filter(enrolment=OuterRef("attempt__enrolment"))
    return scripts.filter(Exists(waiting), Exists(other), submitted_at__isnull=False)


def scripts_with_differences(person: Person, schedule: Schedule) -> QuerySet[Script]:
    """Return the scripts of ``person``, both rounds submitted, on which the two are not agreed; by their place."""
    rows = theirs(person).filter(schedule=schedule, marker=person, round__in=MARKERS)
    found = scripts_differing(rows).select_related("attempt__enrolment", "schedule")
    return through(person, found.order_by("place", "pk"))


def differing_at(person: Person) -> Q:
    """Fit the schedules, marked by two, where ``person`` and another marker are not agreed on something."""
    two = Plan.objects.filter(schedule=OuterRef("pk"), markers=2)
    return Q(Exists(two)) & Q(Exists(_own(person).filter(schedule=OuterRef("pk"))))


def differences_counted(person: Person, schedules: Iterable[Schedule]) -> dict[int, int]:
    """Return schedule's key -> on how many of their scripts ``person`` and the other marker are not agreed."""
    two = Plan.objects.filter(schedule__in=list(schedules), markers=2).values("schedule")
    rows = _own(person).filter(schedule__in=two).order_by()
    return dict(rows.values_list("schedule").annotate(n=Count("pk")))


def _own(person: Person) -> QuerySet[Script]:
    return scripts_differing(theirs(person).filter(marker=person, round__in=MARKERS))


def awaited_markers(schedule: Schedule) -> tuple[int, tuple[str, ...]]:
    """Return on how many candidates' work two markers are not agreed, and the names of those markers."""
    rows = scripts_differing(handed_in().filter(schedule=schedule)).order_by()
    n = rows.values("attempt").distinct().count()
    names = rows.values_list("marker__name", flat=True).distinct().order_by("marker__sort_name") if n else ()
    return n, tuple(names)


def differences_of(
    person: Person, schedule: Schedule, *, after: str = "", size: int = PAGE
) -> tuple[list[Difference], str]:
    """Return the differences of a page of scripts, and the ref of the script to go on from ("" at the end).

    Args:
        after: the ref of the last script of the page before.
    """
    agreeing = agreeing_of(plan_of(schedule))
    if agreeing is None:
        return [], ""
    rows = scripts_with_differences(person, schedule)
    last = rows.filter(ref=after).first() if after else None
    if last is not None:
        rows = rows.filter(place__gt=last.place)
    scripts = list(rows[: size + 1])
    following = scripts[size - 1].ref if len(scripts) > size else ""
    return differing(person, schedule, scripts[:size]), following


def differing(person: Person, schedule: Schedule, scripts: Sequence[Script]) -> list[Difference]:
    """Return the parts of these scripts on which the two are not agreed, in paper order."""
    agreeing = agreeing_of(plan_of(schedule))
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    attempts = [script.attempt_id for script in scripts]
    marks = Mark.objects.filter(attempt__in=attempts)
    counted = counted_marks(marks, agreeing, [part.id for part in paper.human_parts])
    given, proposals = _given(attempts), _proposals(attempts)
    names = _others(person, schedule, scripts)
    found = []
    for script in scripts:
        for part in paper.human_parts:
            cell = (script.attempt_id, part.id)
            if cell not in counted or counted[cell].waits != "agreed_awaited":
                continue
            proposed = proposals.get(cell, {})
            others = [one for key, one in proposed.items() if key != person.pk]
            found.append(
                Difference(
                    script=script,
                    part=part,
                    title=paper.items[part.item_index].title,
                    mine=given[cell].get(script.round, ""),
                    other=next((text for one, text in given[cell].items() if one != script.round), ""),
                    other_name=names.get(script.attempt_id, ""),
                    proposed=proposed.get(person.pk, Proposal()),
                    answered=others[0] if others else Proposal(),
                )
            )
    return found


def _given(attempts: Iterable[int]) -> dict[Cell, dict[str, str]]:
    """Return cell -> round -> the mark as shown."""
    found: dict[Cell, dict[str, str]] = defaultdict(dict)
    rows = Mark.objects.filter(attempt__in=list(attempts), round__in=MARKERS).order_by("id")
    for mark in rows:
        found[mark.attempt_id, mark.part_id][mark.round] = shown_mark(
            mark.value_thousandths, mark.no_response
        )
    return found


def _proposals(attempts: Iterable[int]) -> dict[Cell, dict[int, Proposal]]:
    """Return cell -> marker -> the newest proposal, with its note."""
    rows = list(Mark.objects.filter(attempt__in=list(attempts), round=Round.AGREED).order_by("id"))
    sides = Side.objects.filter(event_id__in={row.event_id for row in rows}, name="reason")
    notes = dict(sides.values_list("event_id", "value"))
    found: dict[Cell, dict[int, Proposal]] = defaultdict(dict)
    for row in rows:
        shown = shown_mark(row.value_thousandths, row.no_response)
        found[row.attempt_id, row.part_id][row.marker_id] = Proposal(
            shown, row.value_thousandths, row.no_response, notes.get(row.event_id, "")
        )
    return found


def _others(person: Person, schedule: Schedule, scripts: Sequence[Script]) -> dict[int, str]:
    """Return attempt -> the name of the other marker."""
    rows = Script.objects.filter(
        attempt__in=[script.attempt_id for script in scripts], round__in=MARKERS
    ).exclude(marker=person)
    veil = veil_of(person, [schedule])
    return {
        attempt: veil.colleague(schedule.pk, key, name)
        for attempt, key, name in rows.values_list("attempt_id", "marker_id", "marker__name")
    }
