"""Reasons and answers in words, which stay in the history: there are some, and they are not too long."""

from django.utils.translation import gettext as _

from marksheet.apps.ledger.errors import BadInput

LONGEST = 1_000


def reason_of(text: str, missing: str) -> str:
    """Return what was written, as it is kept.

    Args:
        missing: what to say where nothing was.

    Raises:
        BadInput: nothing was written, or too much.
    """
    words = text.replace("\x00", "").strip()
    if not words:
        raise BadInput(missing)
    if len(words) > LONGEST:
        raise BadInput(
            _("At most %(most)s characters are kept, and this has %(n)s. Nothing was saved.")
            % {"most": LONGEST, "n": len(words)}
        )
    return words
