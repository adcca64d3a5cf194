"""Take the next piece of work, carry it out, say what came of it; again and again."""

import os
import secrets
import socket
import threading
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

import structlog
from django.conf import settings
from django.db import OperationalError, close_old_connections, connection

from marksheet.apps.ledger import clock
from marksheet.apps.ledger import work as ledger_work
from marksheet.apps.ledger.change import is_open
from marksheet.apps.ledger.errors import Refusal
from marksheet.apps.ledger.tidying import note_sizes
from marksheet.entrypoints.jobs.metrics import WORK_DONE, WORK_SECONDS
from marksheet.entrypoints.jobs.registry import HANDLERS, handler_for

log = structlog.get_logger(__name__)
POLL_SECONDS = 1.0
TIDY_SECONDS = 3600.0
# Work that takes a moment each is claimed by the handful, and given back when it takes longer than that.
SMALL = ("mail",)
HANDFUL = 50
PATIENCE = 1.0


def worker_name() -> str:
    """Return a name that no other worker has: host, process and chance."""
    return f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"


def lease() -> timedelta:
    """Return for how long a worker holds what it took, unless it says that it is still there."""
    return timedelta(seconds=float(settings.MARKSHEET_LEASE_SECONDS))


def work_once(worker: str, kinds: Sequence[str] = (), *, most: int = HANDFUL) -> int:
    """Carry out the next piece of work, or the next handful of small ones; return how many, 0 when nothing waits.

    What is left of a handful after ``PATIENCE`` seconds goes back, so that stopping and pausing are heeded.
    """
    several = {kind: min(most, HANDFUL) for kind in SMALL}
    taken = ledger_work.claim(
        worker, at=clock.read(), lease=lease(), kinds=kinds or tuple(HANDLERS), most=several
    )
    if not taken:
        return 0
    begun = monotonic()
    with Lease() as held:
        for count, work in enumerate(taken):
            if count and monotonic() - begun > PATIENCE:
                ledger_work.give_back(taken[count:])
                return count
            with WORK_SECONDS.labels(work.kind).time():
                word = _carry_out(work, held)
            WORK_DONE.labels(work.kind, word).inc()
    return len(taken)


def work_until(stop: threading.Event, worker: str, kinds: Sequence[str] = ()) -> None:
    """Work until ``stop`` is set; what is in hand by then is carried to its end."""
    tidied = float("-inf")
    while not stop.is_set():
        if not connection.in_atomic_block:
            close_old_connections()
        try:
            busy = bool(work_once(worker, kinds))
            if not busy and monotonic() - tidied > TIDY_SECONDS:
                note_sizes()
                tidied = monotonic()
        except OperationalError as error:
            # A busy or unreachable database: nothing is lost, an unfinished lease goes back by itself.
            log.warning("database is not to be had", error=str(error))
            connection.close()
            busy = False
        if not busy:
            stop.wait(POLL_SECONDS)


def _carry_out(taken: ledger_work.Work, held: "Lease") -> str:
    handler = handler_for(taken.kind)
    if handler is None:
        ledger_work.fail(taken, f"nobody here knows the kind {taken.kind}", at=clock.read(), final=True)
        return "parked"
    held.begin(taken)
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
    finally:
        held.end()
    ledger_work.finish(taken, at=clock.read(), outcome=dict(outcome) if outcome else None)
    return "done"


class Lease:
    """Hold the lease of the piece of work in hand while it is carried out, also during one long transaction.

    A second thread with a connection of its own lengthens the lease. On SQLite it has to wait while a change
    is open, but then nobody else can take the work either.
    """

    def __init__(self) -> None:
        self._work: ledger_work.Work | None = None
        self._progress: tuple[int, int] | None = None
        self._over = threading.Event()
        self._lost = False
        self._thread = threading.Thread(target=self._hold, daemon=True, name="lease")

    def __enter__(self) -> "Lease":
        if not connection.in_atomic_block:
            # Inside somebody's transaction, as in tests, another connection would not see the work.
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def begin(self, work: ledger_work.Work) -> None:
        """Hold the lease of ``work`` from now on."""
        self._progress, self._lost, self._work = None, False, work

    def end(self) -> None:
        """Hold nothing: what was in hand is ended, one way or another."""
        self._work = None

    def keep(self, done: int, total: int) -> None:
        """Tell progress and lengthen the lease; inside a change it is only noted, to be told by the thread.

        Raises:
            Taken: the work belongs to another worker by now.
        """
        if self._lost:
            raise ledger_work.Taken
        self._progress = (done, total)
        if self._work and not is_open():
            self._tell(self._work)

    def _tell(self, work: ledger_work.Work) -> None:
        done, total = self._progress or (None, None)
        if not ledger_work.keep(work, at=clock.read(), lease=lease(), done=done, total=total):
            if self._work is work:
                self._lost = True
            raise ledger_work.Taken

    def _hold(self) -> None:
        while not self._over.wait(max(0.2, lease().total_seconds() / 3)):
            work = self._work
            if work is None or self._lost:
                continue
            try:
                self._tell(work)
            except (ledger_work.Taken, OperationalError):
                continue
            finally:
                connection.close()


def run_all(*, most: int | None = None, kinds: Sequence[str] = ()) -> int:
    """Carry out everything that waits now, for tests, the demo and ``work --once``; return how much."""
    worker, count = worker_name(), 0
    while most is None or count < most:
        done = work_once(worker, kinds, most=HANDFUL if most is None else most - count)
        if not done:
            break
        count += done
    return count
