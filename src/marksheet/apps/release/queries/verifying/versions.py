"""Versions, disclosures and adjustments, against their own hashes and what the log tells of them."""

import json
from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from marksheet.apps.ledger import chain
from marksheet.apps.ledger.models import Line
from marksheet.apps.release.models import Disclosure
from marksheet.apps.release.queries.verifying.found import BATCH, Fault, Verified, in_batches
from marksheet.apps.results.models import Adjustment, ResultVersion
from marksheet.apps.results.steps.versions import FIELDS, content_hash


def frozen(counts: Verified) -> Iterator[Fault]:
    """Check everything that was frozen by publishing, and what adjusts a score."""
    yield from _versions(counts)
    yield from _disclosures(counts)
    yield from _written()
    yield from _never_written()
    yield from _adjustments()


def _versions(counts: Verified) -> Iterator[Fault]:
    for version in ResultVersion.objects.order_by("pk").iterator(chunk_size=2_000):
        counts.versions += 1
        values = {name: getattr(version, name) for name in FIELDS} | {"items": bytes(version.items)}
        if content_hash(values) != version.hash:
            yield Fault(f"version {version.number} of result {version.result_id}", "was altered")


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
    for some in in_batches(lines.iterator(chunk_size=BATCH)):
        yield from _compared(some)


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
