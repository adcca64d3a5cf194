"""What people type about their own account."""

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


def languages() -> list[tuple[str, object]]:
    """Return the languages that Marksheet speaks, after the choice of none."""
    return [("", _("As the browser says")), *settings.LANGUAGES]


class ProfileForm(forms.Form):
    """The language in which a person reads."""

    language = forms.ChoiceField(label=_("Language"), required=False, choices=languages)
