"""Scripts whose markers are done are sent to moderation, by the rounds that hold at their schedule."""

from collections.abc import Collection

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.change import Change
from marksheet.apps.marking.models import Moderation, Plan
from marksheet.apps.marking.queries.moderation import SETTLED, name_of, rounds_in_force
from marksheet.apps.marking.steps.moderation import Waiting, hold_samples, send, update_waiting, withdraw
from marksheet.apps.results.queries.referring import Referrals, referrals
from marksheet.rules.moderation import CASES


def refer(opened: Change, schedule: Schedule, plan: Plan, enrolments: Collection[int] | None) -> set[int]:
    """Send to moderation what belongs there; return the enrolments whose scripts joined a sample besides.

    What was decided stays decided. A script that is being marked waits, and is ripe again when that is done. One that
    no trigger sends any more, and on which nobody decided, leaves. Nothing is asked where there is no moderation.

    Args:
        enrolments: whose work changed; None for everybody's.
    """
    rounds = rounds_in_force(plan)
    if not rounds and not (enrolments is None and plan.pk):
        return set()
    if any(not one.is_case for round_ in rounds for one in round_.triggers):
        hold_samples(opened, schedule)
    found = referrals(schedule, plan, enrolments)
    new = {place: reasons for place, reasons in found.wanted.items() if place not in found.stored}
    if new:
        send(opened, schedule, new, CASES)
    changed, gone = _followed(found, len(rounds))
    if changed:
        update_waiting(changed, CASES)
    if gone:
        withdraw(opened, gone)
    touched = {attempt for attempt, _round in new} | {row.attempt_id for row, *_rest in changed}
    return {found.enrolments[attempt] for attempt in touched} - set(enrolments or ())


def _followed(found: Referrals, rounds: int) -> tuple[list[Waiting], list[Moderation]]:
    """Return the rows that changed, and those that leave: nobody decided on them, and nothing sends them any more."""
    changed: list[Waiting] = []
    gone: list[Moderation] = []
    in_force = {name_of(n) for n in range(rounds)}
    for place, row in found.stored.items():
        ripe, reasons = place in found.reached, found.wanted.get(place, [])
        if row.attempt_id not in found.looked:
            continue
        if row.decision in SETTLED:
            # It counts for a sample that came to hold it, too.
            if joined := [one for one in reasons if one["of"] and one not in row.reasons]:
                changed.append((row, [*row.reasons, *joined], row.ripe, row.decision))
        elif row.round not in in_force or (ripe and not reasons and not row.returned):
            gone.append(row)
        elif not (row.decision and not ripe) and (
            row.decision or row.ripe != ripe or (reasons and reasons != row.reasons)
        ):
            changed.append((row, reasons or row.reasons, ripe, ""))
    return changed, gone
