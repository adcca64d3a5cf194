"""The worker carries out what waits, once, and says what became of it."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from marksheet.apps.ledger import clock
from marksheet.apps.ledger import work as ledger_work
from marksheet.apps.ledger.errors import BadInput
from marksheet.apps.ledger.models import Work
from marksheet.entrypoints.jobs import registry, worker
from tests.guard import writes_allowed

pytestmark = pytest.mark.django_db


def wanted(key: str = "k", kind: str = "test") -> Work:
    at = clock.read()
    with writes_allowed():
        return Work.objects.create(kind=kind, key=key, run_after=at, created_at=at)


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], None]:
    """Have the kind "test" carried out by a function."""

    def use(function: Any) -> None:
        monkeypatch.setitem(registry.HANDLERS, "test", "here:now")
        monkeypatch.setattr(worker, "handler_for", lambda kind: function if kind == "test" else None)

    return use


def test_work_is_done_once_and_its_outcome_is_kept(handle: Callable[[Any], None]) -> None:
    handle(lambda work, keep: (keep(1, 2), {"rows": 3})[1])
    work = wanted()
    assert worker.run_all() == 1
    work.refresh_from_db()
    assert (work.state, work.outcome, work.done, work.total) == ("done", {"rows": 3}, 1, 2)
    assert worker.run_all() == 0


def test_what_fails_comes_back_later_and_is_parked_in_the_end(handle: Callable[[Any], None]) -> None:
    def broken(work: Work, keep: registry.Keep) -> None:
        raise ZeroDivisionError("by zero")

    handle(broken)
    work = wanted()
    worker.run_all()
    work.refresh_from_db()
    assert work.state == "waiting" and work.run_after > clock.read()
    assert work.last_error == "ZeroDivisionError: by zero"
    with writes_allowed():
        Work.objects.update(attempts=ledger_work.MOST_ATTEMPTS - 1, run_after=clock.read())
    worker.run_all()
    work.refresh_from_db()
    assert work.state == "parked"


def test_a_refusal_is_parked_at_once_with_its_reasons(handle: Callable[[Any], None]) -> None:
    def refuse(work: Work, keep: registry.Keep) -> None:
        raise BadInput("Nothing was written.", details=["row 3: 9 is more than 2"])

    handle(refuse)
    work = wanted()
    worker.run_all()
    work.refresh_from_db()
    assert work.state == "parked" and "row 3" in work.last_error


def test_work_that_must_wait_goes_back_unharmed(handle: Callable[[Any], None]) -> None:
    def later(work: Work, keep: registry.Keep) -> None:
        raise ledger_work.TryLater(timedelta(minutes=5))

    handle(later)
    work = wanted()
    worker.run_all()
    work.refresh_from_db()
    assert (work.state, work.attempts) == ("waiting", 0)


def test_an_unknown_kind_is_left_alone_and_known_ones_go_on(handle: Callable[[Any], None]) -> None:
    handle(lambda work, keep: None)
    unknown, known = wanted("a", "never-heard-of"), wanted("b")
    worker.run_all()
    unknown.refresh_from_db()
    known.refresh_from_db()
    assert (unknown.state, known.state) == ("waiting", "done")


def test_the_work_of_a_dead_worker_goes_to_the_next(handle: Callable[[Any], None]) -> None:
    handle(lambda work, keep: None)
    work = wanted()
    at = clock.read()
    ledger_work.claim("dead", at=at - timedelta(hours=1), lease=timedelta(seconds=1), kinds=["test"])
    with writes_allowed():
        Work.objects.update(state="claimed", worker="dead", lease_until=at - timedelta(minutes=1))
    assert worker.run_all() == 1
    work.refresh_from_db()
    assert work.state == "done" and work.worker != "dead"


def test_who_lost_the_work_stops_and_leaves_it_alone(handle: Callable[[Any], None]) -> None:
    def robbed(work: Work, keep: registry.Keep) -> dict[str, int]:
        with writes_allowed():
            Work.objects.update(worker="other")
        keep(1, 2)
        raise AssertionError("went on")

    handle(robbed)
    work = wanted()
    worker.run_all(most=1)
    work.refresh_from_db()
    assert (work.state, work.worker) == ("claimed", "other")


def test_a_worker_ends_when_told_and_finishes_what_it_has(handle: Callable[[Any], None]) -> None:
    stop = threading.Event()

    def slow(work: Work, keep: registry.Keep) -> dict[str, bool]:
        stop.set()
        time.sleep(0.05)
        return {"whole": True}

    handle(slow)
    work = wanted()
    other = wanted("second")
    worker.work_until(stop, "w")
    work.refresh_from_db()
    other.refresh_from_db()
    assert (work.outcome, other.state) == ({"whole": True}, "waiting")


def test_small_work_is_taken_by_the_handful_and_given_back_when_it_takes_long(
    handle: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SMALL", ("test",))
    handle(lambda work, keep: None)
    for n in range(5):
        wanted(str(n))
    assert worker.work_once("w", most=3) == 3
    monkeypatch.setattr(worker, "PATIENCE", -1)
    assert worker.work_once("w") == 1
    left = Work.objects.get(state="waiting")
    assert (left.attempts, left.lease_until, left.key) == (0, None, "4")


def test_a_handful_ends_where_another_kind_waits_in_between(
    handle: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SMALL", ("test",))
    handle(lambda work, keep: None)
    wanted("a")
    wanted("b", "export-forget")
    wanted("c")
    assert [
        one.key
        for one in ledger_work.claim(
            "w", at=clock.read(), lease=worker.lease(), kinds=("test", "export-forget"), most={"test": 9}
        )
    ] == ["a"]
