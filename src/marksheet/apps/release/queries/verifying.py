"""Verify everything: the chain of events, their lines and side texts, every version, every disclosure."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from marksheet.apps.ledger import chain
from marksheet.apps.ledger.models import Event, Head, Line, Side
from marksheet.apps.release.models import Disclosure
from marksheet.apps.results.models import Adjustment, Result, ResultVersion
from marksheet.apps.results.steps.versions import FIELDS, content_hash

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written: where, and what is wrong."""

    where: str
    what: str


@dataclass(slots=True)
class Verified:
    """How much was checked."""

    events: int = 0
    lines: int = 0
    sides: int = 0
    versions: int = 0
    disclosures: int = 0


def verify(counts: Verified, *, checkpoint: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Check all that can be checked, in order, and yield each fault; the first one names the first altered entry.

    Args:
        counts: filled while checking.
        checkpoint: (seq, hash) noted elsewhere before; without one, a log cut at its end or written wholly
            anew cannot be told from an honest one.
    """
    yield from _chain(counts, checkpoint)
    yield from _versions(counts)
    yield from _disclosures(counts)
    yield from _written()
    yield from _never_written()
    yield from _adjustments()


def _chain(counts: Verified, checkpoint: tuple[int, str] | None) -> Iterator[Fault]:
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


def _versions(counts: Verified) -> Iterator[Fault]:
    for version in ResultVersion.objects.order_by("pk").iterator(chunk_size=2_000):
        counts.versions += 1
        values = {name: getattr(version, name) for name in FIELDS} | {"items": bytes(version.items)}
        if content_hash(values) != version.hash:
            yield Fault(f"version {version.number} of result {version.result_id}", "was altered")
    rows = Result.objects.filter(in_force__isnull=False).select_related("in_force")
    for row in rows.iterator(chunk_size=2_000):
        if row.in_force is None or row.in_force.result_id != row.pk:
            yield Fault(f"result {row.pk}", "points to a version of another result")


def _disclosures(counts: Verified) -> Iterator[Fault]:
    for key, body, hashed in Disclosure.objects.order_by("pk").values_list("pk", "body", "hash").iterator():
        counts.disclosures += 1
        if chain.digest(body) != hashed:
            yield Fault(f"disclosure {key}", "was altered")


def _written() -> Iterator[Fault]:
    """Compare versions and disclosures with the hashes that the lines of the log kept when they were written.

    The log's own lines were checked before; so a row whose own hash was computed anew does not fit here.
    """
    lines = Line.objects.filter(subject_kind="result", body__contains='"disclosure":').order_by("pk")
    batch: list[Line] = []
    for line in lines.iterator(chunk_size=BATCH):
        batch.append(line)
        if len(batch) == BATCH:
            yield from _compared(batch)
            batch = []
    yield from _compared(batch)


def _compared(lines: list[Line]) -> Iterator[Fault]:
    rows = Disclosure.objects.filter(
        event_id__in={line.event_id for line in lines},
        version__result_id__in=[line.subject_id for line in lines],
    ).values_list("event_id", "version__result_id", "pk", "hash", "version__number", "version__hash")
    found = {(event, result): rest for event, result, *rest in rows}
    for line in lines:
        kept = json.loads(line.body)
        row = found.get((line.event_id, line.subject_id))
        if row is None:
            yield Fault(
                f"result {line.subject_id}", f"has lost the disclosure that event {line.event_id} wrote"
            )
            continue
        key, hashed, number, version_hash = row
        if hashed != kept["disclosure"]:
            yield Fault(f"disclosure {key}", "is not the one that the log tells of")
        if kept.get("version", version_hash) != version_hash:
            yield Fault(
                f"version {number} of result {line.subject_id}", "is not the one that the log tells of"
            )


def _never_written() -> Iterator[Fault]:
    """Find disclosures and versions that no event of the log wrote."""
    told = Line.objects.filter(
        event_id=OuterRef("event_id"), subject_kind="result", subject_id=OuterRef("version__result_id")
    ).filter(body__contains='"disclosure":')
    for key in Disclosure.objects.exclude(Exists(told)).order_by("pk").values_list("pk", flat=True):
        yield Fault(f"disclosure {key}", "was never written by an event of the log")
    disclosed = Disclosure.objects.filter(version=OuterRef("pk"))
    for version in ResultVersion.objects.exclude(Exists(disclosed)).order_by("pk"):
        yield Fault(
            f"version {version.number} of result {version.result_id}",
            "was never written by an event of the log",
        )


def _adjustments() -> Iterator[Fault]:
    """Compare every adjustment, and every one taken back, with the line of the event that wrote it."""
    rows = Adjustment.objects.order_by("pk").values_list(
        "pk", "result_id", "event_id", "kind", "amount_thousandths", "unit", "end__event_id"
    )
    for key, result, event, kind, size, unit, ended in rows.iterator():
        where = f"adjustment {key} of result {result}"
        if {"adjusted": kind, "thousandths": size, "unit": unit} not in _told(event, result):
            yield Fault(where, "is not the one that the log tells of")
        if ended is not None and {"taken_back": kind} not in _told(ended, result):
            yield Fault(where, "was taken back without an event of the log")


def _told(event_id: int, result_id: int) -> list[dict[str, object]]:
    lines = Line.objects.filter(event_id=event_id, subject_kind="result", subject_id=result_id)
    told = [json.loads(body) for body in lines.values_list("body", flat=True)]
    # The score before and after is told besides.
    return [{name: value for name, value in said.items() if name != "score"} for said in told]


def last_link() -> tuple[int, str]:
    """Return number and hash of the last event: a checkpoint to note elsewhere."""
    head = Head.objects.get(pk=1)
    return head.seq, head.hash
