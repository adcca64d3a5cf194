"""Note that a candidate has seen a result, so that a retraction can say how many have."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import OperationalError

from marksheet.apps.ledger.change import draft
from marksheet.apps.release.models import Viewing
from marksheet.apps.release.queries.candidate import CandidateLine

log = structlog.get_logger(__name__)


def note_seen(lines: Sequence[CandidateLine], *, at: datetime) -> int:
    """Note the disclosures among ``lines`` that were not seen before; return how many.

    Nothing is asked where all were seen before. A busy database never keeps a candidate from the result: then it
    is noted the next time.
    """
    keys = {line.disclosure for line in lines if line.disclosure is not None and not line.seen}
    if not keys:
        return 0
    try:
        with draft():
            made = Viewing.objects.bulk_create(
                [Viewing(disclosure_id=key, at=at) for key in sorted(keys)], ignore_conflicts=True
            )
            return len(made)
    except OperationalError as error:
        log.warning("that results were seen could not be noted", error=str(error))
        return 0
