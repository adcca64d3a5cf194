"""Tell a candidate that a result was withdrawn for checking; the message contains no result."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from marksheet.apps.release.queries.notices import recipient_of_result
from marksheet.outputs.notices.message import Message, Skip, paragraphs


def render(person_id: int, payload: Mapping[str, Any], site: str) -> Message | Skip:
    """Return the message, unless the result has been opened again meanwhile."""
    found = recipient_of_result(person_id, str(payload.get("result", "")))
    if found is None:
        return Skip("The result belongs to somebody else, or is gone.")
    if found.shown:
        return Skip("The result is open again.")
    with translation.override(found.language or None):
        return Message(
            to=found.email,
            subject=_("Your result for %(assessment)s has been withdrawn for checking")
            % {"assessment": found.assessment},
            body=paragraphs(
                _("Dear %(name)s,") % {"name": found.name},
                _("Your result for %(assessment)s has been withdrawn for checking.")
                % {"assessment": found.assessment}
                + " "
                + _("We will tell you when it is available again."),
                _("This message contains no result."),
                _("Questions? %(contact)s") % {"contact": found.contact}
                if found.contact
                else _("Questions? Ask the exam office (%(unit)s).") % {"unit": found.unit},
            ),
        )
