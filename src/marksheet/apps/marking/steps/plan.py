"""How a schedule is marked is written, and its scripts follow: a second round is opened, or taken away unused."""

from typing import Any

from marksheet.apps.exams.models import Attempt, Schedule
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Allocation, Mark, Method, Plan, Round, Script
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.steps.scripts import open_scripts

FIELDS = ("markers", "tolerance_thousandths", "within", "beyond", "measured", "sharing", "second_keying")
# What of it decides how a result comes about.
DECIDING = frozenset(FIELDS) - {"sharing"}


def store_plan(
    opened: Change, schedule: Schedule, wanted: Plan, *, anew: bool = False
) -> dict[str, tuple[Any, Any]]:
    """Write what differs in ``wanted``; return field -> (before, after). Scripts of both rounds are there afterwards.

    With two markers every script is allocated, so that nobody is both: what lay on a pile is with nobody then, or with
    who has begun it. The caller holds the allocation, and has made sure that a round to be taken away is unused.

    Args:
        anew: count a revision even if nothing differs here: what is kept beside it was changed.
    """
    before = plan_of(schedule)
    changed = {
        name: (getattr(before, name), getattr(wanted, name))
        for name in FIELDS
        if getattr(before, name) != getattr(wanted, name)
    }
    if not changed and not anew:
        return {}
    values = {name: getattr(wanted, name) for name in FIELDS}
    Plan.objects.update_or_create(
        schedule=schedule,
        defaults=values | {"revision": before.revision + 1, "event_id": opened.event_id, "at": opened.at},
    )
    if wanted.markers == 1 and "markers" in changed:
        Script.objects.filter(schedule=schedule, round=Round.MARKER_2).delete()
    elif "markers" in changed:
        _allocate(opened, schedule)
        open_scripts(opened, schedule, Attempt.objects.filter(schedule=schedule).values_list("pk", flat=True))
    return changed


def _allocate(opened: Change, schedule: Schedule) -> None:
    """End the pile: from now on every script is somebody's, or nobody's."""
    on_pile = {"method": Method.BY_HAND, "seed": "", "event_id": opened.event_id, "at": opened.at}
    found, made = Allocation.objects.get_or_create(schedule=schedule, defaults=on_pile)
    if not made and found.method == Method.PILE:
        Allocation.objects.filter(pk=found.pk).update(**on_pile)
    handed_in().filter(schedule=schedule, allocated=False).update(allocated=True)


def second_round_begun(schedule: Schedule) -> bool:
    """Say whether somebody gave a mark as second marker, ever."""
    return Mark.objects.filter(attempt__schedule=schedule, round__in=(Round.MARKER_2, Round.AGREED)).exists()
