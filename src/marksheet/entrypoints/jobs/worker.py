"""Take the next piece of work, carry it out, say what came of it; again and again."""

import os
import secrets
import socket
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection

from marksheet.apps.ledger import clock
from marksheet.apps.ledger import work as ledger_work
from marksheet.apps.ledger.change import is_open
from marksheet.apps.ledger.errors import Refusal
from marksheet.entrypoints.jobs.metrics import WORK_DONE, WORK_SECONDS
from marksheet.entrypoints.jobs.registry import HANDLERS, handler_for

log = structlog.get_logger(__name__)
POLL_SECONDS = 1.0


def worker_name() -> str:
    """Return a name that no other worker has: host, process and chance."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"


def lease() -> timedelta:
    """Return for how long a worker holds what it took, unless it says that it is still there."""
    return timedelta(seconds=float(settings.MARKSHEET_LEASE_SECONDS))


def work_once(worker: str, kinds: Sequence[str] = ()) -> bool:
    """Carry out the next piece of work; False when nothing waits."""
    taken = ledger_work.claim(worker, at=clock.read(), lease=lease(), kinds=kinds or tuple(HANDLERS))
    if taken is None:
        return False
    with WORK_SECONDS.labels(taken.kind).time():
        word = _carry_out(taken)
    WORK_DONE.labels(taken.kind, word).inc()
    return True


def work_until(stop: threading.Event, worker: str, kinds: Sequence[str] = ()) -> None:
    """Work until ``stop`` is set; what is in hand by then is carried to its end."""
    while not stop.is_set():
        if not connection.in_atomic_block:
            close_old_connections()
        try:
            busy = work_once(worker, kinds)
        except OperationalError as error:
            # A busy or unreachable database: nothing is lost, an unfinished lease goes back by itself.
            log.warning("database is not to be had", error=str(error))
            connection.close()
            busy = False
        if not busy:
            stop.wait(POLL_SECONDS)


def _carry_out(taken: ledger_work.Work) -> str:
    handler = handler_for(taken.kind)
    if handler is None:
        ledger_work.fail(taken, f"nobody here knows the kind {taken.kind}", at=clock.read(), final=True)
        return "parked"
    with Lease(taken) as held:
        try:
            outcome = handler(taken, held.keep)
        except ledger_work.Taken:
            return "taken"
        except ledger_work.TryLater as later:
            ledger_work.put_back(taken, at=clock.read(), after=later.after)
            return "later"
        except Refusal as refusal:
            reasons = "\n".join([str(refusal), *refusal.details[:20]])
            ledger_work.fail(taken, reasons, at=clock.read(), final=True)
            return "parked"
        except Exception as error:
            log.exception("work failed", kind=taken.kind, ref=taken.ref)
            ledger_work.fail(taken, f"{type(error).__name__}: {error}", at=clock.read())
            return "failed"
    ledger_work.finish(taken, at=clock.read(), outcome=dict(outcome) if outcome else None)
    return "done"


class Lease:
    """Hold the lease of one piece of work while it is carried out, also during one long transaction.

    A second thread with a connection of its own lengthens the lease. On SQLite it has to wait while a change
    is open, but then nobody else can take the work either.
    """

    def __init__(self, taken: ledger_work.Work) -> None:
        self._work = taken
        self._progress: tuple[int, int] | None = None
        self._over = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True, name=f"lease-{taken.pk}")

    def __enter__(self) -> "Lease":
        if not connection.in_atomic_block:
            # Inside somebody's transaction, as in tests, another connection would not see the work.
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def keep(self, done: int, total: int) -> None:
        """Tell progress and lengthen the lease; inside a change it is only noted, to be told by the thread.

        Raises:
            Taken: the work belongs to another worker by now.
        """
        if self._lost.is_set():
            raise ledger_work.Taken
        self._progress = (done, total)
        if not is_open():
            self._tell()

    def _tell(self) -> None:
        done, total = self._progress or (None, None)
        if not ledger_work.keep(self._work, at=clock.read(), lease=lease(), done=done, total=total):
            self._lost.set()
            raise ledger_work.Taken

    def _hold(self) -> None:
        while not self._over.wait(max(0.2, lease().total_seconds() / 3)):
            try:
                self._tell()
            except ledger_work.Taken:
                break
            except OperationalError:
                continue
            finally:
                connection.close()


def run_all(*, most: int = 10_000, kinds: Sequence[str] = ()) -> int:
    """Carry out everything that waits now, for tests, the demo and ``work --once``; return how much."""
    worker, count = worker_name(), 0
    step: Callable[[], bool] = lambda: work_once(worker, kinds)  # noqa: E731
    while count < most and step():
        count += 1
    return count
