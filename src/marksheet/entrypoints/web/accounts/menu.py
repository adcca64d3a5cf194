"""The profile under the person's name."""

from django.utils.translation import gettext_lazy as _

from marksheet.entrypoints.shared.menu import Tab, register_person_link

register_person_link(Tab("profile", _("Profile"), "accounts:profile", order=10))
