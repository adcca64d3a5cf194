"""What must hold of results, versions and what candidates see, whatever was done before."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from marksheet.apps.exams.models import AttemptState, Response, Schedule
from marksheet.apps.marking.models import Flag, Mark, Moderation, Plan, Script, SeedStop
from marksheet.apps.people.models import Person
from marksheet.apps.people.queries import holds
from marksheet.apps.release.models import Publication, PublicationState
from marksheet.apps.release.queries.candidate import dashboard_of
from marksheet.apps.release.queries.verifying.results import as_published
from marksheet.apps.results.models import BucketCount, Result, ResultVersion
from marksheet.apps.results.steps.bucket import bucket_of
from marksheet.apps.results.steps.recompute import differing
from marksheet.rules.access import Verb
from tests.faults.sequences.world import Play, Rows, parts_of

# Each of these reads the working results of the moment once: ``play.results``.
Given = tuple[int | None, bool]
TABLE = "results_resultversion"


def a_result_is_what_its_rows_come_to(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """Items, sections, rounds and adjustments reproduce every result exactly."""
    for schedule in Schedule.objects.filter(pk__in=[one.pk for one in play.schedules]):
        for key, names in differing(schedule):
            if names:
                yield f"result {key} says otherwise than its rows: {names}"


def _ready(play: Play, schedule: Schedule | None = None) -> list[Result]:
    ready = [one for one in play.results if one.state == "ready"]
    return ready if schedule is None else [one for one in ready if one.schedule_id == schedule.pk]


def a_ready_result_adds_up(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """Two independent implementations agree; this one sums what is in force, by hand."""
    for schedule in play.schedules:
        plan = Plan.objects.filter(schedule=schedule).first() or Plan()
        for row in [one for one in _ready(play, schedule) if one.withheld_at is None]:
            if row.outcome == "void":
                continue
            worth = _worth(schedule, plan, row)
            scored = Fraction(row.score_numerator or 0, row.score_denominator or 1)
            if worth is None or worth != scored:
                yield f"the result of {row.name} at {row.code} is {scored}, and by hand {worth}"


def _worth(schedule: Schedule, plan: Plan, row: Result) -> Fraction | None:
    """What the attempt that counts is worth; None where a mark is missing."""
    given: dict[int, dict[str, Given]] = {}
    agreed: dict[int, dict[int, Given]] = {}
    for one in Mark.objects.filter(attempt=row.attempt_id).order_by("pk"):
        said = (one.value_thousandths, one.no_response)
        given.setdefault(one.part_id, {})[one.round] = said
        if one.round == "agreed":
            agreed.setdefault(one.part_id, {})[one.marker_id] = said
    parts = parts_of(schedule)
    pairs = {
        one.id: [_number(given.get(one.id, {}).get(r)) for r in ("marker-1", "marker-2")] for one in parts
    }
    apart = {key: abs(a - b) for key, (a, b) in pairs.items() if a is not None and b is not None}
    total = Fraction(0)
    for part in parts:
        rounds = given.get(part.id, {})
        named = ("definitive", "moderation-3", "moderation-2", "moderation-1")
        decided = [number for name in named if (number := _number(rounds.get(name))) is not None]
        first, second = pairs[part.id]
        proposals = list(agreed.get(part.id, {}).values())
        found: Fraction | None
        if decided:
            found = decided[0]
        elif plan.markers == 1:
            found = first
        elif first is None or second is None:
            return None
        elif len(proposals) == 2 and proposals[0] == proposals[1] and _number(proposals[0]) is not None:
            found = _number(proposals[0])
        elif first == second:
            found = first
        elif plan.within == "agreed" or _beyond(plan, part.id, apart):
            return None
        else:
            found = max(first, second) if plan.within == "higher" else (first + second) / 2
        if found is None:
            return None
        total += found
    answers = Response.objects.filter(attempt=row.attempt_id).exclude(part__in=[one.id for one in parts])
    # The one question by key is worth one mark, and A is right.
    return total / 1000 + sum(one == "A" for one in answers.values_list("answer__value", flat=True))


def _beyond(plan: Plan, part: int, apart: dict[int, Fraction]) -> bool:
    far = sum(apart.values(), Fraction(0)) if plan.measured == "script" else apart[part]
    return far > plan.tolerance_thousandths


def _number(given: Given | None) -> Fraction | None:
    if given is None or given == (None, False):
        return None
    return Fraction(given[0] or 0)


def nothing_is_open_behind_a_ready_result(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """Ready: every assigned script is submitted; no round, trigger, flag or seed stop is outstanding."""
    stopped = list(SeedStop.objects.filter(settled_at=None).values_list("schedule_id", "marker_id"))
    for row in _ready(play):
        if row.attempt_id is None:
            continue
        scripts = Script.objects.filter(attempt=row.attempt_id, round__startswith="marker")
        where = f"the result of {row.name} at {row.code} is ready, and"
        if scripts.filter(submitted_at=None).exists():
            yield f"{where} a script is not submitted"
        if (
            Flag.objects.filter(attempt=row.attempt_id, settled_at=None)
            .exclude(round__startswith="seed-")
            .exists()
        ):
            yield f"{where} a flag is open"
        if Moderation.objects.filter(attempt=row.attempt_id, ripe=True, decision="").exists():
            yield f"{where} a moderator has not decided"
        if any(
            (row.schedule_id, marker) in stopped for marker in scripts.values_list("marker_id", flat=True)
        ):
            yield f"{where} its marker is stopped"


def what_is_new_in_force_was_ready(play: Play, then: Rows, now: Rows) -> Iterator[str]:
    """Published = exactly the frozen, ready results the actor may publish."""
    before = set(then["results_result"].values())
    for row in [one for one in play.results if one.in_force_id is not None]:
        if now["results_result"][row.pk] in before:
            continue
        version = ResultVersion.objects.get(pk=row.in_force_id)
        if version.pk in then[TABLE] and _in_force(then, row.pk) == version.pk:
            continue
        publication = Publication.objects.get(pk=version.publication_id)
        publisher = publication.publisher
        where = f"the result of {row.name} at {row.code} came into force, and"
        if publication.state != PublicationState.COMMITTED:
            yield f"{where} its publication is {publication.state}"
        if row.state != "ready" or row.revision != version.revision or row.withheld_at is not None:
            yield f"{where} is {row.state}, revision {row.revision} and not {version.revision}, or withheld"
        if not publication.rows.filter(result=row, revision=version.revision, skipped="").exists():
            yield f"{where} was not frozen so"
        if publisher is None or not holds(publisher, Verb.RESULT_PUBLISH, row.schedule.node_id):
            yield f"{where} its publisher may not publish there"
        elif publisher.pk == row.person_id:
            yield f"{where} it is its publisher's own"


def _in_force(held: Rows, key: int) -> int | None:
    names = [field.column for field in Result._meta.local_concrete_fields]
    row = held["results_result"].get(key)
    return row[names.index("in_force_id")] if row else None


def what_is_in_force_was_published_last(_play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """At most one version is in force: the one that was published last and not withdrawn since."""
    for fault in as_published():
        yield f"{fault.where} {fault.what}"


def only_a_publication_on_its_way_holds_a_claim(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """After a crash nothing is half visible: a result is kept for a publication only while it is prepared."""
    preparing = set(Publication.objects.filter(state="preparing").values_list("pk", flat=True))
    for row in [one for one in play.results if one.claim is not None]:
        if row.claim not in preparing:
            yield f"the result of {row.name} at {row.code} is kept for publication {row.claim}, which is over"


def counts_are_what_the_rows_say(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """The counts and the rows agree, and no result is in two buckets."""
    for schedule in play.schedules:
        rows = [one for one in play.results if one.schedule_id == schedule.pk]
        found = Counter(row.bucket for row in rows)
        counted = dict(BucketCount.objects.filter(schedule=schedule).values_list("bucket", "count"))
        if found != Counter({bucket: n for bucket, n in counted.items() if n}):
            yield f"{schedule.code} counts {counted}, and its rows are {dict(found)}"
        for row in rows:
            if row.bucket != bucket_of(row):
                yield f"the result of {row.name} at {row.code} stands in {row.bucket}, not in {bucket_of(row)}"


def candidates_see_what_is_in_force_and_shown(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """A disclosure equals one committed result version; nothing of what is unpublished is seen."""
    shown = {
        (row.person_id, row.schedule.code): row.in_force_id for row in play.results if row.shown_to_candidate
    }
    versions = dict(_disclosed())
    for person in Person.objects.filter(pk__in=[row.person_id for row in play.results]).order_by("pk"):
        for line in dashboard_of(person, play.now):
            expected = shown.get((person.pk, line.code))
            seen = versions.get(line.disclosure or 0)
            if seen != expected:
                yield f"{person.name} sees version {seen} at {line.code}, and {expected} is shown"
            if expected is None and line.document is not None:
                yield f"{person.name} sees something at {line.code} that is not shown"


def _disclosed() -> Iterator[tuple[int, int]]:
    from marksheet.apps.release.models import Disclosure

    yield from Disclosure.objects.values_list("pk", "version_id")


def a_void_or_absent_one_has_no_score(play: Play, _then: Rows, _now: Rows) -> Iterator[str]:
    """A void attempt never counts; who was absent is not published."""
    for row in play.results:
        void = row.attempt is not None and row.attempt.state != AttemptState.HANDED_IN
        if void or (row.outcome == "void" and row.score_numerator is not None):
            yield f"the result of {row.name} at {row.code} counts work that does not count"
        if row.standing != "expected" and row.state == "ready":
            yield f"{row.name} is {row.standing} at {row.code}, with a ready result"


ALL = (
    a_result_is_what_its_rows_come_to,
    a_ready_result_adds_up,
    nothing_is_open_behind_a_ready_result,
    what_is_new_in_force_was_ready,
    what_is_in_force_was_published_last,
    only_a_publication_on_its_way_holds_a_claim,
    counts_are_what_the_rows_say,
    candidates_see_what_is_in_force_and_shown,
    a_void_or_absent_one_has_no_score,
)
