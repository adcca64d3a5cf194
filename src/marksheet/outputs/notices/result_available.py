"""Tell a candidate that a result can be seen; the message contains no result."""

from collections.abc import Mapping
from typing import Any

from django.utils import formats, translation
from django.utils.translation import gettext as _

from marksheet.apps.release.queries.notices import RecipientOfResult, recipient_of_result
from marksheet.outputs.notices.message import Message, Skip, paragraphs


def render(person_id: int, payload: Mapping[str, Any], site: str) -> Message | Skip:
    """Return the message, unless the result is no longer open to this candidate."""
    found = recipient_of_result(person_id, str(payload.get("result", "")))
    if found is None:
        return Skip("The result belongs to somebody else, or is gone.")
    if not found.shown:
        return Skip("The result is not open to the candidate any more.")
    if found.void:
        return Skip("The result is void: no message says that one is available.")
    if payload.get("version") and payload["version"] != found.version_ref:
        return Skip("A newer version is in force, which has a message of its own.")
    return written(found, site)


def written(found: RecipientOfResult, site: str) -> Message:
    """Return the words, in the recipient's language; also what the publish dialog shows."""
    with translation.override(found.language or None):
        taken = formats.date_format(found.taken_on, "j F Y") if found.taken_on else ""
        return Message(
            to=found.email,
            subject=_("Your result for %(assessment)s is available") % {"assessment": found.assessment},
            body=paragraphs(
                _("Dear %(name)s,") % {"name": found.name},
                _("Your result for %(assessment)s is available.") % {"assessment": found.assessment}
                + (" " + _("You took it on %(date)s.") % {"date": taken} if taken else ""),
                _("Sign in to see it: %(site)s") % {"site": site},
                _("This message contains no result."),
                _("Questions? %(contact)s") % {"contact": found.contact}
                if found.contact
                else _("Questions? Ask the exam office (%(unit)s).") % {"unit": found.unit},
            ),
        )
