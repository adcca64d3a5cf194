"""Send a link that sets a new password, to whoever asked for it."""

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
        return Skip("The link was sent already. Ask for a new one.")
    with translation.override(found.language or None):
        return Message(
            to=found.email,
            subject=_("Set a new password for Marksheet"),
            body=paragraphs(
                _("Dear %(name)s,") % {"name": found.name},
                _("Somebody, probably you, asked for a new password at %(site)s. Set it here:")
                % {"site": site},
                f"{site}/accounts/password/reset/key/{payload['token']}/",
                _("If it was not you, leave this message alone: your password stays as it is."),
            ),
        )
