"""Verify everything that says what was given, published and shown: see ``verify``."""

from collections.abc import Iterator

from marksheet.apps.release.queries.verifying.files import as_sent
from marksheet.apps.release.queries.verifying.found import Fault, Verified
from marksheet.apps.release.queries.verifying.log import chained, last_link
from marksheet.apps.release.queries.verifying.results import as_computed, as_published
from marksheet.apps.release.queries.verifying.versions import frozen
from marksheet.apps.release.queries.verifying.work import as_given, as_handed_in, as_scored

__all__ = ["Fault", "Verified", "last_link", "verify"]


def verify(counts: Verified, *, checkpoint: tuple[int, str] | None = None) -> Iterator[Fault]:
    """Check all that can be checked, in order, and yield each fault; the first one names the first altered entry.

    The log first, against itself; then what it tells of: versions and disclosures, marks, answers, files; then what
    follows from those: scores of answers from the key, working results from answers and marks, what is in force and
    shown from publications.

    Args:
        counts: filled while checking.
        checkpoint: (seq, hash) noted elsewhere before; without one, a log cut at its end or written wholly
            anew cannot be told from an honest one.
    """
    yield from chained(counts, checkpoint)
    yield from frozen(counts)
    yield from as_given(counts)
    yield from as_handed_in(counts)
    yield from as_sent(counts)
    yield from as_scored()
    yield from as_published()
    yield from as_computed(counts)
