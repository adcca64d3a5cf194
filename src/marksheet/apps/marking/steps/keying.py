"""What a second person typed is stored beside the marks; a third look changes the mark, whoever gave it."""

from collections.abc import Sequence

from marksheet.apps.exams.models import Schedule, Scheme
from marksheet.apps.ledger.bulk import insert_rows
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Keying, Mark, Round, Script
from marksheet.apps.marking.queries.keying import NEVER_KEYED, second_keys
from marksheet.apps.marking.queries.marks import NEVER_MARKED, current_marks
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.marking.steps.marks import FIELDS, GivenMark
from marksheet.apps.people.models import Person

KEYING_FIELDS = (
    "attempt_id", "part_id", "person_id", "version", "value_thousandths", "no_response", "settles", "event_id", "at",
)  # fmt: skip


def store_keyed(opened: Change, person: Person, rows: Sequence[GivenMark]) -> int:
    """Store what somebody typed a second time, as new versions; return how many. No mark changes.

    Each script gets a line in the log: ``{"keyed": number of cells, "by": person}``, without what was typed.
    """
    before = second_keys({attempt for attempt, *_rest in rows})
    insert_rows(
        Keying,
        KEYING_FIELDS,
        (
            (
                attempt, part, person.pk, before.get((attempt, part), NEVER_KEYED).version + 1, value, blank, None,
                opened.event_id, opened.at,
            )
            for attempt, part, value, blank in rows
        ),
    )  # fmt: skip
    attempts = list(dict.fromkeys(attempt for attempt, *_rest in rows))
    counts = {one: sum(attempt == one for attempt, *_rest in rows) for one in attempts}
    opened.lines(("attempt", one, {"keyed": n, "by": person.pk}) for one, n in counts.items())
    note_hands_on(opened, ((one, person.pk) for one in attempts))
    return len(rows)


def settle_keyed(
    opened: Change,
    schedule: Schedule,
    script: Script,
    part_id: int,
    person: Person,
    value: int | None,
    blank: bool,
) -> None:
    """Let a mark hold where two keyings differ; another than stood is a new version, also on a submitted script."""
    cell = (script.attempt_id, part_id)
    mark = current_marks([script.attempt_id]).get(cell, NEVER_MARKED)
    version = mark.version
    if not mark.same_as(value, blank):
        version += 1
        scheme = Scheme.objects.filter(part=part_id).order_by("-number").values_list("pk", flat=True).first()
        given = (*cell, Round.MARKER_1.value, person.pk, version, value, blank, scheme)
        insert_rows(Mark, FIELDS, [(*given, opened.event_id, opened.at)])
        told = {str(part_id): ["nr" if mark.no_response else mark.value, "nr" if blank else value]}
        line = {"round": Round.MARKER_1.value, "marker": person.pk, "marks": told}
        opened.lines([("attempt", script.attempt_id, line)])
    else:
        opened.lines([("attempt", script.attempt_id, {"round": Round.MARKER_1.value, "settled": part_id})])
    key = second_keys([script.attempt_id]).get(cell, NEVER_KEYED)
    insert_rows(
        Keying,
        KEYING_FIELDS,
        [(*cell, person.pk, key.version + 1, value, blank, version, opened.event_id, opened.at)],
    )
    note_hands_on(opened, [(script.attempt_id, person.pk)])
