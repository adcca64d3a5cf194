"""Send one message: render it now, check it, note that it is being handed over, hand it over, note its fate."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from marksheet.apps.ledger.errors import Refusal
from marksheet.apps.ledger.work import Work, note
from marksheet.apps.people.actions.invitations import forget_token
from marksheet.entrypoints.jobs.registry import Keep
from marksheet.outputs.channels.mail import Fate, hand_over
from marksheet.outputs.notices import render
from marksheet.outputs.notices.message import Skip

HANDING_OVER = "handing-over"
MAY_HAVE_ARRIVED = (
    "It may have been delivered: the answer of the mail server was lost. Resend it by hand if need be."
)


def send(work: Work, keep: Keep) -> Mapping[str, Any]:
    """Send the message of ``work``, once: whatever dies on the way, it never leaves a second time by itself."""
    before = work.outcome or {}
    if before.get("fate") == Fate.SENT:
        # The worker before this one died between handing it over and saying so.
        return _sent(work, str(before.get("to", "")), str(before.get("detail", "")))
    if before.get("fate") == HANDING_OVER:
        raise Refusal(MAY_HAVE_ARRIVED)
    message = render(work.person_id or 0, work.payload, settings.SITE_URL.rstrip("/"))
    if isinstance(message, Skip):
        return {"fate": "not-sent", "why": message.reason}
    note(work, {"fate": HANDING_OVER, "to": message.to})
    fate, detail = hand_over(message, work.ref)
    if fate is Fate.UNKNOWN:
        raise Refusal(MAY_HAVE_ARRIVED, details=[detail])
    if fate is not Fate.SENT or work.payload.get("token"):
        note(work, {"fate": str(fate), "to": message.to, "detail": detail})
    if fate is Fate.REFUSED:
        raise Refusal(f"The mail server refused it: {detail}")
    if fate is Fate.LATER:
        raise NotTaken(detail)
    return _sent(work, message.to, detail)


def _sent(work: Work, to: str, detail: str) -> Mapping[str, Any]:
    """Forget what only the recipient may have from now on, and say what came of it."""
    if work.payload.get("token"):
        forget_token(work.ref)
    return {"fate": str(Fate.SENT), "to": to, "detail": detail}


class NotTaken(Exception):
    """The mail server was not to be had: the worker tries again, ever later, and parks it in the end."""
