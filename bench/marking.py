"""Marking at 50,000 scripts: sharing them out among 200 markers, a page of submissions, saving a mark, moderation.

Run: ``python -m bench.marking sqlite|postgres [scripts] [markers]``. Aim: allocation and moderation in seconds; pages
below 100 ms of time on the server.
"""

import statistics
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from bench.scene import NOW, a_publisher, database

TIMES = 15


def measure(scripts: int, markers: int) -> dict[str, float]:
    """Return seconds (milliseconds for pages) of each step."""
    from marksheet.apps.marking.models import Script
    from marksheet.apps.marking.queries.allocation import standing_of
    from marksheet.apps.marking.queries.assess import assess_list
    from marksheet.apps.marking.queries.grid import grid_of
    from marksheet.apps.marking.queries.submissions import submissions_of
    from marksheet.apps.results.actions.marks import save_mark

    world, schedule, people, found = _shared_out(scripts, markers)
    one = people[len(people) // 2]
    found["the Assess tab of a marker, ms"] = _often(lambda: assess_list(one))
    found["a page of a marker's submissions, ms"] = _often(lambda: submissions_of(one, schedule))
    found["a page of the mark sheet, ms"] = _often(lambda: grid_of(one, schedule))
    found["a page of all submissions, ms"] = _often(
        lambda: submissions_of(world.ada, schedule, everybodys=True)
    )
    found["how each marker stands, ms"] = _often(lambda: standing_of(schedule, at=NOW))
    own = Script.objects.filter(marker=one).order_by("place").values_list("ref", flat=True)
    refs = iter(list(own[:TIMES]))
    part = grid_of(one, schedule).parts[0]
    found["saving a mark, ms"] = _often(
        lambda: save_mark(one, next(refs), part.ref, value=2000, against_version=0, at=NOW)
    )
    return found | _moderation(world, schedule)


def a_shared_schedule(scripts: int, markers: int) -> tuple[Any, list[Any]]:
    """Share so many scripts out at random; return their schedule and the markers."""
    _world, schedule, people, _found = _shared_out(scripts, markers)
    return schedule, people


def _shared_out(scripts: int, markers: int) -> tuple[Any, Any, list[Any], dict[str, float]]:
    """Share so many scripts out at random; return the world, the schedule, the markers and how long it took."""
    from marksheet.apps.marking.actions.allocation import allocate, preview_allocation
    from marksheet.apps.marking.models import Method
    from marksheet.apps.marking.queries.allocation import Wanted
    from marksheet.apps.people.models import Person

    world, schedule = _scene(scripts, markers)
    people = list(Person.objects.filter(username__startswith="bench-"))
    wanted = Wanted(Method.RANDOM, {one.pk: 1 for one in people})
    found: dict[str, float] = {}
    began = time.perf_counter()
    plan = preview_allocation(world.ada, schedule.ref, wanted, "bench")
    found["preview of the allocation, s"] = time.perf_counter() - began
    began = time.perf_counter()
    allocate(world.ada, schedule.ref, wanted, seed="bench", against=plan.fingerprint, at=NOW)
    found["allocation, s"] = time.perf_counter() - began
    return world, schedule, people, found


def _moderation(world: Any, schedule: Any) -> dict[str, float]:
    """Return the same of moderation: all marked and submitted, a tenth of each marker's drawn, and boundaries."""
    from marksheet.apps.marking.queries.plan import plan_of
    from marksheet.apps.marking.queries.samples import samples_here
    from marksheet.apps.results.actions.marks import accept, preview_moderation, set_moderation
    from marksheet.apps.results.queries.moderated import moderation_list
    from marksheet.rules.moderation import Kind, Round, Trigger
    from tests import factories

    factories.grant(world.max, "moderator", schedule.node, at=NOW)
    _mark_all(schedule)
    near, share = Trigger(Kind.NEAR_BOUNDARY, Fraction(1, 2)), Trigger(Kind.RANDOM_SHARE, Fraction(10))
    wanted = [Round((near, share))]
    found: dict[str, float] = {}
    began = time.perf_counter()
    preview_moderation(world.ada, schedule.ref, wanted, "bench")
    found["preview of moderation, s"] = time.perf_counter() - began
    began = time.perf_counter()
    against = plan_of(schedule).revision
    set_moderation(world.ada, schedule.ref, wanted, seed="bench", against=against, at=NOW)
    found["drawing into moderation, with results, s"] = time.perf_counter() - began
    rows = [one.row.ref for one in moderation_list(world.max, schedule)[0]]
    found["a page of scripts in moderation, ms"] = _often(lambda: moderation_list(world.max, schedule))
    found["the samples of a schedule, ms"] = _often(lambda: samples_here(world.max, schedule))
    refs = iter(rows[:TIMES])
    found["accepting a script, ms"] = _often(lambda: accept(world.max, schedule.ref, [next(refs)], at=NOW))
    return found


def _mark_all(schedule: Any) -> None:
    """Mark and submit every script, behind the verbs: each with marks of its own."""
    from marksheet.apps.exams.queries.paper import paper_of
    from marksheet.apps.ledger.bulk import insert_rows
    from marksheet.apps.ledger.change import change
    from marksheet.apps.marking.models import Mark, Script
    from marksheet.apps.marking.steps.marks import FIELDS
    from tests import factories

    parts = paper_of(schedule.version_id, schedule.key_version_id).human_parts
    known = set(Mark.objects.filter(attempt__schedule=schedule).values_list("attempt_id", "part_id"))
    scripts = list(Script.objects.filter(schedule=schedule).values_list("attempt_id", "round", "marker_id"))
    with change(factories.TESTER, "bench.marks", at=NOW) as opened:
        insert_rows(
            Mark,
            FIELDS,
            (
                (attempt, part.id, round_, marker, 1, attempt * 500 % part.maximum_thousandths, False, None,
                 opened.event_id, NOW)
                for attempt, round_, marker in scripts
                for part in parts
                if (attempt, part.id) not in known
            ),
        )  # fmt: skip
        Script.objects.filter(schedule=schedule).update(unmarked=0, submitted_at=NOW, last_saved_at=NOW)
        opened.record("schedule", schedule.pk)


def _often(what: Callable[[], object]) -> float:
    """Return the median of several times, in milliseconds."""
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        what()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


def _scene(scripts: int, markers: int) -> tuple[Any, Any]:
    """Make an essay of two questions with so many scripts handed in, and so many who mark there."""
    from bench.scene import enrolled
    from marksheet.apps.exams.models import Enrolment
    from marksheet.apps.exams.steps.work import hand_in_attempts
    from marksheet.apps.ledger.change import change
    from marksheet.apps.marking.steps import open_scripts
    from marksheet.apps.people.queries import shipped_role
    from marksheet.apps.people.steps import add_person, give
    from marksheet.apps.results.steps.recompute import recompute
    from tests import factories

    world: Any = a_publisher()[0]
    version = factories.an_assessment(
        world, code="ESSAY", wanted=[factories.by_hand("1"), factories.by_hand("2", marks=20)]
    )
    schedule = factories.a_schedule(world, version=version, code="ESSAY-JUN", candidates=0, staffed=False)
    enrolled(schedule, scripts)
    with change(factories.TESTER, "bench.markers", at=NOW) as opened:
        role = shipped_role("marker")
        for n in range(markers):
            person = add_person(opened, name=f"Marker {n}", username=f"bench-{n}", is_staff_member=True)
            give(opened, person=person, role=role, unit=schedule.node)
        keys = list(Enrolment.objects.filter(schedule=schedule).values_list("pk", flat=True))
        made = hand_in_attempts(opened, schedule, keys, "bench")
        open_scripts(opened, schedule, made.values())
        recompute(opened, schedule)
        opened.record("schedule", schedule.pk)
    return world, schedule


def main(kind: str, scripts: int = 50_000, markers: int = 200) -> None:
    """Print what was found."""
    with database(kind):
        found = measure(scripts, markers)
    for what, value in found.items():
        print(f"{kind}, {scripts:,} scripts, {markers} markers: {what} {value:.1f}")


if __name__ == "__main__":
    main(sys.argv[1], *(int(word) for word in sys.argv[2:]))
