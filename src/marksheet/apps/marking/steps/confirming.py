"""A mark that is still right under a newer marking scheme is stored again, with the same number."""

from collections.abc import Sequence

from marksheet.apps.exams.models import Scheme
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Mark
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.marking.steps.marks import FIELDS
from marksheet.apps.people.models import Person


def confirm_marks(opened: Change, by: Person, marks: Sequence[Mark], scheme: Scheme) -> None:
    """Store each of these marks once more, as given under ``scheme``: same cell, marker and number.

    Who gave the mark stays its marker; who confirms it is the actor of the event, and had the script in hand.
    Each attempt gets a line ``{"round", "marker", "confirmed": {part: [old number, new number]}}``, 0 for none.

    Args:
        marks: the newest of their cells, each with its ``scheme``.
    """
    insert_rows(
        Mark,
        FIELDS,
        (
            (
                mark.attempt_id, mark.part_id, mark.round, mark.marker_id, mark.version + 1,
                mark.value_thousandths, mark.no_response, scheme.pk, opened.event_id, opened.at,
            )
            for mark in marks
        ),
    )  # fmt: skip
    opened.lines(
        (
            "attempt",
            mark.attempt_id,
            {
                "round": mark.round,
                "marker": mark.marker_id,
                "confirmed": {str(mark.part_id): [mark.scheme.number if mark.scheme else 0, scheme.number]},
            },
        )
        for mark in marks
    )
    note_hands_on(opened, ((mark.attempt_id, by.pk) for mark in marks))
