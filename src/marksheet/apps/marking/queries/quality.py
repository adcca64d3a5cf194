"""How the markers of a schedule mark: by their seeds, beside each other, how fast; for its coordinator."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from marksheet.apps.exams.models import Schedule
from marksheet.apps.exams.queries.anonymity import through, veil_of
from marksheet.apps.exams.queries.paper import paper_of
from marksheet.apps.ledger.errors import NotFound
from marksheet.apps.marking.models import MARKERS, Script, SeedStop
from marksheet.apps.marking.queries.grid import shown_mark
from marksheet.apps.marking.queries.hands import with_seeds, with_trials
from marksheet.apps.marking.queries.marks import NEVER_MARKED, current_marks, marks_of_scripts
from marksheet.apps.marking.queries.seeding import (
    Finished,
    Seed,
    definitive_marks,
    finished_by,
    judged_of,
    seeds_for,
    to_mark_again,
)
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries.apart import apart_from
from marksheet.rules.marks import shown
from marksheet.rules.quality import Agreement, agreement, minutes_a_script
from marksheet.rules.seeding import Judged

Pairs = list[tuple[Fraction, Fraction]]


@dataclass(frozen=True, slots=True)
class MarkerQuality:
    """How one marker marks.

    Args:
        name: as the reader may call them.
        seeds: how many seeds they finished; ``within`` of them near enough; ``waiting`` still to come.
        settled, others: their marks beside definitive ones, and beside the other marker's.
        finished: scripts wholly marked, seeds among them; ``minutes`` a script, as a rule.
        stop: the stop that nobody has decided on; ``stops`` how many there ever were.
    """

    name: str
    seeds: int
    within: int
    waiting: int
    settled: Agreement
    others: Agreement
    finished: int
    minutes: Fraction | None
    stop: SeedStop | None
    stops: int

    @property
    def outside(self) -> int:
        """How many seeds were not near enough."""
        return self.seeds - self.within


@dataclass(frozen=True, slots=True)
class SeedLine:
    """One seed as its coordinator sees it: with how many markers, how many finished it, how many near enough."""

    seed: Seed
    total: str
    given: int
    finished: int
    within: int

    @property
    def off(self) -> int:
        """How many markers were not near enough."""
        return self.finished - self.within


def quality_of(person: Person, schedule: Schedule) -> list[MarkerQuality]:
    """Return how each who has or had scripts here marks, by name; a constant number of statements."""
    scripts = list(with_seeds().filter(schedule=schedule, marker__isnull=False).select_related("marker"))
    people = {one.marker_id: one.marker for one in scripts if one.marker is not None}
    finished = finished_by(schedule, [key for key in people if key], ever=True)
    beside_settled = _beside_definitive(finished)
    beside_others = _beside_others(scripts)
    stops = list(SeedStop.objects.filter(schedule=schedule).order_by("pk"))
    open_stops = {one.marker_id: one for one in stops if one.settled_at is None}
    counted = Counter(one.marker_id for one in stops)
    waiting = Counter(one.marker_id for one in scripts if one.is_seed and one.unmarked)
    veil = veil_of(person, [schedule])
    lines = []
    for marker in sorted(people.values(), key=lambda one: (one.sort_name, one.pk)):
        done = finished.get(marker.pk, [])
        judged = [one.judged for one in done if one.judged is not None]
        moments = [one.script.last_saved_at for one in done if one.script.last_saved_at]
        lines.append(
            MarkerQuality(
                veil.colleague(schedule.pk, marker.pk, marker.name),
                len(judged),
                sum(one.within for one in judged),
                waiting[marker.pk],
                agreement(beside_settled.get(marker.pk, [])),
                agreement(beside_others.get(marker.pk, [])),
                len(done),
                minutes_a_script(moments),
                open_stops.get(marker.pk),
                counted[marker.pk],
            )
        )
    return lines


def _beside_definitive(finished: Mapping[int, Sequence[Finished]]) -> dict[int, Pairs]:
    seeds = [one.script for done in finished.values() for one in done if one.judged is not None]
    settled, given = definitive_marks({one.attempt_id for one in seeds}), marks_of_scripts(seeds)
    found: dict[int, Pairs] = defaultdict(list)
    for script in seeds:
        for part, worth in settled[script.attempt_id].items():
            own = given.get((script.round, script.attempt_id, part), NEVER_MARKED)
            found[script.marker_id or 0].append((Fraction(own.value or 0, 1000), worth))
    return found


def _beside_others(scripts: Sequence[Script]) -> dict[int, Pairs]:
    """Return marker -> own and other's mark, of scripts that both markers submitted."""
    of_attempt: dict[int, dict[str, Script]] = defaultdict(dict)
    for one in scripts:
        if one.submitted_at is not None and not one.is_seed:
            of_attempt[one.attempt_id][one.round] = one
    both = [two for two in of_attempt.values() if len(two) == len(MARKERS)]
    first, second = (current_marks([two[one].attempt_id for two in both], one) for one in MARKERS)
    markers = {(round_, one.attempt_id): one.marker_id or 0 for two in both for round_, one in two.items()}
    found: dict[int, Pairs] = defaultdict(list)
    for (attempt, part), mark in first.items():
        other = second.get((attempt, part), NEVER_MARKED)
        if mark.given and other.given:
            gave, beside = Fraction(mark.value or 0, 1000), Fraction(other.value or 0, 1000)
            found[markers[MARKERS[0], attempt]].append((gave, beside))
            found[markers[MARKERS[1], attempt]].append((beside, gave))
    return found


def seed_lines(person: Person, schedule: Schedule) -> list[SeedLine]:
    """Return the seeds of a schedule that its coordinator sees, in the order in which they were made."""
    seeds = seeds_for(person, schedule)
    copies = [one for one in with_trials().filter(schedule=schedule) if one.is_beside]
    judged = judged_of(schedule, copies)
    totals = {
        key: sum(parts.values()) for key, parts in definitive_marks([s.attempt_id for s in seeds]).items()
    }
    lines = []
    for seed in seeds:
        mine = [one for one in copies if one.attempt_id == seed.attempt_id]
        done = [judged[one.pk] for one in mine if one.pk in judged]
        total = shown(int(totals.get(seed.attempt_id, 0) * 1000))
        lines.append(SeedLine(seed, total, len(mine), len(done), sum(one.within for one in done)))
    return lines


@dataclass(frozen=True, slots=True)
class Evidence:
    """A seed that a marker finished: whose it is, part by part what was given and is right, what it showed.

    ``parts`` are label, given, definitive, and how far off, in marks as they are shown.
    """

    called: str
    at: datetime | None
    parts: tuple[tuple[str, str, str, str], ...]
    judged: Judged


@dataclass(frozen=True, slots=True)
class StopSeen:
    """A stop with what led to it, the newest first, and how many scripts would be marked again."""

    stop: SeedStop
    name: str
    evidence: tuple[Evidence, ...]
    again: int


def stop_for(person: Person, schedule: Schedule, ref: str) -> StopSeen:
    """Return a stop of a schedule that ``person`` coordinates, with the marker's seeds since they were last let go on.

    Raises:
        NotFound: there is none; or it is one's own, which another coordinator looks at.
    """
    stop = SeedStop.objects.filter(schedule=schedule, ref=ref).select_related("marker").first()
    if stop is None or stop.marker_id == person.pk:
        raise NotFound("There is no such stop.")
    done = finished_by(schedule, [stop.marker_id], ever=stop.settled_at is not None).get(stop.marker_id, [])
    seeds = [one for one in done if one.judged is not None]
    apart = apart_from(person).fits("attempt__enrolment")
    rows = Script.objects.filter(pk__in=[one.script.pk for one in seeds]).exclude(apart)
    known = {one.pk: one for one in through(person, rows.select_related("attempt__enrolment", "schedule"))}
    settled, given = (
        definitive_marks(one.attempt_id for one in known.values()),
        marks_of_scripts(known.values()),
    )
    human = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    evidence = []
    for one in reversed(seeds):
        script = known.get(one.script.pk)
        if script is None or one.judged is None:
            continue
        parts = []
        for part in human:
            own = given.get((script.round, script.attempt_id, part.id), NEVER_MARKED)
            worth = int(settled[script.attempt_id].get(part.id, Fraction(0)) * 1000)
            off = (own.value or 0) - worth
            parts.append((part.label, shown_mark(own.value, own.no_response), shown(worth), signed(off)))
        called = script.attempt.enrolment.name
        evidence.append(Evidence(called, script.last_saved_at, tuple(parts), one.judged))
    name = veil_of(person, [schedule]).colleague(schedule.pk, stop.marker_id, stop.marker.name)
    again = 0 if stop.settled_at else len(to_mark_again(schedule, stop.marker_id))
    return StopSeen(stop, name, tuple(evidence), again)


def signed(thousandths: int) -> str:
    """Return a difference in marks with its sign: "+2", "−0.5", "0"."""
    if thousandths == 0:
        return "0"
    return f"{'+' if thousandths > 0 else '−'}{shown(abs(thousandths))}"
