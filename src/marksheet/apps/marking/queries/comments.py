"""A marker's own comments: kept for each part, inserted by a key, nobody else's to see."""

from dataclasses import dataclass

from marksheet.apps.marking.models import StockComment
from marksheet.apps.people.models import Person


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment to insert."""

    ref: str
    text: str


def comments_of(person: Person, part_id: int) -> list[Comment]:
    """Return the comments that ``person`` keeps for a part, in the order in which they were kept."""
    rows = StockComment.objects.filter(person=person, part=part_id).order_by("id")
    return [Comment(*row) for row in rows.values_list("ref", "text")]
