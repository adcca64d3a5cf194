"""Which scripts are in moderation, for whom, and why; what of the rounds holds at a schedule."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import AttemptState, Schedule
from marksheet.apps.marking.models import MARKERS, MODERATION, HandsOn, Mark, Round, Script
from marksheet.apps.marking.models import Decision as Decision
from marksheet.apps.marking.models import Moderation as Moderation
from marksheet.apps.marking.models import Plan as Plan
from marksheet.apps.marking.models import SampleDecision as SampleDecision
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import nodes_where, people_with, verbs_at
from marksheet.apps.people.queries.apart import Apart, apart_from
from marksheet.rules import moderation as rules
from marksheet.rules.access import Verb
from marksheet.rules.agreement import Beyond

# A script on which one of these was decided waits for no moderator.
SETTLED = (Decision.ACCEPTED, Decision.CHANGED, Decision.DOUBTED)
WAITING = Q(decision="", ripe=True)


def rounds_in_force(plan: Plan) -> tuple[rules.Round, ...]:
    """Return the rounds of moderation, the first with what is beyond the tolerance where moderation settles that."""
    rounds = rules.rounds_from_json(plan.rounds)
    if plan.markers == 1 or plan.beyond != Beyond.MODERATION:
        return rounds
    beyond = rules.Trigger(rules.Kind.BEYOND_TOLERANCE)
    if not rounds:
        return (rules.Round((beyond,)),)
    first, *others = rounds
    return (rules.Round((beyond, *first.triggers), first.notes), *others)


def name_of(number: int) -> Round:
    """Return the word of the n-th round of moderation, from 0."""
    return MODERATION[number]


def in_moderation(schedule: Schedule) -> QuerySet[Moderation]:
    """Return every script of handed-in work that was sent to moderation at a schedule, in any round."""
    return Moderation.objects.filter(schedule=schedule, attempt__state=AttemptState.HANDED_IN)


def moderated_by(person: Person, apart: Apart | None = None) -> QuerySet[Moderation]:
    """Return the scripts in moderation that are for ``person`` to look at, decided or not.

    None of their own work, none that a conflict of interest keeps from them, and none that they ever had in hand: as
    its marker, or in another round of moderation.
    """
    mine = HandsOn.objects.filter(attempt=OuterRef("attempt"), person=person)
    marked = Script.objects.filter(attempt=OuterRef("attempt"), round__in=MARKERS, marker=person)
    given = Mark.objects.filter(attempt=OuterRef("attempt"), round__in=MARKERS, marker=person)
    return (
        Moderation.objects.filter(
            schedule__node__in=nodes_where(person, Verb.MARK_MODERATE),
            attempt__state=AttemptState.HANDED_IN,
        )
        .filter(~Exists(mine) | Q(moderator=person))
        .exclude(Exists(marked) | Exists(given))
        .exclude((apart or apart_from(person)).fits("attempt__enrolment"))
    )


def waits_for(person: Person) -> Exists:
    """Return whether scripts wait for ``person`` to moderate, as a condition on a schedule."""
    return Exists(moderated_by(person).filter(WAITING, schedule=OuterRef("pk")))


def has_moderation(person: Person, schedule: Schedule) -> bool:
    """Say whether ``person`` moderates at the schedule, and it has rounds of moderation or had some."""
    if not moderates_at(person, schedule):
        return False
    plan = Plan.objects.filter(schedule=schedule).first()
    return bool(plan and rounds_in_force(plan)) or in_moderation(schedule).exists()


def moderates_at(person: Person, schedule: Schedule) -> bool:
    """Say whether ``person`` moderates at the schedule."""
    return Verb.MARK_MODERATE in verbs_at(person, schedule.node_id)


def notes_hidden_from(person: Person, schedule: Schedule, enrolment_id: int) -> bool:
    """Say whether somebody moderates this work in a round that keeps the markers' notes from them, and is to decide.

    Who coordinates there reads them all.
    """
    rows = Moderation.objects.filter(attempt__enrolment=enrolment_id, decision="").values_list(
        "round", flat=True
    )
    waiting = set(rows)
    held = verbs_at(person, schedule.node_id) if waiting else frozenset()
    if Verb.MARK_MODERATE not in held or Verb.SCHEDULE_COORDINATE in held:
        return False
    plan = Plan.objects.filter(schedule=schedule).first()
    rounds = rounds_in_force(plan) if plan else ()
    return any(not one.notes and name_of(n) in waiting for n, one in enumerate(rounds))


@dataclass(frozen=True, slots=True)
class Decided:
    """What the samples of a schedule came to: (round, marker's key) -> the newest decision."""

    decided: Mapping[tuple[str, int], SampleDecision] = field(default_factory=dict)

    def confirmed_at(self, round_: str, marker: int) -> datetime | None:
        """When the work of this marker was confirmed in this round; None if it was not, or was marked again."""
        one = self.decided.get((round_, marker))
        return one.at if one is not None and one.confirmed else None

    def open_in(self, n: int, round_: rules.Round, markers: Iterable[int]) -> int:
        """How many decisions on samples a script that these people marked waits for in the n-th round."""
        return sum(
            self.confirmed_at(name_of(n), marker) is None
            for marker in markers
            if any(rules.concerns(one, marker) for one in round_.triggers)
        )


def samples_of(schedule: Schedule) -> Decided:
    """Return the newest decision on each sample of a schedule."""
    rows = SampleDecision.objects.filter(schedule=schedule).order_by("pk")
    return Decided({(row.round, row.marker_id): row for row in rows})


@dataclass(frozen=True, slots=True)
class Waits:
    """What the scripts of some candidates wait for: attempt -> scripts to look at, and decisions on samples."""

    scripts: Counter[int] = field(default_factory=Counter)
    samples: Counter[int] = field(default_factory=Counter)


def waits_of(schedule: Schedule, plan: Plan, within: Mapping[str, Any]) -> Waits:
    """Return what moderation still has to settle; nothing is asked where there is none.

    Args:
        within: conditions on the attempt, as keywords of a filter.
    """
    rounds = rounds_in_force(plan)
    if not rounds:
        return Waits()
    rows = Moderation.objects.filter(WAITING, **within)
    scripts = Counter(rows.values_list("attempt_id", flat=True))
    samples: Counter[int] = Counter()
    if any(not one.is_case for round_ in rounds for one in round_.triggers):
        decided = samples_of(schedule)
        known: dict[int, int] = {}
        marked = Script.objects.filter(round__in=MARKERS, marker__isnull=False, **within)
        for attempt, marker in marked.values_list("attempt_id", "marker_id"):
            if marker not in known:
                known[marker] = sum(decided.open_in(n, round_, [marker]) for n, round_ in enumerate(rounds))
            samples[attempt] += known[marker]
    return Waits(scripts, samples)


@dataclass(frozen=True, slots=True)
class Stands:
    """How many scripts of a schedule wait for a moderator, are with their markers again, and are decided."""

    waiting: int = 0
    with_markers: int = 0
    decided: int = 0

    @property
    def total(self) -> int:
        """Every script in moderation; one that two rounds look at counts in both."""
        return self.waiting + self.with_markers + self.decided


def counts_in_moderation(schedule: Schedule, rows: QuerySet[Moderation] | None = None) -> Stands:
    """Return how the scripts in moderation stand: of a schedule, or those of ``rows`` there."""
    found = (in_moderation(schedule) if rows is None else rows.filter(schedule=schedule)).aggregate(
        waiting=Count("pk", filter=WAITING),
        decided=Count("pk", filter=Q(decision__in=SETTLED)),
        total=Count("pk"),
    )
    return Stands(found["waiting"], found["total"] - found["waiting"] - found["decided"], found["decided"])


def moderators_at(schedule: Schedule) -> list[Person]:
    """Return who moderates at a schedule, by name."""
    return list(people_with(Verb.MARK_MODERATE, schedule.node_id))


def markers_to_choose(schedule: Schedule) -> list[Person]:
    """Return whose scripts a sample can be of: who marks there, and who left and is named in a round that holds."""
    plan = Plan.objects.filter(schedule=schedule).first()
    named = {one.marker for round_ in rounds_in_force(plan) for one in round_.triggers} if plan else set()
    here = people_with(Verb.MARK_GIVE, schedule.node_id).values("pk")
    return list(Person.objects.filter(Q(pk__in=here) | Q(pk__in=named)).order_by("sort_name", "pk"))
