"""The samples of markers' work at a schedule: what was drawn, looked at and decided."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import NOTHING_HIDDEN, Veil, veil_of
from marksheet.apps.ledger.bulk import among
from marksheet.apps.marking.models import Decision, SampleDecision
from marksheet.apps.marking.queries.hands import handed_in
from marksheet.apps.marking.queries.moderation import (
    SETTLED,
    WAITING,
    in_moderation,
    moderated_by,
    moderates_at,
    name_of,
    rounds_in_force,
    samples_of,
)
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.people.models import Person
from marksheet.rules.moderation import Kind, Round, concerns


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample of one marker's work in one round.

    Args:
        called: the marker, as the reader sees them.
        reasons: what draws it, as stored: kind and amount.
        scripts: all that the marker has at the schedule; ``open`` of them are not submitted.
        drawn: scripts in the sample; of them ``accepted``, ``doubted``, ``waiting`` to be looked at (or looked at
            again), and otherwise changed as cases.
        earlier: scripts and decisions that rounds before this one still wait for.
        pile_left: scripts lie on a pile that nobody has submitted, so that it may still get more.
        decided: the newest decision; None where nothing was decided.
    """

    number: int
    round: str
    marker: Person
    called: str
    reasons: tuple[Mapping[str, Any], ...]
    scripts: int
    open: int
    drawn: int
    accepted: int
    doubted: int
    waiting: int
    earlier: int
    pile_left: bool
    decided: SampleDecision | None

    @property
    def confirmed(self) -> bool:
        """All that the marker gave is confirmed."""
        return self.decided is not None and self.decided.confirmed

    @property
    def at(self) -> datetime | None:
        """When it was last decided on."""
        return self.decided.at if self.decided else None

    @property
    def looked_at(self) -> int:
        """How many of it a moderator has decided on."""
        return self.drawn - self.waiting

    @property
    def by_chance(self) -> bool:
        """Whether some of it is a random share."""
        return any(one["kind"] == Kind.RANDOM_SHARE for one in self.reasons)

    @property
    def may_confirm(self) -> bool:
        """Everything is submitted, and each script of the sample was looked at."""
        return not (self.confirmed or self.open or self.waiting or self.earlier or self.pile_left)


def samples_here(person: Person, schedule: Schedule) -> list[Sample]:
    """Return the samples at a schedule where ``person`` moderates, by round and marker; none elsewhere.

    A constant number of statements.
    """
    return _samples(schedule, veil_of(person, [schedule])) if moderates_at(person, schedule) else []


def sample_of(person: Person, schedule: Schedule, round_: str, marker_ref: str) -> Sample | None:
    """Return one sample of a schedule where ``person`` moderates; None where there is none by that name."""
    found = samples_here(person, schedule)
    return next((one for one in found if (one.round, one.marker.ref) == (round_, marker_ref)), None)


def things_to_moderate(person: Person, schedule: Schedule) -> int:
    """Return how many scripts wait for ``person`` to moderate, and samples of others to decide on."""
    scripts = moderated_by(person).filter(WAITING, schedule=schedule).count()
    samples = sum(one.may_confirm and one.marker != person for one in samples_here(person, schedule))
    return scripts + samples


def overseen_samples(schedule: Schedule) -> list[Sample]:
    """Return the samples at a schedule that its coordinator was let into."""
    return _samples(schedule, NOTHING_HIDDEN)


def _samples(schedule: Schedule, veil: Veil) -> list[Sample]:
    rounds = rounds_in_force(plan_of(schedule))
    if not any(not one.is_case for round_ in rounds for one in round_.triggers):
        return []
    rows = handed_in().filter(schedule=schedule, marker__isnull=False).values("marker").order_by()
    scripts = {
        row["marker"]: (row["all"], row["open"])
        for row in rows.annotate(all=Count("id"), open=Count("id", filter=Q(submitted_at=None)))
    }
    pile_left = handed_in().filter(schedule=schedule, allocated=False, submitted_at=None).exists()
    people = list(Person.objects.filter(pk__in=scripts).order_by("sort_name", "pk"))
    drawn, earlier = _drawn(schedule), _earlier(schedule, len(rounds))
    decided = samples_of(schedule).decided
    if schedule.pk in veil.numbers:
        # In the order of their numbers: that of their names would tell.
        people = sorted(
            people, key=lambda one: (len(called := veil.colleague(schedule.pk, one.pk, one.name)), called)
        )
    found: list[Sample] = []
    for n, round_ in enumerate(rounds):
        for person in people:
            reasons = _reasons(round_, person.pk)
            if not reasons:
                continue
            name, counts = name_of(n), drawn.get((name_of(n), person.pk), Counter())
            before = [one for one in found if one.marker == person]
            found.append(
                Sample(
                    number=n,
                    round=name,
                    marker=person,
                    called=veil.colleague(schedule.pk, person.pk, person.name),
                    reasons=reasons,
                    scripts=scripts[person.pk][0],
                    open=scripts[person.pk][1],
                    drawn=counts.total(),
                    accepted=counts[Decision.ACCEPTED],
                    doubted=counts[Decision.DOUBTED],
                    waiting=sum(k for decision, k in counts.items() if decision not in SETTLED),
                    earlier=sum(not one.confirmed for one in before) + earlier[n, person.pk],
                    pile_left=pile_left,
                    decided=decided.get((name, person.pk)),
                )
            )
    return found


def _reasons(round_: Round, marker: int) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {"kind": one.kind.value, "amount": str(one.amount), "of": marker}
        for one in round_.triggers
        if concerns(one, marker)
    )


def _drawn(schedule: Schedule) -> dict[tuple[str, int], Counter[str]]:
    """Return (round, marker's key) -> decision -> how many scripts of the sample."""
    found: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    rows = in_moderation(schedule).filter(sample=True)
    for round_, reasons, decision in rows.values_list("round", "reasons", "decision"):
        for marker in {one["of"] for one in reasons if one["of"]}:
            found[round_, marker][decision] += 1
    return found


def _earlier(schedule: Schedule, rounds: int) -> Counter[tuple[int, int]]:
    """Return (n, marker's key) -> how many of the marker's scripts the rounds before the n-th have not settled."""
    found: Counter[tuple[int, int]] = Counter()
    if rounds < 2:
        return found
    numbers = {str(name_of(n)): n for n in range(rounds)}
    rows = in_moderation(schedule).filter(round__in=numbers).exclude(decision__in=SETTLED)
    waiting = dict(rows.order_by("-round").values_list("attempt_id", "round"))
    hands = handed_in().filter(attempt__in=among(waiting), marker__isnull=False)
    for attempt, marker in hands.values_list("attempt_id", "marker_id"):
        for n in range(numbers[waiting[attempt]] + 1, rounds):
            found[n, marker or 0] += 1
    return found
