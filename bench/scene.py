"""A database of a size, made without going through every verb: many candidates with ready results."""

import contextlib
import logging
import os
import random
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


def configured() -> None:
    """Set Django up, for what needs its settings and no database."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "marksheet.config.settings"
    django.setup()


@contextlib.contextmanager
def database(kind: str) -> Iterator[str]:
    """Bring an empty, migrated database of ``kind`` (sqlite, postgres) up and point Django at it."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="marksheet-bench-")))
        os.environ["MARKSHEET_VAR"] = str(folder)
        if kind == "postgres":
            from tests.postgres import cluster

            os.environ["DATABASE_URL"] = stack.enter_context(cluster(durable=True))
            os.environ["DATABASE_CANDIDATE_URL"] = os.environ["DATABASE_URL"]
        else:
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/bench.sqlite3"
        # The cast signs in without a second factor, and its requests are not told one by one.
        os.environ["MARKSHEET_REQUIRE_MFA"] = "false"
        logging.disable(logging.ERROR)
        configured()
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        yield os.environ["DATABASE_URL"]
        connections.close_all()


def a_publisher() -> tuple["object", "object"]:
    """Make the cast; return (world, Pia)."""
    from tests import factories

    world = factories.a_world()
    return world, world.pia


def ready_schedule(world: "object", *, candidates: int, items: int = 30, code: str = "BIG-1") -> "object":
    """Make a schedule of so many candidates, all ready with scores, that Pia may publish."""
    from marksheet.apps.exams.models import Attempt
    from marksheet.apps.ledger.bulk import insert_rows, update_rows
    from marksheet.apps.ledger.change import change
    from marksheet.apps.ledger.models import new_ref
    from marksheet.apps.results.models import Result
    from marksheet.apps.results.queries.packing import pack
    from marksheet.apps.results.steps.counts import recount
    from tests import factories

    version = factories.a_machine_assessment(world, n=items, code=code, workflow="coordinated")  # type: ignore[arg-type]
    schedule = factories.a_schedule(world, version=version, code=f"{code}-JUN", candidates=0)  # type: ignore[arg-type]
    enrolled(schedule, candidates)
    chance = random.Random(1)
    with change(factories.TESTER, "bench.ready", at=NOW) as opened:
        rows = list(Result.objects.filter(schedule=schedule).order_by("pk").values_list("pk", "enrolment_id"))
        insert_rows(
            Attempt,
            ("ref", "script_ref", "enrolment_id", "schedule_id", "number", "state", "source", "handed_in_at"),
            (
                (new_ref(), new_ref(), e, schedule.pk, 1, "handed_in", "import", NOW - timedelta(days=1))
                for _, e in rows
            ),
        )
        attempts = dict(Attempt.objects.filter(schedule=schedule).values_list("enrolment_id", "pk"))
        update_rows(
            Result,
            (
                "state", "bucket", "revision", "missing", "submitted", "attempt_id", "attempt_number",
                "attempts_count", "handed_in_at", "score_numerator", "score_denominator", "score_micro",
                "maximum_micro", "percent_micro", "grade", "grade_rank", "outcome", "shown_score",
                "shown_maximum", "shown_percent", "items", "account",
            ),
            (_scored(key, attempts[e], items, chance, pack) for key, e in rows),
        )  # fmt: skip
        recount(schedule.pk)
        # The scores of every item stand in each disclosure: 30 lines in the document, not a total alone.
        schedule.switches = {**schedule.switches, "summary": True}
        schedule.save()
        opened.record("schedule", schedule.pk)
    return schedule


def enrolled(schedule: "object", candidates: int) -> None:
    from marksheet.apps.exams.steps.enrolments import enrol
    from marksheet.apps.ledger.change import change
    from marksheet.apps.results.steps.rows import add_results
    from marksheet.entrypoints.jobs.demo.names import FAMILY, GIVEN
    from tests import factories

    code = schedule.code  # type: ignore[attr-defined]
    people = [
        {
            "number": f"{code}-{k}", "name": f"{GIVEN[k % 40]} {FAMILY[k // 40 % 40]}",
            "email": f"{code}-{k}@example.org",
            "home": None, "language": "",
        }
        for k in range(candidates)
    ]  # fmt: skip
    with change(factories.TESTER, "bench.enrol", at=NOW) as opened:
        enrolments = enrol(opened, schedule, people)  # type: ignore[arg-type]
        add_results(opened, schedule, enrolments)  # type: ignore[arg-type]
        opened.record("schedule", schedule.pk)  # type: ignore[attr-defined]


def _scored(key: int, attempt: int, items: int, chance: random.Random, pack: "object") -> tuple[object, ...]:
    from fractions import Fraction

    right = [chance.random() < 0.65 for _ in range(items)]
    score = sum(right)
    percent = score * 100 // items
    passed = percent >= 55
    packed = pack([Fraction(int(one)) for one in right])  # type: ignore[operator]
    return (
        key, "ready", "ready", 1, [], True, attempt, 1, 1, NOW - timedelta(days=1), score, 1, score * 1_000_000,
        items * 1_000_000, score * 100_000_000 // items, "C" if passed else "F", int(passed),
        "passed" if passed else "failed",
        str(score), str(items), str(percent), packed, [["Questions", str(score), str(items), "1", False]],
    )  # fmt: skip
