"""What is in force and shown against the publications, and working results against the work and the marks."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from marksheet.apps.exams.models import Schedule
from marksheet.apps.ledger.bulk import among
from marksheet.apps.ledger.models import Line
from marksheet.apps.release.models import Opening, OpeningStatus, Publication
from marksheet.apps.release.queries.verifying.found import BATCH, Fault, Verified
from marksheet.apps.results.models import Result, ResultVersion, Withdrawal
from marksheet.apps.results.steps.recompute import differing
from marksheet.apps.results.steps.versions import COPIED

_NEVER_OPEN = (OpeningStatus.LIFTED, OpeningStatus.WITHHELD)


def as_published() -> Iterator[Fault]:
    """Compare what each result says of itself with the committed publications, withdrawals and openings."""
    yield from _withdrawals()
    committed = {pk: at for pk, at in Publication.objects.values_list("pk", "committed_at") if at is not None}
    last = 0
    rows = Result.objects.order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        keys = [row.pk for row in batch]
        newest = _newest(keys, committed)
        withdrawn = set(
            Withdrawal.objects.filter(version__result__in=among(keys)).values_list("version_id", flat=True)
        )
        opened = _opened(keys, committed)
        for row in batch:
            version = newest.get(row.pk)
            holds = None if version is None or version.pk in withdrawn else version
            yield from _in_force(row, holds, committed)
            yield from _shown(row, opened.get(row.pk))


def _newest(keys: Sequence[int], committed: Mapping[int, datetime]) -> dict[int, ResultVersion]:
    versions = ResultVersion.objects.filter(result__in=among(keys)).order_by("result_id", "number")
    return {version.result_id: version for version in versions if version.publication_id in committed}


def _opened(keys: Sequence[int], committed: Mapping[int, datetime]) -> dict[int, Opening]:
    """The latest fact that says what is open of each result."""
    rows = Opening.objects.filter(result__in=among(keys)).exclude(status__in=_NEVER_OPEN).order_by("pk")
    return {
        row.result_id: row
        for row in rows.select_related("disclosure")
        if row.publication_id is None or row.publication_id in committed
    }


def _in_force(row: Result, holds: ResultVersion | None, committed: Mapping[int, datetime]) -> Iterator[Fault]:
    where = f"result {row.pk}"
    if row.in_force_id != (holds.pk if holds else None):
        yield Fault(where, "does not name the version that was published last and not withdrawn since")
        return
    if holds is None:
        return
    if (row.in_force_revision, row.published_at) != (holds.revision, committed[holds.publication_id]):
        yield Fault(where, "does not say when, or as what, it was published")
    elif row.revision == holds.revision and _copied(row) != _copied(holds):
        yield Fault(where, "is not what was published of it, and says that it is")


def _copied(one: Result | ResultVersion) -> list[Any]:
    return [bytes(getattr(one, name)) if name == "items" else getattr(one, name) for name in COPIED]


def _shown(row: Result, opening: Opening | None) -> Iterator[Fault]:
    shown = opening is not None and opening.status == OpeningStatus.SHOWN
    if shown != row.shown_to_candidate:
        yield Fault(f"result {row.pk}", "does not say rightly whether its candidate sees it")
    elif shown and opening and opening.disclosure and opening.disclosure.version_id != row.in_force_id:
        yield Fault(f"result {row.pk}", "is shown to its candidate as another version than the one in force")


def _withdrawals() -> Iterator[Fault]:
    """Compare withdrawals with the lines of the events that made them."""
    told: dict[int, set[int]] = defaultdict(set)
    for event, body in (
        Line.objects.filter(subject_kind="result", body__contains='"withdrawn":')
        .values_list("event_id", "body")
        .iterator(chunk_size=BATCH)
    ):
        told[event].add(json.loads(body)["withdrawn"])
    found: dict[int, set[int]] = defaultdict(set)
    for event, version in Withdrawal.objects.values_list("event_id", "version_id").iterator(chunk_size=BATCH):
        found[event].add(version)
    for event in sorted(told.keys() | found.keys()):
        for version in sorted(told[event] ^ found[event]):
            what = (
                f"is lost: event {event} made it" if version in told[event] else "was never made by an event"
            )
            yield Fault(f"withdrawal of version {version}", what)


def as_computed(counts: Verified) -> Iterator[Fault]:
    """Work every result out anew from answers, marks and rules, and compare; nothing is changed."""
    for schedule in Schedule.objects.filter(activated_at__isnull=False).order_by("pk"):
        for key, names in differing(schedule):
            counts.results += 1
            if names:
                yield Fault(f"result {key}", f"is not what its work and marks come to: {', '.join(names)}")
