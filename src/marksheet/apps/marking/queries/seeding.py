"""Seeds of a schedule: which there are, what markers gave them, who is stopped."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from marksheet.apps.exams.models import AttemptState, Schedule
from marksheet.apps.exams.queries.anonymity import through
from marksheet.apps.ledger.bulk import among
from marksheet.apps.marking.models import MARKERS, SEED, TRIAL, Round, Script
from marksheet.apps.marking.models import Kind as Kind
from marksheet.apps.marking.models import Plan as Plan
from marksheet.apps.marking.models import Seed as Seed
from marksheet.apps.marking.models import SeedStop as SeedStop
from marksheet.apps.marking.queries.hands import with_seeds
from marksheet.apps.marking.queries.marks import NEVER_MARKED, current_marks, marks_of_scripts
from marksheet.apps.marking.queries.people import coordinated_for
from marksheet.apps.people.models import Person, UnitPath
from marksheet.apps.people.queries import grants_with
from marksheet.apps.people.queries.apart import apart_from
from marksheet.rules import seeding
from marksheet.rules.access import Verb
from marksheet.rules.agreement import Measured
from marksheet.rules.seeding import Done, Judged, judge


def seed_round(marker: int) -> str:
    """Return the round in which one marker marks seeds: their own, so that nobody meets another's marks there."""
    return f"{SEED}{marker}"


def seeding_of(plan: Plan) -> seeding.Seeding | None:
    """Return how seeds are given at a schedule; None where they are not."""
    return seeding.seeding_from_json(plan.seeding)


def seeds_at(schedule: Schedule) -> QuerySet[Seed]:
    """Return the seeds of a schedule whose work is still handed in; to be dealt and judged by, not to be shown."""
    return all_seeds_at(schedule).filter(kind=Kind.SEED)


def all_seeds_at(schedule: Schedule) -> QuerySet[Seed]:
    """Return the scripts with definitive marks, of whatever kind, whose work is still handed in."""
    return Seed.objects.filter(schedule=schedule, attempt__state=AttemptState.HANDED_IN).order_by("pk")


def seeds_for(person: Person, schedule: Schedule) -> list[Seed]:
    """Return the seeds that a coordinator sees: not their own work, nor what a conflict keeps from them."""
    rows = all_seeds_at(schedule).exclude(apart_from(person).fits("attempt__enrolment"))
    return list(through(person, rows.select_related("attempt__enrolment", "schedule", "person")))


def seed_for(person: Person, schedule_ref: str, seed_ref: str) -> Seed | None:
    """Return a seed of a schedule that ``person`` coordinates; None if it is not for their eyes.

    Raises:
        NotFound: the schedule is hidden from this person.
    """
    found = seeds_for(person, coordinated_for(person, schedule_ref))
    return next((one for one in found if one.ref == seed_ref), None)


def stops_at(schedule: Schedule) -> list[SeedStop]:
    """Return the stops of a schedule that nobody has decided on, the oldest first; for a coordinator."""
    rows = SeedStop.objects.filter(schedule=schedule, settled_at=None)
    return list(rows.select_related("marker").order_by("raised_at", "pk"))


def stopped_within(plan: Plan, within: Mapping[str, Any]) -> list[int]:
    """Return the attempts that somebody marked or has to mark who is stopped, once for each of them.

    Nothing is asked where no seeds are given.

    Args:
        within: which attempts, as a filter by ``attempt``.
    """
    if not plan.seeding:
        return []
    stops = SeedStop.objects.filter(schedule=plan.schedule_id, settled_at=None, marker=OuterRef("marker"))
    rows = Script.objects.filter(Exists(stops), round__in=MARKERS, **within)
    return list(rows.values_list("attempt_id", flat=True))


def kept_blind(person: Person) -> QuerySet[Any]:
    """Return the schedules with seeds whose results would tell ``person`` which they are, while work is left there.

    Those where ``person`` marks and does not coordinate. It is part of other questions, and asks nothing by itself.
    """
    left = Script.objects.filter(schedule=OuterRef("schedule"), submitted_at=None)
    left = left.exclude(round__startswith=TRIAL)
    stops = SeedStop.objects.filter(schedule=OuterRef("schedule"), settled_at=None)
    rows = Seed.objects.filter(kind=Kind.SEED, schedule__node__in=_nodes(person, Verb.MARK_GIVE))
    rows = rows.exclude(schedule__node__in=_nodes(person, Verb.SCHEDULE_COORDINATE))
    return rows.filter(Q(Exists(left)) | Q(Exists(stops))).values("schedule")


def _nodes(person: Person, verb: str) -> QuerySet[Any]:
    given = grants_with(verb).filter(person=person)
    return UnitPath.objects.filter(ancestor__in=given.values("unit")).values("descendant")


@dataclass(frozen=True, slots=True)
class Finished:
    """A script that its marker finished: the script, and what it showed if it is a seed."""

    script: Script
    judged: Judged | None = None

    @property
    def done(self) -> Done:
        """It, as the rules want it."""
        return Done(self.script.pk, self.script.submitted_at is not None, self.judged)


def finished_by(
    schedule: Schedule, markers: Collection[int], *, ever: bool = False
) -> dict[int, list[Finished]]:
    """Return what each of these markers finished since they were last let go on, in the order of finishing.

    A constant number of statements.

    Args:
        ever: all that they finished, whatever was decided meanwhile.
    """
    since = {} if ever else last_let_on(schedule)
    rows = with_seeds().filter(schedule=schedule, marker__in=among(markers), unmarked=0)
    scripts = [
        one
        for one in rows.exclude(last_saved_at=None).order_by("last_saved_at", "pk")
        if one.marker_id not in since or one.last_saved_at > since[one.marker_id]
    ]
    judged = judged_of(schedule, [one for one in scripts if one.is_seed])
    found: dict[int, list[Finished]] = defaultdict(list)
    for one in scripts:
        found[one.marker_id or 0].append(Finished(one, judged.get(one.pk)))
    return found


def to_mark_again(schedule: Schedule, marker: int) -> list[Script]:
    """Return the open scripts of a marker, seeds apart, with marks given since the last seed that was near enough."""
    finished = finished_by(schedule, {marker}).get(marker, [])
    good = [one.script.last_saved_at for one in finished if one.judged is not None and one.judged.within]
    since = good[-1] if good else last_let_on(schedule).get(marker)
    rows = Script.objects.filter(
        schedule=schedule, marker=marker, round__in=MARKERS, submitted_at=None, last_saved_at__isnull=False
    )
    if since is not None:
        rows = rows.filter(last_saved_at__gt=since)
    return list(rows.order_by("pk"))


def last_let_on(schedule: Schedule) -> dict[int, Any]:
    """Return marker -> when a coordinator last decided on a stop of theirs."""
    rows = SeedStop.objects.filter(schedule=schedule, settled_at__isnull=False).order_by("settled_at")
    return dict(rows.values_list("marker_id", "settled_at"))


def judged_of(schedule: Schedule, scripts: Sequence[Script]) -> dict[int, Judged]:
    """Return what each of these markers' own scripts of seeds shows, by key; only wholly marked ones are there."""
    seeds = {one.attempt_id: one for one in Seed.objects.filter(schedule=schedule)}
    settled = definitive_marks(seeds)
    given = marks_of_scripts(scripts)
    found = {}
    for script in scripts:
        seed = seeds.get(script.attempt_id)
        if seed is None or script.unmarked:
            continue
        parts = settled[script.attempt_id]
        marks = {
            part: Fraction(given.get((script.round, script.attempt_id, part), NEVER_MARKED).value or 0, 1000)
            for part in parts
        }
        found[script.pk] = judge(rule_of(seed, parts), marks)
    return found


def definitive_marks(attempts: Iterable[int]) -> dict[int, dict[int, Fraction]]:
    """Return attempt -> part -> what it is worth, settled; "no response" is worth nothing."""
    found: dict[int, dict[int, Fraction]] = defaultdict(dict)
    for (attempt, part), mark in current_marks(attempts, Round.DEFINITIVE).items():
        found[attempt][part] = Fraction(mark.value or 0, 1000)
    return found


def rule_of(seed: Seed, definitive: Mapping[int, Fraction]) -> seeding.Seed:
    """Return a seed as the rules judge by it."""
    hard = None if seed.hard_thousandths is None else Fraction(seed.hard_thousandths, 1000)
    return seeding.Seed(definitive, Fraction(seed.tolerance_thousandths, 1000), Measured(seed.measured), hard)
