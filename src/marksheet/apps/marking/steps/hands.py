"""Who had a script in hand is noted, once."""

from collections.abc import Iterable

from marksheet.apps.ledger.bulk import among, insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import HandsOn


def note_hands_on(opened: Change, pairs: Iterable[tuple[int, int]]) -> None:
    """Note that people had scripts in hand: (attempt, person); who is noted already stays."""
    wanted = dict.fromkeys(pairs)
    known = set(
        HandsOn.objects.filter(
            person__in={person for _attempt, person in wanted},
            attempt__in=among(attempt for attempt, _person in wanted),
        ).values_list("attempt_id", "person_id")
    )
    insert_rows(
        HandsOn,
        ("attempt_id", "person_id", "since"),
        ((*pair, opened.at) for pair in wanted if pair not in known),
    )
