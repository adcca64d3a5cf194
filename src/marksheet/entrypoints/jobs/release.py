"""Carry out publications and the messages that follow them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from marksheet.apps.ledger import clock
from marksheet.apps.ledger.work import Work
from marksheet.apps.release.actions.notices import Pace, queue_notices
from marksheet.apps.release.actions.publishing import commit, prepare_some
from marksheet.apps.release.queries.publications import progress_of
from marksheet.entrypoints.jobs.registry import Keep


def carry_out_publication(work: Work, keep: Keep) -> Mapping[str, Any]:
    """Prepare a publication batch by batch, then commit it; stopped or failed ones are left as they are."""
    ref = str(work.payload["publication"])
    while progress_of(ref).goes_on:
        prepared, total = prepare_some(ref, at=clock.read())
        keep(prepared, total)
        if not progress_of(ref).to_prepare:
            break
    if not progress_of(ref).goes_on:
        return {"state": progress_of(ref).state}
    done = commit(ref, at=clock.read())
    return {"state": str(done.state), "published": done.published}


def queue_messages(work: Work, keep: Keep) -> Mapping[str, Any]:
    """Turn a committed publication into one message for each candidate it informs."""
    ref, after, queued = str(work.payload["publication"]), 0, 0
    pace = Pace(
        settings.MARKSHEET_MAIL_FIRST_WAVE, settings.MARKSHEET_MAIL_PAUSE, settings.MARKSHEET_MAIL_PER_SECOND
    )
    while True:
        after, some = queue_notices(ref, after=after, at=clock.read(), first=queued, pace=pace)
        if not after:
            return {"queued": queued}
        queued += some
        keep(queued, max(work.total, queued))
