"""Which scripts the rounds of moderation send to moderators now, and why: worked out before anything is written."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.bulk import among
from marksheet.apps.marking.models import Plan as Plan
from marksheet.apps.marking.models import Seed
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.marking.queries.moderation import (
    SETTLED,
    Decided,
    Moderation,
    in_moderation,
    name_of,
    rounds_in_force,
    samples_of,
)
from marksheet.apps.results.models import Result
from marksheet.apps.results.queries.marked import marked_scripts
from marksheet.rules.grading import scale_from_json
from marksheet.rules.lifecycle import State
from marksheet.rules.moderation import (
    Held,
    Kind,
    Marked,
    Round,
    Trigger,
    boundaries_of,
    concerns,
    is_case_of,
    sampled,
)

Place = tuple[int, str]
"""(attempt key, round of moderation)."""
Reason = dict[str, Any]
"""What sent a script: ``kind``, ``amount`` as exact text, and for a sample ``of``, the marker's key."""


@dataclass(frozen=True, slots=True)
class Hand:
    """One script of handed-in work with one of its markers."""

    attempt: int
    enrolment: int
    marker: int | None
    submitted_at: datetime | None
    allocated: bool


@dataclass(slots=True)
class Referrals:
    """What is to be in moderation.

    Attributes:
        wanted: (attempt, round) -> why, of every script looked at that belongs there.
        reached: the rounds that each script looked at has come to: marked, and settled in those before.
        stored: what is there already, of the same scripts and of the samples they belong to.
        looked: the attempts that were looked at; ``complete`` those whose markers are done and agreed.
        enrolments: attempt -> enrolment, of everything read.
    """

    wanted: dict[Place, list[Reason]] = field(default_factory=dict)
    reached: set[Place] = field(default_factory=set)
    stored: dict[Place, Moderation] = field(default_factory=dict)
    looked: set[int] = field(default_factory=set)
    complete: set[int] = field(default_factory=set)
    enrolments: dict[int, int] = field(default_factory=dict)


def referrals(
    schedule: Schedule, plan: Plan, enrolments: Collection[int] | None = None, *, assumed: bool = False
) -> Referrals:
    """Return what the rounds of ``plan`` send to moderation; a constant number of statements, nothing is written.

    Args:
        enrolments: whose work is looked at, with what joins the samples that it belongs to; None for everybody's.
        assumed: work as if each round settled every script as it stands, and as if what nobody has decided on were
            not drawn yet: for a preview.
    """
    rounds, found = rounds_in_force(plan), Referrals()
    hands = _hands(schedule, enrolments)
    samples = Samples(schedule, plan, hands, everybody=enrolments is None)
    found.enrolments = {hand.attempt: hand.enrolment for hand in (*hands, *samples.hands)}
    found.stored = _stored(schedule, found.enrolments if enrolments is not None else None, assumed)
    samples.read(found.stored)
    found.looked = {hand.attempt for hand in hands}
    if joining := samples.all_chosen() - found.looked - {attempt for attempt, _round in found.stored}:
        hands += _hands(schedule, attempt__in=among(joining))
        found.looked |= joining
    marked = _marked(schedule, plan, rounds, hands)
    found.complete = set(marked)
    markers: dict[int, set[int]] = defaultdict(set)
    for hand in hands:
        if hand.marker is not None:
            markers[hand.attempt].add(hand.marker)
    maximum = paper_of(schedule.version_id, schedule.key_version_id).spec.maximum
    boundaries = boundaries_of(scale_from_json(schedule.scale), maximum)
    through = set(marked)
    for n, round_ in enumerate(rounds):
        name = name_of(n)
        found.reached |= {(attempt, name) for attempt in through}
        for attempt in through:
            reasons = _cases(marked[attempt], round_, boundaries)
            reasons += samples.reasons(n, attempt, markers[attempt])
            if reasons:
                found.wanted[attempt, name] = reasons
        if not assumed:
            through = {
                attempt
                for attempt in through
                if _is_decided(found, attempt, name)
                and not samples.decided.open_in(n, round_, markers[attempt])
            }
    return found


def _is_decided(found: Referrals, attempt: int, round_: str) -> bool:
    row = found.stored.get((attempt, round_))
    return bool(row.decision in SETTLED) if row is not None else (attempt, round_) not in found.wanted


def _marked(
    schedule: Schedule, plan: Plan, rounds: tuple[Round, ...], hands: list[Hand]
) -> dict[int, Marked]:
    open_ = {hand.attempt for hand in hands if hand.submitted_at is None}
    done = sorted({hand.attempt for hand in hands} - open_)
    return marked_scripts(schedule, plan, rounds, done) if rounds and done else {}


def reason_of(trigger: Trigger, of: int = 0) -> Reason:
    """Return why a script is in moderation, as it is stored."""
    return {"kind": trigger.kind.value, "amount": str(trigger.amount), "of": of}


def amount_of(reason: Mapping[str, Any]) -> Fraction:
    """Return the amount of a stored reason."""
    return Fraction(str(reason.get("amount", 0)))


def _hands(schedule: Schedule, enrolments: Collection[int] | None = None, **more: Any) -> list[Hand]:
    seeds = Seed.objects.filter(schedule=schedule).values("attempt")
    rows = handed_in().filter(schedule=schedule, **more).exclude(attempt__in=seeds)
    if enrolments is not None:
        rows = rows.filter(attempt__enrolment__in=among(enrolments))
    fields = ("attempt_id", "attempt__enrolment_id", "marker_id", "submitted_at", "allocated")
    return [Hand(*row) for row in rows.order_by("pk").values_list(*fields)]


def _stored(schedule: Schedule, attempts: Iterable[int] | None, assumed: bool) -> dict[Place, Moderation]:
    rows = in_moderation(schedule)
    if assumed:
        rows = rows.exclude(decision="", returned=False)
    if attempts is not None:
        rows = rows.filter(attempt__in=among(attempts))
    return {(row.attempt_id, row.round): row for row in rows}


def _cases(one: Marked, round_: Round, boundaries: Collection[Fraction]) -> list[Reason]:
    at = tuple(boundaries)
    return [
        reason_of(trigger) for trigger in round_.triggers if trigger.is_case and is_case_of(one, trigger, at)
    ]


class Samples:
    """The samples of those markers whose scripts are looked at.

    Attributes:
        hands: every script of those markers; where a pile has become empty, of all markers.
        decided: what the samples of the schedule came to so far.
    """

    def __init__(self, schedule: Schedule, plan: Plan, hands: list[Hand], *, everybody: bool) -> None:
        self._schedule, self._seed, self._rounds = schedule, plan.seed, rounds_in_force(plan)
        self._own: dict[int, list[Hand]] = defaultdict(list)
        self._chosen: dict[tuple[int, int], dict[int, list[Reason]]] = {}
        self._whole = True
        self.hands: list[Hand] = []
        self.decided = Decided()
        kinds = {one.kind for round_ in self._rounds for one in round_.triggers if not one.is_case}
        if not kinds:
            return
        here = {hand.marker for hand in hands if hand.marker is not None}
        if Kind.RANDOM_SHARE in kinds and any(not hand.allocated for hand in hands):
            left = handed_in().filter(schedule=schedule, allocated=False, submitted_at=None)
            self._whole = not left.exists()
        if everybody:
            self.hands = hands
        elif self._whole and any(not hand.allocated for hand in hands):
            self.hands = _hands(schedule)
        else:
            self.hands = _hands(schedule, marker__in=sorted(here))
        for hand in self.hands:
            if hand.marker is not None:
                self._own[hand.marker].append(hand)
        self.decided = samples_of(schedule)

    def read(self, stored: Mapping[Place, Moderation]) -> None:
        """Choose, knowing what is in the samples already, and what was let go since one was confirmed."""
        let_go: set[int] = set()
        if any(one.confirmed for one in self.decided.decided.values()):
            ready = Result.objects.filter(
                schedule=self._schedule,
                state=State.READY.value,
                enrolment__in=among({hand.enrolment for hand in self.hands}),
            )
            let_go = set(ready.values_list("enrolment_id", flat=True))
        for marker, own in self._own.items():
            in_order = sorted((hand for hand in own if hand.submitted_at), key=_in_order)
            places = {hand.attempt: k for k, hand in enumerate(in_order)}
            for n, round_ in enumerate(self._rounds):
                confirmed = self.decided.confirmed_at(name_of(n), marker)
                for trigger in round_.triggers:
                    if not concerns(trigger, marker):
                        continue
                    held = [
                        Held(
                            hand.attempt,
                            submitted=hand.submitted_at is not None,
                            place=places.get(hand.attempt, 0),
                            drawn=_is_drawn(stored.get((hand.attempt, name_of(n))), trigger.kind, marker),
                            settled=confirmed is not None
                            and (hand.enrolment in let_go or _was_there(hand, confirmed)),
                        )
                        for hand in own
                    ]
                    seed = f"{self._seed}:{n}"
                    for attempt in sampled(held, trigger, marker, seed=seed, whole=self._whole):
                        reasons = self._chosen.setdefault((n, marker), {}).setdefault(attempt, [])
                        reasons.append(reason_of(trigger, marker))

    def all_chosen(self) -> set[int]:
        """Return every attempt that is in a sample, those that are still being marked among them."""
        return {attempt for chosen in self._chosen.values() for attempt in chosen}

    def reasons(self, n: int, attempt: int, markers: Iterable[int]) -> list[Reason]:
        """Return of whose samples an attempt is one in the n-th round."""
        return [
            reason
            for marker in sorted(markers)
            for reason in self._chosen.get((n, marker), {}).get(attempt, ())
        ]


def _is_drawn(row: Moderation | None, kind: Kind, marker: int) -> bool:
    return row is not None and any(one.get("kind") == kind and one.get("of") == marker for one in row.reasons)


def _was_there(hand: Hand, confirmed: datetime) -> bool:
    return hand.submitted_at is not None and hand.submitted_at <= confirmed


def _in_order(hand: Hand) -> tuple[Any, int]:
    return hand.submitted_at, hand.attempt
