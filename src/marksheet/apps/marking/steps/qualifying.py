"""Practice and qualification scripts come to their markers; who did not qualify is written, and how it went on."""

from collections.abc import Sequence

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.bulk import among
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Plan, Script, Seed, Unqualified
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.qualifying import trial_round
from marksheet.apps.marking.steps.hands import note_hands_on
from marksheet.apps.people.models import Person


def store_needed(opened: Change, schedule: Schedule, needed: int) -> None:
    """Write how many qualification scripts must be near enough."""
    values = {"qualifying": needed, "revision": plan_of(schedule).revision + 1}
    Plan.objects.update_or_create(
        schedule=schedule, defaults=values | {"event_id": opened.event_id, "at": opened.at}
    )


def open_trials(
    opened: Change, schedule: Schedule, marker: Person, wanted: Sequence[tuple[int, Seed]]
) -> None:
    """Open a marker's own script of each of these (place, script)."""
    human = len(paper_of(schedule.version_id, schedule.key_version_id).human_parts)
    Script.objects.bulk_create(
        Script(
            attempt_id=seed.attempt_id, schedule=schedule, round=trial_round(marker.pk), marker=marker,
            allocated=True, place=place, unmarked=human,
        )
        for place, seed in wanted
    )  # fmt: skip
    note_hands_on(opened, [(seed.attempt_id, marker.pk) for _place, seed in wanted])
    opened.lines(("attempt", seed.attempt_id, {"trial_with": marker.pk}) for _place, seed in wanted)


def open_again(opened: Change, scripts: Sequence[Script], unmarked: int) -> None:
    """Have a marker's scripts be as if nobody had begun them; their marks were taken back."""
    Script.objects.filter(pk__in=among(one.pk for one in scripts)).update(
        unmarked=unmarked, last_saved_at=None, submitted_at=None, reopened_at=opened.at
    )


def raise_unqualified(opened: Change, schedule: Schedule, marker: Person) -> bool:
    """Write that a marker did not qualify, where it is not written yet; return whether it was not."""
    _case, made = Unqualified.objects.get_or_create(
        schedule=schedule, marker=marker, settled_at=None,
        defaults={"raised_at": opened.at, "event_id": opened.event_id},
    )  # fmt: skip
    return made


def settle_unqualified(opened: Change, case: Unqualified, by: Person, decision: str, reason: str) -> None:
    """Write what a lead marker decided."""
    Unqualified.objects.filter(pk=case.pk).update(
        settled_at=opened.at, settled_by=by, decision=decision, reason=reason
    )
