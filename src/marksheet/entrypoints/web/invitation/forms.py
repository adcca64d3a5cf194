"""What people type when they come in for the first time."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    """A code from paper."""

    printed = forms.CharField(
        label=_("Your code"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text=_("Four groups of four letters and digits. Capitals and hyphens do not matter."),
    )


class AcceptForm(forms.Form):
    """A password, twice, and a sign-in name where there is no address."""

    username = forms.CharField(
        label=_("Sign-in name"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        help_text=_("You sign in with this name and your password."),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A few words that only you would put together are good."),
    )
    password_again = forms.CharField(
        label=_("New password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> None:
        """Refuse two passwords that differ."""
        typed = self.cleaned_data
        if typed.get("password") and typed.get("password") != typed.get("password_again"):
            self.add_error("password_again", _("The two passwords differ."))
