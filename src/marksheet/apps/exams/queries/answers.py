"""The answer sheet: scripts handed in on paper down, machine-scored parts across, a page at a time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from marksheet.apps.exams.models import Attempt, AttemptState, Response, Schedule, ScheduleState
from marksheet.apps.exams.queries.anonymity import by_name, is_called, through
from marksheet.apps.exams.queries.paper import PartRow, dozen_of, paper_of
from marksheet.apps.exams.queries.work import BY_HAND, IMPORTED, behind
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import holds
from marksheet.apps.people.queries.apart import apart_from
from marksheet.rules.access import Verb

PAGE = 25
NO_RESPONSE = "nr"


@dataclass(frozen=True, slots=True)
class AnswerCell:
    """One answer of the sheet; ``shown`` is "" while nothing is stored and "nr" for no response."""

    part: PartRow
    shown: str
    field: str


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One script of the sheet; cells in the order of the columns; ``texts``: how many of its texts are stored."""

    script_ref: str
    name: str
    number: str
    cells: tuple[AnswerCell, ...]
    texts: int = 0


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """A page of the sheet: ``ranges`` are the dozens of parts with their first and last label.

    ``text_parts`` is how many parts people mark: their texts are typed on a page for each script.
    """

    parts: tuple[PartRow, ...]
    titles: Mapping[int, str]
    rows: tuple[AnswerRow, ...]
    ranges: tuple[tuple[int, str], ...]
    chosen: int
    after: str
    text_parts: int = 0


def answer_sheet(
    person: Person,
    schedule: Schedule,
    *,
    search: str = "",
    lacking: bool = False,
    after: str = "",
    range_: int = 0,
    size: int = PAGE,
) -> AnswerSheet:
    """Return ``size`` scripts and at most 12 machine-scored parts, by candidate's name.

    Work that the person may not have in hand is not there: their own, or kept from them by a conflict of interest.
    The caller was let into the schedule.

    Args:
        search: words in the name, or the start of a candidate number.
        lacking: only scripts with an answer still to be entered, in any part.
        after: the script's ref of the last row of the page before.
        range_: which dozen of parts, from 0; out of range reads as 0.
    """
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    dozen = dozen_of(paper.machine_parts, range_)
    attempts, following = _page(person, schedule, search, lacking, after, size)
    stored = stored_answers([one.pk for one in attempts])
    human = len(paper.unscored_parts)
    texts = _texts_counted(attempts) if human else {}
    rows = tuple(
        AnswerRow(
            one.script_ref,
            one.enrolment.name,
            one.enrolment.number,
            tuple(
                AnswerCell(part, stored.get((one.pk, part.id), ""), f"a-{one.script_ref}-{part.ref}")
                for part in dozen.parts
            ),
            texts.get(one.pk, 0),
        )
        for one in attempts
    )
    titles = {part.id: paper.items[part.item_index].title for part in dozen.parts}
    return AnswerSheet(dozen.parts, titles, rows, dozen.ranges, dozen.chosen, following, human)


def _texts_counted(attempts: Collection[Attempt]) -> dict[int, int]:
    """Return attempt -> how many of its texts are stored."""
    rows = Response.objects.filter(attempt__in=[one.pk for one in attempts], part__machine=False)
    return dict(rows.order_by().values("attempt").annotate(n=Count("pk")).values_list("attempt", "n"))


def stored_answers(attempt_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """Return (attempt, part) -> the stored answer as the sheet shows it, for what is stored."""
    rows = Response.objects.filter(attempt__in=list(attempt_ids), part__machine=True)
    return {
        (attempt, part): shown_answer(value)
        for attempt, part, value in rows.values_list("attempt_id", "part_id", "answer__value")
    }


def shown_answer(value: str | None) -> str:
    """Return a stored answer as the sheet shows it: "nr" for no response."""
    return NO_RESPONSE if value is None else value


def on_paper(person: Person, schedule: Schedule) -> QuerySet[Attempt]:
    """Return the attempts on paper that ``person`` may have in hand.

    They were recorded by hand, or came with a file of marks alone, so that their answers are still on paper.
    """
    rows = Attempt.objects.filter(takes_typed_answers(), schedule=schedule, state=AttemptState.HANDED_IN)
    return rows.exclude(apart_from(person).fits("enrolment"))


def takes_typed_answers() -> Q:
    """Fit attempts whose answers are typed: what a file brought stays as it came, unless a file puts it right."""
    answered = Exists(Response.objects.filter(attempt=OuterRef("pk")))
    return Q(source=BY_HAND) | Q(~answered, source=IMPORTED)


def answers_lacking(person: Person, schedule: Schedule, enrolment_id: int | None = None) -> int:
    """Return how many scripts on paper lack an answer; of one enrolment, if it is given."""
    rows = _lacking(on_paper(person, schedule), schedule)
    return (rows if enrolment_id is None else rows.filter(enrolment=enrolment_id)).count()


def answers_to_enter(person: Person, schedule: Schedule, enrolment_id: int | None = None) -> int:
    """Return how many scripts on paper lack answers that ``person`` may type; of one enrolment, if it is given."""
    may = schedule.state == ScheduleState.ACTIVE and holds(person, Verb.WORK_IMPORT, schedule.node_id)
    return answers_lacking(person, schedule, enrolment_id) if may else 0


def takes_answers(person: Person, schedule: Schedule) -> bool:
    """Say whether there is anything on the sheet for ``person``: parts, and scripts on paper."""
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    return bool(paper.parts) and on_paper(person, schedule).exists()


def _lacking(rows: QuerySet[Attempt], schedule: Schedule) -> QuerySet[Attempt]:
    wanted = len(paper_of(schedule.version_id, schedule.key_version_id).machine_parts)
    given = (
        Response.objects.filter(attempt=OuterRef("pk"), part__machine=True)
        .order_by()
        .values("attempt")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return rows.alias(given=Coalesce(Subquery(given), 0)).filter(given__lt=wanted)


def _page(
    person: Person, schedule: Schedule, search: str, lacking: bool, after: str, size: int
) -> tuple[list[Attempt], str]:
    everybody = on_paper(person, schedule).select_related("enrolment", "schedule")
    rows = _lacking(everybody, schedule) if lacking else everybody
    column = by_name(person, schedule)
    for word in search.split()[:6]:
        rows = rows.filter(is_called(person, schedule, word, "enrolment__"))
    last = everybody.filter(script_ref=after).first() if after else None
    if last is not None:
        rows = rows.filter(behind(last, "enrolment", "number", column=column))
    rows = rows.order_by(f"enrolment__{column}", "enrolment_id", "number")
    found = list(through(person, rows)[: size + 1])
    return found[:size], found[size - 1].script_ref if len(found) > size else ""
