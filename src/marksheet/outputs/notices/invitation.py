"""Invite a person to set a password by a link that works once."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from marksheet.apps.release.queries.notices import recipient
from marksheet.outputs.notices.message import Message, Skip, paragraphs


def render(person_id: int, payload: Mapping[str, Any], site: str) -> Message | Skip:
    """Return the message, unless its link was blanked or the person has no address."""
    found = recipient(person_id)
    if found is None:
        return Skip("The person is deactivated or has no address.")
    if not payload.get("token"):
        return Skip("The link was sent already. Resend makes a new one.")
    with translation.override(found.language or None):
        return Message(
            to=found.email,
            subject=_("Set your password for Marksheet"),
            body=paragraphs(
                _("Dear %(name)s,") % {"name": found.name},
                _("You have an account at %(site)s. Set your password here:") % {"site": site},
                f"{site}/invitation/{payload['token']}/",
                _("The link works once and for 14 days. If you did not expect this message, leave it alone."),
            ),
        )
