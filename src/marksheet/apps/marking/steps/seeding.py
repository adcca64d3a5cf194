"""Seeds, how they are given, and who is stopped by them are written."""

from collections.abc import Mapping

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.bulk import among
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Plan, Round, Script, Seed, SeedStop
from marksheet.apps.marking.queries.marks import current_marks
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.marking.steps.moderation import Given, store_deciding
from marksheet.apps.people.models import Person
from marksheet.rules.seeding import Seeding, seeding_to_json


def store_seeding(opened: Change, schedule: Schedule, seeding: Seeding | None) -> None:
    """Write how seeds are given."""
    revision = plan_of(schedule).revision + 1
    values = {"seeding": seeding_to_json(seeding), "revision": revision}
    Plan.objects.update_or_create(
        schedule=schedule, defaults=values | {"event_id": opened.event_id, "at": opened.at}
    )


def store_seed(opened: Change, seed: Seed, by: Person, given: Mapping[int, Given]) -> None:
    """Write a seed, and what differs of its definitive marks, as marks of the round "definitive".

    Whoever settles it has had it in hand.

    Args:
        given: part -> the definitive mark.
    """
    if seed.pk:
        seed.revision += 1
        seed.event_id = opened.event_id
    seed.save()
    note_hands_on(opened, [(seed.attempt_id, by.pk)])
    stood = {
        part: (mark.value, mark.no_response)
        for (_attempt, part), mark in current_marks([seed.attempt_id], Round.DEFINITIVE).items()
    }
    wanted = {part: one for part, one in given.items() if stood.get(part) != one}
    if wanted:
        store_deciding(opened, seed.attempt_id, Round.DEFINITIVE.value, by, stood, wanted)


def stop_marker(opened: Change, schedule: Schedule, marker: Person) -> SeedStop:
    """Stop a marker at a schedule, where they are not yet."""
    stop, _made = SeedStop.objects.get_or_create(
        schedule=schedule, marker=marker, settled_at=None,
        defaults={"raised_at": opened.at, "event_id": opened.event_id},
    )  # fmt: skip
    return stop


def settle_stop(opened: Change, stop: SeedStop, by: Person, decision: str, reason: str) -> None:
    """Write what a coordinator decided on a stop."""
    SeedStop.objects.filter(pk=stop.pk).update(
        settled_at=opened.at, settled_by=by, decision=decision, reason=reason
    )


def unmark(opened: Change, scripts: list[Script], unmarked: int) -> None:
    """Have open scripts be as if nobody had begun them; the marks were taken back."""
    keys = among(one.pk for one in scripts)
    Script.objects.filter(pk__in=keys).update(unmarked=unmarked, last_saved_at=None)
