"""The chain of events, their lines and their side texts."""

import json
from collections.abc import Iterator

from marksheet.apps.ledger import chain
from marksheet.apps.ledger.models import Event, Head, Line, Side
from marksheet.apps.release.queries.verifying.found import Fault, Verified


def chained(counts: Verified, checkpoint: tuple[int, str] | None) -> Iterator[Fault]:
    """Follow the chain from its beginning, and compare it with a checkpoint that was noted elsewhere before."""
    previous, expected = chain.GENESIS, 1
    for event in Event.objects.order_by("seq").iterator(chunk_size=2_000):
        where = f"event {event.seq} ({event.verb})"
        if event.seq != expected:
            yield Fault(f"event {expected}", f"is missing; the next one there is {event.seq}")
            expected = event.seq
        if event.previous != previous:
            yield Fault(where, "does not follow the event before it")
        body = json.loads(event.body)
        if chain.link(event.previous, event.seq, body) != event.hash:
            yield Fault(where, "was altered: its hash does not fit its content")
        yield from _columns(event, body, where)
        yield from _lines(event, where, counts)
        yield from _sides(event, body, where, counts)
        if checkpoint is not None and checkpoint[0] == event.seq and checkpoint[1] != event.hash:
            yield Fault(where, "differs from the checkpoint")
        previous, expected = event.hash, expected + 1
        counts.events += 1
    head = Head.objects.filter(pk=1).first()
    if head is None or (head.seq, head.hash) != (expected - 1, previous):
        yield Fault("the end of the log", "is not where the head says: entries are missing or were added")
    if checkpoint is not None and checkpoint[0] >= expected:
        yield Fault("the end of the log", f"was cut: the checkpoint knows event {checkpoint[0]}")


def _columns(event: Event, body: dict[str, object], where: str) -> Iterator[Fault]:
    stored = [
        event.pk, chain.moment(event.at), event.verb, event.actor_id, event.actor_name,
        [event.subject_kind, event.subject_id], event.schedule_id, [event.line_count, event.line_digest],
    ]  # fmt: skip
    said = [body.get(k) for k in ("id", "at", "verb", "actor", "actor_name", "subject", "schedule", "lines")]
    if stored != said:
        yield Fault(where, "was altered: its columns do not fit its content")


def _lines(event: Event, where: str, counts: Verified) -> Iterator[Fault]:
    if not event.line_count and not event.line_digest:
        return
    digest = chain.LineDigest()
    rows = Line.objects.filter(event_id=event.pk).order_by("position")
    digest.extend(rows.values_list("subject_kind", "subject_id", "body").iterator(chunk_size=5_000))
    counts.lines += digest.count
    if (digest.count, digest.hex) != (event.line_count, event.line_digest):
        yield Fault(where, "has lines that were altered, added or taken away")


def _sides(event: Event, body: dict[str, object], where: str, counts: Verified) -> Iterator[Fault]:
    said = body.get("side") or {}
    found = {side.name: side for side in Side.objects.filter(event_id=event.pk)} if said else {}
    for name, commitment in said.items():  # type: ignore[attr-defined]
        counts.sides += 1
        side = found.get(name)
        if side is None:
            yield Fault(where, f"has lost its text “{name}”")
        elif side.value and chain.commitment(side.salt, side.value) != commitment:
            yield Fault(where, f"has another text “{name}” than was written")


def last_link() -> tuple[int, str]:
    """Return number and hash of the last event: a checkpoint to note elsewhere."""
    head = Head.objects.get(pk=1)
    return head.seq, head.hash
