"""What rounds of moderation would send to moderators, counted by trigger, before anything is written."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from marksheet.apps.exams.models import Schedule
from marksheet.apps.marking.models import Plan as Plan
from marksheet.apps.marking.queries.moderation import SETTLED, in_moderation, name_of, rounds_in_force
from marksheet.apps.results.queries.referring import referrals
from marksheet.rules.moderation import Round


@dataclass(frozen=True, slots=True)
class RoundPreview:
    """What one round would send: scripts in all, and by trigger; a script can be there for several.

    Args:
        triggers: (kind, key of the marker for whose scripts it asks, or 0) -> scripts.
    """

    number: int
    round: Round
    scripts: int
    triggers: Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be in moderation.

    Args:
        rounds: each as if the rounds before it had settled every script as it stands.
        marked: scripts that are marked, submitted and agreed on; ``unmarked`` are looked at when they are.
        scripts: different scripts in all rounds.
        decided: scripts on which a moderator has decided: that stays, whatever is changed.
        leaving: scripts that are in moderation now, without a decision, and would not be.
    """

    rounds: tuple[RoundPreview, ...]
    marked: int
    unmarked: int
    scripts: int
    decided: int
    leaving: int


def previewed(schedule: Schedule, plan: Plan) -> Preview:
    """Return what the rounds of ``plan``, stored or not, would send to moderation now."""
    found = referrals(schedule, plan, assumed=True)
    rounds = []
    for n, round_ in enumerate(rounds_in_force(plan)):
        counts: Counter[tuple[str, int]] = Counter()
        here = {place: reasons for place, reasons in found.wanted.items() if place[1] == name_of(n)}
        own = {one.marker for one in round_.triggers if one.marker}
        for reasons in here.values():
            counts.update(
                {(one["kind"], one["of"] if one["kind"] == "of_marker" and own else 0) for one in reasons}
            )
        rounds.append(RoundPreview(n, round_, len(here), counts))
    rows = dict(in_moderation(schedule).values_list("pk", "decision"))
    waiting = in_moderation(schedule).filter(decision="", returned=False).values_list("attempt_id", "round")
    return Preview(
        rounds=tuple(rounds),
        marked=len(found.complete),
        unmarked=len(found.looked) - len(found.complete),
        scripts=len({attempt for attempt, _round in found.wanted}),
        decided=sum(decision in SETTLED for decision in rows.values()),
        leaving=len(set(waiting) - set(found.wanted)),
    )
