"""Tell candidates: turn a committed act into one message per candidate, in batches."""

from datetime import datetime

from marksheet.apps.ledger.bulk import among
from marksheet.apps.ledger.change import System, change
from marksheet.apps.release.models import Publication, PublicationRow, PublicationState
from marksheet.apps.release.steps.notices import Mail, Pace, queue_mails
from marksheet.apps.results.models import ResultVersion

BATCH = 2_000
AVAILABLE = "result-available"


def queue_notices(
    ref: str, *, after: int, at: datetime, first: int = 0, pace: Pace | None = None
) -> tuple[int, int]:
    """Queue the messages of the next rows of a committed publication.

    Args:
        first: how many were queued before, for the pace.

    Only for results that this publication shows, void ones apart, and whose candidates have an address. Safe to
    repeat: a message is named after the version it tells of.

    Returns:
        the key of the last row looked at (0: there are no more), and how many messages were queued.
    """
    publication = Publication.objects.filter(ref=ref, state=PublicationState.COMMITTED).first()
    if publication is None or not publication.inform:
        return (0, 0)
    rows = list(
        PublicationRow.objects.filter(
            publication=publication, result__schedule__in=publication.shows, skipped="", pk__gt=after
        )
        .select_related("result")
        .order_by("pk")[:BATCH]
    )
    if not rows:
        return (0, 0)
    # A void result is told by the exam office in its own words, not as a result that is available.
    made = ResultVersion.objects.filter(publication_id=publication.pk).exclude(outcome="void")
    made = made.filter(result_id__in=among(row.result_id for row in rows))
    versions = {result: (key, name) for result, key, name in made.values_list("result_id", "pk", "ref")}
    messages = [
        Mail(
            f"mail:{AVAILABLE}:{versions[row.result_id][0]}",
            row.result.person_id,
            {"notice": AVAILABLE, "result": row.result.ref, "version": versions[row.result_id][1]},
        )
        for row in rows
        if row.result_id in versions
    ]
    with change(System("notices"), "notice.queue", at=at) as opened:
        queued = queue_mails(opened, messages, group=publication.ref, pace=pace, first=first)
        opened.record("publication", publication.pk, notice=AVAILABLE, queued=queued, after=rows[0].pk)
    return (rows[-1].pk, queued)


__all__ = ["AVAILABLE", "Pace", "queue_notices"]
