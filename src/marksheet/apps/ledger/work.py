"""Claim, carry out and account for work that follows a commit; any number of workers, any number of times."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, takewhile

from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat

from marksheet.apps.ledger.change import draft
from marksheet.apps.ledger.models import Work, WorkState

__all__ = [
    "Taken",
    "TryLater",
    "Work",
    "WorkState",
    "claim",
    "claim_one",
    "fail",
    "finish",
    "give_back",
    "keep",
    "put_back",
]

MOST_ATTEMPTS = 8


class TryLater(Exception):
    """Raised by what carries work out: nothing is wrong, but not now; the work goes back unharmed."""

    def __init__(self, after: timedelta) -> None:
        super().__init__(f"again after {after}")
        self.after = after


class Taken(Exception):
    """Another worker has this work by now: stop, and leave everything to it."""


def claim(
    worker: str,
    *,
    at: datetime,
    lease: timedelta,
    kinds: Sequence[str] = (),
    most: Mapping[str, int] | None = None,
) -> list[Work]:
    """Return the next piece of work, claimed for ``worker`` until ``at + lease``; nothing when there is none.

    Args:
        most: kinds of which several pieces that follow each other are taken in one go, and how many.

    Work whose lease has run out goes first: its worker died.
    """
    with draft():
        works = _next(at, kinds, most or {})
        if not works:
            return []
        until = at + lease
        # Nobody else can take them meanwhile: PostgreSQL has locked the rows, SQLite the database.
        Work.objects.filter(pk__in=[work.pk for work in works]).update(
            state=WorkState.CLAIMED, worker=worker, lease_until=until, attempts=F("attempts") + 1
        )
        for work in works:
            work.state, work.worker, work.lease_until = WorkState.CLAIMED, worker, until
            work.attempts += 1
        return works


def _next(at: datetime, kinds: Sequence[str], most: Mapping[str, int]) -> list[Work]:
    """Return what is next: work whose worker died, else what waits longest; each by its own index."""
    # As an expression, the kind does not tempt the database away from the index that is in order already.
    work = Work.objects.alias(its_kind=Concat("kind", Value("")))
    if kinds:
        work = work.filter(its_kind__in=kinds)
    if connection.vendor == "postgresql":
        work = work.select_for_update(skip_locked=True, no_key=True)
    died = work.filter(state=WorkState.CLAIMED, lease_until__lt=at).order_by("lease_until", "id")
    waits = work.filter(state=WorkState.WAITING, paused=False, run_after__lte=at).order_by("run_after", "id")
    size = max(most.values(), default=1)
    found = list(died[:size]) or list(waits[:size])
    alike = takewhile(lambda one: one.kind == found[0].kind, found)
    return list(islice(alike, most.get(found[0].kind, 1) if found else 0))


def claim_one(work: Work, worker: str, *, at: datetime, lease: timedelta) -> Work | None:
    """Return ``work`` itself, claimed, to carry it out at once; None when somebody else has it already."""
    with draft():
        taken = Work.objects.filter(pk=work.pk, state=WorkState.WAITING, paused=False).update(
            state=WorkState.CLAIMED, worker=worker, lease_until=at + lease, attempts=F("attempts") + 1
        )
        return Work.objects.get(pk=work.pk) if taken else None


def keep(
    work: Work, *, at: datetime, lease: timedelta, done: int | None = None, total: int | None = None
) -> bool:
    """Lengthen the lease and tell progress; False when the work is no longer ours and must stop."""
    news: dict[str, object] = {"lease_until": at + lease}
    if done is not None:
        news["done"] = done
    if total is not None:
        news["total"] = total
    with draft(one_statement=True):
        return bool(_ours(work).update(**news))


def note(work: Work, outcome: dict[str, object]) -> None:
    """Note where ``work`` stands, at once: what a successor must know if this worker dies now.

    Raises:
        Taken: another worker has it by now.
    """
    with draft(one_statement=True):
        if not _ours(work).update(outcome=outcome):
            raise Taken


def finish(work: Work, *, at: datetime, outcome: object = None) -> bool:
    """Mark ``work`` as done; False when another worker has it by now."""
    with draft(one_statement=True):
        return bool(
            _ours(work).update(
                state=WorkState.DONE, finished_at=at, lease_until=None, outcome=outcome, last_error=""
            )
        )


def fail(work: Work, error: str, *, at: datetime, final: bool = False) -> None:
    """Put ``work`` back for later, ever later; park it when it is hopeless or tried often enough."""
    hopeless = final or work.attempts >= MOST_ATTEMPTS
    wait = timedelta(seconds=min(3600, 5 * 2 ** min(work.attempts, 10)))
    with draft(one_statement=True):
        _ours(work).update(
            state=WorkState.PARKED if hopeless else WorkState.WAITING,
            run_after=at if hopeless else at + wait,
            lease_until=None,
            last_error=error[:2000],
        )


def put_back(work: Work, *, at: datetime, after: timedelta = timedelta(0)) -> None:
    """Return ``work`` unharmed, to be taken again after a while; does not count as a try."""
    with draft(one_statement=True):
        _ours(work).update(
            state=WorkState.WAITING, run_after=at + after, lease_until=None, attempts=F("attempts") - 1
        )


def give_back(works: Sequence[Work]) -> None:
    """Return work that was claimed in one go and not begun; it keeps its place and does not count as a try."""
    with draft(one_statement=True):
        Work.objects.filter(
            pk__in=[work.pk for work in works],
            state=WorkState.CLAIMED,
            worker=works[0].worker,
            outcome__isnull=True,
        ).update(state=WorkState.WAITING, lease_until=None, attempts=F("attempts") - 1)


def _ours(work: Work) -> QuerySet[Work]:
    return Work.objects.filter(
        pk=work.pk, state=WorkState.CLAIMED, worker=work.worker, attempts=work.attempts
    )
