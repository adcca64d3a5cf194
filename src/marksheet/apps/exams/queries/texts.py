"""The texts of a script: what a candidate wrote to the parts that people mark."""

from collections.abc import Collection
from dataclasses import dataclass

from marksheet.apps.exams.models import Response, Schedule
from marksheet.apps.exams.queries.anonymity import by_name, through
from marksheet.apps.exams.queries.answers import on_paper, shown_answer
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.exams.queries.work import behind
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.people.models import Person


@dataclass(frozen=True, slots=True)
class TextCell:
    """One text of the sheet; ``stands`` is "" while nothing is stored and "nr" for no response."""

    ref: str
    label: str
    title: str
    stands: str
    field: str


@dataclass(frozen=True, slots=True)
class TextSheet:
    """The texts of one script on paper; ``following`` is the next script's ref, "" at the end."""

    script_ref: str
    name: str
    number: str
    cells: tuple[TextCell, ...]
    following: str


def text_sheet(person: Person, schedule: Schedule, script_ref: str) -> TextSheet:
    """Return the texts of one script whose answers are typed. The caller was let into the schedule.

    Raises:
        NotFound: there is none on paper, or it is not for this person's eyes.
    """
    everybody = through(person, on_paper(person, schedule).select_related("enrolment", "schedule"))
    column = by_name(person, schedule)
    one = everybody.filter(script_ref=script_ref).first()
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    if one is None or not paper.unscored_parts:
        raise NotFound("There is no such script on paper.")
    order = (f"enrolment__{column}", "enrolment_id", "number")
    following = everybody.filter(behind(one, "enrolment", "number", column=column)).order_by(*order).first()
    stored = stored_texts([one.pk])
    cells = tuple(
        TextCell(
            part.ref,
            part.label,
            paper.items[part.item_index].title,
            stored.get((one.pk, part.id), ""),
            f"a-{one.script_ref}-{part.ref}",
        )
        for part in paper.unscored_parts
    )
    return TextSheet(
        one.script_ref,
        one.enrolment.name,
        one.enrolment.number,
        cells,
        following.script_ref if following else "",
    )


def stored_texts(attempt_ids: Collection[int]) -> dict[tuple[int, int], str]:
    """Return (attempt, part) -> the stored text as the sheet shows it, for what is stored."""
    rows = Response.objects.filter(attempt__in=list(attempt_ids), part__machine=False)
    return {
        (attempt, part): shown_answer(value)
        for attempt, part, value in rows.values_list("attempt_id", "part_id", "answer__value")
    }


def has_texts(part_ids: Collection[int]) -> bool:
    """Say whether anybody answered any of these parts, which people mark."""
    return Response.objects.filter(part__in=list(part_ids), part__machine=False).exists()
