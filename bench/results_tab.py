"""The Results tab at many results against itself at 10,000: pages, sorts, filters, search, and the whole view.

Run: ``python -m bench.results_tab sqlite|postgres [results] [few]``. Aim: at most 1.5 times, under 100 ms.
"""

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.scene import NOW, a_publisher, database, ready_schedule

SCHEDULES = 5
REPEATS = 7
# Each growth has script codes of its own.
LETTERS = "abcdefghij"
# Copies differ from their template in these, by their number ``g`` (the arithmetic scatters them).
SCATTERED = "(g * 7919 % 1000003)"


def copies(schedule: Any, n: int, base: int) -> None:
    """Add ``n`` results like the first of ``schedule``, with enrolments and search words, in three statements."""
    from django.db import connection

    from marksheet.apps.exams.models import Enrolment
    from marksheet.apps.results.models import Result, Word

    series = (
        f"generate_series(1, {n}) AS s(g)"
        if connection.vendor == "postgresql"
        else f"(WITH RECURSIVE c(g) AS (SELECT 1 UNION ALL SELECT g + 1 FROM c WHERE g < {n}) SELECT g FROM c) s"
    )
    mark = f"'{base}-' || g"
    name = f"'Surname' || {SCATTERED}"
    same = {
        "ref": mark,
        "number": mark,
        "name": name,
        "sort_name": name,
        "script_code": f"'{LETTERS[base // 100_000_000]}' || g",
    }
    same |= {"person_id": f"{base} + g"}
    micro = f"({SCATTERED} % 101) * 1000000"
    scored = {"enrolment_id": f"{base} + g", "score_micro": micro, "percent_micro": micro}
    template = Result.objects.filter(schedule=schedule).order_by("pk")[0]
    _copy(Enrolment, template.enrolment_id, {"id": f"{base} + g"} | same, series)
    _copy(Result, template.pk, {"id": f"{base} + g"} | same | scored, series)
    for word in (f"'surname' || {SCATTERED}", mark, "'quiz'"):
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {Word._meta.db_table} (result_id, institution_id, schedule_id, word) "
                f"SELECT {base} + g, {template.institution_id}, {schedule.pk}, {word} FROM {series}"
            )


def _copy(model: Any, key: int, changed: dict[str, str], series: str) -> None:
    from django.db import connection

    columns = [f.column for f in model._meta.concrete_fields]
    values = ", ".join(changed.get(c, f't."{c}"') for c in columns)
    names = ", ".join(f'"{c}"' for c in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) "
            f"SELECT {values} FROM {model._meta.db_table} t, {series} WHERE t.id = {key}"
        )


def grow(schedules: list[Any], until: int, base: int) -> None:
    """Add results until there are about ``until``; people behind the copies do not exist, nothing here reads them."""
    from django.db import connection

    from marksheet.apps.results.models import Result
    from marksheet.apps.results.steps.counts import recount

    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica" if postgres else "PRAGMA foreign_keys = OFF")
        each = (until - Result.objects.count()) // len(schedules)
        for place, schedule in enumerate(schedules):
            copies(schedule, each, base + place * 10_000_000)
            recount(schedule.pk)
        cursor.execute("VACUUM ANALYZE" if postgres else "ANALYZE")


def acts(pia: Any, schedule: Any) -> dict[str, Callable[[], Any]]:
    """Return what is timed, by name."""
    from marksheet.apps.results.queries.finder import Criteria, page, total
    from tests import factories

    client = factories.signed_in(pia)
    second = page(pia, Criteria(at=NOW)).next

    def listed(**asked: Any) -> Callable[[], Any]:
        return lambda: page(pia, Criteria(at=NOW, **asked))

    return {
        "first page": listed(),
        "next page": lambda: page(pia, Criteria(at=NOW), after=second),
        "sort by score, best first": listed(sort="-score"),
        "sort by per cent, lowest first": listed(sort="percent"),
        "sort by number": listed(sort="number"),
        "sort by code": listed(sort="code"),
        "sort by schedule": listed(sort="schedule"),
        "sort by attempt": listed(sort="-attempt"),
        "sort by hand-in, latest first": listed(sort="-handed_in"),
        "sort by grade, best first": listed(sort="-grade"),
        "sort by outcome": listed(sort="outcome"),
        "sort by state, backwards": listed(sort="-state"),
        "filter: one schedule": listed(schedules=(schedule.ref,)),
        "filter: outcome": listed(outcomes=("passed", "failed")),
        "filter: per cent from 90": listed(percent_from=90_000_000),
        "filter: state": listed(states=("ready",)),
        "filter: mine": listed(show="mine"),
        "search: start of a rare word": listed(text="surname1234"),
        "search: a word of all": listed(text="qui"),
        "total, by the counters": lambda: total(pia, Criteria(at=NOW)),
        "total of a filter, up to 10,000": lambda: total(pia, Criteria(at=NOW, percent_from=90_000_000)),
        "total of a filter, exactly": lambda: total(
            pia, Criteria(at=NOW, percent_from=90_000_000), exact=True
        ),
        "the whole view, first page": lambda: _got(client, "/marking/results/?by=candidate"),
        "the whole view, search": lambda: _got(client, "/marking/results/?by=candidate&q=surname1234"),
    }


def _got(client: Any, address: str) -> None:
    assert client.get(address, secure=True, headers={"host": "localhost"}).status_code == 200


def timed(act: Callable[[], Any]) -> float:
    """Return the median of some calls in milliseconds, the first not counted."""
    act()
    taken = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def measure(many: int, few: int) -> dict[str, tuple[float, float]]:
    """Return milliseconds at ``few`` and at ``many`` results, by name."""
    world, pia = a_publisher()
    schedules = [ready_schedule(world, candidates=10, code=f"T-{k}") for k in range(SCHEDULES)]
    grow(schedules, few, 100_000_000)
    before = {name: timed(act) for name, act in acts(pia, schedules[0]).items()}
    grow(schedules, many, 500_000_000)
    after = {name: timed(act) for name, act in acts(pia, schedules[0]).items()}
    return {name: (before[name], after[name]) for name in before}


def report(kind: str, results: int = 1_000_000, few: int = 10_000) -> str:
    """Measure on ``kind`` and return a table."""
    with database(kind):
        measured = measure(results, few)
    lines = [f"Results tab on {kind}, ms at {few:,} and at {results:,}, ratio (aim 1.5, under 100 ms)"]
    for name, (one, other) in measured.items():
        lines.append(f"  {name:34}{one:9.1f}{other:9.1f}{other / one:7.1f}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(sys.argv[1] if len(sys.argv) > 1 else "sqlite", *(int(text) for text in sys.argv[2:])))
