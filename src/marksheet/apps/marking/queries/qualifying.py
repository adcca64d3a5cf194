"""Practice and qualification scripts: a marker's own, how they went, and whether the marker may begin."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from marksheet.apps.exams.models import AttemptState, Schedule
from marksheet.apps.exams.queries.anonymity import through, veil_of
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.models import SEED, TRIAL, Kind, Mark, Plan, Script, Seed, SeedStop
from marksheet.apps.marking.models import Unqualified as Unqualified
from marksheet.apps.marking.queries.allocation import barred_at, markers_at
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.hands import in_rounds
from marksheet.apps.marking.queries.marks import NEVER_MARKED, current_marks
from marksheet.apps.marking.queries.plan import plan_of
from marksheet.apps.marking.queries.seeding import all_seeds_at, definitive_marks, judged_of
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import people_with
from marksheet.apps.people.queries.apart import apart_from
from marksheet.rules.access import Verb
from marksheet.rules.marks import shown
from marksheet.rules.qualifying import Standing, State, standing

LET = "anyway"


def trial_round(marker: int) -> str:
    """Return the round in which one marker marks practice and qualification scripts: their own."""
    return f"{TRIAL}{marker}"


def trials_of(person: Person, schedule: Schedule) -> QuerySet[Script]:
    """Return a marker's own practice and qualification scripts, practice first; none that is not for their eyes."""
    rows = Script.objects.filter(
        schedule=schedule, round=trial_round(person.pk), marker=person, attempt__state=AttemptState.HANDED_IN
    ).exclude(apart_from(person).fits("attempt__enrolment"))
    rows = rows.select_related("attempt__enrolment", "marker", "schedule")
    return through(person, rows.order_by("place", "id"))


def has_trial(person: Person, schedule: Schedule, ref: str) -> bool:
    """Say whether a script is a practice or qualification script of ``person``."""
    return trials_of(person, schedule).filter(ref=ref).exists()


@dataclass(frozen=True, slots=True)
class Trial:
    """One practice or qualification script of a marker; ``script`` None until it is with them.

    ``within`` is None until it is submitted; ``parts`` are label, given, definitive and difference, of practice alone.
    """

    seed: Seed
    script: Script | None
    within: bool | None
    parts: tuple[tuple[str, str, str, str], ...] = ()

    @property
    def practice(self) -> bool:
        """It is to practise."""
        return self.seed.kind == Kind.PRACTICE

    @property
    def submitted(self) -> bool:
        """The marker submitted it."""
        return self.script is not None and self.script.submitted_at is not None


@dataclass(frozen=True, slots=True)
class Before:
    """What a marker does before the marking: the scripts, practice first, where they stand, and if it binds them."""

    trials: tuple[Trial, ...]
    standing: Standing
    binds: bool

    @property
    def shut(self) -> bool:
        """Their scripts are not open to them yet."""
        return self.binds and self.standing.state != State.QUALIFIED

    @property
    def waiting(self) -> tuple[Trial, ...]:
        """The scripts that are not with the marker yet, and may be now."""
        ready = self.standing.opens_qualification
        return tuple(one for one in self.trials if one.script is None and (one.practice or ready))


def marked_at(schedule: Schedule, marker: int) -> bool:
    """Say whether somebody ever gave a mark to candidates' work at a schedule."""
    return Mark.objects.filter(in_rounds(SEED), marker=marker, attempt__schedule=schedule).exists()


def held_back(person: Person, schedule: Schedule) -> tuple[Before | None, bool]:
    """Return what ``person`` does before the marking, and whether a seed stops them; one statement as a rule."""
    plan, stopped = held_by_seed(person, schedule)
    return (None if plan is None else before_of(person, schedule, plan)), stopped


def held_by_seed(person: Person, schedule: Schedule) -> tuple[Plan | None, bool]:
    """Return how a schedule is marked, where that was said, and whether a seed stops ``person``: one statement."""
    stop = SeedStop.objects.filter(schedule=OuterRef("schedule"), marker=person, settled_at=None)
    plan = Plan.objects.filter(schedule=schedule).annotate(stopped=Exists(stop)).first()
    return plan, plan is not None and plan.stopped


def before_of(person: Person, schedule: Schedule, plan: Plan | None = None) -> Before | None:
    """Return what ``person`` does before the marking; None where there is nothing, or they coordinate it."""
    plan = plan or plan_of(schedule)
    if plan.qualifying is None:
        return None
    leading = people_with(Verb.SCHEDULE_COORDINATE, schedule.node_id)
    if leading.filter(pk=person.pk).exists():
        return None
    barred = barred_at(schedule, [person.pk])[person.pk]
    seeds = [
        one
        for one in all_seeds_at(schedule).exclude(kind=Kind.SEED).select_related("attempt__enrolment")
        if one.retired_at is None and one.attempt.enrolment.person_id not in barred
    ]
    keys = [one.attempt_id for one in seeds]
    known = Mark.objects.filter(attempt__in=keys, marker=person).exclude(round__startswith=TRIAL)
    known_keys = set(known.values_list("attempt_id", flat=True))
    seeds = [one for one in seeds if one.attempt_id not in known_keys]
    if not seeds:
        return None
    scripts = {one.attempt_id: one for one in trials_of(person, schedule)}
    done = [one for one in scripts.values() if one.submitted_at is not None]
    judged = judged_of(schedule, done)
    trials = []
    for seed in sorted(seeds, key=lambda one: (one.kind != Kind.PRACTICE, one.pk)):
        script = scripts.get(seed.attempt_id)
        within = judged[script.pk].within if script is not None and script.pk in judged else None
        parts = _parts(schedule, script) if within is not None and seed.kind == Kind.PRACTICE else ()
        trials.append(Trial(seed, script, within, parts))
    let = Unqualified.objects.filter(schedule=schedule, marker=person, decision=LET).exists()
    return Before(tuple(trials), _standing(trials, plan, let=let), not marked_at(schedule, person.pk))


def _standing(trials: Sequence[Trial], plan: Plan, *, let: bool) -> Standing:
    return standing(
        [one.submitted for one in trials if one.practice],
        [one.within for one in trials if not one.practice],
        plan.qualifying or 0,
        let=let,
    )


def _parts(schedule: Schedule, script: Script | None) -> tuple[tuple[str, str, str, str], ...]:
    if script is None:
        return ()
    given = current_marks([script.attempt_id], script.round)
    settled = definitive_marks([script.attempt_id])[script.attempt_id]
    lines = []
    for part in paper_of(schedule.version_id, schedule.key_version_id).human_parts:
        own = given.get((script.attempt_id, part.id), NEVER_MARKED)
        worth = int(settled.get(part.id, 0) * 1000)
        off = (own.value or 0) - worth
        sign = "" if not off else "+" if off > 0 else "−"
        lines.append(
            (part.label, shown_mark(own.value, own.no_response), shown(worth), sign + shown(abs(off)))
        )
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class Qualifying:
    """How one marker stands before the marking, for the lead marker; ``waits`` is what waits for a decision."""

    name: str
    marker: int
    before: Before
    waits: Unqualified | None

    @property
    def practised(self) -> int:
        """How many practice scripts are submitted."""
        return sum(one.practice and one.submitted for one in self.before.trials)

    @property
    def practice(self) -> int:
        """How many practice scripts there are for them."""
        return sum(one.practice for one in self.before.trials)

    @property
    def of(self) -> int:
        """How many qualification scripts there are for them."""
        return len(self.before.trials) - self.practice


def qualifying_of(person: Person, schedule: Schedule, plan: Plan) -> list[Qualifying]:
    """Return how each marker stands before the marking, by name, as ``person`` may call them."""
    if plan.qualifying is None:
        return []
    waits = {one.marker_id: one for one in Unqualified.objects.filter(schedule=schedule, settled_at=None)}
    veil = veil_of(person, [schedule])
    return [
        Qualifying(veil.colleague(schedule.pk, one.pk, one.name), one.pk, before, waits.get(one.pk))
        for one in markers_at(schedule)
        if (before := before_of(one, schedule, plan)) is not None
    ]


def unqualified_for(person: Person, schedule: Schedule, ref: str) -> Unqualified:
    """Return who did not qualify at a schedule that ``person`` coordinates.

    Raises:
        NotFound: there is none; or it is one's own case, which another coordinator looks at.
    """
    found = Unqualified.objects.filter(schedule=schedule, ref=ref).select_related("marker").first()
    if found is None or found.marker_id == person.pk:
        raise NotFound("There is no such case.")
    return found
