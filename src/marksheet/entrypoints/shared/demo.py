"""Who has the demo in hand: many may sign in to it, one alone makes it anew, never both."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import WrongState


@contextmanager
def demo_in_hand(*, alone: bool = False) -> Iterator[None]:
    """Keep the demo from being made anew meanwhile; ``alone``: make it anew, while nobody signs in.

    Raises:
        WrongState: it is being made anew, or, for ``alone``, somebody is signing in this moment.
    """
    with (settings.VAR / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WrongState(
                _("The demo is being made anew at this moment. Wait a few seconds, then try again.")
            ) from error
        yield
