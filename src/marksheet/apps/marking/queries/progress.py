"""How far the marking of each question is, counted over the submissions of a schedule."""

from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import COLUMNS, paper_of
from marksheet.apps.marking.models import Mark
from marksheet.apps.marking.queries.hands import theirs
from marksheet.apps.people.models import Person


@dataclass(frozen=True, slots=True)
class PartProgress:
    """One part that people mark, over all submissions that the reader may have in hand.

    Args:
        sheet: the dozen of the mark sheet that it stands in, from 0.
        total: how many submissions there are; ``marked`` those with a mark or "no response" for this part.
        no_response: how many of those marked say that nothing was answered; ``mine`` how many the reader gave.
    """

    ref: str
    label: str
    title: str
    maximum_thousandths: int
    sheet: int
    total: int
    marked: int
    no_response: int
    mine: int

    @property
    def unmarked(self) -> int:
        """How many submissions still wait for a mark of this part."""
        return self.total - self.marked


def progress_by_item(person: Person, schedule: Schedule) -> list[PartProgress]:
    """Return every part that people mark, in paper order, with true counts; four statements.

    The newest save of a part is what counts, so that a mark that was taken back is unmarked again.
    """
    paper = paper_of(schedule.version_id, schedule.key_version_id)
    scripts = theirs(person).filter(schedule=schedule).order_by()
    of_theirs = scripts.filter(attempt=OuterRef("attempt"), round=OuterRef("round"))
    marks = Mark.objects.filter(Exists(of_theirs), attempt__schedule=schedule)
    newest = marks.order_by().values("attempt", "part", "round").annotate(last=Max("id")).values("last")
    given = Q(value_thousandths__isnull=False) | Q(no_response=True)
    counted = {
        row["part"]: row
        for row in Mark.objects.filter(given, pk__in=newest)
        .order_by()
        .values("part")
        .annotate(
            marked=Count("id"),
            nothing=Count("id", filter=Q(no_response=True)),
            mine=Count("id", filter=Q(marker=person)),
        )
    }
    total = scripts.count()
    nobody = {"marked": 0, "nothing": 0, "mine": 0}
    return [
        PartProgress(
            ref=part.ref,
            label=part.label,
            title=paper.items[part.item_index].title,
            maximum_thousandths=part.maximum_thousandths,
            sheet=place // COLUMNS,
            total=total,
            marked=counts["marked"],
            no_response=counts["nothing"],
            mine=counts["mine"],
        )
        for place, part in enumerate(paper.human_parts)
        for counts in [counted.get(part.id, nobody)]
    ]
